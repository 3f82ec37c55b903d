// Package freebusy says when people have time.
//
// [Of] takes the calendar objects of a person and a window, and gives the times that
// are not free: series are expanded, instances that were changed or deleted count as
// they are, and what overlaps is merged, the stronger status first. [Instances] and
// [Events] give what lies behind, [Merge] joins people, [Gaps] finds time for a meeting.
//
//	busy := freebusy.Of(slices.Values(calendar), monday, friday, nil)
//	fmt.Println(freebusy.Digits(busy, monday, friday, 30*time.Minute)) // 0000222200…
//
// Free/busy information travels in three forms: as a VFREEBUSY component (RFC 5545,
// 3.6.4; [Schedule]), as the properties of a published free/busy message (MS-OXOPFFB;
// [Publish] and [Published]), and as a string of digits ([Digits]).
package freebusy
