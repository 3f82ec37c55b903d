package ical

import (
	"strings"

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
