package body_test

import (
	"fmt"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/okapi-mail/okapi/mapi/body"
)

func TestSymbolsBecomeCharacters(t *testing.T) {
	for _, c := range []struct {
		font string
		code byte
		want string
	}{
		{"Symbol", 'a', "α"}, {"Symbol", 'W', "Ω"}, {"Symbol", '@', "≅"}, {"Symbol", 0xA0, "€"}, {"Symbol", 0xAE, "→"}, {"Symbol", 0xB7, "•"},
		{"Symbol", 0xC0, "ℵ"}, {"Symbol", 0xD6, "√"}, {"Symbol", 0xE5, "∑"}, {"Symbol", 0xF2, "∫"}, {"Symbol", 0xFE, "⎭"},
		{"Wingdings", 'J', "☺"}, {"Wingdings", 0xA7, "▪"}, {"Wingdings", 0xE0, "→"}, {"Wingdings", 0xFC, "✔"}, {"Wingdings", 'a', "a"},
		{"Webdings", 0xB7, "•"}, {"Webdings", 'a', "a"},
	} {
		doc := fmt.Sprintf(`{\rtf1{\fonttbl{\f0\fcharset2 %s;}}\f0 \'%02x}`, c.font, c.code)
		assert.Equal(t, c.want, run(t, body.TextFromRTF, doc, nil), "%s %x", c.font, c.code)
		doc = fmt.Sprintf(`{\rtf1{\fonttbl{\f0\fcharset2 %s;}}\f0 \u%d?}`, c.font, 0xF000|int(c.code))
		if c.want != "a" {
			assert.Equal(t, c.want, run(t, body.TextFromRTF, doc, nil), "%s F0%x", c.font, c.code)
		}
	}
	for code := 0x20; code < 0xFF; code++ {
		doc := fmt.Sprintf(`{\rtf1{\fonttbl{\f0\fcharset2 Symbol;}}\f0 \'%02x}`, code)
		if code < 0x7F || code > 0xA0 && code != 0xF0 {
			got := run(t, body.TextFromRTF, doc, nil)
			assert.Equal(t, 1, utf8.RuneCountInString(got))
			assert.NotEqual(t, "\uFFFD", got, "%x", code)
		}
	}
}
