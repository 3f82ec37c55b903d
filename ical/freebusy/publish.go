package freebusy

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A published names the two properties that hold one status (MS-OXOPFFB 2.2.1.2).
type published struct {
	months props.Key[[]int32]
	blocks props.Key[[][]byte]
	holds  func(mapi.BusyStatus) bool
	status mapi.BusyStatus
}

func publishedStatuses() []published {
	only := func(want mapi.BusyStatus) func(mapi.BusyStatus) bool {
		return func(s mapi.BusyStatus) bool { return s == want }
	}
	return []published{
		{props.PidTagScheduleInfoMonthsTentative, props.PidTagScheduleInfoFreeBusyTentative, only(mapi.BusyStatusTentative), mapi.BusyStatusTentative},
		{props.PidTagScheduleInfoMonthsBusy, props.PidTagScheduleInfoFreeBusyBusy, only(mapi.BusyStatusBusy), mapi.BusyStatusBusy},
		{props.PidTagScheduleInfoMonthsAway, props.PidTagScheduleInfoFreeBusyAway, only(mapi.BusyStatusOutOfOffice), mapi.BusyStatusOutOfOffice},
		{
			props.PidTagScheduleInfoMonthsMerged, props.PidTagScheduleInfoFreeBusyMerged,
			func(s mapi.BusyStatus) bool { return s == mapi.BusyStatusBusy || s == mapi.BusyStatusOutOfOffice }, mapi.BusyStatusBusy,
		},
	}
}

// Publish writes what is not free in a window to a free/busy message (MS-OXOPFFB
// 2.2.1.2), and when that was. Intervals are those of one calendar and may overlap:
// each status is written for itself, so give the instances of [Events] to show a
// tentative meeting below a busy one. Who works elsewhere is free. Blocks are whole
// minutes; what is shorter counts as one.
func Publish(m mapi.Setter, list []Interval, from, to, now time.Time) {
	props.PidTagFreeBusyPublishStart.Set(m, since1601(from))
	props.PidTagFreeBusyPublishEnd.Set(m, since1601(to))
	props.PidTagFreeBusyRangeTimestamp.Set(m, now.UTC())
	for _, p := range publishedStatuses() {
		var own []Interval
		for _, i := range Clip(list, from, to) {
			if p.holds(i.Status) {
				i.Start = i.Start.UTC().Truncate(time.Minute)
				i.End = i.End.UTC().Add(time.Minute - 1).Truncate(time.Minute)
				i.Status = mapi.BusyStatusBusy
				own = append(own, i)
			}
		}
		months, blocks := byMonth(Merge(own))
		if len(months) == 0 {
			p.months.Delete(m)
			p.blocks.Delete(m)
			continue
		}
		p.months.Set(m, months)
		p.blocks.Set(m, blocks)
	}
}

// byMonth cuts intervals at the ends of months in UTC.
func byMonth(list []Interval) (months []int32, blocks [][]byte) {
	for _, i := range list {
		for start := i.Start; start.Before(i.End); {
			first := time.Date(start.Year(), start.Month(), 1, 0, 0, 0, 0, time.UTC)
			next := first.AddDate(0, 1, 0)
			end := i.End
			if end.After(next) {
				end = next
			}
			month := int32(start.Year())*16 + int32(start.Month())
			if n := len(months); n == 0 || months[n-1] != month {
				months, blocks = append(months, month), append(blocks, nil)
			}
			last := &blocks[len(blocks)-1]
			*last = binary.LittleEndian.AppendUint16(*last, uint16(start.Sub(first)/time.Minute))
			*last = binary.LittleEndian.AppendUint16(*last, uint16(end.Sub(first)/time.Minute))
			start = end
		}
	}
	return months, blocks
}

// maxBlocks bounds what is read of a status.
const maxBlocks = 1 << 20

// Published reads a free/busy message: what is not free, merged, and the window in
// which that is known. Where only the merged blocks were published, they are busy. It
// is mapi.ErrNotFound when there is no window; and mapi.ErrCorruptData, with what could
// be read, when months and blocks do not fit together.
func Published(m mapi.Getter) (list []Interval, from, to time.Time, err error) {
	start, ok := props.PidTagFreeBusyPublishStart.Get(m)
	end, also := props.PidTagFreeBusyPublishEnd.Get(m)
	if !ok || !also {
		return nil, from, to, fmt.Errorf("freebusy.Published: %w", mapi.ErrNotFound)
	}
	from, to = from1601(start), from1601(end)
	for _, p := range publishedStatuses() {
		blocks := p.blocks.Or(m, nil)
		months := p.months.Or(m, nil)
		if len(blocks) != len(months) {
			err = fmt.Errorf("freebusy.Published: %v: %w", p.blocks, mapi.ErrCorruptData)
		}
		for k := range min(len(blocks), len(months)) {
			first := time.Date(int(months[k]>>4), time.Month(months[k]&15), 1, 0, 0, 0, 0, time.UTC)
			if months[k] < 1601<<4 || months[k] > 9999<<4|12 || months[k]&15 == 0 || months[k]&15 > 12 || len(blocks[k])%4 != 0 {
				err = fmt.Errorf("freebusy.Published: %v: %w", p.blocks, mapi.ErrCorruptData)
				continue
			}
			for b := blocks[k]; len(b) >= 4 && len(list) < maxBlocks; b = b[4:] {
				list = append(list, Interval{
					first.Add(time.Duration(binary.LittleEndian.Uint16(b)) * time.Minute),
					first.Add(time.Duration(binary.LittleEndian.Uint16(b[2:])) * time.Minute),
					p.status,
				})
			}
		}
	}
	return Merge(list), from, to, err
}

func epoch1601() time.Time { return time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC) }

func since1601(t time.Time) int32 {
	m := (t.Unix() - epoch1601().Unix()) / 60
	return int32(max(0, min(m, 1<<31-1)))
}

func from1601(m int32) time.Time { return time.Unix(epoch1601().Unix()+int64(m)*60, 0).UTC() }
