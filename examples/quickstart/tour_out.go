package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

// look prints a message property by property, under the names that the
// specifications of MAPI use.
func (t *tour) look(ctx context.Context) error {
	t.title("A message is its properties")
	m, err := t.inbox.OpenMessage(ctx, t.ids["08-forwarded.eml"], nil)
	if err != nil {
		return err
	}
	return props.Dump(indented{t.out}, excerpt(m.Message), nil)
}

// excerpt is a message with only the properties that the tour shows.
func excerpt(m *mapi.Message) *mapi.Message {
	short := &mapi.Message{Properties: some(m, props.PidTagMessageClass, props.PidTagSubject,
		props.PidTagNormalizedSubject, props.PidTagImportance, props.PidTagClientSubmitTime,
		props.PidTagSentRepresentingName, props.PidTagBody, props.PidTagMessageFlags,
		props.PidTagInternetMessageId, props.PidTagMessageSize, props.PidTagHasAttachments)}
	for _, r := range m.Recipients {
		short.Recipients = append(short.Recipients, &mapi.Recipient{
			Properties: some(r, props.PidTagDisplayName, props.PidTagSmtpAddress, props.PidTagRecipientType)})
	}
	for _, a := range m.Attachments {
		b := &mapi.Attachment{Properties: some(a, props.PidTagAttachMethod, props.PidTagDisplayName)}
		if a.Embedded != nil {
			b.Embedded = excerpt(a.Embedded)
		}
		short.Attachments = append(short.Attachments, b)
	}
	return short
}

// some copies properties of an object.
func some(obj mapi.Getter, keys ...props.AnyKey) (bag mapi.Properties) {
	for _, k := range keys {
		if v := obj.Get(k.Prop()); v != nil {
			bag.Set(k.Prop(), v)
		}
	}
	return bag
}

// export compares every mail that comes out with what went in. The attachments
// were stored decoded and once; a recipe beside each message makes the original
// bytes from its properties.
func (t *tour) export(ctx context.Context) error {
	t.title("Mail comes out, byte for byte")
	list, err := samples()
	if err != nil {
		return err
	}
	same := 0
	for _, s := range list {
		if s.name == "10-newsletter.eml" {
			continue // it has moved to another folder
		}
		out, err := t.mail(ctx, s.name)
		if err != nil {
			return err
		}
		if !bytes.Equal(out, s.data) {
			return fmt.Errorf("%s came out differently", s.name)
		}
		same++
	}
	t.say("%d of %d exported mails are the very bytes that came in, the broken one included.", same, same)
	t.say("Flags, categories and read state were changed since; what the mails say was not.")
	return nil
}

func (t *tour) mail(ctx context.Context, name string) ([]byte, error) {
	m, err := t.inbox.OpenMessage(ctx, t.ids[name], nil)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = rfc822.Encode(&out, m.Message, nil)
	return out.Bytes(), err
}

// regenerate changes what a mail says. The old bytes would lie now, so new ones
// are made.
func (t *tour) regenerate(ctx context.Context) error {
	t.title("A changed mail is written anew")
	name := "03-japanese.eml"
	m, err := t.inbox.OpenMessage(ctx, t.ids[name], nil)
	if err != nil {
		return err
	}
	props.PidTagSubject.Set(m, "Re: "+props.PidTagSubject.Or(m, ""))
	if err := m.Save(ctx, nil); err != nil {
		return err
	}
	out, err := t.mail(ctx, name)
	if err != nil {
		return err
	}
	again, err := rfc822.Decode(bytes.NewReader(out), nil)
	if err != nil {
		return err
	}
	if props.PidTagSubject.Or(again, "") != props.PidTagSubject.Or(m, "") {
		return errors.New("the new subject did not come through")
	}
	_, err = indented{t.out}.Write(out)
	return err
}

// shared shows that the feeding plan, which came in two mails under two names and
// in two layouts of base64, is stored once.
func (t *tour) shared(ctx context.Context) error {
	t.title("Equal attachments are stored once")
	s, err := t.st.Stats(ctx)
	if err != nil {
		return err
	}
	g := newGrid("", ">Bytes")
	g.add("Contents as messages refer to them", number(s.Referenced))
	g.add(fmt.Sprintf("Contents as stored, %d of them", s.Contents), number(s.Stored))
	g.print(t.out)
	return nil
}

// changes reads the change log, which is how engines, synchronisation and search
// learn what is different since they last looked.
func (t *tour) changes(ctx context.Context) error {
	t.title("Everything that changed is in the log")
	g := newGrid(">Change", "What", "Object")
	skipped := 0
	for c, err := range t.box.Changes(ctx, 0) {
		if err != nil {
			return err
		}
		if c.Message == 0 {
			skipped++ // folders, most of them made with the mailbox
			continue
		}
		g.add(fmt.Sprint(c.Number), c.Op.String(), shortID(c.Message))
	}
	g.print(t.out)
	t.say("\n%d changes of folders are not shown. The log keeps the last change of each object.", skipped)
	return nil
}

// check verifies all that the store promises: checksums, counters, indexes,
// references, the log.
func (t *tour) check(ctx context.Context) error {
	t.title("The store checks itself")
	return check(ctx, t.out, t.st)
}
