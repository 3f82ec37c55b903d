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

// A phraseMatcher looks for a sequence of words in the words that it is given. It goes
// back to the longest shorter beginning after a mismatch, so that hostile repetitions
// cost no more than other text.
type phraseMatcher struct {
	words  []string
	prefix bool  // the last word may go on
	fail   []int // for so many words seen, the longest beginning that is also their end
	seen   int
}

// failures is the table for going back.
func failures(words []string) []int {
	fail := make([]int, len(words)+1)
	for i, k := 1, 0; i < len(words); i++ {
		for k > 0 && words[i] != words[k] {
			k = fail[k]
		}
		if words[i] == words[k] {
			k++
		}
		fail[i+1] = k
	}
	return fail
}

func (m *phraseMatcher) take(word string) (found bool) {
	last := len(m.words) - 1
	for {
		switch k := m.seen; {
		case k == last && (word == m.words[k] || m.prefix && strings.HasPrefix(word, m.words[k])):
			return true
		case k < last && word == m.words[k]:
			m.seen++
			return false
		case k == 0:
			return false
		}
		m.seen = m.fail[m.seen]
	}
}

func (p *textPattern) scanner() *wordScanner {
	m := &phraseMatcher{words: p.words, prefix: p.level == PrefixOnWord, fail: p.fail}
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
