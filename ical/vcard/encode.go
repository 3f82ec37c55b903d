package vcard

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/body"
	"github.com/okapi-mail/okapi/props"
)

// EncodeOptions say how cards are written. The zero value and nil mean the defaults.
type EncodeOptions struct {
	// Version is that of the cards. "" means the one that a message came in, and
	// 3.0 for others.
	Version Version

	// ProductID is the PRODID of messages that were no cards before. "" means
	// that of okapi; version 2.1 has none.
	ProductID string

	// Report is told what a card cannot say: see RuleMembers and RuleBody. nil
	// means nobody.
	Report func(Issue)
}

// Encode writes a card for each contact and distribution list. A message of another
// class is ErrNoSupport; the cards before it are written.
func Encode(w io.Writer, msgs []*mapi.Message, opts *EncodeOptions) error {
	out := newWriter(w)
	for i, m := range msgs {
		c, err := FromMessage(m, opts)
		if err != nil {
			out.flush()
			return &mapi.Error{Op: "vcard.Encode", Code: mapi.CodeOf(err), Err: fmt.Errorf("message %d: %w", i, err)}
		}
		out.card(c)
	}
	if err := out.flush(); err != nil {
		return &mapi.Error{Op: "vcard.Encode", Code: mapi.ErrCallFailed, Err: err}
	}
	return nil
}

// FromMessage returns the card of a contact or distribution list. The error is
// ErrNoSupport for other messages, or that of reading a photo which is a stream.
func FromMessage(m *mapi.Message, opts *EncodeOptions) (*Card, error) {
	var o EncodeOptions
	if opts != nil {
		o = *opts
	}
	if o.ProductID == "" {
		o.ProductID = "-//okapi//vcard//EN"
	}
	if o.Report == nil {
		o.Report = func(Issue) {}
	}
	class := props.PidTagMessageClass.Or(m, "IPM.Contact")
	if !isClass(class, "IPM.Contact") && !isClass(class, "IPM.DistList") {
		return nil, fmt.Errorf("%w: %s is no contact", mapi.ErrNoSupport, class)
	}
	var old *Card
	if s := text(m, SourceForm()); s != "" {
		old = parseSource(s)
	}
	version := o.Version
	if version == "" {
		version = V3
		if old != nil {
			version = cmpVersion(old.Version)
		}
	}
	if err := readable(m); err != nil {
		return nil, err
	}
	g := generator{msg: m, version: version.form(), list: isClass(class, "IPM.DistList"), report: o.Report}
	if err := g.all(); err != nil {
		return nil, err
	}
	c := &Card{Version: version}
	if old != nil {
		c.Props = g.merge(old)
		return c, nil
	}
	if g.version != V21 {
		c.AddText("PRODID", o.ProductID)
	}
	for i := range g.lines {
		c.Props = append(c.Props, g.finished(&g.lines[i]))
	}
	return c, nil
}

// readable fails when a text of the message is a stream that cannot be read, so that
// no card lacks it silently.
func readable(m *mapi.Message) error {
	for p, v := range m.All() {
		if s, ok := v.(mapi.Stream); ok && (p.Type == mapi.PtypString || p.Type == mapi.PtypString8) {
			if _, err := mapi.ReadValue(p.Type, s, props.MaxValue); err != nil {
				return fmt.Errorf("%s: %w", p, err)
			}
		}
	}
	return nil
}

// isClass reports whether a message class is one, or derived from it.
func isClass(class, base string) bool {
	n := len(base)
	return len(class) >= n && strings.EqualFold(class[:n], base) && (len(class) == n || class[n] == '.')
}

// A generated property, and what it is the value of.
type generated struct {
	slot slot
	prop Prop
}

// A generator writes the properties of one message.
type generator struct {
	msg     *mapi.Message
	version Version
	list    bool
	lines   []generated
	report  func(Issue)

	photo         []byte
	digest, media string // of a photo whose data are elsewhere
}

// add appends a property in the form of version 3.0.
func (g *generator) add(s slot, p Prop) {
	g.lines = append(g.lines, generated{s, convert(p, V3, g.version)})
}

// addText appends a text that is not empty.
func (g *generator) addText(s slot, name, text string) {
	if text != "" {
		g.add(s, Prop{Name: name, Value: line.Escape(text)})
	}
}

func (g *generator) all() error {
	g.lines = make([]generated, 0, 24)
	if g.list {
		g.group()
		g.common()
		return nil
	}
	g.names()
	g.addresses()
	g.phones()
	g.emails()
	g.im()
	g.urls()
	g.date("bday", "BDAY", props.PidTagBirthday.Prop(), props.PidLidBirthdayLocal.Prop())
	anniversary := "X-MS-ANNIVERSARY"
	if g.version == V4 {
		anniversary = "ANNIVERSARY"
	}
	g.date("anniversary", anniversary, props.PidTagWeddingAnniversary.Prop(), props.PidLidWeddingAnniversaryLocal.Prop())
	g.people()
	g.fields()
	if g.digest != "" {
		g.add("photo", inlineProp("PHOTO", mediaKind(g.media), g.digest))
	}
	err := g.binaries()
	g.common()
	return err
}

// common writes what contacts and lists have.
func (g *generator) common() {
	m := g.msg
	g.addText("note", "NOTE", g.note())
	if words := props.PidNameKeywords.Or(m, nil); len(words) > 0 {
		var b []byte
		for i, w := range words {
			if i > 0 {
				b = append(b, ',')
			}
			b = line.AppendEscaped(b, w)
		}
		g.add("categories", Prop{Name: "CATEGORIES", Value: string(b)})
	}
	switch props.PidTagSensitivity.Or(m, mapi.SensitivityNone) {
	case mapi.SensitivityPersonal, mapi.SensitivityPrivate:
		g.add("class", Prop{Name: "CLASS", Value: "PRIVATE"})
	case mapi.SensitivityConfidential:
		g.add("class", Prop{Name: "CLASS", Value: "CONFIDENTIAL"})
	}
	if uid := text(m, UID()); uid != "" {
		g.add("uid", Prop{Name: "UID", Value: uri(uid)})
	}
	if t, ok := props.PidTagLastModificationTime.Get(m); ok {
		layout := "20060102T150405Z"
		if g.version == V3 {
			layout = time.RFC3339
		}
		g.add("rev", Prop{Name: "REV", Value: t.UTC().Truncate(time.Second).Format(layout)})
	}
}

// note is the text of the body. Outlook keeps the notes of a contact in RTF.
func (g *generator) note() string {
	if g.msg.Has(props.PidTagBody.Prop()) {
		return text(g.msg, props.PidTagBody.Prop())
	}
	if !g.msg.Has(props.PidTagRtfCompressed.Prop()) && !g.msg.Has(props.PidTagHtml.Prop()) {
		return ""
	}
	s, err := body.Text(g.msg, nil)
	if err != nil {
		g.report(Issue{Rule: RuleBody, Detail: err.Error()})
		return ""
	}
	return strings.TrimRight(s, "\r\n")
}

// finished is a generated property with the data of its photo.
func (g *generator) finished(l *generated) Prop {
	if l.slot == "photo" {
		return withData(l.prop, g.photo)
	}
	return l.prop
}
