package rfc822

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// A Fragment is one of the pieces in which a mail was sent (message/partial, RFC 2046
// section 5.2.2). Pieces of one mail have the same ID; who joins them should take only
// those of one sender, because anybody can write an ID.
type Fragment struct {
	ID     string
	Number int // from 1
	Total  int // how many there are; 0 when this piece does not say

	open   func() (io.ReadCloser, error)
	header []byte // of the first piece, with the blank line; of others nil
	body   int64  // where the body begins
	enc    entity.Encoding
}

// Bounds of fragments.
const (
	maxFragments      = 10_000
	maxFragmentHeader = 256 << 10 // of one, and of the mail within the first
)

// ReadFragment looks whether a mail is a piece of another one. It reads the header, at
// most 256 KiB; [JoinFragments] opens the mail again. The error is [mapi.ErrNotFound]
// for a mail that is no piece, [mapi.ErrCorruptData] for one that does not say which,
// or that of reading.
//
// Of a message that was decoded, open is a function that calls [Source].
func ReadFragment(open func() (io.ReadCloser, error)) (*Fragment, error) {
	f, err := readFragment(open)
	if err != nil {
		return nil, &mapi.Error{Op: "rfc822.ReadFragment", Code: mapi.CodeOf(err), Err: err}
	}
	return f, nil
}

func readFragment(open func() (io.ReadCloser, error)) (*Fragment, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	start, part, err := readStart(r)
	if err != nil {
		return nil, err
	}
	if part.Type.Type != "message/partial" {
		return nil, fmt.Errorf("%w: %s is no piece of a mail", mapi.ErrNotFound, part.Type.Type)
	}
	f := &Fragment{ID: part.Type.Param("id"), open: open, body: part.Body.Start, enc: encodingOf(part)}
	if f.Number, err = pieceNumber(part.Type.Param("number")); err != nil || f.Number == 0 || f.ID == "" {
		return nil, fmt.Errorf("%w: a piece without an id or a number", mapi.ErrCorruptData)
	}
	if f.Total, err = pieceNumber(part.Type.Param("total")); err != nil || f.Total != 0 && f.Total < f.Number {
		return nil, fmt.Errorf("%w: piece %d of %q", mapi.ErrCorruptData, f.Number, part.Type.Param("total"))
	}
	if f.Number == 1 {
		f.header = bytes.Clone(start[:f.body])
	}
	return f, nil
}

// pieceNumber reads a count; "" is 0.
func pieceNumber(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxFragments {
		return 0, fmt.Errorf("%w: number %q", mapi.ErrCorruptData, s)
	}
	return n, nil
}

// readStart reads the header of a mail with some of its body.
func readStart(r io.Reader) ([]byte, *entity.Part, error) {
	start, err := io.ReadAll(io.LimitReader(r, maxFragmentHeader))
	if err != nil {
		return nil, nil, err
	}
	// Only the header is looked at: what is in a multipart need not be found.
	part, err := entity.Parse(entity.Bytes(start), int64(len(start)), &entity.Options{MaxParts: 1, MaxDepth: 1})
	if err != nil {
		return nil, nil, err
	}
	if part.Body.Start == int64(len(start)) && len(start) == maxFragmentHeader {
		return nil, nil, fmt.Errorf("%w: a header of more than %d bytes", mapi.ErrTooBig, maxFragmentHeader)
	}
	return start, part, nil
}

// JoinFragments returns the mail that was sent in pieces. They may be in any order; of
// two with the same number the first one in the list counts. The pieces are opened one
// after the other while the mail is read, and nothing large is held in memory. The
// caller closes the reader.
//
// The error is [mapi.ErrNotFound] while pieces are missing, and [mapi.ErrCorruptData]
// for pieces of several mails, or which do not agree how many they are.
func JoinFragments(list []*Fragment) (io.ReadCloser, error) {
	pieces, err := arrangeFragments(list)
	if err == nil {
		var joined *joinedFragments
		if joined, err = openFragments(pieces); err == nil {
			return joined, nil
		}
	}
	return nil, &mapi.Error{Op: "rfc822.JoinFragments", Code: mapi.CodeOf(err), Err: err}
}

// arrangeFragments puts the pieces in order.
func arrangeFragments(list []*Fragment) ([]*Fragment, error) {
	total := 0
	for _, f := range list {
		switch {
		case f.ID != list[0].ID:
			return nil, fmt.Errorf("%w: pieces of several mails: %q and %q", mapi.ErrCorruptData, list[0].ID, f.ID)
		case f.Total != 0 && total != 0 && f.Total != total:
			return nil, fmt.Errorf("%w: pieces of %d, and of %d", mapi.ErrCorruptData, total, f.Total)
		case f.Total != 0:
			total = f.Total
		}
	}
	if total == 0 {
		return nil, fmt.Errorf("%w: none of %d pieces says how many they are", mapi.ErrNotFound, len(list))
	}
	pieces := make([]*Fragment, total)
	missing := total
	for _, f := range list {
		if f.Number > total {
			return nil, fmt.Errorf("%w: piece %d of %d", mapi.ErrCorruptData, f.Number, total)
		}
		if pieces[f.Number-1] == nil {
			pieces[f.Number-1] = f
			missing--
		}
	}
	if missing > 0 {
		return nil, fmt.Errorf("%w: %d pieces of %d are missing", mapi.ErrNotFound, missing, total)
	}
	return pieces, nil
}

// joinedFragments reads the bodies of pieces one after the other.
type joinedFragments struct {
	pieces []*Fragment // those that are not open yet
	head   []byte      // what comes before what is open
	open   io.ReadCloser
	body   io.Reader // of what is open
	last   byte      // that was read
}

// openFragments makes the header of the mail: the fields of the first piece, but what
// they say of its content is what the mail within says (RFC 2046 section 5.2.2.1).
func openFragments(pieces []*Fragment) (*joinedFragments, error) {
	j := &joinedFragments{pieces: pieces}
	if err := j.next(); err != nil {
		return nil, err
	}
	inner := bufio.NewReaderSize(j.body, maxFragmentHeader)
	start, err := inner.Peek(maxFragmentHeader)
	if err != nil && err != io.EOF {
		j.Close()
		return nil, err
	}
	_, within, err := readStart(bytes.NewReader(start))
	if err != nil {
		j.Close()
		return nil, err
	}
	_, around, err := readStart(bytes.NewReader(pieces[0].header))
	if err != nil {
		j.Close()
		return nil, err
	}
	j.head = appendFields(j.head, around, func(f *entity.Field) bool { return !isOfTheMailWithin(f) })
	j.head = appendFields(j.head, within, isOfTheMailWithin)
	j.head = append(j.head, "\r\n"...)
	if _, err := inner.Discard(int(within.Body.Start)); err != nil {
		j.Close()
		return nil, err
	}
	j.body, j.last = inner, '\n'
	return j, nil
}

// isOfTheMailWithin: fields that a mail in pieces has within, and the pieces of
// their own.
func isOfTheMailWithin(f *entity.Field) bool {
	return len(f.Key()) > 8 && bytes.EqualFold(f.Key()[:8], []byte("content-")) ||
		f.Is("Subject") || f.Is("Message-ID") || f.Is("Encrypted") || f.Is("MIME-Version")
}

func appendFields(head []byte, p *entity.Part, which func(*entity.Field) bool) []byte {
	for f := range p.Header.All() {
		if !f.Malformed() && which(f) {
			head = append(append(head, bytes.TrimRight(f.Raw, "\r\n")...), "\r\n"...)
		}
	}
	return head
}

// next opens the next piece.
func (j *joinedFragments) next() error {
	f := j.pieces[0]
	r, err := f.open()
	if err != nil {
		return err
	}
	if err := skip(r, f.body); err != nil {
		r.Close()
		return fmt.Errorf("%w: piece %d: %w", mapi.ErrCorruptData, f.Number, err)
	}
	j.pieces, j.open, j.body = j.pieces[1:], r, r
	// QUIRK: RFC 2046 allows no encoding of pieces; some gateways encode them.
	if f.enc != entity.Identity && f.enc != entity.Unknown {
		j.body = entity.NewDecoder(f.enc, r)
	}
	return nil
}

// Read implements io.Reader.
func (j *joinedFragments) Read(p []byte) (int, error) {
	for {
		if len(j.head) > 0 {
			n := copy(p, j.head)
			j.head = j.head[n:]
			return n, nil
		}
		if j.open == nil {
			if len(j.pieces) == 0 {
				return 0, io.EOF
			}
			if err := j.next(); err != nil {
				return 0, err
			}
		}
		n, err := j.body.Read(p)
		if n > 0 {
			j.last = p[n-1]
		}
		if err == io.EOF {
			err = j.endOfPiece()
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// endOfPiece closes a piece. A mail is broken at the ends of lines: a piece whose last
// one lacks its end has lost it on the way.
func (j *joinedFragments) endOfPiece() error {
	if j.last != '\n' && len(j.pieces) > 0 {
		j.head, j.last = []byte("\r\n"), '\n'
	}
	return j.Close()
}

// Close implements io.Closer.
func (j *joinedFragments) Close() error {
	if j.open == nil {
		return nil
	}
	err := j.open.Close()
	j.open, j.body = nil, nil
	return err
}
