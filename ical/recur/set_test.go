package recur_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi"
)

func location(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

func at(t testing.TB, loc *time.Location, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
	require.NoError(t, err)
	return v
}

func rule(t testing.TB, s string) recur.Rule {
	t.Helper()
	r, err := recur.ParseRule(s, nil)
	require.NoError(t, err)
	return r
}

// starts are the first instances, as "01-02 15:04", and with what changed them.
func starts(s *recur.Set, from, to time.Time, n int) (list []string) {
	for i := range s.Between(from, to) {
		text := i.Start.Format("01-02 15:04")
		if i.Override >= 0 {
			text += " (" + i.Original.Format("01-02") + ")"
		}
		if list = append(list, text); len(list) == n {
			break
		}
	}
	return list
}

func TestSeries(t *testing.T) {
	berlin := location(t, "Europe/Berlin")
	b := func(s string) time.Time { return at(t, berlin, s) }
	daily := recur.Set{Start: b("2024-03-29 10:00"), Duration: time.Hour, Rules: []recur.Rule{rule(t, "FREQ=DAILY;COUNT=5")}}
	with := func(change func(*recur.Set)) *recur.Set {
		s := daily
		change(&s)
		return &s
	}
	never := time.Time{}
	for _, c := range []struct {
		promise string
		set     *recur.Set
		want    []string
	}{
		{"a rule", &daily, []string{"03-29 10:00", "03-30 10:00", "03-31 10:00", "04-01 10:00", "04-02 10:00"}},
		{"without rule it is once", with(func(s *recur.Set) { s.Rules = nil; s.NoStart = true }), []string{"03-29 10:00"}},
		{"the start is always one", with(func(s *recur.Set) {
			s.Start = b("2024-03-29 10:00")
			s.Rules = []recur.Rule{rule(t, "FREQ=WEEKLY;BYDAY=MO;COUNT=1")}
		}), []string{"03-29 10:00", "04-01 10:00"}},
		{"but not with NoStart", with(func(s *recur.Set) { s.NoStart = true; s.Rules = []recur.Rule{rule(t, "FREQ=WEEKLY;BYDAY=MO;COUNT=1")} }), []string{"04-01 10:00"}},
		{"two rules, each instance once", with(func(s *recur.Set) {
			s.Rules = []recur.Rule{rule(t, "FREQ=DAILY;INTERVAL=2;COUNT=2"), rule(t, "FREQ=DAILY;COUNT=3")}
		}), []string{"03-29 10:00", "03-30 10:00", "03-31 10:00"}},
		{"further dates in order", with(func(s *recur.Set) {
			s.Dates = []recur.Span{{Start: b("2024-04-01 09:00")}, {Start: b("2024-03-29 10:00")}}
		}), []string{"03-29 10:00", "03-30 10:00", "03-31 10:00", "04-01 09:00", "04-01 10:00", "04-02 10:00"}},
		{"exclusions, also in UTC", with(func(s *recur.Set) {
			s.Except = []recur.Exclusion{{Time: b("2024-03-30 10:00").UTC()}, {Time: b("2024-03-31 11:00")}}
		}), []string{"03-29 10:00", "03-31 10:00", "04-01 10:00", "04-02 10:00"}},
		{"an excluded day", with(func(s *recur.Set) {
			s.Except = []recur.Exclusion{{Time: time.Date(2024, 3, 30, 0, 0, 0, 0, time.UTC), Date: true}}
		}),
			[]string{"03-29 10:00", "03-31 10:00", "04-01 10:00", "04-02 10:00"}},
		{"the start may be excluded", with(func(s *recur.Set) { s.Except = []recur.Exclusion{{Time: s.Start}} }), []string{"03-30 10:00", "03-31 10:00", "04-01 10:00", "04-02 10:00"}},
		{"rules of exclusion", with(func(s *recur.Set) { s.ExRules = []recur.Rule{rule(t, "FREQ=DAILY;INTERVAL=2")} }), []string{"03-30 10:00", "04-01 10:00"}},
		{"an instance moved to a later place", with(func(s *recur.Set) {
			s.Overrides = []recur.Override{{Original: b("2024-03-30 10:00"), Start: b("2024-04-01 12:00"), End: b("2024-04-01 13:00")}}
		}), []string{"03-29 10:00", "03-31 10:00", "04-01 10:00", "04-01 12:00 (03-30)", "04-02 10:00"}},
		{"moved before the start", with(func(s *recur.Set) {
			s.Overrides = []recur.Override{{Original: b("2024-04-02 10:00"), Start: b("2024-03-01 12:00"), End: b("2024-03-01 13:00")}}
		}), []string{"03-01 12:00 (04-02)", "03-29 10:00", "03-30 10:00", "03-31 10:00", "04-01 10:00"}},
		{"a cancelled one", with(func(s *recur.Set) {
			s.Overrides = []recur.Override{{Original: b("2024-03-30 10:00"), Cancelled: true}}
		}), []string{"03-29 10:00", "03-31 10:00", "04-01 10:00", "04-02 10:00"}},
		{"one that the rule has not is there all the same", with(func(s *recur.Set) {
			s.Overrides = []recur.Override{{Original: b("2024-05-30 10:00"), Start: b("2024-05-30 12:00"), End: b("2024-05-30 13:00")}}
		}), []string{"03-29 10:00", "03-30 10:00", "03-31 10:00", "04-01 10:00", "04-02 10:00", "05-30 12:00 (05-30)"}},
		{"this and future, later", with(func(s *recur.Set) {
			s.Overrides = []recur.Override{{Original: b("2024-03-31 10:00"), ThisAndFuture: true, Start: b("2024-03-31 14:00"), End: b("2024-03-31 15:00")}}
		}), []string{"03-29 10:00", "03-30 10:00", "03-31 14:00 (03-31)", "04-01 14:00 (04-01)", "04-02 14:00 (04-02)"}},
		{"this and future, before what was before", with(func(s *recur.Set) {
			s.Overrides = []recur.Override{{Original: b("2024-03-31 10:00"), ThisAndFuture: true, Start: b("2024-03-29 08:00"), End: b("2024-03-29 09:00")}}
		}), []string{"03-29 08:00 (03-31)", "03-29 10:00", "03-30 08:00 (04-01)", "03-30 10:00", "03-31 08:00 (04-02)"}},
		{"this and future, cancelled", with(func(s *recur.Set) {
			s.Overrides = []recur.Override{{Original: b("2024-03-31 10:00"), ThisAndFuture: true, Cancelled: true}}
		}), []string{"03-29 10:00", "03-30 10:00"}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			assert.Equal(t, c.want, starts(c.set, never, never, 20))
		})
	}
}

func TestWindowHasWhatOverlapsIt(t *testing.T) {
	s := recur.Set{Start: at(t, time.UTC, "2020-01-01 22:00"), Duration: 5 * time.Hour, Rules: []recur.Rule{rule(t, "FREQ=DAILY")}}
	assert.Equal(t, []string{"05-31 22:00", "06-01 22:00"}, starts(&s, at(t, time.UTC, "2024-06-01 01:00"), at(t, time.UTC, "2024-06-02 22:00"), 9), "what begins at the end is out")
	assert.Equal(t, []string{"06-01 22:00"}, starts(&s, at(t, time.UTC, "2024-06-01 03:00"), at(t, time.UTC, "2024-06-02 22:00"), 9), "what ends at the beginning is out")
	s.Duration = 0
	assert.Equal(t, []string{"06-01 22:00"}, starts(&s, at(t, time.UTC, "2024-06-01 22:00"), at(t, time.UTC, "2024-06-02 22:00"), 9), "without length it is where it begins")
}

// RFC 5545, 3.8.5.3: the same exact duration with DTEND, the same on the clock with
// DURATION, and in MAPI.
func TestNightsInWhichClocksAreChanged(t *testing.T) {
	s := recur.Set{Start: at(t, location(t, "Europe/Berlin"), "2024-03-29 22:00"), Duration: 8 * time.Hour, Rules: []recur.Rule{rule(t, "FREQ=DAILY;COUNT=2")}}
	ends := func() (list []string) {
		for i := range s.All() {
			list = append(list, i.End.Format("0102T15"))
		}
		return list
	}
	assert.Equal(t, []string{"0330T06", "0331T07"}, ends())
	s.Nominal = true
	assert.Equal(t, []string{"0330T06", "0331T06"}, ends())
	s.Start, s.Duration, s.AllDay = at(t, s.Start.Location(), "2024-03-31 00:00"), 23*time.Hour, true
	assert.Equal(t, []string{"0401T00", "0402T00"}, ends())
}

// Lesson 27: a date is a date in every zone, and the end is exclusive.
func TestAllDaySeries(t *testing.T) {
	for _, name := range []string{"Pacific/Auckland", "America/Los_Angeles", "UTC", "Africa/Cairo"} {
		s := recur.Set{Start: at(t, location(t, name), "2024-03-29 00:00"), AllDay: true, Duration: 72 * time.Hour,
			Rules:  []recur.Rule{rule(t, "FREQ=WEEKLY;UNTIL=20240412;BYHOUR=9")},
			Except: []recur.Exclusion{{Time: time.Date(2024, 4, 5, 0, 0, 0, 0, time.UTC), Date: true}}}
		var got []string
		for i := range s.All() {
			got = append(got, i.Start.Format("0102T15")+"/"+i.End.Format("0102T15"))
		}
		assert.Equal(t, []string{"0329T00/0401T00", "0412T00/0415T00"}, got, name)
	}
}

// Lesson 34 and oxcical 12.3: the local time stays, the instant moves.
func TestWeeklyOverDaylightChange(t *testing.T) {
	start := at(t, location(t, "Europe/Berlin"), "2024-03-18 09:00")
	r := rule(t, "FREQ=WEEKLY;COUNT=4")
	var got []string
	for i := range r.All(start) {
		got = append(got, i.Format("0102T15")+"="+i.UTC().Format("15Z"))
	}
	assert.Equal(t, []string{"0318T09=08Z", "0325T09=08Z", "0401T09=07Z", "0408T09=07Z"}, got)
}

func TestGapsAndOverlaps(t *testing.T) {
	berlin := location(t, "Europe/Berlin")
	for _, c := range []struct {
		promise, rule, start string
		want                 []string
	}{
		{"a day's instance in the gap comes after it", "FREQ=DAILY;COUNT=3", "2024-03-30 02:30", []string{"0330T0230+01", "0331T0330+02", "0401T0230+02"}},
		{"what the clock shows twice is the first", "FREQ=DAILY;COUNT=3", "2024-10-26 02:30", []string{"1026T0230+02", "1027T0230+02", "1028T0230+01"}},
		{"no hour comes twice", "FREQ=HOURLY;COUNT=4", "2024-03-31 00:15", []string{"0331T0015+01", "0331T0115+01", "0331T0315+02", "0331T0415+02"}},
		{"two times of a day that fall together are one", "FREQ=DAILY;BYHOUR=2,3;COUNT=4", "2024-03-30 02:00", []string{"0330T0200+01", "0330T0300+01", "0331T0300+02", "0401T0200+02"}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			r := rule(t, c.rule)
			var got []string
			for i := range r.All(at(t, berlin, c.start)) {
				got = append(got, i.Format("0102T1504-07"))
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// Lesson 33: an end by count or by date is the same end; a date and an instant too.
func TestCountAndUntil(t *testing.T) {
	sydney := location(t, "Australia/Sydney")
	start := at(t, sydney, "2024-06-03 08:00") // 22:00Z of the day before
	all := func(text string) (list []string) {
		r := rule(t, text)
		for i := range r.All(start) {
			list = append(list, i.Format("0102"))
		}
		return list
	}
	want := []string{"0603", "0604", "0605"}
	assert.Equal(t, want, all("FREQ=DAILY;COUNT=3"))
	assert.Equal(t, want, all("FREQ=DAILY;UNTIL=20240605"), "a date is the day where the series is")
	assert.Equal(t, want, all("FREQ=DAILY;UNTIL=20240604T220000Z"), "an instant is in UTC, a day earlier by date")
	assert.Equal(t, want[:2], all("FREQ=DAILY;UNTIL=20240604T215959Z"))
	assert.Equal(t, want, all("FREQ=DAILY;UNTIL=20240605T080000"))
	assert.Equal(t, want[:1], all("FREQ=DAILY;COUNT=1"))
	assert.Equal(t, want[:2], all("FREQ=DAILY;COUNT=2;UNTIL=20240605"), "what comes first ends it")
}

// Lesson 32.
func TestRulesThatBrokeOthers(t *testing.T) {
	start := at(t, time.UTC, "2024-12-30 09:00")
	first := func(text string, n int) (list []string) {
		r := rule(t, text)
		for i := range r.All(start) {
			if list = append(list, i.Format("060102")); len(list) == n {
				break
			}
		}
		return list
	}
	assert.Equal(t, []string{"241230", "250130", "250330"}, first("FREQ=MONTHLY", 3), "December goes on to January")
	assert.Equal(t, []string{"251230", "261230"}, first("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30;BYDAY=TU,WE", 2))
	assert.Equal(t, []string{"241231", "251231"}, first("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", 2))
	assert.Equal(t, []string{"280229", "320229"}, first("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 2), "29 February does not loop")
	assert.Equal(t, []string{"250102", "250202"}, first("FREQ=MONTHLY;BYMONTHDAY=2,32", 2), "day 32 is ignored")
	assert.Equal(t, []string{"241230", "250105", "250113", "250119"}, first("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO", 4))
	assert.Equal(t, []string{"241230", "250112", "250113", "250126"}, first("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU", 4), "the week's first day counts")
}

// Lesson 31.
func TestNthWeekdayIsAPosition(t *testing.T) {
	start := at(t, time.UTC, "2024-01-01 09:00")
	for _, freq := range []string{"FREQ=MONTHLY", "FREQ=YEARLY;BYMONTH=5"} {
		for a, b := range map[string]string{"BYDAY=2MO": "BYDAY=MO;BYSETPOS=2", "BYDAY=-1FR": "BYDAY=FR;BYSETPOS=-1"} {
			x, y := rule(t, freq+";"+a), rule(t, freq+";"+b)
			n := 0
			for i := range x.Between(start, time.Time{}, start.AddDate(3, 0, 0)) {
				for j := range y.Between(start, i, time.Time{}) {
					require.Equal(t, i, j)
					break
				}
				n++
			}
			require.Greater(t, n, 2)
		}
	}
}

func TestImpossibleRulesEnd(t *testing.T) {
	start := at(t, time.UTC, "2024-01-01 09:00")
	for _, text := range []string{
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31",
		"FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR;BYSETPOS=2",
		"FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=HOURLY;INTERVAL=2;BYHOUR=10",
		"FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=SECONDLY;INTERVAL=2;BYSECOND=1",
		"FREQ=YEARLY;INTERVAL=100;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
		"FREQ=YEARLY;INTERVAL=1073741824;COUNT=9;BYWEEKNO=53",
		"FREQ=YEARLY;BYYEARDAY=366;BYMONTH=11",
		"RSCALE=CHINESE;FREQ=YEARLY",
	} {
		r := rule(t, text)
		n := 0
		for range r.Between(start, start.AddDate(1, 0, 0), time.Time{}) {
			n++
		}
		assert.Zero(t, n, text)
	}
	assert.ErrorIs(t, (&recur.Rule{Freq: recur.Yearly, Scale: "CHINESE"}).CanExpand(), mapi.ErrNoSupport)
}

// A window far away is found without walking there.
func TestFarWindows(t *testing.T) {
	start := at(t, time.UTC, "1970-01-05 09:00")
	far := at(t, time.UTC, "9990-06-01 00:00")
	for _, text := range []string{"FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=7", "FREQ=HOURLY;BYMINUTE=1,2", "FREQ=DAILY;COUNT=3000000", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=900000",
		"FREQ=MONTHLY;BYMONTHDAY=1,28;COUNT=200000", "FREQ=YEARLY;BYMONTH=6,7;BYDAY=-1SU;COUNT=20000", "FREQ=MONTHLY;BYDAY=2TU"} {
		r := rule(t, text)
		n := 0
		for i := range r.Between(start, far, far.AddDate(0, 3, 0)) {
			require.False(t, i.Before(far))
			if n++; n == 2 {
				break
			}
		}
		assert.Equal(t, 2, n, text)
	}
}
