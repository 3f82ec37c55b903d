package recur

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/okapi-mail/okapi/ical/internal/civil"
)

// A Set is a series: what RFC 5545, 3.8.5 says about one component, and the components
// with a RECURRENCE-ID that belong to it. It happens on the clock of the location of
// Start; times in other locations are instants.
type Set struct {
	Start    time.Time     // DTSTART, the first instance
	Duration time.Duration // of every instance

	// AllDay: Start and the other times are dates: their clock counts, not the instant,
	// and Duration is rounded to days of the clock.
	AllDay bool

	// Nominal: an instance ends when the clock shows Duration more than at its start, as
	// in MAPI and with DURATION. Otherwise all last equally long, as with DTEND (RFC 5545,
	// 3.8.5.3). It matters in nights in which clocks are changed.
	Nominal bool

	// NoStart leaves Start out where no rule has it as an instance. The standard calls
	// such series undefined; Outlook and libical leave it out, others do not.
	NoStart bool

	Rules   []Rule      // RRULE
	ExRules []Rule      // EXRULE of RFC 2445
	Dates   []Span      // RDATE
	Except  []Exclusion // EXDATE

	Overrides []Override
}

// A Span is a value of RDATE. Without End it lasts as long as the other instances.
type Span struct{ Start, End time.Time }

// An Exclusion is a value of EXDATE: the instance at a time, or all of a Date.
type Exclusion struct {
	Time time.Time
	Date bool
}

// An Override is a component with a RECURRENCE-ID.
type Override struct {
	Original      time.Time // RECURRENCE-ID
	ThisAndFuture bool      // RANGE=THISANDFUTURE: all later ones move and last alike
	Start, End    time.Time
	Cancelled     bool // there is no such instance any more
}

// An Instance is one time that a series happens.
type Instance struct {
	Start, End time.Time
	Original   time.Time // when it would have begun: its RECURRENCE-ID

	// Override is the index in Set.Overrides of what changed it, or -1.
	Override int
}

// All gives all instances by start. Endless series are endless up to the year 9999.
func (s *Set) All() iter.Seq[Instance] { return s.Between(time.Time{}, time.Time{}) }

// Between gives, by start, the instances that end after from and begin before to; one
// without length also when it is at from. A zero time is no bound. The work is bounded
// by the instances in the window and, for rules that have to be counted, before it.
func (s *Set) Between(from, to time.Time) iter.Seq[Instance] {
	return func(yield func(Instance) bool) {
		lo, hi := bounds(from, to)
		r := s.run(lo, hi)
		for {
			i, ok := r.next()
			if !ok || !yield(i) {
				return
			}
		}
	}
}

// length is the duration in seconds. A day on which clocks are changed is a day too.
func (s *Set) length() int64 {
	if s.AllDay {
		return int64(s.Duration.Round(24*time.Hour) / time.Second)
	}
	return int64(s.Duration / time.Second)
}

// A shift is what an Override with ThisAndFuture does to instances from an original
// one on.
type shift struct {
	from     int64 // the original start, on the clock
	by       int64 // seconds on the clock
	duration int64
	index    int
}

// A run goes through a window of a series. Instances that were moved are not in the
// order of their rules: they wait in a list until no earlier one can come.
type run struct {
	s       *Set
	clock   *civil.Clock
	merge   merge
	lo, hi  int64
	length  int64
	shifts  []shift
	changed map[int64]int   // original instant → override
	gone    map[int64]bool  // EXDATE
	days    map[int64]bool  // EXDATE;VALUE=DATE
	spans   map[int64]int64 // RDATE with an end of its own
	exclude merge
	early   int64   // by how much an instance can come before its original
	changes []moved // overrides of single instances that are still to come
	waiting []moved // other instances
	room    []moved // where they begin, for as long as none waits
	ended   bool
}

type moved struct {
	start, end int64 // instants
	original   int64
	override   int
}

func (s *Set) run(lo, hi int64) *run {
	r := &run{s: s, clock: civil.NewClock(s.Start.Location()), lo: lo, hi: hi, length: s.length(),
		room: make([]moved, 0, 8)}
	r.waiting = r.room
	longest := r.prepare()
	begin := lo
	if lo != math.MinInt64 {
		begin = lo - longest - 2*civil.Day
	}
	r.merge = r.sources(s.Rules, begin)
	r.exclude = r.sources(s.ExRules, begin)
	var dates []int64
	for _, d := range s.Dates {
		dates = append(dates, r.unix(d.Start))
	}
	if !s.NoStart || len(s.Rules) == 0 {
		dates = append(dates, r.unix(s.Start))
	}
	slices.Sort(dates)
	r.merge.add(&fixed{list: slices.Compact(dates)})
	return r
}

// unix is the instant of a time, by its clock when the series is of days.
func (r *run) unix(t time.Time) int64 {
	if r.s.AllDay {
		sec := civil.FloorDiv(civil.Seconds(t), civil.Day) * civil.Day
		u, _ := r.clock.Unix(sec)
		return u
	}
	return t.Unix()
}

// civil is what the clock of the series shows.
func (r *run) civil(unix int64) int64 {
	return civil.Seconds(time.Unix(unix, 0).In(r.clock.Location()))
}

// prepare reads exclusions and overrides. It returns by how much an instance in the
// window can be after its original, with its length.
func (r *run) prepare() (longest int64) {
	r.maps()
	for _, x := range r.s.Except {
		if x.Date && !r.s.AllDay {
			r.days[civil.FloorDiv(civil.Seconds(x.Time), civil.Day)] = true
		} else {
			r.gone[r.unix(x.Time)] = true
		}
	}
	longest = r.length
	for _, d := range r.s.Dates {
		if !d.End.IsZero() {
			r.spans[r.unix(d.Start)] = r.unix(d.End)
			longest = max(longest, r.unix(d.End)-r.unix(d.Start))
		}
	}
	for i, o := range r.s.Overrides {
		original := r.unix(o.Original)
		if o.ThisAndFuture && !o.Cancelled {
			sh := shift{from: r.civil(original), index: i}
			sh.by = r.civil(r.unix(o.Start)) - sh.from
			sh.duration = max(0, r.span(o))
			r.shifts = append(r.shifts, sh)
			longest = max(longest, sh.duration+max(0, sh.by))
			r.early = max(r.early, -sh.by)
			continue
		}
		r.changed[original] = i
		if o.ThisAndFuture {
			r.hi = min(r.hi, original) // cancelled from there on
		}
		if !o.Cancelled {
			r.changes = append(r.changes, moved{r.unix(o.Start), max(r.unix(o.Start), r.unix(o.End)), original, i})
		}
	}
	slices.SortFunc(r.changes, moved.compare)
	slices.SortFunc(r.shifts, func(a, b shift) int { return cmp.Compare(a.from, b.from) })
	return longest
}

// maps makes those that something goes into.
func (r *run) maps() {
	if len(r.s.Except) > 0 {
		r.gone, r.days = map[int64]bool{}, map[int64]bool{}
	}
	if len(r.s.Dates) > 0 {
		r.spans = map[int64]int64{}
	}
	if len(r.s.Overrides) > 0 {
		r.changed = map[int64]int{}
	}
}

// span is how long an override lasts: on the clock for a series of days.
func (r *run) span(o Override) int64 {
	if r.s.AllDay {
		return r.civil(r.unix(o.End)) - r.civil(r.unix(o.Start))
	}
	return r.unix(o.End) - r.unix(o.Start)
}

func (r *run) sources(rules []Rule, begin int64) (m merge) {
	for i := range rules {
		rule := rules[i]
		if r.s.AllDay {
			rule = rule.AllDay()
		}
		w := newWalker(&rule, r.s.Start)
		if begin != math.MinInt64 {
			w.seek(begin)
		}
		m.add(&ruleSource{w: w, begin: begin})
	}
	return m
}

// next is the next instance in the window.
func (r *run) next() (Instance, bool) {
	for {
		if !r.ended && r.mayComeEarlier() {
			r.take()
			continue
		}
		m, ok := r.first()
		if !ok {
			return Instance{}, false
		}
		if m.start >= r.hi {
			return Instance{}, false
		}
		if m.end > r.lo || m.start >= r.lo {
			loc := r.clock.Location()
			return Instance{time.Unix(m.start, 0).In(loc), time.Unix(m.end, 0).In(loc), time.Unix(m.original, 0).In(loc), m.override}, true
		}
	}
}

// first takes the first instance that waits.
func (r *run) first() (m moved, ok bool) {
	list := &r.waiting
	if len(r.waiting) == 0 || len(r.changes) > 0 && r.changes[0].compare(r.waiting[0]) < 0 {
		list = &r.changes
	}
	if len(*list) == 0 {
		return m, false
	}
	m = (*list)[0]
	if *list = (*list)[1:]; len(r.waiting) == 0 {
		r.waiting = r.room[:0]
	}
	return m, true
}

// mayComeEarlier tells whether an original that is still to come can become an instance
// before the first one that waits. A clock may be changed between the two.
func (r *run) mayComeEarlier() bool {
	head, ok := r.merge.peek()
	margin := r.early
	if margin > 0 {
		margin += civil.Day
	}
	if !ok || head-margin >= r.hi {
		r.ended = true
		return false
	}
	if len(r.waiting) > 0 {
		return head-margin <= r.waiting[0].start
	}
	return len(r.changes) == 0 || head-margin <= r.changes[0].start
}

// take takes the next original, and makes the instance of it that it became.
func (r *run) take() {
	original, _ := r.merge.pop()
	if r.gone[original] {
		return
	}
	if _, ok := r.changed[original]; ok {
		return // it waits already, or is cancelled
	}
	if len(r.days) > 0 && r.days[civil.FloorDiv(r.civil(original), civil.Day)] {
		return
	}
	for {
		x, ok := r.exclude.peek()
		if !ok || x > original {
			break
		}
		if x == original {
			return
		}
		r.exclude.pop()
	}
	r.wait(r.instance(original))
}

func (r *run) instance(original int64) moved {
	m := moved{start: original, original: original, override: -1}
	length := r.length
	if len(r.shifts) > 0 {
		sec := r.civil(original)
		for _, sh := range r.shifts {
			if sh.from <= sec {
				m.start, _ = r.clock.Unix(sec + sh.by)
				m.override, length = sh.index, sh.duration
			}
		}
	}
	m.end = m.start + length
	if r.s.AllDay || r.s.Nominal && m.override < 0 {
		m.end, _ = r.clock.Unix(r.civil(m.start) + length)
		m.end = max(m.end, m.start)
	}
	if end, ok := r.spans[original]; ok && m.override < 0 {
		m.end = max(m.start, end)
	}
	return m
}

func (r *run) wait(m moved) {
	i, _ := slices.BinarySearchFunc(r.waiting, m, moved.compare)
	r.waiting = slices.Insert(r.waiting, i, m)
}

func (m moved) compare(o moved) int {
	return cmp.Or(cmp.Compare(m.start, o.start), cmp.Compare(m.original, o.original))
}
