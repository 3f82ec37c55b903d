package scale

import "github.com/okapi-mail/okapi/ical/internal/civil"

// copticFrom is a calendar of twelve months of 30 days and a short one, with a leap day
// every four years, by its first day.
func copticFrom(epoch int) func(int) int {
	return func(year int) int { return fixed(epoch + 365*(year-1) + floor(year, 4)) }
}

func copticMonths(_, days int, add func(int)) {
	for range 12 {
		add(30)
	}
	add(days - 360)
}

// indianYear is the first of Chaitra of the national calendar, which follows the leap
// years of the Gregorian one.
func indianYear(year int) int {
	if civil.IsLeap(year + 78) {
		return civil.Days(year+78, 3, 21)
	}
	return civil.Days(year+78, 3, 22)
}

func indianMonths(_, days int, add func(int)) {
	add(30 + days - 365)
	for m := 2; m <= 12; m++ {
		if m <= 6 {
			add(31)
		} else {
			add(30)
		}
	}
}
