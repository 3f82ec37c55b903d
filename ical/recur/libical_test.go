package recur_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
)

// A libicalCase is a paragraph of libical's icalrecur_test files.
type libicalCase struct {
	comment, rule, start, from string
	want                       string
}

func libicalCases(t *testing.T, name string) (list []libicalCase) {
	f, err := os.Open(filepath.Join(mapitest.Corpus(t, "ics", "libical", "src", "test"), name))
	require.NoError(t, err)
	defer f.Close()
	var c libicalCase
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		key, value, _ := strings.Cut(line, ":")
		switch {
		case strings.HasPrefix(line, "#"):
			c.comment = strings.TrimSpace(line[1:])
		case key == "RRULE":
			c.rule = value
		case key == "DTSTART":
			c.start = value
		case key == "START-AT":
			c.from = value
		case key == "INSTANCES":
			c.want = value
		}
		if line == "" && c.rule != "" {
			list = append(list, c)
			c = libicalCase{}
		}
	}
	if c.rule != "" {
		list = append(list, c)
	}
	return list
}

func moment(t testing.TB, s string) time.Time {
	t.Helper()
	for _, layout := range []string{"20060102T150405Z", "20060102T150405", "20060102"} {
		if v, err := time.Parse(layout, s); err == nil {
			return v
		}
	}
	t.Fatalf("no time: %q", s)
	return time.Time{}
}

// libicalDiffers are the cases in which we do not follow, and why.
var libicalDiffers = map[string]string{
	"FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30;BYWEEKNO=1;UNTIL=20320101": "libical does not implement it",
	"FREQ=YEARLY;BYWEEKNO=53;INTERVAL=6;BYDAY=TH;COUNT=1":            "years of weeks are counted from the week of the start, also when the start is no instance",
	"FREQ=YEARLY;BYWEEKNO=53;INTERVAL=5;BYDAY=TH;COUNT=1":            "the same",
}

func TestLibicalInstances(t *testing.T) {
	agree, total := 0, 0
	for _, name := range []string{"icalrecur_test.txt", "icalrecur_test_rscale.txt", "icalrecur_test_rscale_withicu.txt"} {
		for _, c := range libicalCases(t, name) {
			total++
			t.Run(c.rule+" from "+c.start, func(t *testing.T) {
				got := libicalAnswer(t, c)
				if strings.Contains(c.rule, "RSCALE=CHINESE") { // the sky, not arithmetic, says when its months begin
					require.Contains(t, got, "UNIMPLEMENTED")
					return
				}
				if why := libicalDiffers[c.rule]; why != "" {
					require.NotEqual(t, c.want, got, "no difference any more: %s", why)
				} else if assert.Equal(t, c.want, got, c.comment) {
					agree++
				}
			})
		}
	}
	t.Logf("%d of %d agree", agree, total)
}

// libicalAnswer is what this package says. START-AT moves libical's iterator and back
// again; here what begins there must be the end of the list.
func libicalAnswer(t *testing.T, c libicalCase) string {
	rule, err := recur.ParseRule(c.rule, nil)
	if err == nil {
		err = rule.CanExpand()
	}
	switch mapi.CodeOf(err) {
	case mapi.Success:
	case mapi.ErrNoSupport:
		return " *** UNIMPLEMENTED: This feature has not been implemented"
	default:
		return " *** MALFORMEDDATA: An input string was not correctly formed or a component has missing or extra properties"
	}
	layout := "20060102T150405"
	if !strings.Contains(c.start, "T") {
		layout, rule = "20060102", rule.AllDay()
	} else if strings.HasSuffix(c.start, "Z") {
		layout += "Z"
	}
	list := func(from time.Time) string {
		var out []string
		for i := range rule.Between(moment(t, c.start), from, time.Time{}) {
			out = append(out, i.Format(layout))
			if len(out) > 2000 {
				break
			}
		}
		return strings.Join(out, ",")
	}
	if c.from != "" {
		require.True(t, strings.HasSuffix(c.want, list(moment(t, c.from))))
	}
	return list(time.Time{})
}
