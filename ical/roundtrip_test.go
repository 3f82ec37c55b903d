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
		"libical/test-data/crash.ics":    "a fuzzed file: bytes are no UTF-8 in the middle of a text with control characters",
		"libical/test-data/issue253.ics": "a fuzzed file: a calendar within a component within a calendar",
		"libical/test-data/malloc.ics":   "a fuzzed file: bytes are no UTF-8, and addresses are none",
		"libical/test-data/zday.ics":     "a fuzzed file: addresses of control characters",
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
