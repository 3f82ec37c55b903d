package mapi

import (
	"bytes"
	"fmt"
	"io"
)

// OpenValue opens the string or binary property p of obj, whether it is held in
// memory or is a [Stream]. It returns the reader and the size in bytes, and
// [ErrNotFound] when p is absent. The caller closes the reader.
func OpenValue(obj Getter, p Prop) (io.ReadCloser, int64, error) {
	switch v := obj.Get(p).(type) {
	case nil:
		return nil, 0, &Error{Op: "mapi.OpenValue", Code: ErrNotFound, Prop: p}
	case Stream:
		r, err := v.Open()
		return r, v.Size(), err
	case []byte:
		return byteReader{bytes.NewReader(v)}, int64(len(v)), nil
	case Object:
		return byteReader{bytes.NewReader(v)}, int64(len(v)), nil
	case string:
		return byteReader{bytes.NewReader([]byte(v))}, int64(len(v)), nil
	default:
		return nil, 0, &Error{Op: "mapi.OpenValue", Code: ErrNoSupport, Prop: p,
			Err: fmt.Errorf("a %T is no stream", v)}
	}
}

// ReadValue returns v with a [Stream] read into memory as t, which is a string
// or binary type. It reports [ErrTooBig] when the stream is longer than max bytes, and
// [ErrCorruptData] when it has not the size that it said.
func ReadValue(t Type, v Value, max int64) (Value, error) {
	s, ok := v.(Stream)
	if !ok {
		return v, nil
	}
	if s.Size() > max {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooBig, s.Size())
	}
	b, err := readAll(s)
	if err != nil {
		return nil, err
	}
	switch {
	case t.IsString():
		return string(b), nil
	case t == PtypObject:
		return Object(b), nil
	}
	return b, nil
}

func readAll(s Stream) ([]byte, error) {
	r, err := s.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b := make([]byte, max(s.Size(), 0)+1) // one more, to see the end
	n, err := io.ReadFull(r, b)
	switch {
	case err == nil || err == io.EOF || err == io.ErrUnexpectedEOF:
		if int64(n) != s.Size() {
			return nil, fmt.Errorf("%w: stream has not the size that it said, %d", ErrCorruptData, s.Size())
		}
		return b[:n:n], nil
	default:
		return nil, err
	}
}

// SizeOf is the number of bytes that v takes: UTF-8 for strings, the wire size
// for values of fixed size, the sum for multiple values.
func SizeOf(t Type, v Value) int64 {
	switch v := v.(type) {
	case nil:
		return 0
	case string:
		return int64(len(v))
	case []byte:
		return int64(len(v))
	case Object:
		return int64(len(v))
	case ServerID:
		return int64(len(v))
	case Stream:
		return v.Size()
	case []string:
		var n int64
		for _, s := range v {
			n += int64(len(s))
		}
		return n
	case [][]byte:
		var n int64
		for _, s := range v {
			n += int64(len(s))
		}
		return n
	}
	if t.IsMultiple() {
		return int64(countValues(t, v)) * int64(t.Base().FixedSize())
	}
	return int64(t.FixedSize())
}

type byteReader struct{ *bytes.Reader }

func (byteReader) Close() error { return nil }
