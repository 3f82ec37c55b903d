package ical_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi/mapitest"
)

// A sample is a file of the corpus.
type sample struct {
	name string
	data []byte
}

func corpusCalendars(t testing.TB) (list []sample) {
	t.Helper()
	dir := filepath.Join(mapitest.Corpus(t), "ics")
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		name, _ := filepath.Rel(dir, p)
		if bytes.Contains(bytes.ToUpper(data), []byte("BEGIN:V")) || filepath.Ext(p) == ".ics" {
			list = append(list, sample{name, data})
		}
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, list)
	return list
}

// ics joins lines with CRLF.
func ics(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n" }

// outline shows which components contain which.
func outline(list []*ical.Component) string {
	var b strings.Builder
	for _, c := range list {
		b.WriteString(strings.TrimPrefix(c.Name, "V"))
		for _, p := range c.Props {
			fmt.Fprintf(&b, " %s=%s", p.Name, p.Value)
		}
		if len(c.Children) > 0 {
			b.WriteString(" {" + outline(c.Children) + "}")
		}
		b.WriteString("; ")
	}
	return strings.TrimSuffix(b.String(), "; ")
}

func parse(t testing.TB, in string) (list []*ical.Component, broken map[line.Rule]int) {
	t.Helper()
	broken = map[line.Rule]int{}
	list, err := ical.Parse(strings.NewReader(in), &ical.ReadOptions{Report: func(i ical.Issue) { broken[i.Rule]++ }})
	require.NoError(t, err)
	return list, broken
}

func TestParseKeepsWhatBelongsTogether(t *testing.T) {
	for _, c := range []struct{ promise, in, want string }{
		{"a calendar", "BEGIN:VCALENDAR|B:1|A:2|BEGIN:VEVENT|X:1|BEGIN:VALARM|Y:2|END:VALARM|Z:3|END:VEVENT|END:VCALENDAR",
			"CALENDAR B=1 A=2 {EVENT X=1 Z=3 {ALARM Y=2}}"},
		{"two calendars", "BEGIN:VCALENDAR|A:1|END:VCALENDAR|BEGIN:VCALENDAR|A:2|END:VCALENDAR", "CALENDAR A=1; CALENDAR A=2"},
		{"names in any case", "begin:vcalendar|Begin:vEvent|x:1|End:VEVENT|end:vcalendar", "CALENDAR {EVENT X=1}"},
		{"no END at all", "BEGIN:VCALENDAR|A:1|BEGIN:VEVENT|X:1", "CALENDAR A=1 {EVENT X=1}"},
		{"no END of an event", "BEGIN:VCALENDAR|BEGIN:VEVENT|X:1|BEGIN:VEVENT|X:2|END:VEVENT|END:VCALENDAR", "CALENDAR {EVENT X=1; EVENT X=2}"},
		{"no END of an alarm", "BEGIN:VCALENDAR|BEGIN:VEVENT|BEGIN:VALARM|X:1|BEGIN:VALARM|X:2|END:VALARM|END:VEVENT|END:VCALENDAR", "CALENDAR {EVENT {ALARM X=1; ALARM X=2}}"},
		{"no END of a calendar", "BEGIN:VCALENDAR|A:1|BEGIN:VEVENT|X:1|BEGIN:VCALENDAR|A:2|BEGIN:VEVENT|X:2|END:VEVENT|END:VCALENDAR",
			"CALENDAR A=1 {EVENT X=1}; CALENDAR A=2 {EVENT X=2}"},
		{"an END too many", "BEGIN:VCALENDAR|END:VEVENT|A:1|END:VCALENDAR|END:VCALENDAR", "CALENDAR A=1"},
		{"an event without a calendar", "BEGIN:VEVENT|X:1|END:VEVENT", "CALENDAR {EVENT X=1}"},
		{"properties outside", "A:1|BEGIN:VCALENDAR|B:2|END:VCALENDAR|C:3", "CALENDAR B=2"},
		{"properties after events", "BEGIN:VCALENDAR|BEGIN:VEVENT|X:1|END:VEVENT|A:1|END:VCALENDAR", "CALENDAR A=1 {EVENT X=1}"},
		{"unknown components", "BEGIN:VCALENDAR|BEGIN:X-ZOO|BEGIN:VEVENT|X:1|END:VEVENT|END:X-ZOO|END:VCALENDAR", "CALENDAR {X-ZOO {EVENT X=1}}"},
		{"nothing", "", ""},
	} {
		t.Run(c.promise, func(t *testing.T) {
			list, _ := parse(t, strings.ReplaceAll(c.in, "|", "\r\n"))
			assert.Equal(t, c.want, outline(list))
		})
	}
}

func TestParseIsBounded(t *testing.T) {
	list, broken := parse(t, "BEGIN:VCALENDAR\n"+strings.Repeat("BEGIN:X\n", 100_000))
	assert.Equal(t, 1, broken[ical.RuleDepth])
	depth := 0
	for c := list[0]; len(c.Children) > 0; c = c.Children[0] {
		depth++
	}
	assert.Equal(t, ical.MaxDepth, depth)

	broken = map[line.Rule]int{}
	o := &ical.ReadOptions{MaxComponents: 10, MaxBytes: 1000, Report: func(i ical.Issue) { broken[i.Rule]++ }}
	list, err := ical.Parse(strings.NewReader("BEGIN:VCALENDAR\n"+strings.Repeat("BEGIN:X\nEND:X\n", 100)), o)
	require.NoError(t, err)
	assert.Len(t, list[0].Children, 9)
	assert.Equal(t, 1, broken[ical.RuleSize])

	_, err = ical.Parse(strings.NewReader("BEGIN:VCALENDAR\n"+strings.Repeat("X:123456789\n", 1000)), o)
	require.NoError(t, err)
	assert.Equal(t, 2, broken[ical.RuleSize])
}

// What makes go-ical's own decoder panic, or refuse the file, is read.
func TestLinesThatStopOtherReaders(t *testing.T) {
	for _, l := range []string{"DTSTART;X=1", `X;Y="a"b:1`, "no colon"} {
		list, _ := parse(t, "\uFEFFBEGIN:VCALENDAR\nBEGIN:VEVENT\n"+l+"\nUID:1\nEND:VEVENT\nEND:VCALENDAR\n")
		require.Len(t, list[0].Children, 1)
		assert.Equal(t, "1", list[0].Children[0].Value("UID"))
	}
}

func TestWriteThenParseIsTheSame(t *testing.T) {
	for _, s := range corpusCalendars(t) {
		list, err := ical.Parse(bytes.NewReader(s.data), nil)
		require.NoError(t, err, s.name)
		var out, again bytes.Buffer
		require.NoError(t, ical.Write(&out, list...))
		second, broken := parse(t, out.String())
		assert.Empty(t, broken, "%s: what we write has no faults", s.name)
		require.NoError(t, ical.Write(&again, second...))
		require.Equal(t, out.String(), again.String(), s.name)
		var back []*ical.Component
		for _, c := range list {
			back = append(back, ical.FromGoICal(c.GoICal()))
		}
		assert.Equal(t, countLines(list), countLines(back), "%s: go-ical has as many lines", s.name)
	}
}

func countLines(list []*ical.Component) (n int) {
	for _, c := range list {
		n += 1 + len(c.Props) + countLines(c.Children)
	}
	return n
}

func ExampleReader() {
	in := ical.NewReader(strings.NewReader(ics("BEGIN:VCALENDAR", "METHOD:PUBLISH", "BEGIN:VEVENT", "SUMMARY:Feed the okapi", "END:VEVENT", "END:VCALENDAR")), nil)
	for {
		c, err := in.Next()
		if err == io.EOF {
			break
		}
		if c != nil {
			fmt.Println(in.Calendar().Value("METHOD"), c.Name, c.Value("SUMMARY"))
		}
	}
	// Output: PUBLISH VEVENT Feed the okapi
}

// FuzzParse: any bytes are calendars, and what is written of them is read the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VALARM\nX:1\nEND:VEVENT\nEND:VCALENDAR",
		"BEGIN:VEVENT\nBEGIN:VEVENT\nBEGIN:VCALENDAR\nEND:VCALENDAR", "END:VCALENDAR\nA:1",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		list, err := ical.Parse(bytes.NewReader(in), nil)
		require.NoError(t, err)
		var out, again bytes.Buffer
		require.NoError(t, ical.Write(&out, list...))
		list, err = ical.Parse(bytes.NewReader(out.Bytes()), nil)
		require.NoError(t, err)
		require.NoError(t, ical.Write(&again, list...))
		require.Equal(t, out.String(), again.String())
	})
}
