package civil_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/internal/civil"
)

func TestDaysAreThoseOfTheCalendar(t *testing.T) {
	for d := civil.Days(1599, 12, 31); d < civil.Days(2401, 1, 2); d++ {
		y, m, day := civil.Date(d)
		want := time.Date(1970, 1, 1+d, 0, 0, 0, 0, time.UTC)
		require.Equal(t, [3]int{want.Year(), int(want.Month()), want.Day()}, [3]int{y, m, day})
		require.Equal(t, d, civil.Days(y, m, day))
		require.Equal(t, want.Weekday(), civil.Weekday(d))
		if day == 1 {
			require.Equal(t, want.AddDate(0, 1, -1).Day(), civil.MonthDays(y, m))
		}
	}
	require.Equal(t, civil.Days(2025, 1, 1), civil.Days(2024, 13, 1))
	require.Equal(t, civil.Days(2023, 12, 1), civil.Days(2024, 0, 1))
}

func TestClock(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	apia, err := time.LoadLocation("Pacific/Apia")
	require.NoError(t, err)
	for _, c := range []struct {
		promise    string
		loc        *time.Location
		local, utc string
		exists     bool
	}{
		{"winter", berlin, "2024-01-15T12:00:00", "2024-01-15T11:00:00", true},
		{"summer", berlin, "2024-07-15T12:00:00", "2024-07-15T10:00:00", true},
		{"just before the gap", berlin, "2024-03-31T01:59:59", "2024-03-31T00:59:59", true},
		{"in the gap counts from the offset before", berlin, "2024-03-31T02:30:00", "2024-03-31T01:30:00", false},
		{"just after the gap", berlin, "2024-03-31T03:00:00", "2024-03-31T01:00:00", true},
		{"shown twice is the first", berlin, "2024-10-27T02:30:00", "2024-10-27T00:30:00", true},
		{"end of what is shown twice", berlin, "2024-10-27T03:00:00", "2024-10-27T02:00:00", true},
		{"before it", berlin, "2024-10-27T01:59:59", "2024-10-26T23:59:59", true},
		{"beyond the table of changes", berlin, "2095-07-15T12:00:00", "2095-07-15T10:00:00", true},
		{"shown twice, far away", berlin, "2095-10-30T02:30:00", "2095-10-30T00:30:00", true},
		{"a whole day is missing", apia, "2011-12-30T12:00:00", "2011-12-30T22:00:00", false},
		{"the day after", apia, "2011-12-31T00:00:00", "2011-12-30T10:00:00", true},
		{"UTC has all", time.UTC, "2024-03-31T02:30:00", "2024-03-31T02:30:00", true},
	} {
		t.Run(c.promise, func(t *testing.T) {
			local, _ := time.Parse("2006-01-02T15:04:05", c.local)
			clock := civil.NewClock(c.loc)
			for range 2 { // the second time from what is remembered
				u, ok := clock.Unix(local.Unix())
				require.Equal(t, c.utc, time.Unix(u, 0).UTC().Format("2006-01-02T15:04:05"))
				require.Equal(t, c.exists, ok)
				clock.Unix(local.Unix() + 3*civil.Day)
			}
		})
	}
}

// What the clock shows at an instant is found again, or a first showing of the same.
func TestClockIsTheInverse(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Europe/Dublin", "Asia/Kathmandu"} {
		loc, err := time.LoadLocation(name)
		require.NoError(t, err)
		clock := civil.NewClock(loc)
		for u := int64(0); u < 100*365*civil.Day; u += 53*3600 + 1234 {
			sec := civil.Seconds(time.Unix(u, 0).In(loc))
			got, ok := clock.Unix(sec)
			require.True(t, ok)
			require.Equal(t, sec, civil.Seconds(time.Unix(got, 0).In(loc)), "%s %d", name, u)
			require.LessOrEqual(t, got, u)
		}
	}
}
