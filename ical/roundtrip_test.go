package ical_test

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
)

func decode(t testing.TB, in []byte) []*mapi.Message {
	t.Helper()
	msgs, err := ical.Decode(bytes.NewReader(in), nil)
	require.NoError(t, err)
	return msgs
}

func encode(t testing.TB, msgs []*mapi.Message) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, ical.Encode(&b, msgs, nil))
	return b.String()
}

// statements are what calendars say: one for each line of each component, in a form
// that does not depend on order, or on ways of writing that mean the same.
func statements(list []*ical.Component) map[string]int {
	s := map[string]int{}
	for _, cal := range list {
		for i := range cal.Props {
			switch p := &cal.Props[i]; p.Name {
			case "PRODID", "VERSION": // of the program that writes
			case "CALSCALE":
			case "METHOD": // of several calendars in one file, the last
				if len(list) == 1 && len(cal.Children) > 0 {
					s["calendar "+p.Name+" "+strings.TrimSpace(p.Value)]++
				}
			default:
				if len(cal.Children) == 0 { // there is no message to keep it
					continue
				}
				s["calendar "+statement(p)]++
			}
		}
		for _, c := range cal.Children {
			if c.Name != "VTIMEZONE" {
				uid := c.Value("UID")
				if strings.HasPrefix(uid, "okapi-") { // made by us, because there was none
					uid = ""
				}
				say(s, c.Name+" "+uid+" "+c.Value("RECURRENCE-ID"), c)
			}
		}
	}
	return s
}

func say(s map[string]int, of string, c *ical.Component) {
	s[of]++
	for i := range c.Props {
		s[of+" | "+statement(&c.Props[i])]++
	}
	for _, child := range c.Children {
		var lines []string
		inner := map[string]int{}
		say(inner, child.Name, child)
		for l, n := range inner {
			lines = append(lines, fmt.Sprint(l, n))
		}
		sort.Strings(lines)
		s[of+" | "+strings.Join(lines, "\\")]++
	}
}

func statement(p *ical.Prop) string {
	params := []string{}
	for _, q := range p.Params {
		values := slices.Clone(q.Values)
		params = append(params, q.Name+"="+strings.Join(values, ","))
	}
	sort.Strings(params)
	l := line.Line{Name: p.Name, Value: p.Value}
	return strings.Join(params, ";") + " " + string(l.Append(nil))
}

// lost are the statements of before that after has not.
func lost(before, after map[string]int) (list []string) {
	clean := func(s string) string { // control characters cannot be written
		return strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7F {
				return -1
			}
			return r
		}, s)
	}
	for s, n := range after {
		after[clean(s)] += n
	}
	for s, n := range before {
		s = clean(s)
		if after[s] < min(n, 1) {
			list = append(list, s)
		}
	}
	sort.Strings(list)
	return list
}

// disagreements are the calendars of which something is lost, and why.
func disagreements() map[string]string {
	return map[string]string{
		"ical4j/samples/invalid/phpicalendar_sample.ics": "an instance without SEQUENCE gets that of its series",
	}
}

func TestCorpusLosesNothing(t *testing.T) {
	agree, more, all := 0, 0, 0
	for _, s := range corpusCalendars(t) {
		before, _ := ical.Parse(bytes.NewReader(s.data), nil)
		out := encode(t, decode(t, s.data))
		after, broken := parse(t, out)
		require.Empty(t, broken, s.name)
		all++
		missing := lost(statements(before), statements(after))
		if len(missing) == 0 {
			agree++
		} else if known := disagreements()[s.name]; known != "" {
			t.Logf("%s lost %d: %s", s.name, len(missing), known)
		} else {
			t.Errorf("%s lost %d, such as %.300q", s.name, len(missing), missing[0])
		}
		if added := lost(statements(after), statements(before)); len(added) > 0 {
			more++
			if testing.Verbose() {
				t.Logf("%s adds %d, first %q", s.name, len(added), added[0])
			}
		}
	}
	t.Logf("%d of %d calendars come back with nothing lost; %d of them say more", agree, all, more)
}

// The other way: what a message says is the same after it was a calendar, whether its
// kept lines go along or not.
func TestMessagesLoseNothing(t *testing.T) {
	all, same := 0, 0
	for _, s := range corpusCalendars(t) {
		for _, m := range decode(t, s.data) {
			all++
			first := meaning(t, m, m)
			again := decode(t, []byte(encode(t, []*mapi.Message{m})))
			require.Len(t, again, 1, s.name)
			if second := meaning(t, again[0], m); first == second {
				same++
			} else if disagreements()[s.name] == "" {
				t.Errorf("%s: %.300s", s.name, firstDifference(first, second))
			}
		}
	}
	t.Logf("%d of %d messages come back the same", same, all)
}

// meaning is a message without the lines that are kept, and without what a message
// like it has only after it was a calendar: the UID and the DTSTAMP that every
// component has to have, and the text of its HTML.
func meaning(t testing.TB, m, like *mapi.Message) string {
	var lines []string
	skip := []mapi.Prop{ical.KeptLines()}
	if id, _ := props.PidLidCleanGlobalObjectId.Get(like); len(id) == 0 {
		skip = append(skip, props.PidLidGlobalObjectId.Prop(), props.PidLidCleanGlobalObjectId.Prop())
	}
	stamped := props.PidLidOwnerCriticalChange.Has(like) || props.PidLidAttendeeCriticalChange.Has(like)
	for _, a := range like.Attachments {
		stamped = stamped && (a.Embedded == nil || props.PidLidOwnerCriticalChange.Has(a.Embedded))
	}
	if !stamped {
		skip = append(skip, props.PidLidOwnerCriticalChange.Prop(), props.PidLidAttendeeCriticalChange.Prop())
	}
	if !props.PidTagBody.Has(like) && props.PidTagHtml.Has(like) {
		skip = append(skip, props.PidTagBody.Prop())
	}
	for l := range strings.Lines(propstest.Dump(t, m, skip...)) {
		lines = append(lines, l)
	}
	return strings.Join(lines, "")
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i] + " became " + y[i]
		}
	}
	return fmt.Sprintf("%d lines became %d", len(x), len(y))
}

// Messages that are given one by one are those of the whole, though components are
// used again as they are read.
func TestCorpusOneByOneIsTheSame(t *testing.T) {
	for _, s := range corpusCalendars(t) {
		dump := func(m *mapi.Message) string { return propstest.Dump(t, m, ical.KeptLines()) }
		var whole, single []string
		for _, m := range decode(t, s.data) {
			whole = append(whole, dump(m))
		}
		for m, err := range ical.All(bytes.NewReader(s.data), nil) {
			require.NoError(t, err)
			single = append(single, dump(m))
		}
		slices.Sort(whole)
		slices.Sort(single)
		require.Equal(t, whole, single, s.name)
	}
}
