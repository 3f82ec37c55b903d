package rtf_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi/rtf"
)

func TestCodepages(t *testing.T) {
	for codepage, c := range map[int]struct{ bytes, want string }{
		437: {"\x84", "ä"}, 850: {"\x84", "ä"}, 852: {"\x84", "ä"}, 855: {"\xA0", "а"}, 858: {"\xD5", "€"}, 860: {"\x84", "ã"},
		862: {"\x80", "א"}, 863: {"\x82", "é"}, 865: {"\x86", "å"}, 866: {"\xA0", "а"}, 874: {"\xA1", "ก"},
		1250: {"\xE8", "č"}, 1251: {"\xE0", "а"}, 1252: {"\xE4", "ä"}, 1253: {"\xE1", "α"}, 1254: {"\xFE", "ş"},
		1255: {"\xE0", "א"}, 1256: {"\xC7", "ا"}, 1257: {"\xE6", "ę"}, 1258: {"\xD0", "Đ"},
		10000: {"\x8A", "ä"}, 10007: {"\xE0", "а"}, 20127: {"a", "a"}, 20866: {"\xC1", "а"}, 21866: {"\xA4", "є"},
		28591: {"\xE4", "ä"}, 28592: {"\xE8", "č"}, 28593: {"\xA1", "Ħ"}, 28594: {"\xA2", "ĸ"}, 28595: {"\xD0", "а"}, 28596: {"\xC7", "ا"},
		28597: {"\xE1", "α"}, 28598: {"\xE0", "א"}, 28599: {"\xFE", "ş"}, 28603: {"\xE6", "ę"}, 28605: {"\xA4", "€"}, 38598: {"\xE0", "א"},
		932: {"\x93\xFA", "日"}, 936: {"\xD6\xD0", "中"}, 949: {"\xC7\xD1", "한"}, 950: {"\xA4\xA4", "中"}, 10001: {"\x93\xFA", "日"},
		51932: {"\xC6\xFC", "日"}, 50220: {"\x1b$BF|\x1b(B", "日"}, 51936: {"\xD6\xD0", "中"}, 51949: {"\xC7\xD1", "한"},
		52936: {"~{VP~}", "中"}, 54936: {"\xD6\xD0", "中"}, 1200: {"\xE5\x65", "日"}, 1201: {"\x65\xE5", "日"}, 65001: {"日", "日"},
	} {
		t.Run(strconv.Itoa(codepage), func(t *testing.T) {
			e, ok := rtf.Encoding(codepage)
			require.True(t, ok)
			got, err := e.NewDecoder().String(c.bytes)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
	_, ok := rtf.Encoding(4711)
	assert.False(t, ok)
}

func TestCharsetsOfFontsHaveCodepages(t *testing.T) {
	for _, charset := range []int{0, 2, 77, 78, 79, 80, 81, 89, 128, 129, 134, 136, 161, 162, 163, 177, 178, 186, 204, 222, 238, 254, 255} {
		_, ok := rtf.Encoding(rtf.CodepageOfCharset(charset))
		assert.True(t, ok, charset)
	}
	assert.Zero(t, rtf.CodepageOfCharset(1))
	_, ok := rtf.Encoding(rtf.CodepageOfCharset(130))
	assert.False(t, ok, "Johab is not read")
}

func TestCharactersOfControlWords(t *testing.T) {
	for name, want := range map[string]rune{
		"tab": '\t', "lquote": '‘', "rquote": '’', "ldblquote": '“', "rdblquote": '”', "bullet": '•', "endash": '–', "emdash": '—',
		"enspace": '\u2002', "emspace": '\u2003', "qmspace": '\u2005', "~": '\u00A0', "_": '\u2011', "-": '\u00AD',
		"zwj": '\u200D', "zwnj": '\u200C', "zwbo": '\u200B', "zwnbo": '\u2060', "ltrmark": '\u200E', "rtlmark": '\u200F',
	} {
		r, ok := rtf.Character(name)
		assert.True(t, ok, name)
		assert.Equal(t, want, r, name)
	}
	_, ok := rtf.Character("par")
	assert.False(t, ok)
}
