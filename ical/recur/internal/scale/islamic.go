package scale

// islamicFrom is the tabular calendar of 30 years with 11 leap days, by its first day.
func islamicFrom(epoch int) func(int) int {
	return func(year int) int { return fixed(epoch + 354*(year-1) + floor(3+11*year, 30)) }
}

func islamicMonths(_, days int, add func(int)) {
	for m := range 12 {
		n := 30 - m%2
		if m == 11 {
			n = 29 + days - 354
		}
		add(n)
	}
}
