package rfc822_test

import (
	"bytes"
	"crypto/sha256"
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

// stored is what a store gives back of a value: a stream, maybe with a digest.
type stored struct {
	data   []byte
	digest bool
}

func (s stored) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(s.data)), nil }
func (s stored) Size() int64                  { return int64(len(s.data)) }
func (s stored) Digest() ([32]byte, bool)     { return sha256.Sum256(s.data), s.digest }

// fromStore returns msg as a store would: in another order, large values as
// streams, with what the store adds and computes.
func fromStore(t testing.TB, msg *mapi.Message, large int64, digest bool) *mapi.Message {
	t.Helper()
	c := &mapi.Message{Properties: storedBag(t, &msg.Properties, large, digest)}
	props.PidTagMessageFlags.Set(c, mapi.FlagRead|mapi.FlagHasAttach)
	props.PidTagLastModificationTime.Set(c, time.Unix(1, 0))
	props.PidTagChangeKey.Set(c, []byte{1, 2})
	props.PidNameKeywords.Set(c, []string{"red"})
	props.PidLidFlagRequest.Set(c, "follow up")
	for _, r := range slices.Backward(msg.Recipients) {
		n := &mapi.Recipient{Properties: storedBag(t, &r.Properties, large, digest)}
		props.PidTagRowid.Set(n, 7)
		c.Recipients = append(c.Recipients, n)
	}
	for i, a := range slices.Backward(msg.Attachments) {
		n := &mapi.Attachment{Properties: storedBag(t, &a.Properties, large, digest)}
		if a.Embedded != nil {
			n.Embedded = fromStore(t, a.Embedded, large, digest)
		}
		props.PidTagAttachNumber.Set(n, int32(i))
		c.Attachments = append(c.Attachments, n)
	}
	return c
}

func storedBag(t testing.TB, bag *mapi.Properties, large int64, digest bool) mapi.Properties {
	var list []mapi.Property
	for p, v := range bag.All() {
		if _, ok := v.(mapi.Stream); ok || mapi.SizeOf(p.Type, v) > large && (p.Type == mapi.PtypString || p.Type == mapi.PtypBinary) {
			r, _, err := mapi.OpenValue(bag, p)
			require.NoError(t, err)
			data, err := io.ReadAll(r)
			require.NoError(t, err)
			r.Close()
			v = stored{data, digest}
			if int64(len(data)) <= large {
				v, err = mapi.ReadValue(p.Type, v, large)
				require.NoError(t, err)
			}
		}
		list = append(list, mapi.Property{Prop: p, Value: v})
	}
	var out mapi.Properties
	for _, e := range slices.Backward(list) {
		out.Set(e.Prop, e.Value)
	}
	return out
}

func encoded(t testing.TB, msg *mapi.Message) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, rfc822.Encode(&out, msg, &rfc822.EncodeOptions{Boundary: counted()}))
	return out.Bytes()
}

func TestCorpusComesOutByteForByteAfterAStore(t *testing.T) {
	for _, large := range []int64{0, 200, 32 << 10} {
		for _, s := range corpusMails(t) {
			msg := fromStore(t, decodeBytes(t, s.data), large, large > 0)
			require.True(t, bytes.Equal(s.data, encoded(t, msg)), "%s, streams from %d bytes", s.name, large)
			r, size, ok := rfc822.Source(msg)
			require.True(t, ok)
			require.Equal(t, int64(len(s.data)), size)
			b, err := io.ReadAll(r)
			require.NoError(t, err)
			require.True(t, bytes.Equal(s.data, b), s.name)
			require.NoError(t, r.Close())
		}
	}
}

func TestCorpusComesOutByteForByteFromATemporaryFile(t *testing.T) {
	for _, s := range corpusMails(t) {
		msg, err := rfc822.Decode(bytes.NewReader(s.data), &rfc822.DecodeOptions{MemoryLimit: 100, InlineLimit: 50, TempDir: t.TempDir()})
		require.NoError(t, err)
		require.True(t, bytes.Equal(s.data, encoded(t, msg)), s.name)
		at, err := rfc822.DecodeAt(bytes.NewReader(s.data), int64(len(s.data)), &rfc822.DecodeOptions{MemoryLimit: 1})
		require.NoError(t, err)
		require.True(t, bytes.Equal(s.data, encoded(t, at)), s.name)
		require.Equal(t, meaning(t, decodeBytes(t, s.data)), meaning(t, at), s.name)
		rfc822.Release(msg)
	}
}

// rich is a mail with everything that a change can touch.
func rich() []byte {
	return eml(
		`From: Ada <ada@example.org>`, `To: Bob <bob@example.org>`, `Subject: Re: plan`, `X-Colour: red`,
		`MIME-Version: 1.0`, `Content-Type: multipart/mixed; boundary=b`, ``,
		`--b`, `Content-Type: text/plain; charset=utf-8`, ``, `A text that is long enough to be referred to.`,
		`--b`, `Content-Type: application/pdf; name=a.pdf`, `Content-Transfer-Encoding: base64`, ``,
		`JVBERi0xLjQKJVBERi0xLjQKJVBERi0xLjQKJVBERi0xLjQK`,
		`--b`, `Content-Type: message/rfc822`, ``, `From: c@example.org`, `Subject: inner`, ``, `Text of the inner message, also long.`,
		`--b--`)
}

func TestChangeOfContentGivesNewMail(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(m *mapi.Message)
	}{
		{"the subject", func(m *mapi.Message) { props.PidTagSubject.Set(m, "Re: other plan") }},
		{"the text", func(m *mapi.Message) { props.PidTagBody.Set(m, "other") }},
		{"an HTML body is added", func(m *mapi.Message) { props.PidTagHtml.Set(m, []byte("<p>")) }},
		{"the text is removed", func(m *mapi.Message) { props.PidTagBody.Delete(m) }},
		{"a recipient is added", func(m *mapi.Message) {
			r := &mapi.Recipient{}
			props.PidTagRecipientType.Set(r, mapi.RecipientCc)
			props.PidTagDisplayName.Set(r, "X")
			props.PidTagSmtpAddress.Set(r, "x@y")
			m.Recipients = append(m.Recipients, r)
		}},
		{"a recipient is removed", func(m *mapi.Message) { m.Recipients = nil }},
		{"To becomes Bcc", func(m *mapi.Message) { props.PidTagRecipientType.Set(m.Recipients[0], mapi.RecipientBcc) }},
		{"an attachment is removed", func(m *mapi.Message) { m.Attachments = m.Attachments[1:] }},
		{"an attachment is renamed", func(m *mapi.Message) { props.PidTagAttachLongFilename.Set(m.Attachments[0], "b.pdf") }},
		{"the bytes of an attachment", func(m *mapi.Message) { props.PidTagAttachDataBinary.Set(m.Attachments[0], []byte("x")) }},
		{"the subject of an embedded message", func(m *mapi.Message) { props.PidTagSubject.Set(m.Attachments[1].Embedded, "x") }},
		{"importance", func(m *mapi.Message) { props.PidTagImportance.Set(m, mapi.ImportanceHigh) }},
		{"a kept header field", func(m *mapi.Message) {
			m.Set(mapi.NamedString(mapi.PSInternetHeaders, "X-Colour", mapi.PtypString), "blue")
		}},
		{"a new header field", func(m *mapi.Message) {
			m.Set(mapi.NamedString(mapi.PSInternetHeaders, "X-New", mapi.PtypString), "blue")
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			msg := decodeBytes(t, rich())
			require.Equal(t, rich(), encoded(t, msg))
			tc.change(msg)
			_, _, ok := rfc822.Source(msg)
			assert.False(t, ok, "the original does not hold any more")
			assert.Equal(t, meaning(t, msg), meaning(t, decodeBytes(t, encoded(t, msg))), "the new mail says what the message says")
		})
	}
}

func TestChangeOfATakenValueIsNoticed(t *testing.T) {
	html := strings.Replace(string(plainMail()), "text/plain", "text/html", 1)
	for _, mail := range []string{string(plainMail()), html} {
		for _, key := range []mapi.Prop{
			props.PidTagBody.Prop(), props.PidTagHtml.Prop(), props.PidTagTransportMessageHeaders.Prop(),
		} {
			msg := decodeBytes(t, []byte(mail))
			var changed mapi.Value
			switch v := msg.Get(key).(type) {
			case nil:
				continue
			case string:
				changed = "x" + v[1:]
			case []byte:
				changed = append([]byte("x"), v[1:]...)
			}
			_, size, ok := rfc822.Source(msg)
			require.True(t, ok)
			require.Equal(t, int64(len(mail)), size)
			msg.Set(key, changed)
			_, _, ok = rfc822.Source(msg)
			assert.False(t, ok, key)
		}
	}
}

func TestTakenValuesMayBecomeStreams(t *testing.T) {
	for _, mail := range [][]byte{plainMail(), alternativeMail(), attachmentMail(100_000)} {
		msg := decodeBytes(t, mail)
		for _, key := range []mapi.Prop{
			props.PidTagBody.Prop(), props.PidTagHtml.Prop(), props.PidTagTransportMessageHeaders.Prop(),
		} {
			switch v := msg.Get(key).(type) {
			case string:
				msg.Set(key, mapi.Stream(bytesStream(v)))
			case []byte:
				msg.Set(key, mapi.Stream(bytesStream(v)))
			}
		}
		require.Equal(t, mail, encoded(t, msg))
	}
}

// A bytesStream is a stream that has no digest.
type bytesStream []byte

func (b bytesStream) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
func (b bytesStream) Size() int64                  { return int64(len(b)) }

func TestUnchangedEmbeddedMessageKeepsItsBytesInNewMail(t *testing.T) {
	msg := decodeBytes(t, rich())
	props.PidTagSubject.Set(msg, "other")
	inner := "From: c@example.org\r\nSubject: inner\r\n\r\nText of the inner message, also long."
	assert.Contains(t, string(encoded(t, msg)), inner)
}

func TestWhatAStoreChangesDoesNotCount(t *testing.T) {
	msg := decodeBytes(t, rich())
	props.PidTagMessageFlags.Set(msg, mapi.FlagRead)
	props.PidTagFlagStatus.Set(msg, mapi.FlagStatus(2))
	props.PidNameKeywords.Set(msg, []string{"a"})
	props.PidTagMessageDeliveryTime.Set(msg, time.Unix(5, 0))
	props.PidTagNormalizedSubject.Set(msg, "plan")
	props.PidTagConversationIndex.Set(msg, make([]byte, 22))
	props.PidTagReplyRecipientNames.Set(msg, "") // or dropped: it is the same
	props.PidTagRecipientType.Set(msg.Recipients[0], mapi.RecipientTo|mapi.RecipientSubmitted)
	msg.Delete(mapi.NamedString(mapi.PSInternetHeaders, "X-Colour", mapi.PtypString)) // refused: too many names
	assert.Equal(t, rich(), encoded(t, msg))
}

func TestDamagedRecipeGivesNewMail(t *testing.T) {
	good, _ := decodeBytes(t, rich()).Get(rfc822.SourceForm()).([]byte)
	for i := range good {
		msg := decodeBytes(t, rich())
		bad := bytes.Clone(good)
		bad[i] ^= 0x55
		msg.Set(rfc822.SourceForm(), bad)
		var out bytes.Buffer
		_ = rfc822.Encode(&out, msg, &rfc822.EncodeOptions{Boundary: counted()}) // must not panic or run wild
		require.Less(t, out.Len(), 10_000)

		msg.Set(rfc822.SourceForm(), good[:i])
		_ = rfc822.Encode(io.Discard, msg, nil)
	}
}

func TestAttachmentsAreNotStoredTwice(t *testing.T) {
	for _, s := range benchMails()[2:] {
		msg := decodeBytes(t, s.data)
		r, size, err := mapi.OpenValue(msg, rfc822.SourceForm())
		require.NoError(t, err)
		r.Close()
		assert.Less(t, size, int64(len(s.data)/10), "%s: only what has no property is in the recipe", s.name)
	}
}

func TestReleasedMessageSaysThatItIsClosed(t *testing.T) {
	mail := attachmentMail(200_000)
	msg, err := rfc822.Decode(bytes.NewReader(mail), &rfc822.DecodeOptions{MemoryLimit: 1000})
	require.NoError(t, err)
	rfc822.Release(msg)
	err = rfc822.Encode(io.Discard, msg, nil)
	require.ErrorContains(t, err, "released")
}

func TestTransportLeavesOutBcc(t *testing.T) {
	in := eml("From: a@example.org", "To: b@example.org", "Bcc: secret@example.org", "Subject: s", "", "text")
	msg := decodeBytes(t, in)
	assert.Equal(t, in, encoded(t, msg))
	var out bytes.Buffer
	require.NoError(t, rfc822.Encode(&out, msg, &rfc822.EncodeOptions{Transport: true}))
	assert.NotContains(t, strings.ToLower(out.String()), "secret")
}
