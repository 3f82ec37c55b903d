package rfc822

import (
	"bytes"
	"io"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// pieces opens what of the original mail can be written again. The caller closes
// it. It is nil when nothing can.
func (g *generator) pieces(msg *mapi.Message) (o *original, same bool) {
	if g.opts.Regenerate {
		return nil, false
	}
	return openPieces(msg)
}

// sameContent writes new header fields before the body of the original mail, byte
// for byte: signatures in it stay valid. It reports false when that cannot be
// done, and then nothing was written.
func (g *generator) sameContent(o *original, h fields) (bool, error) {
	if o.body > maxHeaderText || o.body > o.size {
		return false, nil
	}
	raw := make([]byte, o.body)
	if _, err := io.ReadFull(o, raw); err != nil {
		return false, nil
	}
	part, err := entity.Parse(entity.Bytes(raw), int64(len(raw)), nil)
	if err != nil {
		return false, nil
	}
	head := h.append(make([]byte, 0, h.size()+256))
	for f := range part.Header.All() {
		if !f.Malformed() && isContentField(f) {
			head = append(bytes.TrimRight(append(head, f.Raw...), "\r\n"), "\r\n"...)
		}
	}
	head = append(head, "\r\n"...)
	if bytes.IndexByte(raw, '\n') >= 0 && !bytes.Contains(raw, []byte("\r\n")) {
		head = bytes.ReplaceAll(head, []byte("\r\n"), []byte("\n")) // as the body has it
	}
	if _, err := g.w.Write(head); err != nil {
		return true, err
	}
	o.at = o.body
	return true, o.copyTo(g.w, o.size-o.body)
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
			again, _ := openPieces(o.msg)
			if again == nil {
				return damagedStep(at.Len())
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
