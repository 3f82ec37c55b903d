package rfc822_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props/propstest"
	"github.com/okapi-mail/okapi/rfc822"
)

// Decoders use their memory again, also beside each other: no message has anything of
// the mails that were decoded after it.
func TestMessagesOutliveTheirDecoders(t *testing.T) {
	mails := benchMails()[:3]
	for _, kind := range []string{"To: somebody\r\n\r\n", "From: x@example.org\r\nBcc: one@example.org, two@example.org, three@example.org\r\n\r\nother words", ""} {
		mails = append(mails, sample{"short", []byte(kind)})
	}
	want := make([]string, len(mails))
	for i, m := range mails {
		want[i] = propstest.Dump(t, decodeAgain(t, m.data))
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			var list []*mapi.Message
			for range 2 {
				for _, m := range mails {
					list = append(list, decodeAgain(t, m.data))
				}
			}
			for i, msg := range list {
				assert.Equal(t, want[i%len(mails)], propstest.Dump(t, msg), mails[i%len(mails)].name)
			}
		})
	}
	all.Wait()
}

func decodeAgain(t *testing.T, data []byte) *mapi.Message {
	msg, err := rfc822.Decode(bytes.NewReader(data), nil)
	assert.NoError(t, err)
	return msg
}
