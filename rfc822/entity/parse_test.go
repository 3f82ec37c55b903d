package entity_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/rfc822/entity"
)

// outline shows the structure of a mail: types and bodies, nested.
func outline(in string, p *entity.Part) string {
	s := p.Type.Type
	if len(p.Parts) == 0 {
		return s + fmt.Sprintf(" %q", in[p.Body.Start:p.Body.End])
	}
	var parts []string
	for _, c := range p.Parts {
		parts = append(parts, outline(in, c))
	}
	return s + " [" + strings.Join(parts, ", ") + "]"
}

func TestParse(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"nothing is a mail", "", `text/plain ""`},
		{"text without a header", "hello\nworld\n", `text/plain "hello\nworld\n"`},
		{"no blank line after the header", "Subject: s\nhello\nworld", `text/plain "hello\nworld"`},
		{"a line without a colon in the header", "Subject: s\nnonsense\nTo: x\n\nb", `text/plain "b"`},
		{"an mbox line first", "From a@b Mon\nSubject: s\n\nb", `text/plain "b"`},
		{"blank lines before the header", "\n\r\nSubject: s\n\nb", `text/plain "b"`},
		{"a blank line before text is no header", "\nhello: this\nis text", "text/plain \"is text\""},
		{"a header line that begins with a blank", " folded: x\nSubject: s\n\nb", `text/plain "b"`},
		{"a fold of blanks only", "Subject: a\n \n b\nTo: x\n\nbody", `text/plain "body"`},
		{"the line end before a boundary belongs to it", "Content-Type: multipart/mixed; boundary=b\r\n\r\npre\r\n--b\r\n\r\nx\r\n\r\n--b\r\n\r\ny\r\n--b--\r\nepi",
			`multipart/mixed [text/plain "x\r\n", text/plain "y"]`},
		{"no final boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n", `multipart/mixed [text/plain "x\n"]`},
		{"an outer boundary ends inner parts", "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--a\n\ny\n--a--",
			`multipart/mixed [multipart/mixed [text/plain "x"], text/plain "y"]`},
		{"a boundary that begins like another", "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\n\nx\n--ab--\n--a--",
			`multipart/mixed [multipart/mixed [text/plain "x"]]`},
		{"padding after a boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\nx\n--b-- \n", `multipart/mixed [text/plain "x"]`},
		{"text behind a boundary and a blank", "Content-Type: multipart/mixed; boundary=b\n\n--b ignored\n\nx\n--b-- ignored\nepi\n--b--\n", `multipart/mixed [text/plain "x"]`},
		{"text that begins like a boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--bold\n--b---\n--b--", `multipart/mixed [text/plain "x\n--bold\n--b---"]`},
		{"a line drawn before quoted mail", "Content-Type: multipart/mixed; boundary=---\n\n-----\n\nx\n----- Original -----\ny\n-------", `multipart/mixed [text/plain "x\n----- Original -----\ny"]`},
		{"dashes that begin no boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n-\n- --b\n-\n---b\na----\n-\n--b\n\ny\n--b--\n-",
			`multipart/mixed [text/plain "-\n- --b\n-\n---b\na----\n-", text/plain "y"]`},
		{"a whole boundary wins over the begin of one", "Content-Type: multipart/mixed; boundary=\"b x\"\n\n--b x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n1\n--b x\n\n2\n--b x--",
			`multipart/mixed [multipart/mixed [text/plain "1"], text/plain "2"]`},
		{"a line too long for a boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b " + strings.Repeat("y", 9000) + "\n--b--", "multipart/mixed [text/plain \"x\\n--b " + strings.Repeat("y", 9000) + "\"]"},
		{"a boundary of thousands of characters", "Content-Type: multipart/mixed; boundary=" + strings.Repeat("b", 7000) + "\n\n--" + strings.Repeat("b", 7000) + "\n\nx\n--" + strings.Repeat("b", 7000) + "--", `multipart/mixed [text/plain "x"]`},
		{"no blank line before the first boundary", "Content-Type: multipart/mixed; boundary=b\nMIME-Version: 1.0\n--b\nX: y\n\nx\n--b--", `multipart/mixed [text/plain "x"]`},
		{"dashes in a header that are no boundary", "Content-Type: multipart/mixed; boundary=b\n--c\nX: y\n\n--b\n\nx\n--b--", `multipart/mixed [text/plain "x"]`},
		{"a part without a header", "Content-Type: multipart/mixed; boundary=b\n\n--b\nno header\n--b--", `multipart/mixed [text/plain "no header"]`},
		{"a part with nothing but a header", "Content-Type: multipart/mixed; boundary=b\n\n--b\nX: y\n--b--", `multipart/mixed [text/plain ""]`},
		{"a multipart without parts", "Content-Type: multipart/mixed; boundary=b\n\nx", `multipart/mixed "x"`},
		{"a multipart without a boundary", "Content-Type: multipart/mixed\n\n--b\n\nx", `multipart/mixed "--b\n\nx"`},
		{"a message in a message", "Content-Type: message/rfc822\n\nSubject: i\n\nb", `message/rfc822 [text/plain "b"]`},
		{"an encoded message is not looked into", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nYQ==", `message/rfc822 "YQ=="`},
		{"parts of a digest are messages", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: i\n\nx\n--b--", `multipart/digest [message/rfc822 [text/plain "x"]]`},
		{"a type that is none is text", "Content-Type: text\n\nx", `text/plain "x"`},
		{"an inner message that ends with its header", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: i\n\n--b--", `multipart/mixed [message/rfc822 [text/plain ""]]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := entity.Parse(entity.Bytes(tc.in), int64(len(tc.in)), nil)
			require.NoError(t, err)
			assert.Equal(t, tc.want, outline(tc.in, p))
			q, err := entity.Parse(strings.NewReader(tc.in), int64(len(tc.in)), nil)
			require.NoError(t, err)
			assert.Equal(t, tc.want, outline(tc.in, q), "read through a window")
		})
	}
}

func TestWindowSeesWhatMemorySees(t *testing.T) {
	var b strings.Builder
	b.WriteString("Content-Type: multipart/mixed; boundary=xyz\r\n\r\n")
	for i := range 40 {
		fmt.Fprintf(&b, "--xyz\r\nX-Long: %s\r\n\r\n%s\r\n", strings.Repeat("y", i*701), strings.Repeat("-\n--x\r\n", i*997))
	}
	b.WriteString("--xyz--\r\n")
	in := b.String()
	p, err := entity.Parse(entity.Bytes(in), int64(len(in)), nil)
	require.NoError(t, err)
	q, err := entity.Parse(strings.NewReader(in), int64(len(in)), nil)
	require.NoError(t, err)
	require.Len(t, p.Parts, 40)
	assert.Equal(t, outline(in, p), outline(in, q))
}

func TestLimitsAreReportedAndKeepTheBytes(t *testing.T) {
	parts := "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 10)
	for _, tc := range []struct {
		name, in string
		opts     entity.Options
		want     entity.Rule
	}{
		{"parts", parts, entity.Options{MaxParts: 3}, entity.RuleParts},
		{"depth", parts, entity.Options{MaxDepth: -1}, ""},
		{"header", "X: " + strings.Repeat("x", 100) + "\nY: z\n\nbody", entity.Options{MaxHeaderBytes: 20}, entity.RuleHeaderSize},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []entity.Rule
			tc.opts.Report = func(i entity.Issue) { got = append(got, i.Rule) }
			p, err := entity.Parse(entity.Bytes(tc.in), int64(len(tc.in)), &tc.opts)
			require.NoError(t, err)
			assert.Equal(t, int64(len(tc.in)), p.Body.End)
			if tc.want != "" {
				assert.Contains(t, got, tc.want)
				assert.True(t, p.Truncated)
			}
		})
	}
	in := "X: " + strings.Repeat("x", 100) + "\nY: z\n\nbody"
	p, err := entity.Parse(entity.Bytes(in), int64(len(in)), &entity.Options{MaxHeaderBytes: 20})
	require.NoError(t, err)
	assert.Equal(t, "body", in[p.Body.Start:], "a header that is too long still ends where it ends")
}

type brokenReader struct{}

var errBroken = errors.New("broken disk")

func (brokenReader) ReadAt(p []byte, off int64) (int, error) { return 0, errBroken }

func TestReadingErrorIsReturned(t *testing.T) {
	_, err := entity.Parse(brokenReader{}, 100, nil)
	assert.ErrorIs(t, err, errBroken)
	_, err = entity.Parse(strings.NewReader("short"), 100, nil)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestHeaderKeepsRawBytes(t *testing.T) {
	in := "Subject: a\r\n  b\r\nno field\r\nsubject : second\nX:\n\n"
	p, err := entity.Parse(entity.Bytes(in), int64(len(in)), nil)
	require.NoError(t, err)
	var raw bytes.Buffer
	for f := range p.Header.All() {
		raw.Write(f.Raw)
	}
	assert.Equal(t, in[:p.Head.End], raw.String())
	assert.Equal(t, "a  b", p.Header.Text("SUBJECT"))
	assert.Equal(t, 4, p.Header.Len())
}

func TestParseMedia(t *testing.T) {
	for in, want := range map[string]string{
		`text/plain`:                                  `text/plain`,
		`Text/HTML; Charset="UTF-8"`:                  `text/html charset=UTF-8`,
		`text/plain; charset=us-ascii (a comment)`:    `text/plain charset=us-ascii`,
		`text/plain; name=my file.txt; x=1`:           `text/plain name=my file.txt x=1`,
		`text/plain;;; charset = utf-8 ;`:             `text/plain charset=utf-8`,
		`text/plain; charset=a; charset=b`:            `text/plain charset=a`,
		`text/plain; name="a\"b\\c"`:                  `text/plain name=a"b\c`,
		`attachment; filename="C:\dir\file.txt"`:      `attachment filename=C:\dir\file.txt`,
		`text/plain; name="not closed`:                `text/plain name=not closed`,
		`text / plain; a=b`:                           `text/plain a=b`,
		`text/plain charset=utf-8`:                    `text/plain charset=utf-8`,
		`(c) text/plain (d); a=b`:                     `text/plain a=b`,
		`filename=x.txt`:                              ` filename=x.txt`,
		`a/b; n*=utf-8'en'%C3%A4; n=plain`:            `a/b n=ä`,
		`a/b; n=plain; n*0*=iso-8859-1''%E4; n*1="b"`: `a/b n=äb`,
		`a/b; n*1=b; n*0=a; n*2*=%63`:                 `a/b n=abc`,
		`a/b; n*1=b; m*0=x; n*0=a`:                    `a/b n=ab m=x`,
		`a/b; n="=?utf-8?q?=C3=A4?="`:                 `a/b n=ä`,
		`a/b; n*0=a; n*0=x; n*1=b`:                    `a/b n=ab`,
		`a/b; n*=%zz`:                                 `a/b n=%zz`,
		``:                                            ``,
		`;`:                                           ``,
	} {
		m := entity.ParseMedia([]byte(in))
		got := m.Type
		for _, p := range m.Params {
			got += " " + p.Name + "=" + p.Value
		}
		assert.Equal(t, want, got, in)
	}
}

// Each of these would take minutes if what is not closed were looked for again and again.
func TestWhatIsNeverClosed(t *testing.T) {
	for in, want := range map[string]int{`[`: 1, `"\`: 1, `)"\`: 1, `=?a?b?-`: 1, `=?a?x?`: 1, `<[`: 1, `a <[ "`: 1} {
		list := entity.ParseAddresses(bytes.Repeat([]byte(in), 1<<20/len(in)))
		assert.Equal(t, want, len(list), in)
	}
	in := append(bytes.Repeat([]byte("a"), 1<<19), bytes.Repeat([]byte(":"), 1<<19)...)
	assert.Equal(t, 1, len(entity.ParseAddresses(append([]byte("x<"), in...))))
	text := strings.Repeat("=?a?b?-", 1<<17)
	assert.True(t, text == entity.DecodeWords([]byte(text)))
	m := entity.ParseMedia([]byte("a/b; " + strings.Repeat("n", 201) + "=x; " + strings.Repeat("n", 200) + "=x"))
	assert.Len(t, m.Params, 1, "a name of that length is none")
}

func TestParametersAreBounded(t *testing.T) {
	for _, form := range []string{";n%d=x", ";n%d*0=x"} {
		in := []byte("a/b")
		for i := range 100_000 {
			in = fmt.Appendf(in, form, i)
		}
		m := entity.ParseMedia(in)
		assert.Len(t, m.Params, 1000)
		assert.Equal(t, "x", m.Param("n999"))
	}
}

func TestParseAddresses(t *testing.T) {
	for in, want := range map[string]string{
		`a@b.org`:                            `|a@b.org`,
		`Ada Lovelace <ada@b.org>`:           `Ada Lovelace|ada@b.org`,
		`"Lovelace, Ada" <ada@b.org>, c@d`:   `Lovelace, Ada|ada@b.org; |c@d`,
		`Lovelace, Ada <ada@b.org>`:          `Lovelace, Ada|ada@b.org`,
		`ada@b.org (Ada (the) Countess)`:     `Ada (the) Countess|ada@b.org`,
		`<@relay.org,@x.org:ada@b.org>`:      `|ada@b.org`,
		`Ada ada@b.org`:                      `Ada|ada@b.org`,
		`"quoted local"@b.org`:               `|"quoted local"@b.org`,
		`"a b\"c"@b.org`:                     `|"a b\"c"@b.org`,
		`Ada "a@b \\"@b.org`:                 `Ada|"a@b \\"@b.org`,
		`"A" "b c"@b.org, <"d e"@b.org>`:     `A|"b c"@b.org; |"d e"@b.org`,
		`ada @ b . org`:                      `|ada@b.org`,
		`Ada <ada@b.org`:                     `Ada|ada@b.org`,
		`'Ada' <ada@b.org>`:                  `'Ada'|ada@b.org`,
		`"'Ada'" <ada@b.org>`:                `Ada|ada@b.org`,
		`friends: a@b, "c" <d@e>;`:           `|a@b/friends; c|d@e/friends`,
		`undisclosed-recipients:;`:           ``,
		`a: b@c;, d@e`:                       `|b@c/a; |d@e`,
		`a@b; c@d`:                           `|a@b; |c@d`,
		`ü@exämple.org`:                      `|ü@exämple.org`,
		"J\xfcrgen <j@b.org>":                `Jürgen|j@b.org`,
		`mailto:a@b`:                         `|a@b`,
		`<>`:                                 ``,
		``:                                   ``,
		`,,,`:                                ``,
		`Ada Lovelace (Engines) <ada@b.org>`: `Ada Lovelace (Engines)|ada@b.org`,
		`Ada (the) Lovelace <ada@b.org>`:     `Ada Lovelace (the)|ada@b.org`,
		`(Ada) <ada@b.org>`:                  `Ada|ada@b.org`,
		`(recipients suppressed)`:            `recipients suppressed|`,
		`a@b, (home)`:                        `|a@b`,
		`(Empty)Hidden :(nobody)  ;`:         ``,
		`()`:                                 ``,
		`MAILER-DAEMON`:                      `MAILER-DAEMON|`,
		`a@[192.0.2.1]`:                      `|a@[192.0.2.1]`,
	} {
		var got []string
		for _, a := range entity.ParseAddresses([]byte(in)) {
			s := a.Name + "|" + a.Addr
			if a.Group != "" {
				s += "/" + a.Group
			}
			got = append(got, s)
		}
		assert.Equal(t, want, strings.Join(got, "; "), in)
	}
}

func TestDomainsAreWrittenForTheDNS(t *testing.T) {
	a := entity.Address{Name: "Jürgen", Addr: "j@bücher.example"}
	assert.Equal(t, "j@xn--bcher-kva.example", a.Ascii())
	assert.Equal(t, "j@bücher.example", entity.Address{Addr: a.Ascii()}.Unicode())
	assert.Equal(t, "=?utf-8?q?J=C3=BCrgen?= <j@xn--bcher-kva.example>", a.String())
	assert.Equal(t, "J@EXAMPLE.org", entity.Address{Addr: "J@EXAMPLE.org"}.Ascii(), "ASCII stays as it was written")
}

func ExampleParseAddresses() {
	for _, a := range entity.ParseAddresses([]byte(`"Lovelace, Ada" <ada@example.org>, =?utf-8?q?J=C3=BCrgen?= <j@example.org>, broken`)) {
		fmt.Printf("%q %q\n", a.Name, a.Addr)
	}
	// Output:
	// "Lovelace, Ada" "ada@example.org"
	// "Jürgen" "j@example.org"
	// "broken" ""
}
