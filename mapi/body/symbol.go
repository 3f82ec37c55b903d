package body

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// The characters of the font Symbol from 0x20 and from 0xA0 on.
const (
	symbolLow = " !∀#∃%&∋()∗+,−./0123456789:;<=>?" +
		"≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_" +
		"‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼\u007F"
	symbolHigh = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵" +
		"ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓" +
		"◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\uFFFD〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭\uFFFD"
)

// symbols writes text in a font of symbols with characters that look like them in
// other fonts. Those without such a character stay what they are.
func symbols(dst, s []byte, font string) []byte {
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		s = s[n:]
		code, ok := charmap.Windows1252.EncodeRune(r)
		if r >= 0xF020 && r <= 0xF0FF {
			code, ok = byte(r), true
		}
		if c := symbolOf(font, code); ok && c != 0 {
			r = c
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// symbolOf is the character of a code, or 0.
func symbolOf(font string, code byte) rune {
	switch {
	case strings.EqualFold(font, "Symbol"):
		switch {
		case code >= 0x20 && code < 0x80:
			return nth(symbolLow, int(code-0x20))
		case code >= 0xA0:
			return nth(symbolHigh, int(code-0xA0))
		}
	case strings.EqualFold(font, "Wingdings"):
		return wingding(code)
	case code == 0xB7:
		return '•'
	}
	return 0
}

func nth(s string, n int) rune {
	for _, r := range s {
		if n == 0 {
			return r
		}
		n--
	}
	return 0
}

// wingding is the character of a code of the font Wingdings, as far as lists and
// mails use them.
func wingding(code byte) rune {
	switch code {
	case '(':
		return '☎'
	case '*':
		return '✉'
	case 'J':
		return '☺'
	case 'K':
		return '😐'
	case 'L':
		return '☹'
	case 'l':
		return '●'
	case 'n':
		return '■'
	case 'o', 0xA8:
		return '□'
	case 'q':
		return '❑'
	case 'u':
		return '◆'
	case 'v':
		return '❖'
	case 'w':
		return '⬥'
	case 0x9F, 0xB7:
		return '•'
	case 0xA7:
		return '▪'
	case 0xD8:
		return '➢'
	case 0xDF:
		return '←'
	case 0xE0:
		return '→'
	case 0xE8:
		return '➔'
	case 0xFB:
		return '✘'
	case 0xFC:
		return '✔'
	case 0xFD:
		return '☒'
	case 0xFE:
		return '☑'
	}
	return 0
}
