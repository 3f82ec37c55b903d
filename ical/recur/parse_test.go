package recur_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi"
)

func TestParseRule(t *testing.T) {
	for _, c := range []struct{ promise, in, out string }{
		{"the parts in the order of the standard", "WKST=SU;BYDAY=2MO,-1FR;FREQ=monthly;INTERVAL=2;COUNT=10", "FREQ=MONTHLY;COUNT=10;INTERVAL=2;BYDAY=2MO,-1FR;WKST=SU"},
		{"defaults are not written", "FREQ=DAILY;INTERVAL=1;WKST=MO", "FREQ=DAILY"},
		{"with its name, blanks, and a last semicolon", "RRULE: FREQ = WEEKLY ; BYDAY = mo , tu ;", "FREQ=WEEKLY;BYDAY=MO,TU"},
		{"a date that ends it", "FREQ=DAILY;UNTIL=20240131", "FREQ=DAILY;UNTIL=20240131"},
		{"an instant that ends it", "FREQ=DAILY;UNTIL=20240131T120000Z", "FREQ=DAILY;UNTIL=20240131T120000Z"},
		{"a local end", "FREQ=DAILY;UNTIL=20240131T120000", "FREQ=DAILY;UNTIL=20240131T120000"},
		{"an end with hyphens", "FREQ=DAILY;UNTIL=2024-01-31", "FREQ=DAILY;UNTIL=20240131"},
		{"values out of range are left out", "FREQ=MONTHLY;BYMONTHDAY=0,1,32,-31,-32;BYMONTH=0,13,12", "FREQ=MONTHLY;BYMONTHDAY=1,-31;BYMONTH=12"},
		{"values come once", "FREQ=WEEKLY;BYDAY=MO,MO,TU;BYDAY=TU", "FREQ=WEEKLY;BYDAY=MO,TU"},
		{"an interval of nothing is one", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY"},
		{"another calendar is kept", "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=5L,1;SKIP=FORWARD", "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=5L,1;SKIP=FORWARD"},
		{"what is not known is kept", "FREQ=DAILY;X-FOO=a,b;NEW=1", "FREQ=DAILY;X-FOO=a,b;NEW=1"},
		{"every part", "FREQ=YEARLY;BYSECOND=1;BYMINUTE=2;BYHOUR=3;BYDAY=-53SU;BYMONTHDAY=-1;BYYEARDAY=-366,366;BYWEEKNO=-1;BYMONTH=1;BYSETPOS=-366", "FREQ=YEARLY;BYSECOND=1;BYMINUTE=2;BYHOUR=3;BYDAY=-53SU;BYMONTHDAY=-1;BYYEARDAY=-366,366;BYWEEKNO=-1;BYMONTH=1;BYSETPOS=-366"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			r, err := recur.ParseRule(c.in, nil)
			require.NoError(t, err)
			assert.Equal(t, c.out, r.String())
			again, err := recur.ParseRule(r.String(), nil)
			require.NoError(t, err)
			assert.Equal(t, c.out, again.String())
		})
	}
}

func TestParseErrorsSayWhere(t *testing.T) {
	for _, c := range []struct {
		in     string
		strict bool
		part   string
		offset int
	}{
		{"", false, "FREQ", 0},
		{"INTERVAL=2", false, "FREQ", 10},
		{"FREQ=SOMETIMES", false, "FREQ", 5},
		{"FREQ=DAILY;UNTIL=tomorrow", false, "UNTIL", 17},
		{"FREQ=DAILY;COUNT=0", false, "COUNT", 17},
		{"FREQ=DAILY;COUNT=-1", false, "COUNT", 17},
		{"FREQ=MONTHLY;BYMONTHDAY=1,32", true, "BYMONTHDAY", 26},
		{"FREQ=MONTHLY;BYDAY=MO,XX,TU", true, "BYDAY", 22},
		{"FREQ=DAILY;FREQ=WEEKLY", true, "FREQ", 16},
		{"FREQ=DAILY;WHAT", true, "WHAT", 11},
		{"FREQ=DAILY;WHAT=1", true, "WHAT", 16},
		{"FREQ=DAILY;", true, "rule", 11},
		{"FREQ=WEEKLY;BYMONTHDAY=1", true, "BYMONTHDAY", 24},
		{"FREQ=DAILY;BYSETPOS=1", true, "BYSETPOS", 21},
		{"FREQ=DAILY;COUNT=2;UNTIL=20240101", true, "COUNT", 33},
		{"FREQ=WEEKLY;BYDAY=1MO", true, "BYDAY", 21},
		{strings.Repeat("X", 70_000), false, "rule", 0},
	} {
		t.Run(c.in[:min(len(c.in), 40)], func(t *testing.T) {
			_, err := recur.ParseRule(c.in, &recur.ParseOptions{Strict: c.strict})
			issue, ok := errors.AsType[*recur.Issue](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, []any{c.part, c.offset}, []any{issue.Part, issue.Offset}, issue.Detail)
			assert.ErrorIs(t, err, mapi.ErrCorruptData)
		})
	}
}

func TestIssuesAreReported(t *testing.T) {
	var parts []string
	_, err := recur.ParseRule("FREQ=WEEKLY;BYDAY=1MO,XX;BYMONTHDAY=40;FOO=1;;INTERVAL=x;SKIP=SOME;WKST=9",
		&recur.ParseOptions{Report: func(i recur.Issue) { parts = append(parts, i.Part) }})
	require.NoError(t, err)
	assert.Equal(t, []string{"BYDAY", "BYMONTHDAY", "FOO", "rule", "INTERVAL", "SKIP", "WKST", "BYDAY"}, parts)
}

func TestCheck(t *testing.T) {
	assert.NoError(t, (&recur.Rule{Freq: recur.Daily, ByMonth: []int{1}}).Check())
	for part, r := range map[string]recur.Rule{
		"FREQ":       {},
		"BYMONTHDAY": {Freq: recur.Monthly, ByMonthDay: []int{0}},
		"BYHOUR":     {Freq: recur.Monthly, ByHour: []int{24}},
		"INTERVAL":   {Freq: recur.Monthly, Interval: -1},
		"BYWEEKNO":   {Freq: recur.Monthly, ByWeekNo: []int{1}},
	} {
		issue, ok := errors.AsType[*recur.Issue](r.Check())
		require.True(t, ok)
		assert.Equal(t, part, issue.Part)
	}
}
