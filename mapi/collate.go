package mapi

import (
	"bytes"
	"encoding/binary"
	"sync"
	"unicode"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// CollationVersion names the order of strings. Sort keys made under another
// version do not compare with those made now: stored indexes over strings are
// rebuilt when it differs.
const CollationVersion = "okapi-1 cldr-" + collate.CLDRVersion + " uca-" + collate.UnicodeVersion +
	" norm-" + norm.Version + " fold-" + unicode.Version

// The key of a string has up to three levels, each compared only when those
// before are equal:
//
//  1. the primary weights of the root collation: letters and digits without case
//     and accents
//  2. the secondary weights (accents) up to the last that is not the usual one
//  3. the folded string, unless it is printable ASCII: the collation alone takes
//     many characters for equal or for nothing (U+200B, full-width and circled
//     letters), and then equality would not mean equality.
//
// Nothing else distinguishes printable ASCII strings than case and the primary
// weights, one per character; so they need no library call.

// usualSecondary is the secondary weight of a character without accents. It is
// the least one.
const usualSecondary = 0x20

func appendStringKey(dst []byte, s string) []byte {
	if printableASCII(s) == len(s) {
		t := asciiWeights()
		for i := range len(s) {
			w := &t[s[i]]
			dst = append(dst, w.key[:w.size]...)
		}
		return append(dst, 0, keyEnd)
	}
	s = FoldString(s)
	if printableASCII(s) == len(s) {
		return appendStringKey(dst, s) // such as the Kelvin sign, which folds to k
	}
	w := collators.Get().(*collator)
	defer collators.Put(w)
	primary, secondary := w.weights(s)
	dst = appendEscaped(dst, primary)
	dst = append(dst, 0, keyLevel)
	dst = appendSecondary(dst, secondary)
	dst = append(dst, 0, keyLevel)
	dst = appendEscaped(dst, s)
	return append(dst, 0, keyEnd)
}

// appendSecondary writes the usual weights, which are below 0x80, in one byte.
func appendSecondary(dst, weights []byte) []byte {
	for n := len(weights); n >= 2 && binary.BigEndian.Uint16(weights[n-2:]) == usualSecondary; n -= 2 {
		weights = weights[:n-2]
	}
	for ; len(weights) >= 2; weights = weights[2:] {
		w := binary.BigEndian.Uint16(weights)
		if w >= 0x80 {
			dst = append(dst, 0x80|byte(w>>8))
		}
		if dst = append(dst, byte(w)); byte(w) == 0 {
			dst = append(dst, keyEscape)
		}
	}
	return dst
}

func compareStrings(a, b string) int {
	if a == b {
		return 0
	}
	if len(a) >= ComparedBytes || len(b) >= ComparedBytes {
		a, b = cutString(a), cutString(b)
	}
	if printableASCII(a) == len(a) && printableASCII(b) == len(b) {
		return compareASCII(a, b)
	}
	var space [2][256]byte
	return bytes.Compare(appendStringKey(space[0][:0], a), appendStringKey(space[1][:0], b))
}

func compareASCII(a, b string) int {
	t := asciiWeights()
	for i := range min(len(a), len(b)) {
		if x, y := t[a[i]].primary, t[b[i]].primary; x != y {
			if x < y {
				return -1
			}
			return 1
		}
	}
	return len(a) - len(b)
}

// A weight is what one printable ASCII character contributes to a key.
type weight struct {
	primary uint32
	key     [6]byte // the primary weight's bytes, escaped
	size    uint8
}

// asciiWeights holds the library's own weights of the characters from space to
// tilde. One key costs twenty times as much through the library.
var asciiWeights = sync.OnceValue(func() *[256]weight {
	var t [256]weight
	c := newCollator()
	for r := byte(' '); r <= '~'; r++ {
		primary, _ := c.weights(string(rune(r)))
		w := &t[r]
		for _, b := range primary {
			w.primary = w.primary<<8 | uint32(b)
		}
		if len(primary) == 2 {
			w.primary <<= 8 // weights of two and three bytes compare by their first bytes
		}
		w.size = uint8(len(appendEscaped(w.key[:0], primary)))
	}
	return &t
})

// A collator makes weights. The library's are not safe for concurrent use, so
// they are pooled.
type collator struct {
	collate *collate.Collator
	buf     collate.Buffer
}

var collators = sync.Pool{New: func() any { return newCollator() }}

func newCollator() *collator {
	return &collator{collate: collate.New(language.Und, collate.IgnoreCase)}
}

// weights returns the primary weights of s, of two or three bytes each, and the
// secondary ones, of two bytes. They are valid until the next call.
func (c *collator) weights(s string) (primary, secondary []byte) {
	c.buf.Reset()
	key := c.collate.KeyFromString(&c.buf, s)
	for i := 0; i+1 < len(key); i += 2 {
		switch {
		case key[i] == 0 && key[i+1] == 0:
			return key[:i], key[i+2:]
		case key[i]&0x80 != 0:
			i++ // a weight of three bytes
		}
	}
	return key, nil
}
