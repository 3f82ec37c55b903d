package rfc822

import (
	"bufio"
	"fmt"
	"io"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// The files in winmail.dat become attachments, and are large. So that they are not kept
// twice, the recipe makes the stream of them and of the bytes between them.

// A placed is an attachment whose content stands in a stream.
type placed struct {
	attachment *mapi.Attachment
	at         entity.Range // in the stream
}

const (
	// minWrapped is how many bytes of files make it worth to take a stream apart.
	minWrapped = 4 << 10

	// maxBetween bounds the bytes of a stream that are no files. They are held in
	// memory; when there are more, all stay in the recipe as they came.
	maxBetween = 1 << 20
)

// wrap lets the recipe refer to the files in the TNEF stream p.
func (m *message) wrap(p *entity.Part) {
	list, sum := m.files()
	if sum < minWrapped {
		return
	}
	enc := encodingOf(p)
	r := entity.NewDecoder(enc, m.src.section(p.Body))
	var steps []byte
	pos, between := int64(0), int64(0)
	for _, f := range list {
		gap := f.at.Start - pos
		if between += gap; between > maxBetween {
			return
		}
		var err error
		if steps, err = appendRead(steps, r, gap); err != nil {
			return // of reading, which the stream itself has met before
		}
		s := step{op: opAttachment, index: f.index, length: f.at.Len()}
		steps = s.append(steps)
		if _, err := io.CopyN(io.Discard, r, f.at.Len()); err != nil {
			return
		}
		pos = f.at.End
	}
	last, err := io.ReadAll(io.LimitReader(r, maxBetween-between+1))
	if err != nil || between+int64(len(last)) > maxBetween {
		return
	}
	steps = append(appendLiteral(steps, entity.Range{End: int64(len(last))}), last...)
	layout, exact := entity.Layout{Encoding: entity.Identity}, p.Body.Len()
	if enc != entity.Identity && enc != entity.Unknown {
		var ok bool
		if layout, exact, ok = r.Layout(); !ok {
			return
		}
	}
	m.recipe.wrapped = steps
	m.recipe.add(p.Body.Start, exact, step{op: opWrapped, layout: layout, skip: int64(len(steps))})
}

// A file is an attachment of the message, and where its content stands in the stream.
type file struct {
	index int
	at    entity.Range
}

// files are the attachments of the stream, in its order, and how many bytes they have.
func (m *message) files() (list []file, sum int64) {
	index := make(map[*mapi.Attachment]int, len(m.Attachments))
	for i, a := range m.Attachments {
		index[a] = i
	}
	pos := int64(0)
	for _, w := range m.wrapped {
		i, here := index[w.attachment]
		size := valueLen(w.attachment.Get(props.PidTagAttachDataBinary.Prop()))
		if here && w.at.Start >= pos && size >= minReference && size == w.at.Len() {
			list = append(list, file{i, w.at})
			sum += size
			pos = w.at.End
		}
	}
	return list, sum
}

// appendRead appends a literal step with the next n bytes of r.
func appendRead(b []byte, r io.Reader, n int64) ([]byte, error) {
	b = appendLiteral(b, entity.Range{End: n})
	start := len(b)
	b = append(b, make([]byte, n)...)
	_, err := io.ReadFull(r, b[start:])
	return b, err
}

// openWrapped opens a content that is made by steps of its own, which follow in the
// recipe.
func (o *original) openWrapped(s step) error {
	if o.depth >= maxEmbedding {
		return fmt.Errorf("%w: source form: steps within steps", mapi.ErrCorruptData)
	}
	own := &io.LimitedReader{R: o.steps, N: s.skip}
	o.read(&original{
		msg: o.msg, place: o.place, depth: o.depth + 1,
		recipe: rest{own}, steps: bufio.NewReaderSize(own, 512),
	}, s)
	return nil
}

// A rest is what is left of the steps of a content. It is passed over at the end.
type rest struct{ *io.LimitedReader }

// Close implements io.Closer.
func (r rest) Close() error {
	_, err := io.Copy(io.Discard, r.LimitedReader)
	return err
}
