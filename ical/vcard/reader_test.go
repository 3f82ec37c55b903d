package vcard_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	govcard "github.com/emersion/go-vcard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/ical/vcard"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// names are the N of the cards of a text, and how often each rule was broken.
func names(t *testing.T, in string, o vcard.ReadOptions) ([]string, map[line.Rule]int) {
	t.Helper()
	broken := map[line.Rule]int{}
	o.Report = func(i vcard.Issue) { broken[i.Rule]++ }
	cards, err := vcard.Parse(iotest.HalfReader(strings.NewReader(in)), &o)
	require.NoError(t, err)
	list := []string{}
	for _, c := range cards {
		list = append(list, c.Value("N"))
	}
	return list, broken
}

func TestNesting(t *testing.T) {
	for _, c := range []struct {
		promise, in string
		want        []string
		issues      int
	}{
		{"nothing", "", []string{}, 0},
		{"no card", "N:a\nTEL:1", []string{}, 2},
		{"two cards", "BEGIN:VCARD\nN:a\nEND:VCARD\n\n\nbegin:vcard\nn:b\nend:vcard\n", []string{"a", "b"}, 0},
		{"no END at the end", "BEGIN:VCARD\nN:a", []string{"a"}, 1},
		{"no END in the middle", "BEGIN:VCARD\nN:a\nBEGIN:VCARD\nN:b\nEND:VCARD", []string{"b", "a"}, 1},
		{"END of something else", "BEGIN:VCARD\nEND:VEVENT\nN:a\nEND:VCARD", []string{"a"}, 1},
		{"a card within a card", "BEGIN:VCARD\nN:a\nBEGIN:VCARD\nN:b\nEND:VCARD\nTEL:1\nEND:VCARD", []string{"b", "a"}, 0},
		{"the card of an agent", "BEGIN:VCARD\nN:a\nAGENT:\nBEGIN:VCARD\nN:b\nEND:VCARD\nTEL:1\nEND:VCARD", []string{"a"}, 0},
		{"a byte-order mark", "\uFEFFBEGIN:VCARD\nN:a\nEND:VCARD", []string{"a"}, 0},
		{"spaces around", " BEGIN:VCARD \r\nN:a\r\nEND: VCARD\r\n", []string{"a"}, 0},
	} {
		t.Run(c.promise, func(t *testing.T) {
			got, broken := names(t, c.in, vcard.ReadOptions{})
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.issues, broken[vcard.RuleNesting])
		})
	}
}

func TestOpenCardsAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, "BEGIN:VCARD\nN:%d\n", i)
	}
	got, _ := names(t, b.String(), vcard.ReadOptions{})
	assert.Len(t, got, 1000, "none is lost")
	assert.Equal(t, "0", got[0])
}

func TestCardsAreBounded(t *testing.T) {
	in := "BEGIN:VCARD\nN:a\n" + strings.Repeat("NOTE:0123456789\n", 500) + "END:VCARD\n"
	for _, o := range []vcard.ReadOptions{{MaxProps: 100}, {MaxBytes: 1000}} {
		var most int
		cards, err := vcard.Parse(strings.NewReader(in), &o)
		require.NoError(t, err)
		most = len(cards[0].Props)
		assert.LessOrEqual(t, most, 101)
		_, broken := names(t, in, o)
		assert.Positive(t, broken[vcard.RuleSize])
	}
	got, broken := names(t, "BEGIN:VCARD\nN:a\nEND:VCARD\nBEGIN:VCARD\nN:b\nBEGIN:VCARD\nN:c\nEND:VCARD", vcard.ReadOptions{MaxCards: 2})
	assert.Equal(t, []string{"a", "b"}, got)
	assert.Equal(t, 1, broken[vcard.RuleSize])
	_, broken = names(t, "BEGIN:VCARD\nNOTE:"+strings.Repeat("x", 5000)+"\nN:a", vcard.ReadOptions{Line: line.Options{MaxLine: 1000}})
	assert.Equal(t, 1, broken[line.RuleLineSize])
}

func TestHostileCards(t *testing.T) {
	const n = 1 << 18
	for name, in := range map[string]string{
		"many cards":       strings.Repeat("BEGIN:VCARD\nEND:VCARD\n", n/64),
		"many agents":      "BEGIN:VCARD\n" + strings.Repeat("AGENT:\nBEGIN:VCARD\n", n/64),
		"many parts":       "BEGIN:VCARD\nN:" + strings.Repeat(";", n) + "\nADR:" + strings.Repeat(";x", n) + "\nORG:" + strings.Repeat("x;", n),
		"many types":       "BEGIN:VCARD\nTEL;TYPE=\"" + strings.Repeat("home,", n) + "\":1",
		"many addresses":   "BEGIN:VCARD\n" + strings.Repeat("EMAIL:a@b\n", 9000),
		"many labels":      "BEGIN:VCARD\n" + strings.Repeat("a.X-ABLABEL:Home\na.TEL:1\n", 4000),
		"many words":       "BEGIN:VCARD\nCATEGORIES:" + strings.Repeat("x,", n),
		"many members":     "BEGIN:VCARD\nKIND:group\n" + strings.Repeat("MEMBER:mailto:a@example.org\n", 9000),
		"many children":    "BEGIN:VCARD\n" + strings.Repeat("X-MS-CHILD:x\n", 9000),
		"damaged photo":    "BEGIN:VCARD\nPHOTO;ENCODING=b:!!!!" + strings.Repeat("A", n),
		"long backslashes": "BEGIN:VCARD\nNOTE:" + strings.Repeat(`\`, n),
	} {
		t.Run(name, func(t *testing.T) {
			out := encode(t, "", decode(t, in)...)
			encode(t, "2.1", decode(t, out)...)
		})
	}
}

func TestDamageIsReportedAndKept(t *testing.T) {
	broken := map[line.Rule]int{}
	o := &vcard.DecodeOptions{ReadOptions: vcard.ReadOptions{Report: func(i vcard.Issue) { broken[i.Rule]++ }}}
	msgs, err := vcard.Decode(strings.NewReader("BEGIN:VCARD\nVERSION:2.1\nPHOTO;ENCODING=BASE64;TYPE=JPEG:qgEPAAIAAA:ASDF==\nEND:VCARD"), o)
	require.NoError(t, err)
	assert.Equal(t, 1, broken[vcard.RuleValue])
	assert.Contains(t, encode(t, "", msgs...), "PHOTO;ENCODING=BASE64;JPEG:qgEPAAIAAA:ASDF==\r\n")
}

func TestWhatIsNoBase64IsText(t *testing.T) {
	broken := map[line.Rule]int{}
	o := &vcard.DecodeOptions{ReadOptions: vcard.ReadOptions{Report: func(i vcard.Issue) { broken[i.Rule]++ }}}
	msgs, err := vcard.Decode(strings.NewReader("BEGIN:VCARD\nVERSION:2.1\nX-A;BASE64:\xc7=\nPHOTO:data:image/png;base64,\xc7\nEND:VCARD"), o)
	require.NoError(t, err)
	assert.Equal(t, 1, broken[line.RuleEncoding])
	assert.Empty(t, msgs[0].Attachments)
	for version, want := range map[vcard.Version]string{
		"2.1": "X-A;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=C3=87=3D\r\n",
		"3.0": "X-A:Ç=\r\n",
		"4.0": "X-A:Ç=\r\n",
	} {
		assert.Contains(t, encode(t, version, msgs...), want)
	}
	c := &vcard.Card{Version: "2.1", Props: []vcard.Prop{{Name: "X-A", Value: "é", Params: []line.Param{{Name: "ENCODING", Values: []string{"b"}}}}}}
	var b bytes.Buffer
	_, err = c.WriteTo(&b)
	require.NoError(t, err)
	assert.Contains(t, b.String(), "X-A;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=C3=A9\r\n")
}

func TestErrorsOfTheSource(t *testing.T) {
	source := func() io.Reader {
		return io.MultiReader(strings.NewReader("BEGIN:VCARD\nN:a\nEND:VCARD\nBEGIN:VCARD\nN:b\n"), iotest.ErrReader(io.ErrClosedPipe))
	}
	msgs, err := vcard.Decode(source(), nil)
	require.ErrorIs(t, err, io.ErrClosedPipe)
	assert.Equal(t, mapi.ErrCallFailed, mapi.CodeOf(err))
	assert.Len(t, msgs, 2, "what came before is there")
	count := 0
	for m, err := range vcard.All(source(), nil) {
		if count++; count == 3 {
			assert.Nil(t, m)
			require.ErrorIs(t, err, io.ErrClosedPipe)
			continue
		}
		require.NoError(t, err)
	}
	assert.Equal(t, 3, count)
	for range vcard.All(source(), nil) {
		break
	}
}

func TestOtherMessagesAreRefused(t *testing.T) {
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, "IPM.Note")
	err := vcard.Encode(io.Discard, []*mapi.Message{{}, m}, nil)
	assert.ErrorIs(t, err, mapi.ErrNoSupport)
	props.PidTagMessageClass.Set(m, "IPM.Contact.Zoo")
	assert.NoError(t, vcard.Encode(io.Discard, []*mapi.Message{m}, nil))
	err = vcard.Encode(iotestWriter{}, []*mapi.Message{m}, nil)
	assert.ErrorIs(t, err, io.ErrShortWrite)
}

type iotestWriter struct{}

func (iotestWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// failing is a photo that cannot be read.
type failing struct{}

func (failing) Open() (io.ReadCloser, error) { return nil, errors.ErrUnsupported }
func (failing) Size() int64                  { return 10 }

func TestPhotosMayBeStreams(t *testing.T) {
	m := decode(t, "BEGIN:VCARD\nVERSION:3.0\nFN:a\nPHOTO;ENCODING=b:AQID\nEND:VCARD")[0]
	m.Attachments[0].Set(props.PidTagAttachDataBinary.Prop(), failing{})
	assert.ErrorIs(t, vcard.Encode(io.Discard, []*mapi.Message{m}, nil), errors.ErrUnsupported)
}

func TestCharsets(t *testing.T) {
	for _, in := range []string{
		"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=ISO-8859-1:\xD6l\nEND:VCARD",
		"BEGIN:VCARD\nVERSION:2.1\nN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=C3=96l\nEND:VCARD",
		"BEGIN:VCARD\nVERSION:2.1\nN;QUOTED-PRINTABLE;CHARSET=windows-1252:=\n=D6=\nl\nEND:VCARD",
		"BEGIN:VCARD\nN:\xD6l\nEND:VCARD",
	} {
		m := decode(t, in)[0]
		assert.Equal(t, "Öl", props.PidTagSurname.Or(m, ""), in)
		assert.Contains(t, encode(t, "2.1", m), "N;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=C3=96l")
	}
	msgs, err := vcard.Decode(strings.NewReader("BEGIN:VCARD\nN:\xCF\nEND:VCARD"), &vcard.DecodeOptions{
		ReadOptions: vcard.ReadOptions{Line: line.Options{Charset: "koi8-r"}}})
	require.NoError(t, err)
	assert.Equal(t, "о", props.PidTagSurname.Or(msgs[0], ""))
}

func TestGoVCard(t *testing.T) {
	c := parse(t, "BEGIN:VCARD\nVERSION:4.0\nFN:A\\, B\\nC\\\\\nN:x\\;y;z\nitem1.TEL;TYPE=home,fax:1\nEND:VCARD")[0]
	g := c.GoVCard()
	assert.Equal(t, "4.0", g.Value(govcard.FieldVersion))
	assert.Equal(t, "A, B\nC\\", g.Value(govcard.FieldFormattedName))
	assert.Equal(t, "item1", g.Get(govcard.FieldTelephone).Group)
	assert.Equal(t, []string{"home", "fax"}, g.Get(govcard.FieldTelephone).Params.Types())
	back := vcard.FromGoVCard(g)
	assert.Equal(t, meanings(c), meanings(back))
	m := back.Message(nil)
	assert.Equal(t, "x;y", props.PidTagSurname.Or(m, ""))
	assert.Equal(t, "1", props.PidTagHomeFaxNumber.Or(m, ""))
	// what go-vcard reads of its own is the same
	var b bytes.Buffer
	_, err := c.WriteTo(&b)
	require.NoError(t, err)
	own, err := govcard.NewDecoder(&b).Decode()
	require.NoError(t, err)
	assert.Equal(t, own.Value("FN"), g.Value("FN"))
	assert.Equal(t, own.Get("TEL").Params.Types(), g.Get("TEL").Params.Types())
}

func TestWriteToCounts(t *testing.T) {
	c := &vcard.Card{Version: vcard.V4}
	c.AddText("FN", "Ada, Countess")
	c.Add("TEL", "1", line.Param{Name: "TYPE", Values: []string{"home"}})
	var b bytes.Buffer
	n, err := c.WriteTo(&b)
	require.NoError(t, err)
	assert.Equal(t, int64(b.Len()), n)
	assert.Equal(t, "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ada\\, Countess\r\nTEL;TYPE=home:1\r\nEND:VCARD\r\n", b.String())
	assert.Equal(t, vcard.V21, c.Convert(vcard.V21).Version)
}

func TestLinesOfOldCards(t *testing.T) {
	long := strings.Repeat("giraffe ", 40)
	m := &mapi.Message{}
	props.PidTagDisplayName.Set(m, "a")
	props.PidTagBody.Set(m, long+"\r\nend = ä")
	out := encode(t, "2.1", m)
	for l := range strings.SplitSeq(out, "\r\n") {
		assert.LessOrEqual(t, len(l), 76)
	}
	assert.Equal(t, long+"\r\nend = ä", props.PidTagBody.Or(decode(t, out)[0], ""))
}

func TestNothingBreaksOutOfItsLine(t *testing.T) {
	c := vcard.FromGoVCard(govcard.Card{
		"X\r\nTEL": {{Value: "1"}}, "NOTE": {{Value: "a\r\nTEL:2", Group: "g\nTEL:3\n"}}, "FN": {{Value: "a\nTEL:4", Params: govcard.Params{"X\nTEL:5\n": {"v"}, "Y": {"a\nTEL:6"}}}},
		"PHOTO": {{Value: "A\nTEL:7", Params: govcard.Params{"ENCODING": {"b"}}}},
	})
	c.Props = append(c.Props, vcard.Prop{Name: "KEY", Value: "A\nTEL:8", Params: []line.Param{{Name: "ENCODING", Values: []string{"b"}}}})
	for _, v := range []vcard.Version{"2.1", "3.0", "4.0", "x\nTEL:9"} {
		c.Version = v
		var b bytes.Buffer
		_, err := c.WriteTo(&b)
		require.NoError(t, err)
		for l := range strings.SplitSeq(b.String(), "\r\n") {
			assert.False(t, strings.HasPrefix(l, "TEL"), b.String())
			assert.NotContains(t, l, "\n")
		}
	}
}
