package entity_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/rfc822/entity"
)

func TestDecode(t *testing.T) {
	for _, tc := range []struct {
		name     string
		enc      entity.Encoding
		in, want string
		damaged  bool
	}{
		{"base64", entity.Base64, "aGVs\r\nbG8=\r\n", "hello", false},
		{"base64 without padding", entity.Base64, "aGVsbG8", "hello", false},
		{"base64 with blanks and junk", entity.Base64, "aG V!s\tbG8=", "hello", true},
		{"base64 that goes on after padding", entity.Base64, "aGVsbG8=\r\nIQ==", "hello!", false},
		{"base64 with one digit too many", entity.Base64, "aGVsbG8hA", "hello!", true},
		{"quoted-printable", entity.QuotedPrintable, "a=3Db=\r\nc =C3=A4\r\n", "a=bc ä\r\n", false},
		{"lower case digits", entity.QuotedPrintable, "=c3=a4", "ä", false},
		{"blanks at line ends go", entity.QuotedPrintable, "a \t\r\nb= \nc", "a\r\nbc", false},
		{"what is no code stays", entity.QuotedPrintable, "a=zz=4=", "a=zz=4", true},
		{"uuencode", entity.UUEncode, "begin 644 cat.txt\n#0V%T\n`\nend\n", "Cat", false},
		{"uuencode with lost blanks", entity.UUEncode, "begin 644 x\r\n\"``\r\nend", "\x00\x00", true},
		{"others are as they are", entity.Unknown, "a=3D", "a=3D", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, _, _, damaged := entity.DecodeBytes(tc.enc, []byte(tc.in))
			assert.Equal(t, tc.want, string(got))
			if tc.enc != entity.UUEncode {
				assert.Equal(t, tc.damaged, damaged)
			}
			for _, r := range []io.Reader{strings.NewReader(tc.in), iotest.OneByteReader(strings.NewReader(tc.in)), iotest.DataErrReader(strings.NewReader(tc.in))} {
				b, err := io.ReadAll(entity.NewDecoder(tc.enc, r))
				require.NoError(t, err)
				assert.Equal(t, tc.want, string(b), "as a stream")
			}
		})
	}
}

func TestLayoutMakesTheSameBytesAgain(t *testing.T) {
	data := bytes.Repeat([]byte("some content, "), 40)
	text := base64.StdEncoding.EncodeToString(data)
	lines := func(n int, eol string) string {
		var b strings.Builder
		for s := text; ; {
			if len(s) <= n {
				return b.String() + s
			}
			b.WriteString(s[:n] + eol)
			s = s[n:]
		}
	}
	for name, in := range map[string]string{
		"76 columns":             lines(76, "\r\n"),
		"76 columns and the end": lines(76, "\r\n") + "\r\n",
		"LF":                     lines(76, "\n") + "\n",
		"72 columns":             lines(72, "\r\n") + "\r\n",
		"odd columns":            lines(61, "\n"),
		"one line":               text,
		"one line and its end":   text + "\n",
		"blank lines follow":     lines(76, "\r\n") + "\r\n\r\n \r\n",
		"64 fills the last":      lines(len(text)/4, "\n") + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, l, exact, _ := entity.DecodeBytes(entity.Base64, []byte(in))
			require.Equal(t, string(data), string(got))
			require.Positive(t, exact)
			out, err := io.ReadAll(entity.NewEncoder(l, bytes.NewReader(got)))
			require.NoError(t, err)
			assert.Equal(t, in[:exact], string(out))
			assert.Equal(t, exact, l.EncodedSize(int64(len(got))))
			assert.Empty(t, strings.TrimSpace(in[exact:]), "only blanks are left")
		})
	}
	for name, in := range map[string]string{
		"lines of different length": text[:40] + "\n" + text[40:50] + "\n" + text[50:],
		"no padding":                strings.TrimRight(base64.StdEncoding.EncodeToString([]byte("ab")), "="),
		"stray bits":                "YR==",
		"mixed line ends":           text[:76] + "\n" + text[76:152] + "\r\n" + text[152:],
		"LF after usual ends":       text[:76] + "\r\n" + text[76:152] + "\r\n" + text[152:228] + "\n" + text[228:],
		"a CR more after them":      text[:76] + "\r\n" + text[76:152] + "\r\n" + text[152:228] + "\r\r\n" + text[228:],
		"a longer line after them":  text[:76] + "\r\n" + text[76:152] + "\r\n" + text[152:232] + "\r\n" + text[232:],
		"a blank line among them":   text[:76] + "\r\n" + text[76:152] + "\r\n\r\n" + text[152:228] + "\r\n" + text[228:],
		"a blank line first":        "\n" + text,
		"junk":                      text[:76] + "!\n" + text[76:],
		"text after padding":        "YQ==\nYQ==",
		"padding on two lines":      "YQ=\n=",
		"a blank in the line":       text[:10] + " " + text[10:],
	} {
		_, _, exact, _ := entity.DecodeBytes(entity.Base64, []byte(in))
		assert.Zero(t, exact, name)
	}
}

func TestEncodersAgreeWithTheStandardDecoders(t *testing.T) {
	text := []byte("Fröhliche Zeilen = gut  \nFrom here\n.\n" + strings.Repeat("lang ", 50) + "\r\nlast \t")
	var q bytes.Buffer
	require.NoError(t, entity.WriteQuoted(&q, text))
	got, err := io.ReadAll(quotedprintable.NewReader(&q))
	require.NoError(t, err)
	assert.Equal(t, strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n", "\r\n"), string(got))

	b, err := io.ReadAll(entity.NewEncoder(entity.Layout{Encoding: entity.Base64, Line: 76}, bytes.NewReader(text)))
	require.NoError(t, err)
	got, err = io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(b)))
	require.NoError(t, err)
	assert.Equal(t, text, got)
}

func TestCharsets(t *testing.T) {
	for charset, tc := range map[string]struct{ in, want string }{
		"utf-8":             {"ä", "ä"},
		"UTF8":              {"ä", "ä"},
		"iso-8859-1":        {"\xe4\x93", "ä“"},
		"windows-1252":      {"\x80", "€"},
		"cp1251":            {"\xf2", "т"},
		"koi8-r":            {"\xd4", "т"},
		"shift_jis":         {"\x83e", "テ"},
		"iso-2022-jp":       {"\x1b$B%F\x1b(B", "テ"},
		"gb2312":            {"\xc4\xe3", "你"},
		"big5":              {"\xa7A", "你"},
		"ks_c_5601-1987":    {"\xb0\xa1", "가"},
		"euc-jp":            {"\xa5\xc6", "テ"},
		"utf-7":             {"a+AOQ-b+-c+2D3cqQ-", "aäb+c💩"},
		"utf-16le":          {"a\x00", "a"},
		"windows-1258":      {"\xf5", "ơ"},
		"ibm850":            {"\x84", "ä"},
		"macintosh":         {"\x8a", "ä"},
		"us-ascii":          {"\xe4", "ä"},
		"x-unknown":         {"ä", "ä"},
		"iso-8859-15":       {"\xa4", "€"},
		"hz-gb-2312":        {"~{Dc~}", "你"},
		`"utf-8"`:           {"ä", "ä"},
		"windows-874":       {"\xa1", "ก"},
		"unicode-1-1-utf-7": {"+AOQ-", "ä"},
	} {
		assert.Equal(t, tc.want, entity.DecodeText(charset, []byte(tc.in)), charset)
		if c, ok := entity.LookupCharset(charset); ok && c.Codepage != 0 {
			again, ok := entity.CharsetOf(c.Codepage)
			assert.True(t, ok, charset)
			b, ok := again.Encode("a")
			assert.True(t, ok)
			assert.Equal(t, "a", again.Decode(b), charset)
		}
	}
	_, ok := entity.LookupCharset("x-unknown")
	assert.False(t, ok)
}

func TestLastLetterOfATextIsNotLost(t *testing.T) {
	for _, charset := range []string{"windows-1255", "windows-1258", "big5", "shift_jis", "iso-2022-jp", "utf-7", "gb18030", "euc-kr"} {
		c, ok := entity.LookupCharset(charset)
		require.True(t, ok)
		b, ok := c.Encode("abc xyz")
		require.True(t, ok, charset)
		assert.Equal(t, "abc xyz", c.Decode(b), charset)
	}
}

func TestHalfwidthKatakanaIsNoISO2022JP(t *testing.T) {
	const half = "\uFF76\uFF9E"
	for codepage, want := range map[int32]bool{50220: false, 50221: true, 932: true} {
		c, ok := entity.CharsetOf(codepage)
		require.True(t, ok)
		b, ok := c.Encode(half)
		require.Equal(t, want, ok, codepage)
		if ok {
			assert.Equal(t, half, c.Decode(b), codepage)
		}
	}
	c, _ := entity.CharsetOf(50220)
	b, ok := c.Encode("\u30AC")
	require.True(t, ok)
	assert.Equal(t, "\u30AC", c.Decode(b))
}

func TestMemoryIsDecodedAsAReaderIs(t *testing.T) {
	content := bytes.Repeat([]byte("Die Gr\xc3\xb6\xc3\x9fe = 1 \t\r\n"), 9000)
	lines := base64.StdEncoding.EncodeToString(content)
	for e, in := range map[entity.Encoding]string{
		entity.Identity: string(content), entity.Base64: lines[:60000] + "\r\n" + lines[60000:],
		entity.QuotedPrintable: string(content), entity.UUEncode: "begin 644 x\n" + strings.Repeat("#0V%T\n", 20000) + "end\n",
	} {
		want, err := io.ReadAll(entity.NewDecoder(e, strings.NewReader(in)))
		require.NoError(t, err)
		var d entity.Decoder
		d.ResetBytes(e, []byte(in))
		var got bytes.Buffer
		_, err = d.WriteTo(&got)
		require.NoError(t, err)
		require.Equal(t, want, got.Bytes(), e)
	}
}

func FuzzEncoding(f *testing.F) {
	f.Add([]byte("aGVs\r\nbG8=\r\n"), 3)
	f.Add([]byte("a=3Db=\r\nc \t\r\n="), 1)
	f.Add([]byte("begin 644 x\n#0V%T\nend"), 7)
	f.Fuzz(func(t *testing.T, in []byte, step int) {
		for _, e := range []entity.Encoding{entity.Base64, entity.QuotedPrintable, entity.UUEncode} {
			flat, l, exact, _ := entity.DecodeBytes(e, in)
			stream, err := io.ReadAll(entity.NewDecoder(e, iotest.HalfReader(bytes.NewReader(in))))
			require.NoError(t, err)
			require.Equal(t, string(flat), string(stream), "in pieces as at once")
			var d entity.Decoder
			d.ResetBytes(e, in)
			memory, err := io.ReadAll(&d)
			require.NoError(t, err)
			require.Equal(t, string(flat), string(memory), "from memory as from a reader")
			if exact > 0 && e == entity.Base64 {
				out, err := io.ReadAll(entity.NewEncoder(l, bytes.NewReader(flat)))
				require.NoError(t, err)
				require.Equal(t, string(in[:exact]), string(out))
			}
		}
		var q bytes.Buffer
		require.NoError(t, entity.WriteQuoted(&q, in))
		for _, line := range strings.Split(q.String(), "\r\n") {
			require.LessOrEqual(t, len(line), 76)
		}
		got, _, _, damaged := entity.DecodeBytes(entity.QuotedPrintable, q.Bytes())
		require.False(t, damaged)
		require.Equal(t, strings.ReplaceAll(strings.ReplaceAll(string(in), "\r\n", "\n"), "\n", "\r\n"), string(got))
	})
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte("To: \"a\" <b@c>, d: e@f;\nDate: Mon, 2 Jan 2006 15:04:05 -0700\n"))
	f.Add([]byte("=?utf-8?q?=C3=A4?= =?utf-8?b?w6Q=?="))
	f.Add([]byte("a/b; n*0*=utf-8''%C3; n*1*=%A4; m=\"x\\\"\""))
	f.Fuzz(func(t *testing.T, in []byte) {
		text := entity.DecodeWords(in)
		require.LessOrEqual(t, len(text), 4*len(in)+8)
		if text == strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ") && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
			require.Equal(t, text, entity.DecodeWords([]byte(entity.EncodeWords(text))))
		}
		for _, a := range entity.ParseAddresses(in) {
			_ = a.String()
			_ = a.Unicode()
		}
		entity.ParseDate(in)
		m := entity.ParseMedia(in)
		_ = m.String()
		p, err := entity.Parse(entity.Bytes(in), int64(len(in)), nil)
		require.NoError(t, err)
		q, err := entity.Parse(bytes.NewReader(in), int64(len(in)), nil)
		require.NoError(t, err)
		require.Equal(t, outline(string(in), p), outline(string(in), q))
	})
}

func benchmarkDecode(b *testing.B, e entity.Encoding, in []byte, std func(r io.Reader) io.Reader) {
	b.Run("by=okapi", func(b *testing.B) {
		b.SetBytes(int64(len(in)))
		d := entity.NewDecoder(e, nil)
		for b.Loop() {
			d.Reset(e, bytes.NewReader(in))
			if _, err := d.WriteTo(io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("by=standard", func(b *testing.B) {
		b.SetBytes(int64(len(in)))
		for b.Loop() {
			if _, err := io.Copy(io.Discard, std(bytes.NewReader(in))); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkBase64(b *testing.B) {
	var text bytes.Buffer
	_, err := entity.NewEncoder(entity.Layout{Encoding: entity.Base64, Line: 76}, bytes.NewReader(make([]byte, 1<<20))).WriteTo(&text)
	require.NoError(b, err)
	benchmarkDecode(b, entity.Base64, text.Bytes(), func(r io.Reader) io.Reader { return base64.NewDecoder(base64.StdEncoding, r) })
}

func BenchmarkQuotedPrintable(b *testing.B) {
	var text bytes.Buffer
	require.NoError(b, entity.WriteQuoted(&text, []byte(strings.Repeat("Ein Satz mit Wörtern, die länger werden. ", 20_000))))
	benchmarkDecode(b, entity.QuotedPrintable, text.Bytes(), func(r io.Reader) io.Reader { return quotedprintable.NewReader(r) })
}
