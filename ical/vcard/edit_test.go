package vcard_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/vcard"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

const apple = "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//iOS 18//EN\r\nN;X-P=1:Doe;John;;;\r\nFN:John Doe\r\n" +
	"TEL;type=CELL;type=VOICE;type=pref:1\r\nitem1.TEL:2\r\nitem1.X-ABLabel:School\r\nEMAIL;type=HOME;type=pref:j@x\r\n" +
	"EMAIL:k@x\r\nEMAIL:l@x\r\nEMAIL:m@x\r\nX-SOCIALPROFILE;type=zoo;x-user=j:http://zoo.example/j\r\nCATEGORIES:a\r\nCATEGORIES:b\r\n" +
	"GEO:1.5;2.5\r\nUID:77\r\nREV:2020-01-02T03:04:05Z\r\nEND:VCARD\r\n"

func edit(t *testing.T, change func(m *mapi.Message)) []string {
	t.Helper()
	m := decode(t, apple)[0]
	change(m)
	return strings.Split(encode(t, "", m), "\r\n")
}

func TestUntouchedCardStaysAsItWas(t *testing.T) {
	before, after := parse(t, apple)[0], parse(t, encode(t, "", decode(t, apple)...))[0]
	require.Len(t, after.Props, len(before.Props))
	for i := range before.Props {
		assert.Equal(t, meaning(before.Props[i], "3.0"), meaning(after.Props[i], "3.0"), "in the same order too")
	}
}

func TestChangedPropertyTakesThePlaceOfItsLine(t *testing.T) {
	lines := edit(t, func(m *mapi.Message) { props.PidTagMobileTelephoneNumber.Set(m, "9") })
	assert.Equal(t, "TEL;TYPE=CELL,VOICE:9", lines[5])
	assert.Contains(t, lines, "N;X-P=1:Doe;John;;;", "others stay as they were")
	assert.Contains(t, lines, "EMAIL:m@x", "what MAPI has no place for too")
}

func TestDeletedPropertyIsGone(t *testing.T) {
	lines := edit(t, func(m *mapi.Message) { m.Delete(props.PidTagOtherTelephoneNumber.Prop()) })
	assert.NotContains(t, lines, "item1.TEL:2")
	assert.NotContains(t, lines, "item1.X-ABLABEL:School", "with its label")
}

// Two properties in one line, or in two, change together.
func TestPronunciationChanges(t *testing.T) {
	for _, c := range []struct {
		promise, version, lines string
		change                  func(m *mapi.Message)
		want                    []string
	}{
		{"of a phone, untouched", "2.1", "SOUND;X-IRMC-N:a;b;;;", func(*mapi.Message) {}, []string{"SOUND;X-IRMC-N:a;b;;;"}},
		{"of a phone, a part changed", "2.1", "SOUND;X-IRMC-N:a;b;;;", func(m *mapi.Message) { props.PidLidYomiFirstName.Set(m, "c") },
			[]string{"X-PHONETIC-FIRST-NAME:c", "X-PHONETIC-LAST-NAME:a"}},
		{"of a phone, a part deleted", "3.0", "SOUND;TYPE=X-IRMC-N:a;b", func(m *mapi.Message) { props.PidLidYomiFirstName.Delete(m) },
			[]string{"X-PHONETIC-LAST-NAME:a"}},
		{"of RFC 9554, a part deleted", "4.0", "N;PHONETIC=ipa;ALTID=1:a;b", func(m *mapi.Message) { props.PidLidYomiFirstName.Delete(m) },
			[]string{"X-PHONETIC-LAST-NAME:a"}},
		{"in two lines, one deleted", "3.0", "X-PHONETIC-LAST-NAME:a\nX-PHONETIC-FIRST-NAME:b", func(m *mapi.Message) { props.PidLidYomiLastName.Delete(m) },
			[]string{"X-PHONETIC-FIRST-NAME:b"}},
		{"in two lines, untouched", "3.0", "X-PHONETIC-LAST-NAME:a\nX-PHONETIC-FIRST-NAME;X-P=1:b", func(*mapi.Message) {},
			[]string{"X-PHONETIC-LAST-NAME:a", "X-PHONETIC-FIRST-NAME;X-P=1:b"}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			m := decode(t, "BEGIN:VCARD\nVERSION:"+c.version+"\nFN:x\n"+c.lines+"\nEND:VCARD\n")[0]
			c.change(m)
			var got []string
			for l := range strings.SplitSeq(encode(t, "", m), "\r\n") {
				if strings.HasPrefix(l, "SOUND") || strings.HasPrefix(l, "X-PHON") || strings.HasPrefix(l, "N;") {
					got = append(got, l)
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestNewPropertyIsAdded(t *testing.T) {
	lines := edit(t, func(m *mapi.Message) {
		props.PidTagTitle.Set(m, "Keeper")
		props.PidTagHomeTelephoneNumber.Set(m, "3")
	})
	assert.Contains(t, lines, "TITLE:Keeper")
	assert.Contains(t, lines, "TEL;TYPE=HOME,VOICE:3")
}

func TestSeveralLinesOfOneListBecomeOne(t *testing.T) {
	lines := edit(t, func(m *mapi.Message) { props.PidNameKeywords.Set(m, []string{"a", "c"}) })
	assert.Contains(t, lines, "CATEGORIES:a,c")
	assert.NotContains(t, lines, "CATEGORIES:b")
}

func TestRevisionFollowsTheMessage(t *testing.T) {
	lines := edit(t, func(m *mapi.Message) {
		props.PidTagLastModificationTime.Set(m, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	})
	assert.Contains(t, lines, "REV:2026-01-02T03:04:05Z")
}

func TestPhotoCanBeReplacedAndRemoved(t *testing.T) {
	const in = "BEGIN:VCARD\nVERSION:3.0\nFN:a\nPHOTO;X-CROP=1;ENCODING=b;TYPE=JPEG:AQID\nEND:VCARD\n"
	m := decode(t, in)[0]
	assert.Contains(t, encode(t, "", m), "PHOTO;X-CROP=1;ENCODING=b;TYPE=JPEG:AQID\r\n")
	props.PidTagAttachDataBinary.Set(m.Attachments[0], []byte{4, 5, 6})
	assert.Contains(t, encode(t, "", m), "PHOTO;ENCODING=b;TYPE=JPEG:BAUG\r\n")
	m.Attachments = nil
	assert.NotContains(t, encode(t, "", m), "PHOTO")
}

func TestOtherVersions(t *testing.T) {
	m := decode(t, apple)[0]
	v4 := strings.Split(encode(t, "4.0", m), "\r\n")
	for _, l := range []string{
		"VERSION:4.0", "TEL;TYPE=CELL,VOICE;PREF=1:1", "item1.TEL:2", "item1.X-ABLABEL:School", "EMAIL:m@x", "GEO:geo:1.5,2.5",
		"EMAIL;TYPE=HOME;PREF=1:j@x", "REV:20200102T030405Z",
	} {
		assert.Contains(t, v4, l)
	}
	v21 := strings.Split(encode(t, "2.1", m), "\r\n")
	for _, l := range []string{"VERSION:2.1", "TEL;CELL;VOICE;pref:1", "EMAIL;HOME;pref:j@x", "GEO:1.5;2.5", "REV:20200102T030405Z"} {
		assert.Contains(t, v21, l)
	}
	back := strings.Split(encode(t, "3.0", decode(t, encode(t, "4.0", m))...), "\r\n")
	for _, l := range []string{"TEL;TYPE=CELL,VOICE,pref:1", "GEO:1.5;2.5", "EMAIL:m@x", "REV:2020-01-02T03:04:05Z"} {
		assert.Contains(t, back, l)
	}
}

// From one version to another and back, the contact is the same, and lines that
// nobody knows are still there.
func TestCorpusInOtherVersions(t *testing.T) {
	contacts, same := 0, 0
	for name, b := range corpus(t) {
		if !strings.HasSuffix(name, ".vcf") {
			continue
		}
		for _, m := range decode(t, string(b)) {
			for _, v := range []vcard.Version{"2.1", "3.0", "4.0"} {
				contacts++
				back := decode(t, encode(t, v, m))[0]
				ok := true
				for p, value := range m.All() {
					if text, _ := value.(string); v != vcard.V21 && strings.Contains(text, "\f") {
						continue // no line after version 2.1 can have it
					}
					if !p.Same(vcard.SourceForm()) && !mapi.EqualValues(value, back.Get(p)) {
						ok = false
						t.Logf("%s to %s: %s: %.100q, was %.100q", name, v, props.Name(p), back.Get(p), value)
					}
				}
				if ok {
					same++
				}
			}
		}
	}
	t.Logf("%d of %d contacts the same", same, contacts)
	assert.Equal(t, contacts, same)
}

func TestForgetfulDecoding(t *testing.T) {
	msgs, err := vcard.Decode(strings.NewReader(apple), &vcard.DecodeOptions{Forget: true})
	require.NoError(t, err)
	assert.Nil(t, msgs[0].Get(vcard.SourceForm()))
	assert.NotContains(t, encode(t, "", msgs...), "m@x")
}

// Outlook keeps notes in RTF; what cannot be said is reported.
func TestNotesOfOutlook(t *testing.T) {
	m := &mapi.Message{}
	props.PidTagHtml.Set(m, []byte("<p>likes <b>leaves</b></p>"))
	assert.Contains(t, encode(t, "3.0", m), "\r\nNOTE:likes leaves\r\n")
	m = &mapi.Message{}
	props.PidTagRtfCompressed.Set(m, []byte("no RTF at all"))
	var rules []string
	require.NoError(t, vcard.Encode(io.Discard, []*mapi.Message{m}, &vcard.EncodeOptions{Report: func(i vcard.Issue) { rules = append(rules, string(i.Rule)) }}))
	assert.Equal(t, []string{string(vcard.RuleBody)}, rules)
	m = &mapi.Message{}
	m.Set(props.PidTagBody.Prop(), failing{})
	assert.ErrorIs(t, vcard.Encode(io.Discard, []*mapi.Message{m}, nil), errors.ErrUnsupported)
}

// A client that changes the name of a contact leaves behind what was made from it.
func TestNewNameChangesNothingElse(t *testing.T) {
	lines := edit(t, func(m *mapi.Message) {
		props.PidTagDisplayName.Set(m, "John Roe")
		props.PidTagSurname.Set(m, "Roe")
	})
	assert.Contains(t, lines, "FN:John Roe")
	assert.Contains(t, lines, "N:Roe;John;;;")
	assert.Contains(t, lines, "EMAIL;TYPE=HOME,pref:j@x")
	assert.NotContains(t, strings.Join(lines, "\n"), "FILE-AS")
	assert.NotContains(t, strings.Join(lines, "\n"), "X-CN")
	m := decode(t, apple)[0]
	m.Delete(vcard.SourceForm())
	assert.Contains(t, encode(t, "3.0", m), "EMAIL;TYPE=INTERNET,PREF:j@x\r\n", "nor is it written for new cards")
}
