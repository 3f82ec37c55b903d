package recur_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/internal/civil"
	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/ical/recur/internal/scale"
	"github.com/okapi-mail/okapi/mapi"
)

func TestOtherCalendars(t *testing.T) {
	for _, c := range []struct {
		promise, rule, start string
		want                 []string
	}{
		{"years of another era have the same months", "RSCALE=BUDDHIST;FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", "2024-01-31", []string{"2024-01-31", "2024-03-31", "2024-05-31"}},
		{"Rosh Hashanah", "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;COUNT=4", "2023-09-16", []string{"2023-09-16", "2024-10-03", "2025-09-23", "2026-09-12"}},
		{"Passover", "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=15;COUNT=3", "2024-04-23", []string{"2024-04-23", "2025-04-13", "2026-04-02"}},
		{"the 30th, where a month has it", "RSCALE=HEBREW;FREQ=MONTHLY;BYMONTHDAY=30;COUNT=4", "2023-10-15", []string{"2023-10-15", "2024-02-09", "2024-03-10", "2024-05-08"}},
		{"Nayrouz", "RSCALE=COPTIC;FREQ=YEARLY;COUNT=5", "2022-09-11", []string{"2022-09-11", "2023-09-12", "2024-09-11", "2025-09-11", "2026-09-11"}},
		{"the first of Chaitra", "RSCALE=INDIAN;FREQ=YEARLY;COUNT=3", "2023-03-22", []string{"2023-03-22", "2024-03-21", "2025-03-22"}},
		{"the first Friday of Ramadan", "RSCALE=ISLAMIC-CIVIL;FREQ=YEARLY;BYMONTH=9;BYDAY=1FR;COUNT=3", "2024-03-15", []string{"2024-03-15", "2025-03-07", "2026-02-20"}},
		{"days of the year", "RSCALE=ETHIOPIC;FREQ=YEARLY;BYYEARDAY=1,-1;COUNT=4", "2023-09-12", []string{"2023-09-12", "2024-09-10", "2024-09-11", "2025-09-10"}},
		{"the thirteenth month", "RSCALE=COPTIC;FREQ=DAILY;BYMONTH=13;COUNT=7", "2023-09-01", []string{"2023-09-06", "2023-09-07", "2023-09-08", "2023-09-09", "2023-09-10", "2023-09-11", "2024-09-06"}},
		{"by the week", "RSCALE=HEBREW;FREQ=WEEKLY;BYMONTH=1;COUNT=3", "2024-10-04", []string{"2024-10-04", "2024-10-11", "2024-10-18"}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			start, err := time.Parse(time.DateOnly, c.start)
			require.NoError(t, err)
			r := rule(t, c.rule)
			var got []string
			for i := range r.All(start) {
				got = append(got, i.Format(time.DateOnly))
			}
			assert.Equal(t, c.want, got)
		})
	}
	none := rule(t, "FREQ=DAILY;BYMONTH=13;RSCALE=HEBREW")
	for i := range none.All(time.Unix(0, 0).UTC()) {
		t.Fatalf("%v: leap months have the number of another", i)
	}
	weeks := rule(t, "RSCALE=HEBREW;FREQ=YEARLY;BYWEEKNO=3")
	require.ErrorIs(t, weeks.CanExpand(), mapi.ErrNoSupport)
	_, err := recur.NewAppointment(series(t, "2024-01-31 10:00", "RSCALE=HEBREW;FREQ=YEARLY"), nil)
	require.ErrorIs(t, err, mapi.ErrNoSupport, "structures say it by other means, or not at all")
}

// TestGeneratedRulesOfOtherCalendars asks of each day whether a rule means it.
func TestGeneratedRulesOfOtherCalendars(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 29))
	for _, name := range []string{"HEBREW", "ISLAMIC-CIVIL", "COPTIC", "INDIAN"} {
		of := scale.Of(name)
		for range 150 {
			r := recur.Rule{Scale: name, Freq: []recur.Freq{recur.Yearly, recur.Monthly, recur.Daily}[random.IntN(3)], Interval: 1 + random.IntN(3)}
			for range random.IntN(3) {
				r.ByMonth = append(r.ByMonth, 1+random.IntN(12))
			}
			if name == "HEBREW" && random.IntN(4) == 0 {
				r.ByMonth = append(r.ByMonth, 5+recur.LeapMonth)
			}
			r.ByMonthDay = []int{1 + random.IntN(30), -1 - random.IntN(30)}
			if random.IntN(2) == 0 {
				r.ByMonthDay = nil
				d := recur.Day{Weekday: recur.Weekday(1 + random.IntN(7))}
				if r.Freq == recur.Monthly || r.Freq == recur.Yearly && len(r.ByMonth) > 0 {
					d.N = []int{0, 1, 2, -1, 5}[random.IntN(5)]
				}
				r.ByDay = []recur.Day{d}
			}
			if r.Freq == recur.Yearly && len(r.ByMonth) == 0 && r.ByMonthDay != nil {
				r.ByMonth = []int{3} // without it, that of the start
			}
			first := civil.Days(1990+random.IntN(50), 1, 1) + random.IntN(365)
			start := civil.UTC(int64(first) * civil.Day)
			var got, want []string
			for i := range r.Between(start, time.Time{}, start.AddDate(0, 0, 9*365)) {
				got = append(got, i.Format(time.DateOnly))
			}
			origin := of.Year(of.YearOf(first))
			for day, n, last := first, 0, -1; day < first+9*365; day++ {
				y := of.Year(of.YearOf(day))
				i := y.Month(day)
				if last >= 0 && i != last {
					n++ // months since the start
				}
				last = i
				period := map[recur.Freq]int{recur.Yearly: y.Number - origin.Number, recur.Monthly: n, recur.Daily: day - first}[r.Freq]
				if period%r.Interval == 0 && meant(&r, y.Months[i], day) {
					want = append(want, civil.UTC(int64(day)*civil.Day).Format(time.DateOnly))
				}
			}
			require.Equal(t, want, got, "%s from %s", r.String(), start)
		}
	}
}

// meant tells whether a rule, apart from its frequency, means a day of a month.
func meant(r *recur.Rule, m scale.Month, day int) bool {
	number, pos, neg := m.Number, day-m.First+1, day-m.First-m.Days
	if m.Leap {
		number += recur.LeapMonth
	}
	if len(r.ByMonth) > 0 && !slices.Contains(r.ByMonth, number) || r.ByMonthDay != nil && !slices.Contains(r.ByMonthDay, pos) && !slices.Contains(r.ByMonthDay, neg) {
		return false
	}
	return r.ByDay == nil || slices.ContainsFunc(r.ByDay, func(d recur.Day) bool {
		nth := d.N == 0 || d.N > 0 && (pos-1)/7+1 == d.N || d.N < 0 && (neg+1)/7-1 == d.N
		return d.Weekday.Time() == civil.Weekday(day) && nth
	})
}
