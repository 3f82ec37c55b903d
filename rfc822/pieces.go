package rfc822

import (
	"bytes"
	"io"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
	"github.com/okapi-mail/okapi/rfc822/tnef"
)

// pieces opens what of the original mail can be written again. The caller closes
// it. It is nil when nothing can.
func (g *generator) pieces(msg *mapi.Message) *original {
	if g.opts.Regenerate {
		return nil
	}
	o, _ := openPieces(msg) // a recipe that cannot be read is no reason not to write the mail
	return o
}

// sameContent writes the mail with the body that it had, byte for byte, so that
// signatures in it stay valid, after new header fields when those have changed. The
// part with a second form of the message is written anew when that is not true any
// more. sameContent reports false when it cannot be done, and then nothing was written.
func (g *generator) sameContent(o *original, msg *mapi.Message, h fields) (bool, error) {
	if o.changed.content || o.body > maxHeaderText || o.body > o.size {
		return false, nil
	}
	second, ok, err := g.secondForm(o, msg)
	if err != nil || !ok {
		return false, err
	}
	var raw bytes.Buffer
	if err := o.copyRange(&raw, entity.Range{End: o.body}); err != nil {
		return false, nil
	}
	newFields := o.changed.header || g.opts.Transport && hasBcc(msg)
	if !newFields {
		h = nil
	}
	if newFields || second != nil && o.isWhole(o.carrier.at) {
		head, ok := o.newHead(raw.Bytes(), h, second)
		if !ok {
			return false, nil
		}
		raw = *bytes.NewBuffer(head)
	}
	if _, err := g.w.Write(raw.Bytes()); err != nil {
		return true, err
	}
	rest := entity.Range{Start: o.body, End: o.size}
	if second != nil {
		if o.isWhole(o.carrier.at) {
			return true, second.body(g.w)
		}
		if err := o.copyRange(g.w, entity.Range{Start: o.body, End: o.carrier.at.Start}); err != nil {
			return true, err
		}
		if err := g.entity(second, nil); err != nil {
			return true, err
		}
		rest.Start = o.carrier.at.End
	}
	return true, o.copyRange(g.w, rest)
}

// newHead is the header of a mail whose body stays, or becomes that of second: the
// fields in h, or those that there were when h is nil, and the fields that tell how the
// body is to be read.
func (o *original) newHead(raw []byte, h fields, second *node) ([]byte, bool) {
	part, err := entity.Parse(entity.Bytes(raw), int64(len(raw)), nil)
	if err != nil {
		return nil, false
	}
	var same, content []byte
	for f := range part.Header.All() {
		to := &same
		switch {
		case f.Malformed():
			continue
		case isContentField(f):
			to = &content
		}
		*to = append(*to, bytes.TrimRight(f.Raw, " \t\r\n")...) // a blank line at its end could end the header here
		*to = append(*to, "\r\n"...)
	}
	head := make([]byte, 0, h.size()+256)
	if h != nil {
		head = h.append(head)
	} else {
		head = append(head, same...)
	}
	if second != nil && o.isWhole(o.carrier.at) {
		head = second.header.append(head)
	} else {
		head = append(head, content...)
	}
	head = append(head, "\r\n"...)
	if bytes.IndexByte(raw, '\n') >= 0 && !bytes.Contains(raw, []byte("\r\n")) {
		head = bytes.ReplaceAll(head, []byte("\r\n"), []byte("\n")) // as the body has it
	}
	return head, true
}

// isWhole reports whether a part is the mail itself.
func (o *original) isWhole(at entity.Range) bool { return at.Start == 0 && at.End == o.size }

// secondForm makes the part anew in which the mail has a second form of the message,
// when that does not say any more what the message says. It is nil when the part can
// stay. ok is false when it can neither stay nor be replaced.
func (g *generator) secondForm(o *original, msg *mapi.Message) (n *node, ok bool, err error) {
	at := o.carrier.at
	whole := o.isWhole(at)
	switch {
	case o.carrier.kind == noCarrier || !o.changed.any():
		return nil, true, nil
	case at.Len() <= 0 || !whole && (at.Start < o.body || at.End > o.size),
		o.carrier.kind == inTNEF && g.opts.TNEF == TNEFNever:
		return nil, !o.changed.carried, nil
	}
	key := correlator(tnef.CorrelationKey(msg))
	if own, ok := props.PidTagTnefCorrelationKey.Get(msg); ok && o.carrier.kind == inTNEF && !sameKey(string(own), key) {
		return nil, !o.changed.carried, nil // the header has one that no stream could answer
	}
	alone := &mapi.Message{Properties: msg.Properties, Recipients: msg.Recipients}
	for i, a := range msg.Attachments {
		if _, own := o.partOf(i); !own { // the others are parts of the mail
			alone.Attachments = append(alone.Attachments, a)
		}
	}
	if o.carrier.kind == inTNEF {
		return winmailNode(alone, key), true, nil
	}
	n, err = g.calendarBeside(alone)
	return n, err == nil, err
}

// isContentField: fields that tell how the body is to be read.
func isContentField(f *entity.Field) bool {
	return len(f.Key()) > 8 && bytes.EqualFold(f.Key()[:8], []byte("content-")) &&
		!f.Is("Content-Class") && !f.Is("Content-Language")
}

// samePart is the part of an attachment as the original mail has it, or nil.
func (g *generator) samePart(o *original, place int) *node {
	if o == nil {
		return nil
	}
	at, ok := o.partOf(place)
	if !ok {
		return nil
	}
	return &node{raw: func(w io.Writer) error {
		if o.at > at.Start {
			again, err := openPieces(o.msg)
			if err != nil {
				return err
			}
			defer again.Close()
			return again.copyRange(w, at)
		}
		return o.copyRange(w, at)
	}}
}

func (o *original) copyRange(w io.Writer, at entity.Range) error {
	if err := o.seek(at.Start); err != nil {
		return err
	}
	return o.copyTo(w, at.Len())
}
