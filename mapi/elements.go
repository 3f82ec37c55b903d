package mapi

import (
	"bufio"
	"io"
	"iter"
	"time"
	"unicode/utf8"
)

// elements yields the single values of a multiple value.
func elements(v Value) iter.Seq[Value] {
	switch v := v.(type) {
	case []int16:
		return each(v)
	case []int32:
		return each(v)
	case []int64:
		return each(v)
	case []float32:
		return each(v)
	case []float64:
		return each(v)
	case []Currency:
		return each(v)
	case []FloatingTime:
		return each(v)
	case []string:
		return each(v)
	case []time.Time:
		return each(v)
	case []GUID:
		return each(v)
	case [][]byte:
		return each(v)
	}
	return func(func(Value) bool) {}
}

func each[T any](vs []T) iter.Seq[Value] {
	return func(yield func(Value) bool) {
		for _, v := range vs {
			if !yield(v) {
				return
			}
		}
	}
}

// sizeInRestriction is the size that a [SizeRestriction] compares: that of the
// value on the wire, where strings have two bytes for each UTF-16 unit and no
// terminator.
func sizeInRestriction(t Type, v Value) (int64, error) {
	switch v := v.(type) {
	case nil:
		return 0, nil
	case string:
		return sizeUTF16(v), nil
	case []string:
		var n int64
		for _, s := range v {
			n += sizeUTF16(s)
		}
		return n, nil
	case Stream:
		if t.IsString() {
			return streamSizeUTF16(v)
		}
		return v.Size(), nil
	}
	if base := t.Base(); valueFits(base, v) {
		return SizeOf(base, v), nil // also one instance of a multiple value
	}
	return SizeOf(t&^MultiInstance, v), nil
}

func sizeUTF16(s string) (n int64) {
	for _, r := range s {
		n += runeSizeUTF16(r)
	}
	return n
}

func streamSizeUTF16(s Stream) (n int64, err error) {
	r, err := s.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	b := bufio.NewReader(r)
	for {
		c, _, err := b.ReadRune()
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		n += runeSizeUTF16(c)
	}
}

func runeSizeUTF16(r rune) int64 {
	if utf8.RuneLen(r) == utf8.UTFMax {
		return 4
	}
	return 2
}
