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
