package recur

import (
	"fmt"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/recur/internal/scale"
	"github.com/okapi-mail/okapi/mapi"
)

// Check tells whether a rule says what the standard allows: nil, or the first *[Issue].
// Rules that break it can be expanded all the same: a part in the wrong place limits
// the instances, and a number in BYDAY counts only in months and years.
func (r *Rule) Check() error {
	if r.Freq < Secondly || r.Freq > Yearly {
		return &Issue{Part: "FREQ", Detail: "is missing"}
	}
	for _, l := range []struct {
		part   string
		list   []int
		lo, hi int
	}{
		{"BYSECOND", r.BySecond, 0, 60}, {"BYMINUTE", r.ByMinute, 0, 59}, {"BYHOUR", r.ByHour, 0, 23},
		{"BYMONTHDAY", r.ByMonthDay, -31, 31}, {"BYYEARDAY", r.ByYearDay, -366, 366},
		{"BYWEEKNO", r.ByWeekNo, -53, 53}, {"BYSETPOS", r.BySetPos, -366, 366},
	} {
		for _, n := range l.list {
			if n < l.lo || n > l.hi || n == 0 && l.lo < 0 {
				return &Issue{Part: l.part, Detail: fmt.Sprintf("out of range: %d", n)}
			}
		}
	}
	if r.Interval < 0 || r.Count < 0 {
		return &Issue{Part: "INTERVAL", Detail: "negative"}
	}
	if list := r.issues(); len(list) > 0 {
		return &list[0]
	}
	return nil
}

// issues are the rules of RFC 5545, 3.3.10 and RFC 7529 about parts together.
func (r *Rule) issues() (list []Issue) {
	add := func(part, detail string) { list = append(list, Issue{Part: part, Detail: detail}) }
	if r.Count > 0 && !r.Until.IsZero() {
		add("COUNT", "together with UNTIL")
	}
	if len(r.ByYearDay) > 0 && (r.Freq == Daily || r.Freq == Weekly || r.Freq == Monthly) {
		add("BYYEARDAY", "with "+r.Freq.String())
	}
	if len(r.ByMonthDay) > 0 && r.Freq == Weekly {
		add("BYMONTHDAY", "with WEEKLY")
	}
	if len(r.ByWeekNo) > 0 && r.Freq != Yearly {
		add("BYWEEKNO", "with "+r.Freq.String())
	}
	numbered := slices.ContainsFunc(r.ByDay, func(d Day) bool { return d.N != 0 })
	if numbered && (r.Freq != Monthly && r.Freq != Yearly || len(r.ByWeekNo) > 0) {
		add("BYDAY", "numbers count in months and years only")
	}
	if len(r.BySetPos) > 0 && !r.hasBy() {
		add("BYSETPOS", "without another BY part")
	}
	if r.Skip != Omit && r.Scale == "" {
		add("SKIP", "without RSCALE")
	}
	if slices.ContainsFunc(r.ByMonth, func(m int) bool { return m > LeapMonth }) && r.gregorian() {
		add("BYMONTH", "leap months without RSCALE")
	}
	return list
}

func (r *Rule) hasBy() bool {
	return len(r.BySecond)+len(r.ByMinute)+len(r.ByHour)+len(r.ByDay)+len(r.ByMonthDay)+
		len(r.ByYearDay)+len(r.ByWeekNo)+len(r.ByMonth) > 0
}

// gregorian tells whether the months of a rule are those of the Gregorian calendar. Some
// calendars only count its years from another one.
func (r *Rule) gregorian() bool {
	switch strings.ToUpper(r.Scale) {
	case "", "GREGORIAN", "ISO8601", "BUDDHIST", "JAPANESE", "ROC":
		return true
	}
	return false
}

// CanExpand tells whether instances can be found: nil, or mapi.ErrNoSupport for a
// calendar that is not ruled by arithmetic (known are HEBREW, ISLAMIC-CIVIL,
// ISLAMIC-TBLA, COPTIC, ETHIOPIC, INDIAN, and those with the months of the Gregorian one)
// or weeks of the year in it, and mapi.ErrInvalidParameter for a rule without frequency.
// Such a rule has no instances.
func (r *Rule) CanExpand() error {
	if !r.gregorian() && (scale.Of(strings.ToUpper(r.Scale)) == nil || len(r.ByWeekNo) > 0) {
		return fmt.Errorf("recurrence rule: %w: RSCALE=%s", mapi.ErrNoSupport, r.Scale)
	}
	if r.Freq < Secondly || r.Freq > Yearly {
		return fmt.Errorf("recurrence rule: %w: no FREQ", mapi.ErrInvalidParameter)
	}
	return nil
}
