package content

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/okapi-mail/okapi/mapi"
)

// A source is a value to be put: either its bytes or its stream.
type source struct {
	data   []byte
	stream mapi.Stream // nil: data has it all
	size   int64
}

// digested is the content that v says it is, without being read.
func digested(v mapi.Value) (content Content, ok bool) {
	s, ok := v.(mapi.Stream)
	if !ok {
		return content, false
	}
	d, ok := v.(mapi.Digester)
	if !ok {
		return content, false
	}
	sum, ok := d.Digest()
	return Content{sum, s.Size()}, ok
}

func sourceOf(v mapi.Value) (source, error) {
	switch v := v.(type) {
	case []byte:
		return source{data: v, size: int64(len(v))}, nil
	case mapi.Object:
		return source{data: v, size: int64(len(v))}, nil
	case string:
		return source{data: []byte(v), size: int64(len(v))}, nil
	case mapi.Stream:
		src := source{stream: v, size: v.Size()}
		if src.size < 0 {
			return src, corrupt("stream of %d bytes", src.size)
		}
		return src, nil
	}
	return source{}, fmt.Errorf("content: %w: %T", mapi.ErrUnexpectedType, v)
}

func (s source) open() (io.ReadCloser, error) {
	if s.stream != nil {
		return s.stream.Open()
	}
	return io.NopCloser(bytes.NewReader(s.data)), nil
}

// read returns all bytes of a small source.
func (s source) read() ([]byte, error) {
	if s.stream == nil {
		return s.data, nil
	}
	r, err := s.stream.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data := make([]byte, s.size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, shorter(err)
	}
	return data, atEnd(r)
}

// hash reads the source once for its digest.
func (s source) hash(ctx context.Context) (d Digest, err error) {
	if s.stream == nil {
		return sha256.Sum256(s.data), nil
	}
	err = s.pieces(ctx, func(hash Digest, _ []byte) error {
		d = hash
		return nil
	}, true)
	return d, err
}

// pieces hands the source over in pieces of stageSize, and with the last one,
// which is empty, the digest of all. When hashOnly is set there is only the
// last.
func (s source) pieces(ctx context.Context, yield func(Digest, []byte) error, hashOnly bool) error {
	r, err := s.open()
	if err != nil {
		return err
	}
	defer r.Close()
	sum := sha256.New()
	buf := make([]byte, stageSize)
	for left := s.size; left > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		piece := buf[:min(left, stageSize)]
		if _, err := io.ReadFull(r, piece); err != nil {
			return shorter(err)
		}
		left -= int64(len(piece))
		sum.Write(piece)
		if hashOnly {
			continue
		}
		if err := yield(Digest{}, piece); err != nil {
			return err
		}
	}
	if err := atEnd(r); err != nil {
		return err
	}
	return yield(Digest(sum.Sum(nil)), nil)
}

func shorter(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return corrupt("stream is shorter than it said")
	}
	return err
}

func atEnd(r io.Reader) error {
	switch n, err := io.ReadFull(r, make([]byte, 1)); {
	case n > 0:
		return corrupt("stream is longer than it said")
	case err != io.EOF:
		return err
	}
	return nil
}
