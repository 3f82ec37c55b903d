package ical_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// What each message keeps of its calendar does not add up without bound.
func TestSharedLinesAreBounded(t *testing.T) {
	head := strings.Repeat("X-ZOO:"+strings.Repeat("x", 1000)+"\r\n", 15)
	in := "BEGIN:VCALENDAR\r\n" + head + strings.Repeat("BEGIN:VEVENT\r\nEND:VEVENT\r\n", 20_000) + "END:VCALENDAR\r\n"
	broken := 0
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	msgs, err := ical.Decode(strings.NewReader(in), &ical.DecodeOptions{Report: func(i ical.Issue) {
		if i.Rule == ical.RuleSize {
			broken++
		}
	}})
	require.NoError(t, err)
	require.Len(t, msgs, 20_000)
	assert.Equal(t, 1, broken)
	runtime.GC()
	runtime.ReadMemStats(&after)
	assert.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(256<<20))
	runtime.KeepAlive(msgs)
}

// Series of many excluded dates take time in proportion.
func TestManyExcludedDates(t *testing.T) {
	var b strings.Builder
	b.WriteString("DTSTART:20250101T100000Z|RRULE:FREQ=DAILY")
	for range 20_000 {
		b.WriteString("|EXDATE:20250103T100000Z")
	}
	msgs := decode(t, vevent(b.String()))
	require.Len(t, msgs, 1)
	assert.Equal(t, 20_000, strings.Count(encode(t, msgs), "EXDATE"))
}

func TestLinesOfManyAttendees(t *testing.T) {
	var lines []string
	for i := range 1000 {
		lines = append(lines, fmt.Sprintf("ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION:mailto:a%d@zoo.example", i))
	}
	lines[500] = `ATTENDEE;DIR="ldap://zoo";PARTSTAT=NEEDS-ACTION:mailto:a500@zoo.example`
	m := one(t, vevent("DTSTAMP:20250101T080000Z|DTSTART:20250102T100000Z|DTEND:20250102T110000Z|"+strings.Join(lines, "|")))
	kept, _ := m.Get(ical.KeptLines()).(string)
	assert.Equal(t, "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"+lines[500]+"\nEND:VEVENT\nEND:VCALENDAR\n", kept)
}

// Merging kept lines of one address, or of files of one size, takes work in proportion,
// counted by what is allocated: comparing each with each would read the words and the
// files again for every pair.
func TestMergingManyLinesIsLinear(t *testing.T) {
	for _, c := range []struct {
		promise, line string
		change        func(m *mapi.Message)
		kept          bool
	}{
		{"the same attendee again", "ATTENDEE;X-SEAT=1;PARTSTAT=accepted:mailto:bert@zoo.example", func(*mapi.Message) {}, true},
		{"each of whom answers otherwise now", "ATTENDEE;X-SEAT=1;PARTSTAT=accepted:mailto:bert@zoo.example", func(m *mapi.Message) {
			for _, r := range m.Recipients {
				props.PidTagRecipientTrackStatus.Set(r, mapi.ResponseDeclined)
			}
		}, false},
		{"the same file again", "ATTACH;X-SEAT=1;ENCODING=BASE64;VALUE=BINARY:aGF5", func(*mapi.Message) {}, true},
		{"each of which is another now", "ATTACH;X-SEAT=1;ENCODING=BASE64;VALUE=BINARY:aGF5", func(m *mapi.Message) {
			for _, a := range m.Attachments {
				props.PidTagAttachDataBinary.Set(a, []byte("oat"))
			}
		}, false},
		{"the same link again", "ATTACH;X-SEAT=1:http://zoo.example/hay", func(*mapi.Message) {}, true},
	} {
		t.Run(c.promise, func(t *testing.T) {
			work := func(n int) float64 {
				m := one(t, vevent("METHOD:REQUEST|DTSTART:20250102T100000Z|ORGANIZER:mailto:ada@zoo.example|"+strings.Repeat(c.line+"|", n)+"SUMMARY:Hay"))
				c.change(m)
				kept := 0
				if c.kept {
					kept = n
				}
				require.Equal(t, kept, strings.Count(encode(t, []*mapi.Message{m}), "X-SEAT"))
				return testing.AllocsPerRun(1, func() { encode(t, []*mapi.Message{m}) })
			}
			assert.Less(t, work(1000), 15*work(100))
		})
	}
}
