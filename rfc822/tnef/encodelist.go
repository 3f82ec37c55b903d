package tnef

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// firstNamed is the id from which named properties are counted. The numbers mean
// nothing: names follow them.
const firstNamed, lastNamed = 0x8000, 0xFFFE

// list lays out properties (MS-OXTNEF 2.1.3.4). embedded is the message in an
// attachment.
func (e *encoder) list(l *layout, bag *mapi.Properties, in place, embedded *mapi.Message) error {
	const usual = 48 // bytes of a property
	list := &layout{tail: make([]byte, 0, usual*bag.Len())}
	count, named := uint32(0), uint32(firstNamed)
	for p, v := range bag.All() {
		if isLocal(p, in) || in == inAttachment && elsewhere(p, embedded) {
			continue
		}
		if !e.writable(p, v, named) {
			continue
		}
		var err error
		if p.Type, v, err = e.text(p.Type, v); err != nil {
			return err
		}
		count++
		named = list.tag(p, named)
		if err := list.value(p.Type, v); err != nil {
			return err
		}
	}
	if embedded != nil {
		count++
		if err := e.embedded(list, embedded); err != nil {
			return err
		}
	}
	l.uint32(count)
	l.join(list)
	return l.check()
}

// elsewhere reports whether a property of an attachment is not in its list: it is an
// attribute, or an embedded message takes its place.
func elsewhere(p mapi.Prop, embedded *mapi.Message) bool {
	if p.Same(dataObject) && embedded != nil {
		return true
	}
	for _, d := range attachmentData() {
		if p == d.prop {
			return true
		}
	}
	return false
}

// embedded lays out the message in an attachment as an object.
func (e *encoder) embedded(list *layout, msg *mapi.Message) error {
	inner, err := e.message(msg)
	if err != nil {
		return err
	}
	list.tag(dataObject, firstNamed)
	list.uint32(1)
	list.uint32(uint32(inner.size + 16))
	list.append(iidMessage[:]...)
	list.join(inner)
	list.pad(inner.size)
	return list.check()
}

// writable reports whether TNEF has a form for a property, and tells when not.
func (e *encoder) writable(p mapi.Prop, v mapi.Value, named uint32) bool {
	rule := RuleName
	ok := p.IsNamed() || p.ID > 0 && p.ID < firstNamed
	if p.IsNamed() {
		// A name must come back as it is.
		ok = p == mapi.NamedProp(p) && len(p.Name) <= mapi.MaxNameLength && named <= lastNamed &&
			strings.IndexByte(p.Name, 0) < 0 && strings.ToValidUTF8(p.Name, "") == p.Name
	}
	if t := p.Type; ok && fixedSize(t.Base()) == 0 && t != mapi.PtypObject && t.Base() != mapi.PtypBinary && !t.IsString() {
		rule, ok = RuleType, false
	}
	if !ok {
		e.opts.Report(Issue{Rule: rule, Detail: entity.Excerpt([]byte(p.String()))})
	}
	return ok
}

// text returns the type with which a value is written, and the value: a streamed
// string as its layout. Strings in ASCII take half the room as PtypString8, which is
// also the only type of string that some readers know; all others are Unicode.
func (e *encoder) text(t mapi.Type, v mapi.Value) (mapi.Type, mapi.Value, error) {
	if !t.IsString() {
		return t, v, nil
	}
	isNarrow := e.charset.ASCIICompatible()
	switch s := v.(type) {
	case string:
		isNarrow = isNarrow && isASCII(s)
	case []string:
		isNarrow = isNarrow && !slices.ContainsFunc(s, func(s string) bool { return !isASCII(s) })
	case mapi.Stream:
		var err error
		if v, isNarrow, err = textLayout(s, isNarrow); err != nil {
			return t, v, err
		}
	}
	if isNarrow {
		return mapi.PtypString8 | t&mapi.MultiValue, v, nil
	}
	return mapi.PtypString | t&mapi.MultiValue, v, nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// tag lays out the tag of a property, and its name. It returns the id for the next
// named one.
func (l *layout) tag(p mapi.Prop, named uint32) uint32 {
	if !p.IsNamed() {
		l.uint32(uint32(p.Tag()))
		return named
	}
	l.uint32(uint32(mapi.MakeTag(uint16(named), p.Type)))
	l.append(p.Set[:]...)
	if p.Name == "" {
		l.uint32(nameIsNumber)
		l.uint32(p.ID)
	} else {
		l.uint32(nameIsString)
		l.wide(p.Name)
	}
	return named + 1
}

// text lays out a string, as PtypString8 when it is ASCII.
func (l *layout) text(t mapi.Type, s string) {
	if t != mapi.PtypString8 {
		l.wide(s)
		return
	}
	s, _, _ = strings.Cut(s, "\x00")
	l.uint32(uint32(len(s) + 1))
	l.tail = append(append(l.tail, s...), 0)
	l.size += int64(len(s) + 1)
	l.pad(int64(len(s) + 1))
}

// wide lays out a string in UTF-16, with its size, its end and padding.
func (l *layout) wide(s string) {
	s, _, _ = strings.Cut(s, "\x00")
	begin := len(l.tail)
	l.uint32(0)
	l.tail = slices.Grow(l.tail, 2*len(s)+5)
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			l.tail = append(l.tail, c, 0)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		l.tail = appendRune(l.tail, r)
		i += n
	}
	l.tail = append(l.tail, 0, 0)
	size := len(l.tail) - begin - 4
	le.PutUint32(l.tail[begin:], uint32(size))
	l.size += int64(size)
	l.pad(int64(size))
}

func appendRune(b []byte, r rune) []byte {
	if r < 0x10000 {
		return le.AppendUint16(b, uint16(r))
	}
	hi, lo := utf16.EncodeRune(r)
	return le.AppendUint16(le.AppendUint16(b, uint16(hi)), uint16(lo))
}

// value lays out a value.
func (l *layout) value(t mapi.Type, v mapi.Value) error {
	switch v := v.(type) {
	case string:
		l.uint32(1)
		l.text(t, v)
	case []string:
		l.uint32(uint32(len(v)))
		for _, s := range v {
			l.text(t.Base(), s)
		}
	case [][]byte:
		l.uint32(uint32(len(v)))
		for _, b := range v {
			l.uint32(uint32(len(b)))
			l.bytes(b)
			l.pad(int64(len(b)))
		}
	case *layout:
		l.uint32(1)
		l.uint32(uint32(v.size))
		l.join(v)
		l.pad(v.size)
	case []byte, mapi.Object, mapi.Stream:
		return l.large(t, v)
	case []int16:
		fixedAll(l, v)
	case []int32:
		fixedAll(l, v)
	case []int64:
		fixedAll(l, v)
	case []float32:
		fixedAll(l, v)
	case []float64:
		fixedAll(l, v)
	case []mapi.Currency:
		fixedAll(l, v)
	case []mapi.FloatingTime:
		fixedAll(l, v)
	case []time.Time:
		fixedAll(l, v)
	case []mapi.GUID:
		fixedAll(l, v)
	default:
		l.fixed(v)
	}
	return l.check()
}

// fixedAll lays out a count and values of fixed size.
func fixedAll[T any](l *layout, list []T) {
	l.uint32(uint32(len(list)))
	for _, v := range list {
		l.fixed(v)
	}
}

// fixed lays out a value of fixed size with its padding.
func (l *layout) fixed(v mapi.Value) {
	switch v := v.(type) {
	case int16:
		l.uint32(uint32(uint16(v)))
	case int32:
		l.uint32(uint32(v))
	case float32:
		l.uint32(math.Float32bits(v))
	case mapi.Code:
		l.uint32(uint32(v))
	case bool:
		if v {
			l.uint32(1)
		} else {
			l.uint32(0)
		}
	case int64:
		l.uint64(uint64(v))
	case float64:
		l.uint64(math.Float64bits(v))
	case mapi.Currency:
		l.uint64(uint64(v))
	case mapi.FloatingTime:
		l.uint64(math.Float64bits(float64(v)))
	case time.Time:
		l.uint64(mapi.ToFileTime(v))
	case mapi.GUID:
		l.append(v[:]...)
	}
}

// large lays out a binary or an object.
func (l *layout) large(t mapi.Type, v mapi.Value) error {
	data, err := binaryLayout(v)
	if err != nil {
		return err
	}
	l.uint32(1)
	if t == mapi.PtypObject {
		iid, err := interfaceOf(v)
		if err != nil {
			return err
		}
		l.uint32(uint32(data.size + 16))
		l.append(iid[:]...)
	} else {
		l.uint32(uint32(data.size))
	}
	l.join(data)
	l.pad(data.size)
	return l.check()
}

// interfaceOf is how an object is announced: a compound file is a storage, and what
// begins as TNEF does is a message that was not read.
func interfaceOf(v mapi.Value) (mapi.GUID, error) {
	const compoundFile = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
	head := make([]byte, len(compoundFile))
	if err := readHead(v, head); err != nil {
		return mapi.GUID{}, err
	}
	switch {
	case bytes.Equal(head, []byte(compoundFile)):
		return iidStorage, nil
	case le.Uint32(head) == signature && mapi.SizeOf(mapi.PtypObject, v) >= headSize:
		return iidMessage, nil
	}
	return iidStream, nil
}
