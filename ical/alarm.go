package ical

import (
	"strings"
	"time"

	"github.com/okapi-mail/okapi/props"
)

// defaultReminder is the delta that stands for "as the user has set"
// (MS-OXORMDR 2.2.1.3).
const defaultReminder = 0x5AE980E1

// alarm sets the reminder from the first alarm that says when. There is one
// reminder in MAPI; all alarms are kept.
func (it *item) alarm() {
	for _, c := range it.c.Children {
		if c.Name != "VALARM" {
			continue
		}
		p := c.Get("TRIGGER")
		if p == nil {
			continue
		}
		delta, ok := it.trigger(p)
		if !ok {
			if it.d.fresh {
				it.d.report(RuleValue, p.Offset, p.Value)
			}
			continue
		}
		it.remind(delta)
		return
	}
	props.PidLidReminderSet.Set(it.m, false)
}

// trigger is how many minutes before the start an alarm rings; after it, none.
func (it *item) trigger(p *Prop) (int32, bool) {
	base := it.start
	if it.kind == task && !it.end.IsZero() {
		base = it.end
	}
	var before time.Duration
	if d, ok := parseDuration(p.Value); ok { // also with VALUE=DATE-TIME (lesson 40)
		before = -d
		if strings.EqualFold(p.Param("RELATED"), "END") && !it.end.IsZero() && !base.IsZero() {
			before -= it.end.Sub(base)
		}
	} else if _, ok := parseMoment(p.Value); !ok || base.IsZero() {
		return 0, false
	} else if w, ok := it.d.read(p); ok {
		before = base.Sub(w.at)
	}
	return minutes(max(before, 0)), true
}

func (it *item) remind(delta int32) {
	m := it.m
	base := it.start
	if it.kind == task && !it.end.IsZero() {
		base = it.end
	}
	props.PidLidReminderSet.Set(m, true)
	props.PidLidReminderDelta.Set(m, delta)
	if !base.IsZero() {
		props.PidLidReminderTime.Set(m, base)
		props.PidLidReminderSignalTime.Set(m, base.Add(-time.Duration(delta)*time.Minute))
	}
}

// reminderMinutes is the delta of a message with the default resolved: 15 minutes,
// or 18 hours for whole days.
func reminderMinutes(delta int32, allDay bool) int32 {
	switch {
	case delta != defaultReminder:
		return delta
	case allDay:
		return 18 * 60
	}
	return 15
}
