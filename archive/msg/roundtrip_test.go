package msg_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/archive/msg"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
)

// sound fails the test for anything that decoding remarks.
func sound(t testing.TB) *msg.DecodeOptions {
	return &msg.DecodeOptions{Report: func(i msg.Issue) { t.Errorf("what we write is sound: %v", i) }}
}

// comesBack writes and reads m and compares.
func comesBack(t testing.TB, m *mapi.Message, opts *msg.EncodeOptions, ignore ...mapi.Prop) *mapi.Message {
	t.Helper()
	file := encode(t, m, opts)
	got, err := decode(file, sound(t))
	require.NoError(t, err)
	require.Empty(t, propstest.Diff(m, got, ignore...))
	return got
}

func TestRandomMessagesComeBack(t *testing.T) {
	n := uint64(200)
	if testing.Short() {
		n = 60
	}
	for seed := range n {
		m := random(rand.New(rand.NewPCG(seed, 1)), 3, 100_000)
		got := comesBack(t, m, &msg.EncodeOptions{LargeSectors: seed%2 == 1})
		if seed%10 == 0 {
			opensElsewhere(t, encode(t, m, nil))
			comesBack(t, got, nil)
		}
	}
}

func FuzzRoundTrip(f *testing.F) {
	for seed := range uint64(5) {
		f.Add(seed, 10_000)
	}
	f.Fuzz(func(t *testing.T, seed uint64, large int) {
		m := random(rand.New(rand.NewPCG(seed, 2)), 2, max(0, large)%200_000)
		file := encode(t, m, nil)
		got, err := decode(file, sound(t))
		require.NoError(t, err)
		require.Empty(t, propstest.Diff(m, got))
		require.True(t, bytes.Equal(file, encode(t, m, nil)), "the same message gives the same bytes")
	})
}

func TestEveryCanonicalPropertyComesBack(t *testing.T) {
	m := &mapi.Message{}
	n := 0
	for info := range props.All() {
		p := info.Prop
		switch {
		case p.Type == mapi.PtypUnspecified, !p.IsNamed() && p.ID >= 0x8000, p.Set == mapi.PSOkapi, m.Has(p),
			p.Same(props.PidTagStoreSupportMask.Prop()):
			continue
		case p.Type.IsString():
			p.Type = p.Type&^mapi.PtypString8 | mapi.PtypString
		}
		m.Set(p, someValue(p.Type))
		n++
	}
	comesBack(t, m, nil)
	t.Logf("%d properties", n)
	require.Greater(t, n, 1000)
}

func TestWhatNoFileHas(t *testing.T) {
	m := &mapi.Message{}
	props.PidTagSubject.Set(m, "giraffe")
	want := m.Clone()
	want.Set(mapi.Prop{ID: 0x3001, Type: mapi.PtypString}, "8-bit")
	want.Set(mapi.Prop{ID: 0x3002, Type: mapi.PtypMultipleString}, []string{"a", "b"})
	want.Set(mapi.Prop{ID: 0x3003, Type: mapi.PtypString}, "a\x00b")

	m.Set(mapi.Prop{ID: 0x3001, Type: mapi.PtypString8}, "8-bit")
	m.Set(mapi.Prop{ID: 0x3002, Type: mapi.PtypMultipleString8}, []string{"a", "b\x00"})
	m.Set(mapi.Prop{ID: 0x3003, Type: mapi.PtypString}, "a\x00b\x00\x00")
	m.Set(mapi.NamedString(mapi.PSOkapi, "SourceForm", mapi.PtypBinary), []byte("never leaves"))
	m.Set(mapi.Prop{ID: 0x8123, Type: mapi.PtypString}, "an id of some store")
	m.Set(mapi.Prop{Type: mapi.PtypString}, "no id")
	props.PidTagStoreSupportMask.Set(m, 0x1234)
	got, err := decode(encode(t, m, nil), sound(t))
	require.NoError(t, err)
	assert.Empty(t, propstest.Diff(want, got))
}

func TestPropertiesOfOkapiDoNotComeIn(t *testing.T) {
	m := &mapi.Message{}
	props.PidTagSubject.Set(m, "giraffe")
	m.Set(mapi.NamedString(mapi.PSETIDCommon, "SourceForm", mapi.PtypBinary), []byte("a recipe of a stranger"))
	file := bytes.ReplaceAll(encode(t, m, nil), mapi.PSETIDCommon[:], mapi.PSOkapi[:])
	var issues []msg.Issue
	got, err := decode(file, &msg.DecodeOptions{Report: func(i msg.Issue) { issues = append(issues, i) }})
	require.NoError(t, err)
	assert.Equal(t, 1, got.Len())
	require.Len(t, issues, 1)
	assert.Equal(t, msg.RuleName, issues[0].Rule)
}

func TestStringsOf8Bits(t *testing.T) {
	m := &mapi.Message{}
	props.PidTagSubject.Set(m, "キリンとオカピ")
	props.PidTagBody.Set(m, strings.Repeat("キリン\r\n", 20_000))
	props.PidTagInternetCodepage.Set(m, 50220)
	m.Set(mapi.Prop{ID: 0x1013, Type: mapi.PtypString}, "<p>オカピ") // PidTagBodyHtml: in the code page of mail
	props.PidNameKeywords.Set(m, []string{"動物園", "zoo"})
	m.Recipients = []*mapi.Recipient{{}}
	props.PidTagDisplayName.Set(m.Recipients[0], "日本")
	inner := &mapi.Message{}
	props.PidTagSubject.Set(inner, "オカピ")
	m.Attachments = []*mapi.Attachment{{Embedded: inner}}
	props.PidTagAttachMethod.Set(m.Attachments[0], mapi.AttachEmbeddedMessage)

	page := props.PidTagMessageCodepage.Prop()
	for _, n := range []int{932, 65001, 50220, 54936} {
		got := comesBack(t, m, &msg.EncodeOptions{Codepage: n}, page)
		told, _ := props.PidTagMessageCodepage.Get(got)
		assert.EqualValues(t, n, told)
		assert.Implements(t, (*mapi.Stream)(nil), got.Get(props.PidTagBody.Prop()))
	}
	file := encode(t, m, &msg.EncodeOptions{Codepage: 932})
	all := streams(t, file)
	assert.Equal(t, "\x83L\x83\x8a\x83\x93\x82\xc6\x83I\x83J\x83s", string(all["__substg1.0_0037001E"]))
	assert.Equal(t, "<p>\x1b$B%*%+%T\x1b(B", string(all["__substg1.0_1013001E"]))
	for name := range all {
		assert.False(t, strings.HasSuffix(name, "001F"), "%s: no wide strings in a file of 8-bit ones", name)
	}

	got, err := decode(encode(t, m, &msg.EncodeOptions{Codepage: 1252}), nil)
	require.NoError(t, err)
	subject, _ := props.PidTagSubject.Get(got)
	assert.Equal(t, "???????", subject, "what a code page has not")

	for _, n := range []int{1200, 12345} {
		err := msg.Encode(&bytes.Buffer{}, m, &msg.EncodeOptions{Codepage: n})
		assert.ErrorIs(t, err, mapi.ErrInvalidParameter)
	}
}

func TestCodepageOfAMessage(t *testing.T) {
	for _, c := range []struct {
		name            string
		page, locale    int32
		net             int32
		bytes, want     string
		html, htmlWants string
	}{
		{"nothing said", 0, 0, 0, "\xe9t\xe9", "été", "\xe9", "é"},
		{"the message's own", 1251, 1033, 28591, "\xc6\xe8\xf0\xe0\xf4", "Жираф", "\xe9", "é"},
		{"that of its language", 0, 1041, 50220, "\x93\xfa\x96{", "日本", "\x1b$BF|K\\\x1b(B", "日本"},
		{"the Windows page for that of its mail", 0, 0, 50220, "\x93\xfa\x96{", "日本", "", ""},
		{"that of its mail", 0, 0, 65001, "\xe6\x97\xa5", "日", "\xe6\x97\xa5", "日"},
		{"an unknown one", 4711, 0, 0, "\xe9", "é", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &mapi.Message{}
			set := func(k props.Key[int32], v int32) {
				if v != 0 {
					k.Set(m, v)
				}
			}
			set(props.PidTagMessageCodepage, c.page)
			set(props.PidTagInternetCodepage, c.net)
			set(props.PidTagMessageLocaleId, c.locale)
			m.Set(mapi.Prop{ID: 0x0037, Type: mapi.PtypBinary}, []byte(c.bytes))
			if c.html != "" {
				m.Set(mapi.Prop{ID: 0x1013, Type: mapi.PtypBinary}, []byte(c.html))
			}
			file := encode(t, m, nil)
			for _, id := range []string{"0037", "1013"} {
				file = bytes.ReplaceAll(file, wide(id+"0102"), wide(id+"001E"))
			}
			file = bytes.ReplaceAll(file, []byte("\x02\x01\x37\x00"), []byte("\x1e\x00\x37\x00"))
			file = bytes.ReplaceAll(file, []byte("\x02\x01\x13\x10"), []byte("\x1e\x00\x13\x10"))
			got, err := decode(file, nil)
			require.NoError(t, err)
			assert.Equal(t, c.want, got.Get(props.PidTagSubject.Prop()))
			if c.html != "" {
				assert.Equal(t, c.htmlWants, got.Get(mapi.Prop{ID: 0x1013, Type: mapi.PtypString}))
			}
		})
	}
}

func TestCodepageOfALanguage(t *testing.T) {
	for locale, page := range map[int]int{
		0x0409: 1252, 0x0407: 1252, 0x0411: 932, 0x0412: 949, 0x0804: 936, 0x0404: 950, 0x0C04: 950, 0x0405: 1250,
		0x0408: 1253, 0x0419: 1251, 0x041F: 1254, 0x040D: 1255, 0x0401: 1256, 0x0425: 1257, 0x042A: 1258, 0x041E: 874,
		0x081A: 1250, 0x0C1A: 1251, 0x042C: 1254, 0x082C: 1251, 0x0446: 1252, 0x0846: 1256, 0: 0, 0x0400: 0, -1: 0, 1 << 30: 0,
	} {
		assert.Equal(t, page, msg.CodepageOf(locale), "%#x", locale)
	}
}

func TestUndefinedBytesComeBackFromLongAndShortTexts(t *testing.T) {
	for _, n := range []int{10, 100_000} {
		m := &mapi.Message{}
		props.PidTagBody.Set(m, strings.Repeat("\u0081é", n)) // windows-1252 has no character for 0x81
		file := encode(t, m, &msg.EncodeOptions{Codepage: 1252})
		assert.Contains(t, string(streams(t, file)["__substg1.0_1000001E"]), "\x81\xe9\x81\xe9")
		comesBack(t, m, &msg.EncodeOptions{Codepage: 1252}, props.PidTagMessageCodepage.Prop())
	}
}

func wide(s string) (b []byte) {
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return b
}
