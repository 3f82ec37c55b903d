package ical

import (
	"errors"
	"strings"

	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// task sets how far a task is. The three properties that say so agree: complete
// means complete (MS-OXOTASK 2.2.2.2.2, 2.2.2.2.3, 2.2.2.2.20).
func (it *item) task() {
	m := it.m
	status, percent := mapi.TaskStatusNotStarted, 0.0
	switch strings.ToUpper(strings.TrimSpace(it.c.Value("STATUS"))) {
	case "IN-PROCESS", "IN-PROGRESS":
		status = mapi.TaskStatusInProgress
	case "COMPLETED":
		status = mapi.TaskStatusComplete
	case "CANCELLED":
		status = mapi.TaskStatusDeferred
	}
	if n, ok := it.number("PERCENT-COMPLETE"); ok {
		percent = float64(min(max(n, 0), 100)) / 100
	}
	done, completed := it.point("COMPLETED")
	said := it.c.Get("STATUS") != nil
	switch {
	case status == mapi.TaskStatusComplete, !said && (completed || percent == 1):
		status, percent = mapi.TaskStatusComplete, 1
	case !said && percent > 0:
		status = mapi.TaskStatusInProgress
	}
	complete := status == mapi.TaskStatusComplete
	if complete && completed {
		props.PidLidTaskDateCompleted.Set(m, midnight(done.local(it.d.zones.fallback)))
	} else if !complete {
		percent = min(percent, 0.99)
	}
	props.PidLidTaskStatus.Set(m, status)
	props.PidLidPercentComplete.Set(m, percent)
	props.PidLidTaskComplete.Set(m, complete)
	props.PidLidTaskFRecurring.Set(m, false)
	props.PidLidTaskMode.Set(m, 0)
	props.PidLidTaskVersion.Set(m, 1)
	props.PidLidSideEffects.Set(m, mapi.SideEffectOpenToDelete|mapi.SideEffectCoerceToInbox|mapi.SideEffectOpenToCopy|
		mapi.SideEffectOpenToMove|mapi.SideEffectOpenForContextMenu)
	props.PidTagIconIndex.Set(m, 0x500)
}

// taskPattern sets how a task recurs: on days, not at times (MS-OXOTASK 2.2.2.2.15).
// What its structure cannot say is only among the kept lines.
func (it *item) taskPattern() {
	start, ok := props.PidLidTaskStartDate.Get(it.m)
	if !ok {
		if start, ok = props.PidLidTaskDueDate.Get(it.m); !ok {
			return
		}
	}
	set, err := it.set(nil)
	set.Start, set.AllDay, set.Duration = start.UTC(), true, 0
	p, err2 := recur.NewPattern(&set, &recur.PatternOptions{Approximate: true})
	if err = errors.Join(err, err2); err != nil {
		if it.d.fresh {
			it.d.report(RuleRecurrence, it.c.offset, err.Error())
		}
		return
	}
	props.PidLidTaskRecurrence.Set(it.m, p.Bytes())
	props.PidLidTaskFRecurring.Set(it.m, true)
}

// taskRule writes how a task recurs.
func (k *maker) taskRule() {
	b, _ := props.PidLidTaskRecurrence.Get(k.m)
	if len(b) == 0 {
		return
	}
	p, err := recur.ParsePattern(b)
	if err == nil {
		var rule recur.Rule
		if rule, err = p.Rule(); err == nil {
			k.c.Add("RRULE", rule.String())
			return
		}
	}
	k.e.report(RuleRecurrence, err.Error())
}
