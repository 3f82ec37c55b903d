package line_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/line"
)

// read returns the lines of a text, and how often each rule was broken.
func read(t testing.TB, r io.Reader, opts *line.Options) (list []line.Line, broken map[line.Rule]int) {
	t.Helper()
	var o line.Options
	if opts != nil {
		o = *opts
	}
	broken = map[line.Rule]int{}
	o.Report = func(i line.Issue) { broken[i.Rule]++ }
	lr := line.NewReader(r, &o)
	for {
		l, err := lr.Next()
		if err == io.EOF {
			return list, broken
		}
		require.NoError(t, err)
		list = append(list, l)
	}
}

// show writes a line so that every part of it is seen.
func show(l line.Line) string {
	var b strings.Builder
	if l.Group != "" {
		fmt.Fprintf(&b, "<%s>", l.Group)
	}
	b.WriteString(l.Name)
	for _, p := range l.Params {
		fmt.Fprintf(&b, "|%s=%s", p.Name, strings.Join(p.Values, "+"))
	}
	return b.String() + ">" + l.Value
}

func TestLines(t *testing.T) {
	for _, c := range []struct{ promise, in, want string }{
		{"a property", "SUMMARY:Hay\r\n", "SUMMARY>Hay"},
		{"names are capitals", "summary;language=de:Heu", "SUMMARY|LANGUAGE=de>Heu"},
		{"bare LF", "A:1\nB:2\n", "A>1 / B>2"},
		{"bare CR", "A:1\rB:2\r", "A>1 / B>2"},
		{"mixed line ends", "A:1\r\nB:2\rC:3\n\nD:4", "A>1 / B>2 / C>3 / D>4"},
		{"the last line needs no end", "A:1", "A>1"},
		{"a byte-order mark", "\uFEFFA:1", "A>1"},
		{"a byte-order mark of a second file", "A:1\n\uFEFFB:2", "A>1 / B>2"},
		{"folds with space and tab", "A:1\r\n 2\r\n\t3\r\n", "A>123"},
		{"folds keep further spaces", "A:1\r\n  2", "A>1 2"},
		{"a fold of nothing", "A:1\r\n \r\n 2", "A>12"},
		{"a fold within a name", "SUMM\r\n ARY:x", "SUMMARY>x"},
		{"a fold within a character", "A:\xC3\r\n \xA4", "A>ä"},
		{"an indented first line", "  A:1\nB:2", "A>1 / B>2"},
		{"a line break in a text", "DESCRIPTION:one\ntwo\nthree\nB:2", `DESCRIPTION>one\ntwo\nthree / B>2`},
		{"a fold without a space", "DESCRIPTION:" + strings.Repeat("x", 63) + "\nyy\nB:2", "DESCRIPTION>" + strings.Repeat("x", 63) + "yy / B>2"},
		{"a line without a colon is left out", "DTSTART;X=1\nB:2", "B>2"},
		{"junk after a date is left out", "DTSTART:20200101\njunk\nB:2", "DTSTART>20200101 / B>2"},
		{"no name", ":1\nB:2", "B>2"},
		{"a sentence with a colon is no property", "B:2\nsee you at: ten", "B>2"},
		{"several parameters", "A;X=1;Y=2,3:v", "A|X=1|Y=2+3>v"},
		{"quotes", `A;X="a;b:c,d":v`, "A|X=a;b:c,d>v"},
		{"quotes with text behind them", `A;X="a"b:v`, "A|X=ab>v"},
		{"quotes without end", `A;X="a:v`, `A|X="a>v`},
		{"a quote within", `A;X=a"b":v`, `A|X=a"b">v`},
		{"an empty parameter", "A;;X=:v", "A|X=>v"},
		{"a parameter without a name", "TEL;HOME;TYPE=FAX:1", "TEL|=HOME|TYPE=FAX>1"},
		{"RFC 6868", "A;X=a^nb^'c^^d^e:v", "A|X=a\nb\"c^d^e>v"},
		{"a zone with a colon", "DTSTART;TZID=(UTC+01:00) Berlin:20200101T000000", "DTSTART|TZID=(UTC+01:00) Berlin>20200101T000000"},
		{"an address without quotes", "ORGANIZER;SENT-BY=mailto:a@b.c:mailto:d@e.f", "ORGANIZER|SENT-BY=mailto:a@b.c>mailto:d@e.f"},
		{"a zone of Microsoft without quotes", "DTSTART;TZID=tzone://Microsoft/Utc:20250102T100000", "DTSTART|TZID=tzone://Microsoft/Utc>20250102T100000"},
		{"a link without quotes", "LOCATION;ALTREP=http://x.example/y:here", "LOCATION|ALTREP=http://x.example/y>here"},
		{"an address as value", "ATTENDEE;CN=x:mailto:a@b.c", "ATTENDEE|CN=x>mailto:a@b.c"},
		{"quoted-printable", "A;ENCODING=QUOTED-PRINTABLE:=C3=A4=0D=0Ab", `A>ä\nb`},
		{"quoted-printable over lines", "A;QUOTED-PRINTABLE:a=\nb=\n c\nB:2", "A>ab c / B>2"},
		{"quoted-printable with a charset", "A;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:=E4", "A>ä"},
		{"quoted-printable with a backslash", `A;ENCODING=QUOTED-PRINTABLE:C:\new\;x`, `A>C:\\new\;x`},
		{"a declared charset", "A;CHARSET=windows-1251:\xE4", "A>д"},
		{"an undeclared charset", "A:\xE4", "A>ä"},
		{"base64 that runs on", "PHOTO;ENCODING=b:AAAA\nBBBB\nCC==\nB:2", "PHOTO|ENCODING=b>AAAABBBBCC== / B>2"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			for name, r := range map[string]io.Reader{
				"at once":     strings.NewReader(c.in),
				"by the byte": iotest.OneByteReader(strings.NewReader(c.in)),
			} {
				list, _ := read(t, r, nil)
				var got []string
				for _, l := range list {
					got = append(got, show(l))
				}
				assert.Equal(t, c.want, strings.Join(got, " / "), name)
			}
		})
	}
}

func TestUTF16(t *testing.T) {
	for _, bom := range []string{"", "\uFEFF"} {
		for _, big := range []int{0, 1} {
			var b []byte
			for _, u := range utf16.Encode([]rune(bom + "A:ä😀\r\nB:2")) {
				pair := []byte{byte(u), byte(u >> 8)}
				b = append(b, pair[big], pair[1-big])
			}
			list, _ := read(t, bytes.NewReader(b), nil)
			require.Len(t, list, 2)
			assert.Equal(t, "A>ä😀", show(list[0]))
		}
	}
}

func TestCharsetOfTheTransport(t *testing.T) {
	list, _ := read(t, strings.NewReader("A:\x82\xA0"), &line.Options{Charset: "Shift_JIS"})
	assert.Equal(t, "A>あ", show(list[0]))
}

func TestGroups(t *testing.T) {
	list, _ := read(t, strings.NewReader("item1.TEL;TYPE=X:1"), &line.Options{Groups: true})
	assert.Equal(t, "<item1>TEL|TYPE=X>1", show(list[0]))
}

func TestBounds(t *testing.T) {
	o := &line.Options{MaxLine: 1000, MaxParams: 3}
	long := strings.Repeat("x", 5000)
	for name, in := range map[string]string{
		"a long line":          "A:" + long + "\nB:2",
		"a long line of folds": "A:" + strings.Repeat("xxxxxxxxx\n ", 500) + "\nB:2",
		"a text without end":   "DESCRIPTION:" + strings.Repeat("x\n", 5000) + "B:2",
	} {
		list, _ := read(t, iotest.HalfReader(strings.NewReader(in)), o)
		require.NotEmpty(t, list, name)
		assert.Equal(t, "B>2", show(list[len(list)-1]), name)
		for _, l := range list {
			assert.LessOrEqual(t, len(l.Value), 2500, name)
		}
	}
	list, broken := read(t, strings.NewReader("A;X=1,2,3,4,5;Y=6:v"), o)
	assert.Equal(t, "A|X=1+2+3>v", show(list[0]))
	assert.Equal(t, 1, broken[line.RuleParams])
}

// A parameter of 1 MB took other readers minutes.
func TestTimeIsLinear(t *testing.T) {
	const n = 4 << 20
	for name, in := range map[string]string{
		"one parameter":    "A;X=" + strings.Repeat("x", n) + ":v",
		"many quotes":      "A;X=" + strings.Repeat(`"`, n) + ":v",
		"many parameters":  "A" + strings.Repeat(";X=(", n/4) + ":v",
		"many folds":       "A:" + strings.Repeat("x\n ", n/3),
		"text on and on":   "DESCRIPTION:x\n" + strings.Repeat("x\n", n/2),
		"soft line breaks": "A;QUOTED-PRINTABLE:" + strings.Repeat("x=\n", n/3),
		"carriage returns": strings.Repeat("\r", n),
	} {
		began := time.Now()
		read(t, strings.NewReader(in), nil)
		t.Logf("%s: %v", name, time.Since(began))
	}
}

func TestReaderGivesTheSourcesError(t *testing.T) {
	r := line.NewReader(io.MultiReader(strings.NewReader("A:1\nB"), iotest.ErrReader(io.ErrClosedPipe)), nil)
	l, err := r.Next()
	require.NoError(t, err)
	assert.Equal(t, "A>1", show(l))
	_, err = r.Next()
	assert.ErrorIs(t, err, io.ErrClosedPipe)
}

func TestLinesDoNotChangeLater(t *testing.T) {
	var in strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&in, "A;X=%d,b;Y=c%d:%d\r\n", i, i, i)
	}
	list, _ := read(t, strings.NewReader(in.String()), nil)
	require.Len(t, list, 3000)
	for i, l := range list {
		require.Equal(t, fmt.Sprintf("A|X=%d+b|Y=c%d>%d", i, i, i), show(l))
	}
}

func written(t testing.TB, lines ...line.Line) string {
	var b bytes.Buffer
	w := line.NewWriter(&b)
	for _, l := range lines {
		require.NoError(t, w.Write(l))
	}
	require.NoError(t, w.Flush())
	return b.String()
}

func TestWriterFoldsBetweenCharacters(t *testing.T) {
	for _, text := range []string{strings.Repeat("x", 500), strings.Repeat("ä", 200), strings.Repeat("😀", 100), "x" + strings.Repeat("あ", 99)} {
		out := written(t, line.Line{Name: "SUMMARY", Value: text})
		for l := range strings.SplitSeq(strings.TrimSuffix(out, "\r\n"), "\r\n") {
			assert.LessOrEqual(t, len(l), line.MaxOctets)
			assert.True(t, strings.ToValidUTF8(l, "") == l, "a character is cut: %q", l)
		}
		list, _ := read(t, strings.NewReader(out), nil)
		assert.Equal(t, text, list[0].Value)
	}
}

func TestWriterQuotes(t *testing.T) {
	l := line.Line{Name: "A", Params: []line.Param{
		{Name: "X", Values: []string{`say "hi"`, "a;b", "two\nlines", "a^b", " edge "}},
		{Name: "", Values: []string{"HOME"}},
	}, Value: "x\ny\x00z"}
	assert.Equal(t, `A;X=say ^'hi^',"a;b",two^nlines,a^^b," edge ";HOME:x\nyz`+"\r\n", written(t, l))
}

func TestEscapes(t *testing.T) {
	for _, c := range []struct{ text, value string }{
		{"a,b;c\\d\ne", `a\,b\;c\\d\ne`},
		{"plain", "plain"},
		{"", ""},
	} {
		assert.Equal(t, c.value, line.Escape(c.text))
		assert.Equal(t, c.text, line.Unescape(c.value))
	}
	assert.Equal(t, "a\nb", line.Unescape(`a\Nb`))
	assert.Equal(t, `a\nb`, line.Escape("a\r\nb"))
	assert.Equal(t, `C:\temp\`, line.Unescape(`C:\temp\`))
	assert.Equal(t, []string{`a\,b`, "c", ""}, line.Split(`a\,b,c,`, ','))
}

func Example() {
	r := line.NewReader(strings.NewReader("ATTENDEE;CN=\"Okapi, Ada\":mailto:ada\r\n @example.org\r\n"), nil)
	l, err := r.Next()
	fmt.Println(l.Name, l.Param("CN"), l.Value, err)
	// Output: ATTENDEE Okapi, Ada mailto:ada@example.org <nil>
}

// FuzzReader: any bytes are lines, and what is written of them is read the same.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		"A;X=\"a\"b:1\r\n 2\r\nB\r\nC:3", "A;QUOTED-PRINTABLE:=\n=41\n", "\xFF\xFEA\x00:\x00", "item1.TEL;HOME:1",
		"DESCRIPTION:a\nb", "A;TZID=(UTC+01:00) x:v", "A;X=^n^':\\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, groups := range []bool{false, true} {
			o := &line.Options{Groups: groups}
			first, _ := read(t, bytes.NewReader(in), o)
			out := written(t, first...)
			second, _ := read(t, strings.NewReader(out), o)
			require.Equal(t, out, written(t, second...))
		}
	})
}

// A reader that is used again reads what a new one reads, wherever it stopped, and
// takes nothing of what it gave.
func TestReset(t *testing.T) {
	texts := []string{
		"", "A:1", "\uFEFFSUMMARY;X=\"a,b\":Hay\r\n and leaves\r\nB:2\r\n", "DESCRIPTION:half of a text\nthat goes on",
		"NOTE;ENCODING=QUOTED-PRINTABLE:a=\nb", "\xff\xfea\x00:\x001\x00", strings.Repeat("ATTENDEE;CN=Ada;ROLE=CHAIR:mailto:a\n", 500), strings.Repeat("x", 200_000) + ":1",
	}
	for stop := range 4 {
		r := line.NewReader(strings.NewReader("BEGIN:VEVENT"), nil)
		var before []line.Line
		var shown []string
		for _, text := range texts {
			want, _ := read(t, strings.NewReader(text), nil)
			r.Reset(strings.NewReader(text))
			for i := range min(len(want), stop+1) { // sometimes not to the end
				l, err := r.Next()
				require.NoError(t, err)
				require.Equal(t, want[i], l)
				before, shown = append(before, l), append(shown, show(l))
			}
			if stop > len(want) {
				_, err := r.Next()
				require.Equal(t, io.EOF, err)
			}
		}
		for i, l := range before {
			require.Equal(t, shown[i], show(l))
		}
	}
}

// Whichever byte stands wherever, the line is read as if each byte were looked at alone.
func TestEachByteAtEachPlace(t *testing.T) {
	for c := range 256 {
		if c == '\n' || c == '\r' {
			continue
		}
		for at := range 20 {
			in := []byte("X:" + strings.Repeat("b", 20))
			in[2+at] = byte(c)
			got, broken := read(t, bytes.NewReader(in), nil)
			require.Len(t, got, 1)
			want := string(in[2:])
			control := c < ' ' && c != '\t' || c == 0x7F
			switch {
			case control:
				want = strings.Repeat("b", 19)
			case c >= 0x80: // windows-1252, where five bytes mean nothing
				require.Equal(t, 20, utf8.RuneCountInString(got[0].Value))
				continue
			}
			require.Equal(t, want, got[0].Value)
			require.Equal(t, control, broken[line.RuleControl] == 1, "%#x", c)
		}
	}
}
