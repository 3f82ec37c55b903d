package mapi

import (
	"bufio"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A wordScanner cuts text into words: runs of letters, digits and marks. Scripts
// that put no blanks between words give one word for each character.
type wordScanner struct {
	take func(word string) (stop bool)
	max  int // longest word kept in full; 0: any
	word []byte
}

// scan cuts all of s and reports whether take stopped it.
func (w *wordScanner) scan(s string) bool {
	for _, r := range s {
		if w.rune(r) {
			return true
		}
	}
	return w.end()
}

func (w *wordScanner) rune(r rune) (stop bool) {
	switch {
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		if w.end() {
			return true
		}
		w.add(r)
		return w.end()
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		w.add(r)
		return false
	}
	return w.end()
}

func (w *wordScanner) add(r rune) {
	if w.max > 0 && len(w.word) > w.max {
		return // it is known to be too long already
	}
	w.word = utf8.AppendRune(w.word, r)
}

func (w *wordScanner) end() (stop bool) {
	if len(w.word) == 0 {
		return false
	}
	word := string(w.word)
	w.word = w.word[:0]
	return w.take(word)
}

// A phraseMatcher looks for a sequence of words in the words that it is given.
type phraseMatcher struct {
	words  []string
	prefix bool  // the last word may go on
	begun  []int // how many words of each beginning were seen
}

func (m *phraseMatcher) take(word string) (found bool) {
	last := len(m.words) - 1
	next := m.begun[:0]
	for _, n := range append(m.begun, 0) {
		switch {
		case n < last && word == m.words[n]:
			next = append(next, n+1)
		case n == last && (word == m.words[n] || m.prefix && strings.HasPrefix(word, m.words[n])):
			return true
		}
	}
	m.begun = next
	return false
}

func (p *textPattern) scanner() *wordScanner {
	m := &phraseMatcher{words: p.words, prefix: p.level == PrefixOnWord}
	longest := 0
	for _, w := range p.words {
		longest = max(longest, len(w))
	}
	return &wordScanner{take: m.take, max: longest}
}

func (p *textPattern) wordsIn(s string) bool { return p.scanner().scan(s) }

func (p *textPattern) wordsInReader(r io.Reader) (bool, error) {
	w := p.scanner()
	b := bufio.NewReader(r)
	for {
		c, _, err := b.ReadRune()
		if err == io.EOF {
			return w.end(), nil
		}
		if err != nil {
			return false, err
		}
		if w.rune(c) {
			return true, nil
		}
	}
}
