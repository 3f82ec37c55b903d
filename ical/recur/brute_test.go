package recur_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/teambition/rrule-go"

	"github.com/okapi-mail/okapi/ical/recur"
)

// The walker in this file finds instances by asking of each day, hour, minute or second
// whether RFC 5545 means it. It shares no code with the package, and no idea.
type brute struct {
	r     recur.Rule
	start time.Time // the clock, as UTC
	known *almanac
}

// An almanac remembers what was found out about the calendar.
type almanac struct {
	weeks map[[2]int64][2]int // first day of the week, day → year, number
	days  map[[3]int][]int    // year, month or 0, weekday → days of the year
}

func (b *brute) in(list []int, n int) bool { return slices.Contains(list, n) }

func (b *brute) wkst() time.Weekday {
	if b.r.WeekStart == 0 {
		return time.Monday
	}
	return b.r.WeekStart.Time()
}

func (b *brute) week(d time.Time) time.Time {
	for d.Weekday() != b.wkst() {
		d = d.AddDate(0, 0, -1)
	}
	return d
}

// weekYear is the year that has most days of a week, and the number of the week in it.
func (b *brute) weekYear(d time.Time) (year, number int) {
	key := [2]int64{int64(b.wkst()), d.Unix()}
	if v, ok := b.known.weeks[key]; ok {
		return v[0], v[1]
	}
	defer func() { b.known.weeks[key] = [2]int{year, number} }()
	days := map[int]int{}
	w := b.week(d)
	for i := range 7 {
		days[w.AddDate(0, 0, i).Year()]++
	}
	for y, n := range days {
		if n >= 4 {
			year = y
		}
	}
	for number = 1; ; number++ {
		w = w.AddDate(0, 0, -7)
		if n := w.AddDate(0, 0, 3).Year(); n != year { // the middle of a week decides
			return year, number
		}
	}
}

func (b *brute) dayMatches(d time.Time) bool {
	r := &b.r
	length := time.Date(d.Year(), d.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	ofYear := time.Date(d.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
	if len(r.ByMonth) > 0 && !b.in(r.ByMonth, int(d.Month())) {
		return false
	}
	if len(r.ByMonthDay) > 0 && !b.in(r.ByMonthDay, d.Day()) && !b.in(r.ByMonthDay, d.Day()-length-1) {
		return false
	}
	if len(r.ByYearDay) > 0 && !b.in(r.ByYearDay, d.YearDay()) && !b.in(r.ByYearDay, d.YearDay()-ofYear-1) {
		return false
	}
	if len(r.ByWeekNo) > 0 {
		y, n := b.weekYear(d)
		_, total := b.weekYear(time.Date(y, 12, 28, 0, 0, 0, 0, time.UTC))
		for i := 29; i <= 31; i++ {
			if yy, nn := b.weekYear(time.Date(y, 12, i, 0, 0, 0, 0, time.UTC)); yy == y {
				total = max(total, nn)
			}
		}
		if !b.in(r.ByWeekNo, n) && !b.in(r.ByWeekNo, n-total-1) {
			return false
		}
	}
	if len(r.ByDay) > 0 && !slices.ContainsFunc(r.ByDay, func(x recur.Day) bool { return b.weekday(d, x) }) {
		return false
	}
	return b.defaults(d)
}

func (b *brute) weekday(d time.Time, x recur.Day) bool {
	if d.Weekday() != x.Weekday.Time() {
		return false
	}
	month := b.r.Freq == recur.Monthly || b.r.Freq == recur.Yearly && len(b.r.ByMonth) > 0
	if x.N == 0 || b.r.Freq != recur.Yearly && b.r.Freq != recur.Monthly || len(b.r.ByWeekNo) > 0 && b.r.Freq == recur.Yearly {
		return true
	}
	key := [3]int{d.Year(), 0, int(d.Weekday())}
	if month {
		key[1] = int(d.Month())
	}
	all, ok := b.known.days[key]
	if !ok {
		for i := time.Date(d.Year(), 1, 1, 0, 0, 0, 0, time.UTC); i.Year() == d.Year(); i = i.AddDate(0, 0, 1) {
			if i.Weekday() == d.Weekday() && (!month || i.Month() == d.Month()) {
				all = append(all, i.YearDay())
			}
		}
		b.known.days[key] = all
	}
	n := x.N - 1
	if x.N < 0 {
		n = len(all) + x.N
	}
	return n >= 0 && n < len(all) && all[n] == d.YearDay()
}

func (b *brute) defaults(d time.Time) bool {
	r := &b.r
	if len(r.ByDay) > 0 || len(r.ByYearDay) > 0 {
		return true
	}
	switch {
	case r.Freq == recur.Weekly, r.Freq == recur.Yearly && len(r.ByWeekNo) > 0:
		return len(r.ByMonthDay) > 0 || d.Weekday() == b.start.Weekday()
	case r.Freq == recur.Monthly:
		return len(r.ByMonthDay) > 0 || d.Day() == b.start.Day()
	case r.Freq == recur.Yearly:
		return (len(r.ByMonthDay) > 0 || d.Day() == b.start.Day()) && (len(r.ByMonth) > 0 || d.Month() == b.start.Month())
	}
	return true
}

// period is the number of the period of a day.
func (b *brute) period(d time.Time) int {
	switch b.r.Freq {
	case recur.Yearly:
		if len(b.r.ByWeekNo) > 0 {
			y, _ := b.weekYear(d)
			return y
		}
		return d.Year()
	case recur.Monthly:
		return d.Year()*12 + int(d.Month())
	case recur.Weekly:
		return int(b.week(d).Unix() / 86400 / 7)
	}
	return int(d.Unix() / 86400)
}

// list are the first instances on the clock, up to a horizon.
func (b *brute) list(n int, horizon time.Time) []time.Time {
	if b.r.Freq < recur.Daily {
		return b.short(n, horizon)
	}
	day := b.start.Truncate(24 * time.Hour)
	first := b.period(day)
	var out, set []time.Time
	last := first
	from := day.AddDate(-1, 0, -7)
	for d := from; d.Before(horizon.AddDate(1, 0, 7)) && len(out) < n; d = d.AddDate(0, 0, 1) {
		p := b.period(d)
		if p < first {
			continue
		}
		if p != last {
			out = b.flush(out, set)
			set, last = nil, p
		}
		if (p-first)%max(1, b.r.Interval) == 0 && b.dayMatches(d) {
			set = append(set, b.times(d)...)
		}
	}
	return b.cut(b.flush(out, set), n, horizon)
}

func (b *brute) times(d time.Time) (list []time.Time) {
	or := func(list []int, n int) []int {
		if len(list) == 0 {
			return []int{n}
		}
		return list
	}
	for _, h := range or(b.r.ByHour, b.start.Hour()) {
		for _, m := range or(b.r.ByMinute, b.start.Minute()) {
			for _, s := range or(b.r.BySecond, b.start.Second()) {
				list = append(list, d.Add(time.Duration(h)*time.Hour+time.Duration(m)*time.Minute+time.Duration(s)*time.Second))
			}
		}
	}
	return list
}

func (b *brute) flush(out, set []time.Time) []time.Time {
	slices.SortFunc(set, time.Time.Compare)
	set = slices.Compact(set)
	if len(b.r.BySetPos) > 0 {
		var some []time.Time
		for i := range set {
			if b.in(b.r.BySetPos, i+1) || b.in(b.r.BySetPos, i-len(set)) {
				some = append(some, set[i])
			}
		}
		set = some
	}
	for _, t := range set {
		if !t.Before(b.start) {
			out = append(out, t)
		}
	}
	return out
}

func (b *brute) cut(out []time.Time, n int, horizon time.Time) []time.Time {
	i := slices.IndexFunc(out, func(t time.Time) bool { return !t.Before(horizon) })
	if i >= 0 {
		out = out[:i]
	}
	return out[:min(n, len(out))]
}

// short goes by seconds through hours, minutes and seconds.
func (b *brute) short(n int, horizon time.Time) (out []time.Time) {
	unit := map[recur.Freq]time.Duration{recur.Hourly: time.Hour, recur.Minutely: time.Minute, recur.Secondly: time.Second}[b.r.Freq]
	ok := func(list []int, n int) bool { return len(list) == 0 || b.in(list, n) }
	for t := b.start.Truncate(unit); t.Before(horizon) && len(out) < n; t = t.Add(unit * time.Duration(max(1, b.r.Interval))) {
		if !ok(b.r.ByHour, t.Hour()) || b.r.Freq < recur.Hourly && !ok(b.r.ByMinute, t.Minute()) ||
			b.r.Freq < recur.Minutely && !ok(b.r.BySecond, t.Second()) || !b.dayMatches(t.Truncate(24*time.Hour)) {
			continue
		}
		c := *b
		if b.r.Freq <= recur.Hourly {
			c.r.ByHour = []int{t.Hour()}
		}
		if b.r.Freq <= recur.Minutely {
			c.r.ByMinute = []int{t.Minute()}
		}
		if b.r.Freq == recur.Secondly {
			c.r.BySecond = []int{t.Second()}
		}
		out = b.flush(out, c.times(t.Truncate(24*time.Hour)))
	}
	return b.cut(out, n, horizon)
}

// place puts clock times into a location, in its own way.
func place(list []time.Time, loc *time.Location, byHour bool) (out []time.Time) {
	for _, t := range list {
		var best time.Time
		exists := false
		for _, around := range []time.Duration{-30 * time.Hour, 30 * time.Hour} {
			_, off := t.Add(around).In(loc).Zone()
			at := t.Add(-time.Duration(off) * time.Second).In(loc)
			if at.Format(time.DateTime) == t.Format(time.DateTime) && (!exists || at.Before(best)) {
				best, exists = at, true
			}
		}
		if !exists {
			if byHour {
				continue
			}
			_, off := t.Add(-30 * time.Hour).In(loc).Zone()
			best = t.Add(-time.Duration(off) * time.Second).In(loc)
		}
		if len(out) == 0 || best.After(out[len(out)-1]) {
			out = append(out, best)
		}
	}
	return out
}

// randomRule makes a rule that has something to say.
func randomRule(rng *rand.Rand) recur.Rule {
	some := func(odds, most, lo, hi int) (list []int) {
		if rng.IntN(odds) > 0 {
			return nil
		}
		for range 1 + rng.IntN(most) {
			n := lo + rng.IntN(hi-lo+1)
			if n != 0 || lo == 0 {
				if !slices.Contains(list, n) {
					list = append(list, n)
				}
			}
		}
		return list
	}
	r := recur.Rule{Freq: recur.Freq(1 + rng.IntN(7))}
	if rng.IntN(8) > 0 {
		r.Freq = max(r.Freq, recur.Daily)
	}
	if rng.IntN(2) == 0 {
		r.Interval = 1 + rng.IntN(5)
	}
	r.ByMonth = some(3, 4, 1, 12)
	if r.Freq != recur.Weekly {
		r.ByMonthDay = some(4, 4, -31, 31)
	}
	if r.Freq == recur.Yearly {
		r.ByYearDay = some(6, 6, -366, 366)
		r.ByWeekNo = some(6, 4, -53, 53)
	}
	if rng.IntN(3) == 0 {
		for range 1 + rng.IntN(4) {
			d := recur.Day{Weekday: recur.Weekday(1 + rng.IntN(7))}
			if rng.IntN(2) == 0 && (r.Freq == recur.Monthly || r.Freq == recur.Yearly && len(r.ByWeekNo) == 0) {
				d.N = []int{1, 2, 3, 4, 5, -1, -2}[rng.IntN(7)]
			}
			if !slices.Contains(r.ByDay, d) {
				r.ByDay = append(r.ByDay, d)
			}
		}
	}
	r.ByHour, r.ByMinute, r.BySecond = some(5, 3, 0, 23), some(5, 3, 0, 59), some(8, 2, 0, 59)
	if rng.IntN(5) == 0 && len(r.ByDay)+len(r.ByMonthDay)+len(r.ByYearDay)+len(r.ByMonth)+len(r.ByHour)+len(r.ByMinute) > 0 {
		r.BySetPos = some(1, 3, -4, 4)
	}
	if rng.IntN(3) == 0 {
		r.WeekStart = recur.Weekday(1 + rng.IntN(7))
	}
	return r
}

// A generated rule has the same instances for the package, the walker of this file and,
// where it is right, rrule-go; also when it is asked for a window, and from text.
func TestGeneratedRules(t *testing.T) {
	rules := 1_000
	if os.Getenv("OKAPI_LONG") != "" {
		rules = 100_000
	}
	var zones []*time.Location
	for _, n := range []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"} {
		loc, err := time.LoadLocation(n)
		require.NoError(t, err)
		zones = append(zones, loc)
	}
	rng := rand.New(rand.NewPCG(5545, 7529))
	instances, asked, empty := 0, 0, 0
	known := &almanac{map[[2]int64][2]int{}, map[[3]int][]int{}}
	for i := range rules {
		r := randomRule(rng)
		clock := time.Date(1997+rng.IntN(30), time.Month(1+rng.IntN(12)), 1+rng.IntN(31), rng.IntN(24), rng.IntN(60), rng.IntN(60), 0, time.UTC)
		years := 6
		if r.Freq < recur.Daily {
			years = 1
		}
		horizon := clock.AddDate(years, 0, 0)
		if r.Freq == recur.Secondly {
			horizon = clock.AddDate(0, 0, 2)
		}
		loc := zones[rng.IntN(len(zones))]
		count := 0
		if rng.IntN(4) == 0 {
			count = 1 + rng.IntN(20)
		}
		name := fmt.Sprintf("%d: %s COUNT=%d from %s in %s", i, &r, count, clock.Format(time.DateTime), loc)

		onClock := (&brute{r, clock, known}).list(40, horizon)
		want := place(onClock, loc, r.Freq < recur.Daily)
		if len(onClock) == 40 {
			want = want[:len(want)-1] // the clock may have had more
		}
		if count > 0 && len(want) >= count {
			r.Count, want = count, want[:count]
		}
		start := placeOne(clock, loc)
		if start.Format(time.DateTime) != clock.Format(time.DateTime) {
			continue // a start in a gap is another clock time
		}
		got := take(&r, start, len(want))
		require.Equal(t, texts(want), texts(got), name)
		if len(want) > 0 {
			window(t, &r, start, want, name)
		}
		reparsed, err := recur.ParseRule(r.String(), &recur.ParseOptions{Strict: true})
		require.NoError(t, err, name)
		require.Equal(t, r.String(), reparsed.String(), name)
		instances += len(want)
		if len(want) == 0 {
			empty++
		}
		if second, ok := secondOpinion(t, &r, clock, len(onClock)); ok && count == 0 {
			asked++
			require.Equal(t, texts(onClock), texts(second), "rrule-go: "+name)
		}
	}
	t.Logf("%d rules, %d instances, %d rules without; rrule-go was asked %d times", rules, instances, empty, asked)
}

func placeOne(t time.Time, loc *time.Location) time.Time {
	return place([]time.Time{t}, loc, false)[0]
}

func take(r *recur.Rule, start time.Time, n int) (list []time.Time) {
	if n == 0 {
		return nil // looking for nothing takes long
	}
	for at := range r.All(start) {
		if len(list) == n {
			break
		}
		list = append(list, at)
	}
	return list
}

// window asks for what is between two instances.
func window(t *testing.T, r *recur.Rule, start time.Time, want []time.Time, name string) {
	a, b := len(want)/3, len(want)-1
	var got []time.Time
	for at := range r.Between(start, want[a], want[b]) {
		got = append(got, at)
	}
	require.Equal(t, texts(want[a:b]), texts(got), "window of "+name)
}

func texts(list []time.Time) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = t.Format(time.RFC3339)
	}
	return out
}

// secondOpinion is rrule-go's, on a clock that is never changed. It differs by design
// where a year has BYMONTHDAY without BYMONTH, and where years of weeks are counted; it
// takes BYDAY=MO,1TU for days that are both, and counts positions in the first week
// from the start on.
func secondOpinion(t *testing.T, r *recur.Rule, start time.Time, n int) ([]time.Time, bool) {
	if r.Freq == recur.Yearly && (len(r.ByWeekNo) > 0 || len(r.ByMonthDay) > 0 && len(r.ByMonth) == 0) || r.Freq < recur.Daily || n == 0 ||
		r.Freq == recur.Weekly && len(r.BySetPos) > 0 {
		return nil, false
	}
	numbered := func(d recur.Day) bool { return d.N != 0 }
	plain := func(d recur.Day) bool { return d.N == 0 }
	if slices.ContainsFunc(r.ByDay, numbered) && slices.ContainsFunc(r.ByDay, plain) {
		return nil, false
	}
	c := *r
	c.Count = 0
	o, err := rrule.StrToROption(c.String())
	require.NoError(t, err)
	o.Dtstart, o.Count = start, n
	rr, err := rrule.NewRRule(*o)
	require.NoError(t, err, c.String())
	return rr.All(), true
}
