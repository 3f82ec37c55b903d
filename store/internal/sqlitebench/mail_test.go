package sqlitebench_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

// A mail is the same one for both stores: its bytes with what a list shows of
// them for SQLite, and the message that they say for okapi.
type mail struct {
	date            time.Time
	subject, sender string
	raw             []byte
	msg             *mapi.Message
}

// newMail makes a plain mail of size bytes, which compresses to a half.
func newMail(t testing.TB, n, size int) *mail {
	rnd := rand.New(rand.NewPCG(uint64(n), 7))
	m := &mail{
		// Mail comes roughly, but not strictly, in the order of its dates.
		date: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n)*10*time.Minute +
			time.Duration(n*7919%5000)*time.Second),
		subject: fmt.Sprintf("Report %d of branch %d", rnd.IntN(1_000_000), n%97),
		sender:  fmt.Sprintf("sender%d@example.org", rnd.IntN(500)),
	}
	var b bytes.Buffer
	date := m.date.Format(time.RFC1123Z)
	fmt.Fprintf(&b, "Received: from mx.example.org by mail.example.com with ESMTPS id %x; %s\r\n", rnd.Uint64(), date)
	fmt.Fprintf(&b, "From: Sender %d <%s>\r\nTo: Ada <ada@example.com>, Bob <bob@example.com>\r\nSubject: %s\r\nDate: %s\r\n",
		rnd.IntN(500), m.sender, m.subject, date)
	fmt.Fprintf(&b, "Message-ID: <%x.%d@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n", rnd.Uint64(), n)
	for i := range 6 {
		fmt.Fprintf(&b, "X-Header-%d: %x %x\r\n", i, rnd.Uint64(), rnd.Uint64())
	}
	b.WriteString("\r\n")
	for b.Len() < size {
		if b.Len()%72 == 0 {
			b.WriteString("\r\n")
		}
		b.WriteByte("abcdefghijklmno "[rnd.IntN(16)])
	}
	m.raw = b.Bytes()
	var err error
	m.msg, err = rfc822.Decode(bytes.NewReader(m.raw), nil)
	require.NoError(t, err)
	props.PidTagMessageDeliveryTime.Set(m.msg, m.date)
	return m
}

func newMails(t testing.TB, n, size int) []*mail {
	list := make([]*mail, n)
	for i := range list {
		list[i] = newMail(t, i, size)
	}
	return list
}
