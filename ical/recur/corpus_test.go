package recur_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi/mapitest"
)

// A field is a property of a calendar file, as far as these tests need it.
type field struct{ name, params, value string }

// components are the innermost components of a file that have properties.
func components(text string) (list [][]field) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\n ", ""), "\n\t", "")
	var stack [][]field
	for _, line := range strings.Split(text, "\n") {
		head, value, _ := strings.Cut(line, ":")
		name, params, _ := strings.Cut(head, ";")
		switch name = strings.ToUpper(strings.TrimSpace(name)); {
		case name == "BEGIN":
			stack = append(stack, nil)
		case len(stack) == 0:
		case name == "END":
			list = append(list, stack[len(stack)-1])
			stack = stack[:len(stack)-1]
		default:
			stack[len(stack)-1] = append(stack[len(stack)-1], field{name, params, strings.TrimSpace(value)})
		}
	}
	return list
}

func clock(s string) (time.Time, bool) {
	for _, layout := range []string{"20060102T150405Z", "20060102T150405", "20060102"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// setOf is the series of a component, on a clock without zone.
func setOf(c []field) (s recur.Set, want int, ok bool) {
	want = -1
	dates := func(value string) (list []time.Time) {
		for _, v := range strings.Split(value, ",") {
			v, _, _ = strings.Cut(v, "/")
			if t, ok := clock(v); ok {
				list = append(list, t)
			}
		}
		return list
	}
	for _, f := range c {
		switch f.name {
		case "DTSTART":
			s.Start, ok = clock(f.value)
			s.AllDay = !strings.Contains(f.value, "T")
		case "RRULE", "EXRULE":
			r, err := recur.ParseRule(f.value, nil)
			if err != nil {
				return s, 0, false
			}
			if f.name == "RRULE" {
				s.Rules = append(s.Rules, r)
			} else {
				s.ExRules = append(s.ExRules, r)
			}
		case "RDATE":
			for _, d := range dates(f.value) {
				s.Dates = append(s.Dates, recur.Span{Start: d})
			}
		case "EXDATE":
			for _, d := range dates(f.value) {
				s.Except = append(s.Except, recur.Exclusion{Time: d, Date: !strings.Contains(f.value, "T")})
			}
		case "X-EXPECT-NUMEVENTS":
			want, _ = strconv.Atoi(f.value)
		}
	}
	return s, want, ok
}

// libical's recur.txt says how many instances each component has. A start that is no
// instance of the rule is none for libical.
func TestRecurText(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(mapitest.Corpus(t, "ics", "libical", "test-data"), "recur.txt"))
	require.NoError(t, err)
	agree, total := 0, 0
	for _, c := range components(strings.ReplaceAll(string(text), "\n;", "\nX-COMMENTED-")) {
		s, want, ok := setOf(c)
		if !ok || want < 0 {
			continue
		}
		total++
		s.NoStart = true
		got := 0
		for range s.All() {
			if got++; got > 10_000 {
				break
			}
		}
		if assert.Equal(t, want, got, "%v", c) {
			agree++
		}
	}
	t.Logf("%d of %d agree", agree, total)
	require.Greater(t, total, 40)
}

// Every rule that somebody wrote into a calendar of the corpus has the instances that
// the walker of these tests finds.
func TestCorpusRules(t *testing.T) {
	seen := map[string]bool{}
	known := &almanac{map[[2]int64][2]int{}, map[[3]int][]int{}}
	rules := 0
	err := filepath.WalkDir(mapitest.Corpus(t, "ics"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".ics") {
			return err
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, c := range components(string(text)) {
			s, _, ok := setOf(c)
			if !ok || len(s.Rules) == 0 {
				continue
			}
			r := s.Rules[0]
			key := r.String() + s.Start.String()
			// Days that are skipped are tested with the lists of libical.
			if seen[key] || r.Scale != "" && r.Scale != "GREGORIAN" || r.CanExpand() != nil || r.Skip != recur.Omit || s.Start.Year() < 1950 {
				continue
			}
			seen[key] = true
			if s.AllDay {
				r = r.AllDay()
			}
			compare(t, r, s.Start, known, path)
			rules++
		}
		return nil
	})
	require.NoError(t, err)
	t.Logf("%d rules", rules)
	require.Greater(t, rules, 200)
}

// compare takes COUNT and UNTIL from a rule, which the walker does not know, and
// compares a few years.
func compare(t *testing.T, r recur.Rule, start time.Time, known *almanac, path string) {
	r.Count, r.Until = 0, recur.Until{}
	years := 4
	if r.Freq < recur.Daily {
		years = 0
	}
	want := (&brute{r, start, known}).list(30, start.AddDate(years, 1, 0))
	require.Equal(t, texts(want), texts(take(&r, start, len(want))), "%s in %s", &r, path)
}
