package scale

// hebrewYear is the first of Tishri.
func hebrewYear(year int) int {
	before, here, after := hebrewElapsed(year-1), hebrewElapsed(year), hebrewElapsed(year+1)
	correction := 0
	switch {
	case after-here == 356: // years are never that long
		correction = 2
	case here-before == 382:
		correction = 1
	}
	return fixed(-1373427 + here + correction)
}

// hebrewElapsed is the days from the first molad to the one of a year, put off where the
// year would begin on a Sunday, Wednesday or Friday.
func hebrewElapsed(year int) int {
	months := floor(235*year-234, 19)
	parts := 12084 + 13753*months
	day := 29*months + floor(parts, 25920)
	if mod(3*(day+1), 7) < 3 {
		day++
	}
	return day
}

func hebrewMonths(_, days int, add func(int)) {
	leap := days > 380
	heshvan, kislev := 29, 30
	switch days % 10 {
	case 5:
		heshvan = 30
	case 3:
		kislev = 29
	}
	for _, n := range []int{30, heshvan, kislev, 29, 30} {
		add(n)
	}
	if leap {
		add(30)
	}
	for _, n := range []int{29, 30, 29, 30, 29, 30, 29} {
		add(n)
	}
}
