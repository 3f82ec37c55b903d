package report_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
	"github.com/okapi-mail/okapi/rfc822/report"
)

// A sample is a mail of the corpus. name is without the folder "eml/".
type sample struct {
	name string
	data []byte
}

func corpusMails(t testing.TB) []sample {
	t.Helper()
	var list []sample
	for _, name := range mapitest.Inputs(t, "eml") {
		data, err := os.ReadFile(mapitest.Corpus(t, name))
		require.NoError(t, err)
		list = append(list, sample{strings.TrimPrefix(name, "eml/"), data})
	}
	return list
}

// A letter is a mail as these tests read it: what package rfc822 does, in small.
type letter struct {
	msg      *mapi.Message
	machine  report.Machine
	original *mapi.Message
}

func readLetter(t testing.TB, data []byte) letter {
	t.Helper()
	root, err := entity.Parse(entity.Bytes(data), int64(len(data)), nil)
	require.NoError(t, err)
	l := letter{msg: headerMessage(root, data)}
	found := report.Find(root)
	if found.Content != nil {
		l.machine = report.Parse(found.Content.Type.Type, body(found.Content, data), nil)
	}
	if found.Returned != nil {
		inner := found.Returned
		if len(inner.Parts) == 1 {
			inner = inner.Parts[0]
		} else {
			b := body(inner, data)
			inner, err = entity.Parse(entity.Bytes(b), int64(len(b)), nil)
			require.NoError(t, err)
		}
		l.original = headerMessage(inner, nil)
		l.msg.Attachments = append(l.msg.Attachments, &mapi.Attachment{Embedded: l.original})
	}
	human := found.Human
	if human == nil {
		human = root
	}
	if text := firstText(human); text != nil && text != found.Content {
		cs, ok := entity.LookupCharset(text.Type.Param("charset"))
		if !ok {
			cs = entity.USASCII
		}
		props.PidTagBody.Set(l.msg, strings.ReplaceAll(cs.Decode(body(text, data)), "\x00", ""))
	}
	return l
}

func firstText(p *entity.Part) *entity.Part {
	if strings.HasPrefix(p.Type.Type, "text/") || p.Type.IsMultipart() && len(p.Parts) == 0 {
		return p
	}
	for _, c := range p.Parts {
		if f := firstText(c); f != nil {
			return f
		}
	}
	return nil
}

func body(p *entity.Part, data []byte) []byte {
	b, _, _, _ := entity.DecodeBytes(entity.EncodingOf(&p.Header), data[p.Body.Start:p.Body.End])
	return b
}

// headerMessage is a message of a header alone; data is the mail, to keep the
// header's text.
func headerMessage(p *entity.Part, data []byte) *mapi.Message {
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, "IPM.Note")
	if s := p.Header.Text("Subject"); s != "" {
		props.PidTagSubject.Set(m, s)
	}
	if s := string(p.Header.Get("Message-Id")); s != "" {
		props.PidTagInternetMessageId.Set(m, strings.ToValidUTF8(s, "?"))
	}
	if at, ok := entity.ParseDate(p.Header.Get("Date")); ok {
		props.PidTagClientSubmitTime.Set(m, at)
	}
	for _, a := range entity.ParseAddresses(p.Header.Get("From")) {
		props.PidTagSentRepresentingName.Set(m, a.Name)
		props.PidTagSentRepresentingSmtpAddress.Set(m, a.Addr)
		props.PidTagSenderName.Set(m, a.Name)
		props.PidTagSenderSmtpAddress.Set(m, a.Addr)
		break
	}
	for _, a := range entity.ParseAddresses(p.Header.Get("To")) {
		r := &mapi.Recipient{}
		props.PidTagRecipientType.Set(r, mapi.RecipientTo)
		props.PidTagDisplayName.Set(r, a.Name)
		props.PidTagAddressType.Set(r, "SMTP")
		props.PidTagEmailAddress.Set(r, a.Addr)
		props.PidTagSmtpAddress.Set(r, a.Addr)
		m.Recipients = append(m.Recipients, r)
	}
	if data != nil {
		props.PidTagTransportMessageHeaders.Set(m, strings.ToValidUTF8(strings.ReplaceAll(string(data[p.Head.Start:p.Head.End]), "\x00", ""), "?"))
	}
	return m
}
