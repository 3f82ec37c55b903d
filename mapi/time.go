package mapi

import (
	"math"
	"time"
)

// ticks between 1601-01-01, where FILETIME begins, and 1970-01-01, in 100 ns.
const unixEpochTicks = 116444736000000000

// NoDate is the FILETIME that Outlook writes for "no date" (in the year 4501).
const NoDate uint64 = 0x0CB34557A3DD4000

// FromFileTime turns a FILETIME (100-nanosecond ticks since 1601-01-01 UTC) into
// a time. The whole unsigned range maps, up to the year 60056.
func FromFileTime(ticks uint64) time.Time {
	sec := int64(ticks/1e7) - unixEpochTicks/1e7
	return time.Unix(sec, int64(ticks%1e7)*100).UTC()
}

// ToFileTime turns t into a FILETIME. Parts of a tick are cut off; times before
// 1601 become 0 and times after the year 60056 the largest value.
func ToFileTime(t time.Time) uint64 {
	const epoch = unixEpochTicks / 1e7
	sec := t.Unix()
	if sec < -epoch {
		return 0
	}
	s := uint64(sec + epoch)
	if s >= math.MaxUint64/10_000_000 && !t.Before(FromFileTime(math.MaxUint64)) {
		return math.MaxUint64
	}
	return s*1e7 + uint64(t.Nanosecond()/100)
}

// FloatingTime is days since 1899-12-30 with the time of day as fraction, in no
// particular zone (PtypFloatingTime).
type FloatingTime float64

// Currency is a decimal number with four digits after the point, scaled to an
// integer: 1.25 is 12500 (PtypCurrency).
type Currency int64
