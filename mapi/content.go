package mapi

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// hasText is a content restriction on strings.
type hasText struct {
	prop    Prop
	pattern *textPattern
}

func (c *hasText) holds(obj Getter) (bool, error) {
	switch v := obj.Get(c.prop).(type) {
	case string:
		return c.pattern.in(v), nil
	case []string:
		for _, s := range v {
			if c.pattern.in(s) {
				return true, nil
			}
		}
	case Stream:
		ok, err := c.pattern.inStream(v)
		return ok, matchError(c.prop, err)
	}
	return false, nil
}

// A textPattern is the constant of a content restriction, brought into the form
// in which texts are searched.
type textPattern struct {
	level   FuzzyLevel // without flags
	fold    bool
	strip   bool // drop combining marks
	pattern string
	words   []string // PrefixOnWord, PhraseMatch
	fail    []int    // see phraseMatcher
}

func newTextPattern(level FuzzyLevel, s string) *textPattern {
	p := &textPattern{
		level: level & fuzzyLevels,
		fold:  level&(IgnoreCase|Loose) != 0,
		strip: level&IgnoreNonSpace != 0,
	}
	p.pattern = p.prepare(s)
	if p.level == PrefixOnWord || p.level == PhraseMatch {
		w := wordScanner{take: func(word string) bool { p.words = append(p.words, word); return false }}
		w.scan(p.pattern)
		p.fail = failures(p.words)
	}
	return p
}

// prepare brings a text into the form in which it is searched: as it is without
// flags, else composed and folded, and without marks.
func (p *textPattern) prepare(s string) string {
	if p.strip && !isASCII(s) {
		s = dropMarks(s)
	}
	if p.fold {
		s = FoldString(s)
	}
	return s
}

func (p *textPattern) in(s string) bool {
	if p.words != nil {
		return p.wordsIn(p.prepare(s))
	}
	if p.fold && isASCII(s) {
		return p.inASCII(s)
	}
	s = p.prepare(s)
	switch p.level {
	case FullString:
		return s == p.pattern
	case Prefix:
		return strings.HasPrefix(s, p.pattern)
	}
	return strings.Contains(s, p.pattern)
}

// inASCII searches short texts without making a folded copy. The pattern is
// lower-case.
func (p *textPattern) inASCII(s string) bool {
	n := len(p.pattern)
	switch {
	case len(s) < n || p.level == FullString && len(s) != n:
		return false
	case p.level == FullString, p.level == Prefix:
		return equalLower(s[:n], p.pattern)
	case n == 0:
		return true
	case len(s) > shortText:
		return strings.Contains(lowerASCII(s), p.pattern) // linear, whatever the pattern
	}
	first := p.pattern[0]
	for i := 0; i+n <= len(s); i++ {
		if lowerByte(s[i]) == first && equalLower(s[i:i+n], p.pattern) {
			return true
		}
	}
	return false
}

const shortText = 256

// inStream searches a stream in bounded memory: a window that is as large as the
// pattern and a buffer.
func (p *textPattern) inStream(s Stream) (bool, error) {
	src, err := s.Open()
	if err != nil {
		return false, err
	}
	defer src.Close()
	r := p.prepareReader(src)
	if p.words != nil {
		return p.wordsInReader(r)
	}
	return searchReader(r, p.level, []byte(p.pattern))
}

// prepareReader does what prepare does.
func (p *textPattern) prepareReader(r io.Reader) io.Reader {
	if p.strip {
		r = transform.NewReader(r, transform.Chain(norm.NFD, markDropper{}, norm.NFC))
	}
	if p.fold {
		r = transform.NewReader(r, transform.Chain(norm.NFC, caseFolder{}, norm.NFC))
	}
	return r
}

func dropMarks(s string) string {
	s = norm.NFD.String(s)
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
	return norm.NFC.String(s)
}

// caseFolder is foldCase as a transformer.
type caseFolder struct{ transform.NopResetter }

func (caseFolder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	return mapRunes(dst, src, atEOF, func(r rune, raw []byte, dst []byte) []byte {
		if r == utf8.RuneError && len(raw) == 1 {
			return append(dst, raw...)
		}
		return utf8.AppendRune(dst, foldRune(r))
	})
}

// markDropper drops nonspacing marks.
type markDropper struct{ transform.NopResetter }

func (markDropper) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	return mapRunes(dst, src, atEOF, func(r rune, _ []byte, dst []byte) []byte {
		if unicode.Is(unicode.Mn, r) {
			return dst
		}
		return utf8.AppendRune(dst, r)
	})
}

func mapRunes(dst, src []byte, atEOF bool, one func(r rune, raw, dst []byte) []byte) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if !atEOF && !utf8.FullRune(src[nSrc:]) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		if len(dst)-nDst < utf8.UTFMax {
			return nDst, nSrc, transform.ErrShortDst
		}
		r, n := utf8.DecodeRune(src[nSrc:])
		nDst = len(one(r, src[nSrc:nSrc+n], dst[:nDst]))
		nSrc += n
	}
	return nDst, nSrc, nil
}

// hasBytes is a content restriction on binaries.
type hasBytes struct {
	prop    Prop
	pattern bytesPattern
}

type bytesPattern struct {
	level   FuzzyLevel
	pattern []byte
}

// newBytesPattern takes the levels that search words for Substring: bytes have
// none.
func newBytesPattern(level FuzzyLevel, b []byte) bytesPattern {
	level &= fuzzyLevels
	if level != FullString && level != Prefix {
		level = Substring
	}
	return bytesPattern{level, b}
}

func (c *hasBytes) holds(obj Getter) (bool, error) {
	switch v := obj.Get(c.prop).(type) {
	case []byte:
		return c.pattern.in(v), nil
	case [][]byte:
		for _, b := range v {
			if c.pattern.in(b) {
				return true, nil
			}
		}
	case Stream:
		r, err := v.Open()
		if err != nil {
			return false, matchError(c.prop, err)
		}
		defer r.Close()
		ok, err := searchReader(r, c.pattern.level, c.pattern.pattern)
		return ok, matchError(c.prop, err)
	}
	return false, nil
}

func (p bytesPattern) in(b []byte) bool {
	switch p.level {
	case FullString:
		return bytes.Equal(b, p.pattern)
	case Prefix:
		return bytes.HasPrefix(b, p.pattern)
	}
	return bytes.Contains(b, p.pattern)
}

// searchReader looks for pattern in what r delivers.
func searchReader(r io.Reader, level FuzzyLevel, pattern []byte) (bool, error) {
	n := len(pattern)
	switch level {
	case FullString, Prefix:
		b := make([]byte, n+1)
		if level == Prefix {
			b = b[:n]
		}
		got, err := io.ReadFull(r, b)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return false, err
		}
		return bytes.Equal(b[:got], pattern), nil
	}
	if n == 0 {
		return true, nil
	}
	window := make([]byte, 0, n+searchBuffer)
	for {
		got, err := io.ReadFull(r, window[len(window):cap(window)])
		window = window[:len(window)+got]
		if bytes.Contains(window, pattern) {
			return true, nil
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		window = append(window[:0], window[len(window)-n+1:]...)
	}
}

const searchBuffer = 32 << 10

// copyAtMost copies the first max bytes of r.
func copyAtMost(dst *bytes.Buffer, r io.Reader, max int64) error {
	_, err := io.CopyN(dst, r, max)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
