package recur

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/okapi-mail/okapi/ical/internal/civil"
)

// exceptions fills in what is deleted, and what was changed.
func (b *builder) exceptions() error {
	s, p := b.s, &b.a.Pattern
	overrides, err := b.withDates()
	if err != nil {
		return err
	}
	deleted := map[Minutes]bool{}
	for _, x := range s.Except {
		for _, at := range b.matching(x) {
			deleted[minutesOf(at).midnight()] = true
		}
	}
	for _, o := range overrides {
		if o.ThisAndFuture {
			return no("RECURRENCE-ID", "RANGE=THISANDFUTURE")
		}
		original := b.civil(o.Original)
		if list := b.matching(Exclusion{Time: o.Original}); len(list) == 0 {
			return no("RECURRENCE-ID", "%s is no instance", civil.UTC(original).Format("20060102T150405"))
		}
		day := minutesOf(original).midnight()
		deleted[day] = true
		if o.Cancelled {
			continue
		}
		start, end := b.civil(o.Start), b.civil(o.End)
		e := Exception{Start: minutesOf(start), End: minutesOf(max(start, end)), Original: minutesOf(original)}
		e.Wide = Wide{Highlight: make([]byte, 4), Start: e.Start, End: e.End, Original: e.Original}
		b.a.Exceptions = append(b.a.Exceptions, e)
		p.Modified = append(p.Modified, e.Start.midnight())
	}
	for d := range deleted {
		p.Deleted = append(p.Deleted, d)
	}
	slices.Sort(p.Deleted)
	slices.Sort(p.Modified)
	slices.SortStableFunc(b.a.Exceptions, func(x, y Exception) int { return cmp.Compare(x.Start, y.Start) })
	if b.opts.Approximate {
		return nil
	}
	return b.stayInPlace(deleted)
}

// civil is what the clock of the series shows at an instant; dates are as they are.
func (b *builder) civil(t time.Time) int64 {
	if b.s.AllDay {
		return civil.FloorDiv(civil.Seconds(t), civil.Day) * civil.Day
	}
	return civil.Seconds(t.In(b.clock.Location()))
}

// matching are the instances of the rule that an exclusion is about, on the clock.
func (b *builder) matching(x Exclusion) (list []int64) {
	sec := b.civil(x.Time)
	day := civil.FloorDiv(sec, civil.Day)
	if x.Date {
		day = civil.FloorDiv(civil.Seconds(x.Time), civil.Day)
	}
	for _, at := range b.around(day*civil.Day, (day+1)*civil.Day) {
		if x.Date || b.s.AllDay || at == sec || b.shown(at) == sec {
			list = append(list, at)
		}
	}
	return list
}

// shown is what the clock shows for an instance; another time where it is in a gap.
func (b *builder) shown(sec int64) int64 {
	u, _ := b.clock.Unix(sec)
	return civil.Seconds(time.Unix(u, 0).In(b.clock.Location()))
}

// around are the instances of the rule in a part of the clock.
func (b *builder) around(from, to int64) (list []int64) {
	w := newWalker(&b.rule, b.s.Start)
	w.seek(from)
	for {
		_, sec, ok := w.next()
		if !ok || sec >= to {
			return list
		}
		if sec >= from {
			list = append(list, sec)
		}
	}
}

// withDates are the overrides, and one for each date beside the rule: the instance of
// an exclusion, the nearest one, that was moved there.
func (b *builder) withDates() ([]Override, error) {
	s := b.s
	list := slices.Clone(s.Overrides)
	used := make([]bool, len(s.Except))
	for _, d := range s.Dates {
		if len(b.matching(Exclusion{Time: d.Start})) > 0 && d.End.IsZero() {
			continue // the rule has it
		}
		best, least := -1, int64(math.MaxInt64)
		for i, x := range s.Except {
			away := b.civil(d.Start) - b.civil(x.Time)
			if away = max(away, -away); !used[i] && away < least && !x.Date && len(b.matching(x)) == 1 {
				best, least = i, away
			}
		}
		if best < 0 {
			return nil, no("RDATE", "%s is beside the rule", d.Start.Format("20060102T150405"))
		}
		used[best] = true
		end := d.End
		if end.IsZero() {
			end = d.Start.Add(s.Duration)
		}
		list = append(list, Override{Original: s.Except[best].Time, Start: d.Start, End: end})
	}
	return list, nil
}

// stayInPlace checks that no exception is on the day of another instance, or beyond it.
func (b *builder) stayInPlace(deleted map[Minutes]bool) error {
	seen := map[Minutes]bool{}
	for _, e := range b.a.Exceptions {
		day, was := e.Start.midnight(), e.Original.midnight()
		if seen[day] {
			return no("RECURRENCE-ID", "two instances on %s", day.Time().Format("20060102"))
		}
		seen[day] = true
		if day == was {
			continue
		}
		lo, hi := min(day, was), max(day, was)
		if hi-lo > 3660*24*60 {
			return no("RECURRENCE-ID", "moved by more than ten years")
		}
		for _, at := range b.around(lo.seconds(), hi.seconds()+civil.Day) {
			if m := minutesOf(at).midnight(); m != was && !deleted[m] {
				return no("RECURRENCE-ID", "moved to %s, across or to another instance", day.Time().Format("20060102"))
			}
		}
	}
	return nil
}
