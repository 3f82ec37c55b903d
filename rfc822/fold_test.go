package rfc822_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/emersion/go-message/textproto"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

func TestFoldsLikeGoMessage(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		// Words of all lengths, with more than one blank between some.
		var v strings.Builder
		longest := []int{5, 40, 80, 200, 1100}[r.IntN(5)]
		for n := r.IntN(40); n >= 0; n-- {
			v.WriteString(strings.Repeat("x", 1+r.IntN(longest)))
			v.WriteString(strings.Repeat(" ", 1+r.IntN(r.IntN(3)+1)))
		}
		name := "x-" + strings.Repeat("n", r.IntN(70))
		value := v.String()
		if r.IntN(2) == 0 {
			value = strings.TrimSpace(value)
		}
		var h textproto.Header
		h.Add(name, value)
		var want bytes.Buffer
		require.NoError(t, textproto.WriteHeader(&want, h))
		require.Equal(t, want.String(), string(rfc822.AppendField(nil, name, value))+"\r\n")
	}
}

func TestFoldsNextToLongNames(t *testing.T) {
	name := "x-" + strings.Repeat("n", 252)
	value := strings.Repeat("word ", 400) + "end"
	out := string(rfc822.AppendField(nil, name, value))
	for line := range strings.Lines(out) {
		assert.LessOrEqual(t, len(line), 998+len("\r\n"))
	}
	assert.Equal(t, "X-N"+strings.Repeat("n", 251)+": "+value, strings.ReplaceAll(out, "\r\n", ""), "only folds are added")
}

func TestKeptFieldsWithNamesOfMoreThanALine(t *testing.T) {
	name := "X-" + strings.Repeat("N", 200)
	msg, err := rfc822.Decode(strings.NewReader(name+": "+strings.Repeat("word ", 60)+"\r\n\r\ntext\r\n"), nil)
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, rfc822.Encode(&out, msg, &rfc822.EncodeOptions{Regenerate: true}))
	again, err := rfc822.Decode(strings.NewReader(out.String()), nil)
	require.NoError(t, err)
	p := mapi.Prop{Set: mapi.PSInternetHeaders, Name: strings.ToLower(name), Type: mapi.PtypString}
	require.NotNil(t, msg.Get(p))
	require.Equal(t, msg.Get(p), again.Get(p))
}

// RFC 2047 2: lines with encoded words have at most 76 characters.
func TestLinesWithEncodedWordsAreShort(t *testing.T) {
	ascii, russian, mixed := strings.Repeat("x", 90), strings.Repeat("Жираф", 40), strings.Repeat("grün ", 40)+"grau"
	with := func(k mapi.PropKey, v mapi.Value) *mapi.Message {
		msg := &mapi.Message{}
		msg.Set(k.Prop(), v)
		return msg
	}
	named := func(name string) *mapi.Message {
		msg := &mapi.Message{}
		msg.Set(mapi.Prop{Set: mapi.PSInternetHeaders, Name: name, Type: mapi.PtypString}, mixed)
		return msg
	}
	to := func(names ...string) *mapi.Message {
		msg := &mapi.Message{}
		for i, name := range names {
			r := &mapi.Recipient{}
			props.PidTagDisplayName.Set(r, name)
			props.PidTagSmtpAddress.Set(r, strings.Repeat("a", 60*(i%3))+"b@zoo.example")
			msg.Recipients = append(msg.Recipients, r)
		}
		return msg
	}
	file := func(name string) *mapi.Message {
		a := &mapi.Attachment{}
		props.PidTagAttachLongFilename.Set(a, name)
		props.PidTagAttachDataBinary.Set(a, []byte("x"))
		return &mapi.Message{Attachments: []*mapi.Attachment{a}}
	}
	for _, tc := range []struct {
		name string
		msg  *mapi.Message
	}{
		{"a subject in Q", with(props.PidTagSubject, mixed)},
		{"a subject in B", with(props.PidTagSubject, russian)},
		{"a subject that begins with a long word", with(props.PidTagSubject, ascii+" "+mixed[:160])},
		{"the first name of a list", to(mixed, "Ada", "Lovelace, Ada")},
		{"names behind others and long addresses", to("Ada", russian, mixed, "ä", "Ada", russian, "ä")},
		{"keywords", with(props.PidNameKeywords, []string{mixed, "plain", strings.Repeat("grün", 30), russian, "ä"})},
		{"parameters", file(strings.Repeat("grün ", 20) + ".pdf")},
		{"parameters in B", file(strings.Repeat("Жираф", 20) + ".pdf")},
		{"a field of any name", named("x-giraffe")},
		{"a name that leaves room for a character", named("x-" + strings.Repeat("n", 76-len("x-: =?utf-8?q?g?=")))},
		{"a name that leaves no room", named("x-" + strings.Repeat("n", 76-len("x-: =?utf-8?q??=")))},
		{"a name of a whole line", named("x-" + strings.Repeat("n", 74))},
		{"a name of more than a line", named("x-" + strings.Repeat("n", 200))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out strings.Builder
			require.NoError(t, rfc822.Encode(&out, tc.msg, &rfc822.EncodeOptions{Boundary: func() string { return "b" }}))
			require.Contains(t, out.String(), "=?utf-8?")
			for line := range strings.SplitSeq(out.String(), "\r\n") {
				assert.True(t, line == "" || strings.TrimSpace(line) != "", "a line of blanks")
				if strings.Contains(line, "=?") {
					assert.LessOrEqual(t, len(line), 76, line)
				}
			}
			again, err := rfc822.Decode(strings.NewReader(out.String()), nil)
			require.NoError(t, err)
			for p, v := range tc.msg.All() {
				assert.Equal(t, v, again.Get(p))
			}
			for i, r := range tc.msg.Recipients {
				assert.Equal(t, props.PidTagDisplayName.Or(r, ""), again.Recipients[i].Get(props.PidTagDisplayName.Prop()))
			}
			for i, a := range tc.msg.Attachments {
				assert.Equal(t, props.PidTagAttachLongFilename.Or(a, ""), again.Attachments[i].Get(props.PidTagAttachLongFilename.Prop()))
			}
		})
	}
}
