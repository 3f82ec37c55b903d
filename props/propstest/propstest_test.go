package propstest_test

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
)

func message(subject string, files ...string) *mapi.Message {
	m := &mapi.Message{}
	props.PidTagSubject.Set(m, subject)
	for _, f := range files {
		a := &mapi.Attachment{}
		props.PidTagAttachLongFilename.Set(a, f)
		m.Attachments = append(m.Attachments, a)
	}
	return m
}

func TestDiff(t *testing.T) {
	subject := props.PidTagSubject.Prop()
	embedding := message("outer")
	embedding.Attachments = []*mapi.Attachment{{Embedded: message("inner")}}
	other := message("outer")
	other.Attachments = []*mapi.Attachment{{Embedded: message("INNER")}}
	for _, c := range []struct {
		promise string
		a, b    *mapi.Message
		ignore  []mapi.Prop
		want    string
	}{
		{"equal messages do not differ", message("x", "a"), message("x", "a"), nil, ""},
		{"a changed value is two lines", message("x"), message("y"), nil, "- PidTagSubject: \"x\"\n+ PidTagSubject: \"y\"\n"},
		{"a missing property is one", message("x"), &mapi.Message{}, nil, "- PidTagSubject: \"x\"\n"},
		{"an attachment more", message("x"), message("x", "a"), nil, "+ attachment 1\n+ attachment 1/PidTagAttachLongFilename: \"a\"\n"},
		{"attachments in another order differ", message("x", "a", "b"), message("x", "b", "a"), nil,
			"- attachment 1/PidTagAttachLongFilename: \"a\"\n- attachment 2/PidTagAttachLongFilename: \"b\"\n" +
				"+ attachment 1/PidTagAttachLongFilename: \"b\"\n+ attachment 2/PidTagAttachLongFilename: \"a\"\n"},
		{"deep differences have their path", embedding, other, nil,
			"- attachment 1/embedded message/PidTagSubject: \"inner\"\n+ attachment 1/embedded message/PidTagSubject: \"INNER\"\n"},
		{"ignored properties do not count, on any level", embedding, other, []mapi.Prop{subject}, ""},
		{"nil is an empty message", nil, &mapi.Message{}, nil, ""},
	} {
		t.Run(c.promise, func(t *testing.T) {
			got := propstest.Diff(c.a, c.b, c.ignore...)
			assert.ElementsMatch(t, lines(c.want), lines(got), got)
		})
	}
}

func TestDiffSeesTypesAndLongValues(t *testing.T) {
	a, b := &mapi.Message{}, &mapi.Message{}
	long := make([]byte, 5000)
	props.PidTagHtml.Set(a, long)
	props.PidTagHtml.Set(b, append(long[:4999:4999], 1))
	assert.NotEmpty(t, propstest.Diff(a, b))

	a.Set(props.PidTagHtml.Prop().As(mapi.PtypString), "x")
	b.Set(props.PidTagHtml.Prop().As(mapi.PtypString8), "x")
	assert.NotEmpty(t, propstest.Diff(a, b))
}

// A recorder is a test that may fail.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Fatalf(string, ...any) { r.failed = true }

func TestGolden(t *testing.T) {
	path := filepath.Join("testdata", "message.props")
	propstest.Golden(t, message("giraffe", "a.txt", "b.txt"), path)
	if propstest.Updating() {
		return
	}
	changed := &recorder{TB: t}
	propstest.Golden(changed, message("okapi", "a.txt", "b.txt"), path)
	assert.True(t, changed.failed, "a changed object fails")

	skipped := &recorder{TB: t}
	propstest.Golden(skipped, message("giraffe", "a.txt"), filepath.Join(t.TempDir(), "absent"))
	assert.True(t, skipped.failed, "a missing file fails")
}

func TestGoldenSkips(t *testing.T) {
	a := propstest.Dump(t, message("x"), props.PidTagSubject.Prop())
	require.Empty(t, a)
}

func lines(s string) []string { return strings.Split(s, "\n") }

func TestRandom(t *testing.T) {
	make := func(seed uint64) *mapi.Message {
		return propstest.Random(rand.New(rand.NewPCG(seed, 1)), &propstest.RandomOptions{Depth: 2, Large: 1000})
	}
	embedded, streams := 0, 0
	for seed := range uint64(50) {
		m := make(seed)
		require.Empty(t, propstest.Diff(m, make(seed)), "the same again")
		for _, a := range m.Attachments {
			if a.Embedded != nil {
				embedded++
			}
		}
		for _, v := range m.All() {
			if _, ok := v.(mapi.Stream); ok {
				streams++
			}
		}
	}
	assert.Positive(t, embedded)
	assert.Positive(t, streams)
	plain := propstest.Random(rand.New(rand.NewPCG(1, 1)), &propstest.RandomOptions{Keep: mapi.Prop.IsNamed})
	for p := range plain.All() {
		assert.True(t, p.IsNamed() || p == props.PidTagMessageClass.Prop(), "%v is not kept", p)
	}
}
