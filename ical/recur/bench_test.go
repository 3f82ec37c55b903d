package recur_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/teambition/rrule-go"

	"github.com/okapi-mail/okapi/ical/recur"
)

// usual are rules that people have in calendars.
var usual = []string{
	"FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
	"FREQ=MONTHLY;BYMONTHDAY=15", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=4",
	"FREQ=YEARLY", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
}

// BenchmarkYearOfSeries finds all instances of 10,000 series in one year. The series
// began up to ten years before. rrule-go has the same rules in the same zone; it walks
// from the start and repeats an hour where clocks change.
func BenchmarkYearOfSeries(b *testing.B) {
	const series = 10_000
	berlin := location(b, "Europe/Berlin")
	from, to := time.Date(2025, 1, 1, 0, 0, 0, 0, berlin), time.Date(2026, 1, 1, 0, 0, 0, 0, berlin)
	start := func(i int) time.Time {
		return time.Date(2015+i%10, time.Month(1+i%12), 1+i%28, 8+i%10, 0, 0, 0, berlin)
	}
	for _, impl := range []string{"okapi", "rrule-go"} {
		var sets []recur.Set
		var others []*rrule.RRule
		for i := range series {
			text := usual[i%len(usual)]
			if impl == "okapi" {
				r, err := recur.ParseRule(text, nil)
				require.NoError(b, err)
				sets = append(sets, recur.Set{Start: start(i), Duration: time.Hour, NoStart: true, Rules: []recur.Rule{r}})
				continue
			}
			o, err := rrule.StrToROption(text)
			require.NoError(b, err)
			o.Dtstart = start(i)
			r, err := rrule.NewRRule(*o)
			require.NoError(b, err)
			others = append(others, r)
		}
		b.Run(fmt.Sprintf("impl=%s/series=%d", impl, series), func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n = 0
				for i := range sets {
					for range sets[i].Between(from, to) {
						n++
					}
				}
				for _, r := range others {
					n += len(r.Between(from, to, true))
				}
			}
			b.ReportMetric(float64(n), "instances")
		})
	}
}
