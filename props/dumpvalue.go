package props

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/okapi-mail/okapi/mapi"
)

// value returns the text of a line's value.
func (d *dumper) value(l line) string {
	if s, ok := l.value.(mapi.Stream); ok {
		return d.stream(l.prop, s)
	}
	if l.info != nil && l.info.show != nil && l.info.Prop.Type == l.prop.Type {
		return l.info.show(l.value)
	}
	return d.format(l.value)
}

func (d *dumper) stream(p mapi.Prop, s mapi.Stream) string {
	size := fmt.Sprintf("stream, %d bytes", s.Size())
	if !d.Contents || s.Size() > MaxValue {
		return size
	}
	v, err := mapi.ReadValue(p.Type, s, MaxValue)
	if err != nil {
		return size + ": " + err.Error()
	}
	return d.format(v)
}

func (d *dumper) format(v mapi.Value) string {
	switch v := v.(type) {
	case string:
		return d.text(v)
	case []byte:
		return d.hex(v)
	case mapi.Object:
		return d.hex(v)
	case mapi.ServerID:
		return d.hex(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case mapi.Currency:
		return currency(v)
	case mapi.GUID:
		return "{" + v.String() + "}"
	case mapi.RuleActions:
		return d.actions(v)
	case mapi.Restriction:
		return d.restriction(v, 0)
	}
	return d.list(v)
}

// list formats multiple values, and what is left: numbers.
func (d *dumper) list(v mapi.Value) string {
	switch v := v.(type) {
	case []string:
		return each(v, d.text)
	case [][]byte:
		return each(v, d.hex)
	case []time.Time:
		return each(v, func(t time.Time) string { return d.format(t) })
	case []mapi.GUID:
		return each(v, func(g mapi.GUID) string { return d.format(g) })
	case []mapi.Currency:
		return each(v, currency)
	case []int16:
		return each(v, number[int16])
	case []int32:
		return each(v, number[int32])
	case []int64:
		return each(v, number[int64])
	case []float32:
		return each(v, number[float32])
	case []float64:
		return each(v, number[float64])
	case []mapi.FloatingTime:
		return each(v, number[mapi.FloatingTime])
	}
	return fmt.Sprint(v)
}

func number[T any](n T) string { return fmt.Sprint(n) }

func each[T any](list []T, format func(T) string) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = format(v)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// text quotes s and cuts it between two runes.
func (d *dumper) text(s string) string {
	if d.MaxString < 0 || len(s) <= d.MaxString {
		return strconv.Quote(s)
	}
	n := d.MaxString
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strconv.Quote(s[:n]) + cut([]byte(s))
}

func (d *dumper) hex(b []byte) string {
	if len(b) == 0 {
		return "(0 bytes)"
	}
	if d.MaxBytes < 0 || len(b) <= d.MaxBytes {
		return hex.EncodeToString(b)
	}
	return hex.EncodeToString(b[:d.MaxBytes]) + cut(b)
}

// cut stands for the rest of a long value, and tells two long values apart.
func cut(b []byte) string {
	sum := sha256.Sum256(b)
	return fmt.Sprintf("… (%d bytes, sha256 %x)", len(b), sum[:8])
}

func currency(c mapi.Currency) string {
	sign, n := "", uint64(c)
	if c < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%04d", sign, n/10000, n%10000)
}

func showInt16[T interface {
	~int16
	fmt.Stringer
}](v mapi.Value) string {
	n, _ := v.(int16)
	return T(n).String()
}

func showInt32[T interface {
	~int32
	fmt.Stringer
}](v mapi.Value) string {
	n, _ := v.(int32)
	return T(n).String()
}
