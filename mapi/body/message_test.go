package body_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/body"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

// message is a message with some bodies; "" is none.
func message(text, html, doc string) *mapi.Message {
	m := &mapi.Message{}
	if text != "" {
		props.PidTagBody.Set(m, text)
	}
	if html != "" {
		props.PidTagHtml.Set(m, []byte(html))
	}
	if doc != "" {
		props.PidTagRtfCompressed.Set(m, rtf.Compress([]byte(doc)))
	}
	return m
}

// The rules of MS-OXBBODY 2.1.3.1.
func TestNativeOf(t *testing.T) {
	const yes, no, unsaid = 1, 0, -1
	for _, c := range []struct {
		name            string
		text, html, rtf string
		inSync          int
		native          mapi.NativeBody
		want            mapi.NativeBody
	}{
		{"no body", "", "", "", unsaid, 0, mapi.NativeBodyUndefined},
		{"no body, whatever the message says", "", "", "", unsaid, mapi.NativeBodyHTML, mapi.NativeBodyUndefined},
		{"text alone", "x", "", "", unsaid, 0, mapi.NativeBodyPlainText},
		{"HTML alone", "", "x", "", unsaid, 0, mapi.NativeBodyHTML},
		{"RTF alone", "", "", "x", no, 0, mapi.NativeBodyRTF},
		{"HTML before text", "x", "x", "", unsaid, 0, mapi.NativeBodyHTML},
		{"RTF before text", "x", "", "x", unsaid, 0, mapi.NativeBodyRTF},
		{"but not when it is out of date", "x", "", "x", no, 0, mapi.NativeBodyPlainText},
		{"RTF before HTML when it is up to date", "x", "x", "x", yes, 0, mapi.NativeBodyRTF},
		{"HTML before RTF otherwise", "x", "x", "x", no, 0, mapi.NativeBodyHTML},
		{"HTML before RTF when nothing is said", "", "x", "x", unsaid, 0, mapi.NativeBodyHTML},
		{"what the message says", "x", "x", "x", yes, mapi.NativeBodyPlainText, mapi.NativeBodyPlainText},
		{"unless that is missing", "x", "", "", yes, mapi.NativeBodyHTML, mapi.NativeBodyPlainText},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := message(c.text, c.html, c.rtf)
			if c.inSync != unsaid {
				props.PidTagRtfInSync.Set(m, c.inSync == yes)
			}
			if c.native != 0 {
				props.PidTagNativeBody.Set(m, int32(c.native))
			}
			assert.Equal(t, c.want, body.NativeOf(m))
		})
	}
}

const htmlInRTF = `{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}a \'e4{\*\htmltag72 </p>}}`

func TestFill(t *testing.T) {
	for _, c := range []struct {
		name       string
		m          *mapi.Message
		codepage   int32
		text, html string
		rtf        string // part of it
	}{
		{"from text", message("a <ä>", "", ""), 0, "a <ä>", "a &lt;ä&gt;<br>", `\fromtext`},
		{"from HTML", message("", "<p>a<p>\xE4", ""), 1252, "a\r\n\r\nä\r\n", "<p>a<p>\xE4", `{\*\htmltag64 <p>}a`},
		{"from RTF", message("", "", `{\rtf1 a\par\b b}`), 0, "a\r\nb", "<b>b</b>", `\b b`},
		{"from HTML in RTF", message("", "", htmlInRTF), 1252, "a ä\r\n", "<p>a \xE4</p>", `\fromhtml1`},
		{"from RTF when HTML and text are there", message("text", "html", `{\rtf1 a}`), 0, "text", "html", `{\rtf1 a}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.codepage != 0 {
				props.PidTagInternetCodepage.Set(c.m, c.codepage)
			}
			was := body.NativeOf(c.m)
			seen := c.m.Clone()
			view := body.With(seen, nil)
			require.NoError(t, body.Fill(c.m, nil))
			check := func(g mapi.Getter) {
				text, _ := props.PidTagBody.Get(g)
				assert.Equal(t, c.text, text)
				html, _ := props.PidTagHtml.Get(g)
				assert.Contains(t, string(html), c.html)
				b, _ := props.PidTagRtfCompressed.Get(g)
				doc, err := rtf.Decompress(b, 0)
				require.NoError(t, err)
				assert.Contains(t, string(doc), c.rtf)
				native, _ := props.PidTagNativeBody.Get(g)
				assert.Equal(t, was, mapi.NativeBody(native))
			}
			check(c.m)
			check(view)
			require.NoError(t, view.Err())
			assert.Equal(t, was, body.NativeOf(c.m), "the native body stays it")
			_, known := props.PidTagNativeBody.Get(seen)
			assert.False(t, known, "a view changes nothing")
		})
	}
}

func TestFillMakesWhatIsAskedFor(t *testing.T) {
	m := message("", "<p>a", "")
	require.NoError(t, body.Fill(m, nil, mapi.NativeBodyPlainText))
	assert.True(t, m.Has(props.PidTagBody.Prop()))
	assert.False(t, m.Has(props.PidTagRtfCompressed.Prop()))
	m = &mapi.Message{}
	require.NoError(t, body.Fill(m, nil))
	assert.Zero(t, m.Len(), "no body is no body")
	m = message(strings.Repeat("<", 1000), "", "")
	err := body.Fill(m, &body.Options{MaxSize: 2000})
	assert.ErrorIs(t, err, mapi.ErrTooBig)
	assert.False(t, m.Has(props.PidTagHtml.Prop()))
	assert.True(t, m.Has(props.PidTagRtfCompressed.Prop()), "what can be made is")
}

// TYP-020: one body is there, all three can be read. TYP-021: id 0x1013 is HTML in
// the code page, or decoded when it is read as a string.
func TestAnyBodyIsReadable_TYP020_TYP021(t *testing.T) {
	m := message("", "<p>\xE4", "")
	props.PidTagInternetCodepage.Set(m, 1252)
	v := body.With(m, nil)
	text, _ := props.PidTagBodyHtml.Get(v)
	assert.Equal(t, "<p>ä", text)
	assert.Equal(t, "ä\r\n", v.Get(props.PidTagBody.Prop().As(mapi.PtypUnspecified)))
	assert.Equal(t, "ä\r\n", v.Get(props.PidTagBody.Prop().As(mapi.PtypString8)))
	assert.Nil(t, v.Get(props.PidTagBody.Prop().As(mapi.PtypInteger32)))
	inSync, _ := props.PidTagRtfInSync.Get(v)
	assert.True(t, inSync)

	m = &mapi.Message{}
	props.PidTagBodyHtml.Set(m, "<p>日ä")
	props.PidTagInternetCodepage.Set(m, 1252)
	v = body.With(m, nil)
	html, _ := props.PidTagHtml.Get(v)
	assert.Equal(t, "<p>&#26085;\xE4", string(html))
	doc, _ := props.PidTagRtfCompressed.Get(v)
	assert.NotEmpty(t, doc)

	v = body.With(&mapi.Message{}, nil)
	for _, p := range []mapi.Prop{props.PidTagBody.Prop(), props.PidTagHtml.Prop(), props.PidTagBodyHtml.Prop(), props.PidTagRtfCompressed.Prop(),
		props.PidTagNativeBody.Prop(), props.PidTagRtfInSync.Prop(), props.PidTagInternetCodepage.Prop(), props.PidTagSubject.Prop()} {
		assert.Nil(t, v.Get(p), p)
	}
	require.NoError(t, v.Err())
}

// RES-046: a condition on the text also holds when only HTML or RTF has it.
func TestConditionsSeeDerivedText_RES046(t *testing.T) {
	condition, err := mapi.Compile(mapi.Contains(props.PidTagBody, "giraffe", mapi.Substring|mapi.IgnoreCase))
	require.NoError(t, err)
	for _, m := range []*mapi.Message{message("", "<p>The <b>Gir</b>affe", ""), message("", "", `{\rtf1 The {\b Gir}affe}`)} {
		ok, err := condition.Match(body.With(m, nil))
		require.NoError(t, err)
		assert.True(t, ok)
	}
}

func TestDamagedNativeBodyGivesWayToTheOthers(t *testing.T) {
	m := message("text", "", "")
	props.PidTagRtfCompressed.Set(m, []byte("no compressed RTF"))
	props.PidTagRtfInSync.Set(m, true)
	html, codepage, err := body.HTML(m, nil)
	require.NoError(t, err)
	assert.Equal(t, 65001, codepage)
	assert.Contains(t, string(html), "text<br>")

	m = message("", "", "text that is no RTF")
	_, err = body.Text(m, nil)
	assert.ErrorIs(t, err, mapi.ErrCorruptData)

	b := rtf.Compress([]byte(`{\rtf1 what is there ` + strings.Repeat("x y z", 200)))
	m = &mapi.Message{}
	props.PidTagRtfCompressed.Set(m, b[:len(b)-20])
	text, err := body.Text(m, nil)
	require.NoError(t, err, "the beginning is worth having")
	assert.Contains(t, text, "what is there")
}

// A stream is a body too large for memory.
type stream struct{ s string }

func (s stream) Open() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s.s)), nil }
func (s stream) Size() int64                  { return int64(len(s.s)) }

func TestBodiesThatAreStreams(t *testing.T) {
	m := &mapi.Message{}
	props.PidTagHtml.SetStream(m, stream{"<p>a"})
	text, err := body.Text(m, nil)
	require.NoError(t, err)
	assert.Equal(t, "a\r\n", text)
	var b bytes.Buffer
	codepage, err := body.WriteHTML(&b, m, nil)
	require.NoError(t, err)
	assert.Zero(t, codepage)
	assert.Equal(t, "<p>a", b.String())
	b.Reset()
	require.NoError(t, body.WriteRTF(&b, m, nil))
	assert.Contains(t, b.String(), `\fromhtml1`)
}

func TestErrorsSayWhere(t *testing.T) {
	err := body.WriteText(io.Discard, &mapi.Message{}, nil)
	assert.ErrorIs(t, err, mapi.ErrNotFound)
	assert.Contains(t, err.Error(), "body.WriteText")
	broken := errors.New("broken")
	err = body.WriteText(failing{broken}, message("", strings.Repeat("<p>a", 5000), ""), nil)
	assert.ErrorIs(t, err, broken)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
