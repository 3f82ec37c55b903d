package rfc822_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

// counted returns boundaries that are the same in each run.
func counted() func() string {
	n := 0
	return func() string { n++; return fmt.Sprintf("=_boundary_%d", n) }
}

// unlike are boundaries that stand in no mail that somebody makes up.
func unlike(mail []byte) func() string {
	n := 0
	return func() string { n++; return fmt.Sprintf("=_%.20x_%d", sha256.Sum256(mail), n) }
}

func regenerate(t testing.TB, msg *mapi.Message) []byte {
	t.Helper()
	return regenerateWith(t, msg, counted())
}

func regenerateWith(t testing.TB, msg *mapi.Message, boundary func() string) []byte {
	t.Helper()
	var out bytes.Buffer
	err := rfc822.Encode(&out, msg, &rfc822.EncodeOptions{Regenerate: true, Boundary: boundary})
	require.NoError(t, err)
	return out.Bytes()
}

func decodeBytes(t testing.TB, b []byte) *mapi.Message {
	t.Helper()
	msg, err := rfc822.Decode(bytes.NewReader(b), nil)
	require.NoError(t, err)
	return msg
}

// meaning is what a mail says, in lines: what must survive that it is generated
// anew.
func meaning(t testing.TB, msg *mapi.Message) string {
	var b strings.Builder
	line := func(name string, v any) { fmt.Fprintf(&b, "%s: %v\n", name, v) }
	for _, k := range []props.Key[string]{
		props.PidTagMessageClass, props.PidTagSubject, props.PidTagSentRepresentingName,
		props.PidTagSentRepresentingSmtpAddress, props.PidTagSenderName, props.PidTagSenderSmtpAddress,
		props.PidTagInternetReferences, props.PidTagReplyRecipientNames,
	} {
		if v, ok := k.Get(msg); ok {
			line(k.Name, strings.Join(strings.Fields(v), " "))
		}
	}
	if v, ok := props.PidTagClientSubmitTime.Get(msg); ok {
		line("date", v.Truncate(time.Second)) // winmail.dat has more of it than a field
	}
	var rows []string
	for _, r := range msg.Recipients {
		kind, _ := props.PidTagRecipientType.Get(r)
		name, _ := props.PidTagDisplayName.Get(r)
		addr, _ := props.PidTagSmtpAddress.Get(r)
		rows = append(rows, kind.String()+" "+strings.Join(strings.Fields(name), " ")+" <"+addr+">")
	}
	slices.Sort(rows)
	line("recipients", strings.Join(rows, "\n"))
	if v, ok := props.PidTagBody.Get(msg); ok {
		line("body", strings.ReplaceAll(v, "\r\n", "\n"))
	}
	if v, ok := props.PidTagHtml.Get(msg); ok {
		cp, _ := props.PidTagInternetCodepage.Get(msg)
		line("html", rfc822.DecodeHTML(strings.ReplaceAll(string(v), "\r\n", "\n"), cp))
	}
	rows = nil
	for _, a := range msg.Attachments {
		name, _ := props.PidTagAttachLongFilename.Get(a)
		tag, _ := props.PidTagAttachMimeTag.Get(a)
		cid, _ := props.PidTagAttachContentId.Get(a)
		row := strings.Join([]string{name, tag, cid}, "|")
		if a.Embedded != nil {
			rows = append(rows, row+"\n"+meaning(t, a.Embedded))
			continue
		}
		r, _, err := mapi.OpenValue(a, props.PidTagAttachDataBinary.Prop())
		if errors.Is(err, mapi.ErrNotFound) { // winmail.dat may hold files without data
			rows = append(rows, row)
			continue
		}
		require.NoError(t, err)
		data, err := io.ReadAll(r)
		require.NoError(t, err)
		rows = append(rows, fmt.Sprintf("%s %d %x", row, len(data), sha256.Sum256(data)))
	}
	slices.Sort(rows)
	line("attachments", strings.Join(rows, "\n"))
	return b.String()
}

func TestGeneratedMailSaysTheSame(t *testing.T) {
	same := 0
	mails := corpusMails(t)
	for _, s := range mails {
		msg := decodeBytes(t, s.data)
		out := regenerate(t, msg)
		again := decodeBytes(t, out)
		if assert.Equal(t, meaning(t, msg), meaning(t, again), s.name) {
			same++
		}
	}
	t.Logf("%d of %d say the same", same, len(mails))
}
