package entity

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// A Charset is a character set of a text.
type Charset struct {
	Name     string // as MIME writes it: "iso-8859-1"
	Codepage int32  // the Windows code page, or 0

	enc   encoding.Encoding // nil for US-ASCII and UTF-8
	ascii bool              // bytes below 0x80 are ASCII, always
}

// The charsets that need no table.
var (
	USASCII = &Charset{Name: "us-ascii", Codepage: 20127, ascii: true}
	UTF8    = &Charset{Name: "utf-8", Codepage: 65001, ascii: true}
)

// LookupCharset finds a charset by its MIME name or an alias, in whatever case.
// Names are taken in the sense of the programs that write them: iso-8859-1 is
// read as windows-1252, gb2312 as GBK, euc-kr as the code page 949.
func LookupCharset(name string) (*Charset, bool) {
	switch name { // no allocation for the most common
	case "utf-8", "UTF-8", "utf8":
		return UTF8, true
	case "us-ascii", "US-ASCII", "ascii", "":
		return USASCII, true
	}
	name = strings.ToLower(strings.Trim(name, " \t\"'"))
	if i := strings.IndexByte(name, '*'); i > 0 { // RFC 2231 5: a language
		name = name[:i]
	}
	if c := namedCharset(name); c != nil {
		return c, true
	}
	for _, prefix := range []string{"cp-", "cp", "windows-", "x-cp", "x-windows-", "ibm-", "x-"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			if c := numberedCharset(rest); c != nil {
				return c, true
			}
		}
	}
	return foreignCharset(name)
}

// CharsetOf finds a charset by its Windows code page.
func CharsetOf(codepage int32) (*Charset, bool) {
	switch codepage {
	case 65001:
		return UTF8, true
	case 20127:
		return USASCII, true
	case 28591:
		return &Charset{"iso-8859-1", 28591, charmap.ISO8859_1, true}, true
	case 50221, 50222:
		return &Charset{"iso-2022-jp", codepage, japanese.ISO2022JP, false}, true
	case 51936, 20936:
		return &Charset{"gb2312", codepage, simplifiedchinese.GBK, true}, true
	case 38598:
		return &Charset{"iso-8859-8-i", codepage, charmap.ISO8859_8I, true}, true
	}
	for _, c := range charsets() {
		if c.Codepage == codepage {
			return &c, true
		}
	}
	return nil, false
}

func numberedCharset(s string) *Charset {
	n := int32(0)
	for _, c := range s {
		if c < '0' || c > '9' || n > 100_000 {
			return nil
		}
		n = n*10 + c - '0'
	}
	c, _ := CharsetOf(n)
	return c
}

func namedCharset(name string) *Charset {
	switch name {
	case "utf-8", "utf8", "utf_8", "unicode-1-1-utf-8", "cp65001":
		return UTF8
	case "us-ascii", "ascii", "ansi_x3.4-1968", "us", "7bit", "646":
		return USASCII
	case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "l1", "iso-8859-1:1987", "8bit":
		// Written by programs that mean windows-1252.
		return &Charset{"iso-8859-1", 28591, charmap.Windows1252, true}
	case "gb2312", "gbk", "x-gbk", "cp936", "gb_2312-80", "gb_2312", "euc-cn", "cn-gb":
		return &Charset{"gb2312", 936, simplifiedchinese.GBK, true}
	case "euc-kr", "ks_c_5601-1987", "ks_c_5601", "ksc5601", "korean", "cp949", "x-windows-949", "uhc":
		return &Charset{name, 949, korean.EUCKR, true}
	case "utf-7", "utf7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7":
		return &Charset{"utf-7", 65000, utf7{}, false}
	case "utf-16", "utf16", "unicode", "iso-10646-ucs-2", "ucs-2":
		return &Charset{"utf-16", 1200, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), false}
	case "utf-32", "utf32":
		return &Charset{"utf-32", 12000, utf32.UTF32(utf32.BigEndian, utf32.UseBOM), false}
	case "iso-8859-8-i", "iso-8859-8-e", "visual":
		return &Charset{name, 28598, charmap.ISO8859_8, true}
	case "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-3", "iso-2022-jp-ms", "cp50220":
		return &Charset{"iso-2022-jp", 50220, japanese.ISO2022JP, false}
	case "cp932", "ms932", "windows-31j", "sjis", "x-sjis", "shift-jis", "ms_kanji", "shift_jis":
		return &Charset{"shift_jis", 932, japanese.ShiftJIS, true}
	}
	for _, c := range charsets() {
		if c.Name == name {
			return &c
		}
	}
	return nil
}

// foreignCharset asks the indexes of x/text, which know many more aliases.
func foreignCharset(name string) (*Charset, bool) {
	e, err := htmlindex.Get(name)
	if err != nil {
		if e, err = ianaindex.MIME.Encoding(name); err != nil || e == nil {
			e, err = ianaindex.IANA.Encoding(name)
		}
	}
	if err != nil || e == nil || e == encoding.Replacement {
		return nil, false
	}
	for _, c := range charsets() {
		if c.enc == e {
			return &c, true
		}
	}
	if e == unicode.UTF8 {
		return UTF8, true
	}
	return &Charset{Name: name, enc: e}, true
}

// charsets is the table of code pages that a mail can have.
func charsets() []Charset {
	return []Charset{
		{"windows-1252", 1252, charmap.Windows1252, true},
		{"windows-1250", 1250, charmap.Windows1250, true},
		{"windows-1251", 1251, charmap.Windows1251, true},
		{"windows-1253", 1253, charmap.Windows1253, true},
		{"windows-1254", 1254, charmap.Windows1254, true},
		{"windows-1255", 1255, charmap.Windows1255, true},
		{"windows-1256", 1256, charmap.Windows1256, true},
		{"windows-1257", 1257, charmap.Windows1257, true},
		{"windows-1258", 1258, charmap.Windows1258, true},
		{"windows-874", 874, charmap.Windows874, true},
		{"iso-8859-2", 28592, charmap.ISO8859_2, true},
		{"iso-8859-3", 28593, charmap.ISO8859_3, true},
		{"iso-8859-4", 28594, charmap.ISO8859_4, true},
		{"iso-8859-5", 28595, charmap.ISO8859_5, true},
		{"iso-8859-6", 28596, charmap.ISO8859_6, true},
		{"iso-8859-7", 28597, charmap.ISO8859_7, true},
		{"iso-8859-8", 28598, charmap.ISO8859_8, true},
		{"iso-8859-9", 28599, charmap.ISO8859_9, true},
		{"iso-8859-13", 28603, charmap.ISO8859_13, true},
		{"iso-8859-15", 28605, charmap.ISO8859_15, true},
		{"koi8-r", 20866, charmap.KOI8R, true},
		{"koi8-u", 21866, charmap.KOI8U, true},
		{"macintosh", 10000, charmap.Macintosh, true},
		{"x-mac-cyrillic", 10007, charmap.MacintoshCyrillic, true},
		{"ibm437", 437, charmap.CodePage437, true},
		{"ibm850", 850, charmap.CodePage850, true},
		{"ibm852", 852, charmap.CodePage852, true},
		{"ibm855", 855, charmap.CodePage855, true},
		{"ibm00858", 858, charmap.CodePage858, true},
		{"ibm860", 860, charmap.CodePage860, true},
		{"dos-862", 862, charmap.CodePage862, true},
		{"ibm863", 863, charmap.CodePage863, true},
		{"ibm865", 865, charmap.CodePage865, true},
		{"ibm866", 866, charmap.CodePage866, true},
		{"ibm037", 37, charmap.CodePage037, false},
		{"ibm01047", 1047, charmap.CodePage1047, false},
		{"ibm01140", 1140, charmap.CodePage1140, false},
		{"shift_jis", 932, japanese.ShiftJIS, true},
		{"gb2312", 936, simplifiedchinese.GBK, true},
		{"ks_c_5601-1987", 949, korean.EUCKR, true},
		{"big5", 950, traditionalchinese.Big5, true},
		{"euc-jp", 51932, japanese.EUCJP, true},
		{"euc-jp", 20932, japanese.EUCJP, true},
		{"euc-kr", 51949, korean.EUCKR, true},
		{"gb18030", 54936, simplifiedchinese.GB18030, true},
		{"hz-gb-2312", 52936, simplifiedchinese.HZGB2312, false},
		{"iso-2022-jp", 50220, japanese.ISO2022JP, false},
		{"utf-16le", 1200, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), false},
		{"utf-16be", 1201, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), false},
		{"utf-32le", 12000, utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), false},
		{"utf-32be", 12001, utf32.UTF32(utf32.BigEndian, utf32.UseBOM), false},
		{"utf-7", 65000, utf7{}, false},
	}
}

// Decode returns b as valid UTF-8; bytes that the charset does not have become
// U+FFFD. US-ASCII with the eighth bit set is read as what it is: UTF-8 if it is
// valid, windows-1252 otherwise.
func (c *Charset) Decode(b []byte) string {
	if c.ascii && isASCII(b) {
		return string(b)
	}
	if c.enc == nil {
		return c.guess(b)
	}
	out, err := c.enc.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

// Reads reports whether b is the UTF-8 text already that Decode would return.
func (c *Charset) Reads(b []byte) bool {
	return c.ascii && isASCII(b) || c.enc == nil && utf8.Valid(b)
}

func (c *Charset) guess(b []byte) string {
	switch {
	case utf8.Valid(b):
		return string(b)
	case c == UTF8:
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	out, _ := charmap.Windows1252.NewDecoder().Bytes(b)
	return string(out)
}

// Encode returns s in the charset, and whether the charset has all of it. ISO-2022-JP has
// no half-width katakana (RFC 1468); only code pages 50221 and 50222 are written with them.
func (c *Charset) Encode(s string) ([]byte, bool) {
	if c.Codepage == 50220 && strings.ContainsFunc(s, isHalfwidthKatakana) {
		return nil, false
	}
	if c.ascii && isASCII([]byte(s)) || c == UTF8 {
		return []byte(s), true
	}
	if c.enc == nil {
		return nil, false
	}
	b, err := c.enc.NewEncoder().Bytes([]byte(s))
	return b, err == nil
}

func isHalfwidthKatakana(r rune) bool { return r >= '\uFF61' && r <= '\uFF9F' }

// ASCIICompatible reports whether bytes below 0x80 are ASCII wherever they stand.
func (c *Charset) ASCIICompatible() bool { return c.ascii }

// Encoding is the x/text encoding of the charset, or nil for US-ASCII and UTF-8.
func (c *Charset) Encoding() encoding.Encoding { return c.enc }

// DecodeText returns b in the charset of that name as UTF-8. An unknown charset
// is read like US-ASCII; see [Charset.Decode].
func DecodeText(charset string, b []byte) string {
	c, ok := LookupCharset(charset)
	if !ok {
		c = USASCII
	}
	return c.Decode(b)
}

// isASCII reports whether b has no byte above 0x7f.
func isASCII(b []byte) bool {
	for len(b) >= 8 {
		if binary.NativeEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
