package recur

import (
	"time"

	"golang.org/x/text/encoding/charmap"

	"github.com/okapi-mail/okapi/ical/internal/civil"
)

// A Pattern is the structure RecurrencePattern (MS-OXOCAL 2.2.1.44.1), which is all of
// PidLidTaskRecurrence and the first part of PidLidAppointmentRecur. Its times are
// those on the clock where the series happens.
type Pattern struct {
	ReaderVersion, WriterVersion uint16 // 0x3004

	Frequency     Frequency
	Type          PatternType
	Calendar      CalendarType
	FirstDateTime uint32 // minutes: where periods begin, as a remainder
	Period        uint32 // minutes for PatternDay, weeks for PatternWeek, else months
	Sliding       uint32 // 1: a task that comes again some time after it was done

	Days uint32 // of PatternWeek and PatternMonthNth: bit 0 for Sunday
	Day  uint32 // of PatternMonth and PatternMonthEnd: the day of the month
	Nth  uint32 // of PatternMonthNth: 1 to 4, and 5 for the last

	End      EndType
	Count    uint32 // of instances; 10 when there is no end
	FirstDay uint32 // of the week, 0 for Sunday

	Deleted  []Minutes // midnights of instances that are deleted or changed
	Modified []Minutes // midnights to which instances were changed

	StartDate Minutes // midnight of the first instance
	EndDate   Minutes // midnight of the last one, or Never

	Tail []byte // what follows; nothing in PidLidTaskRecurrence
}

// Minutes is a date and time on a clock: minutes since 1601-01-01 00:00.
type Minutes uint32

// Never is the end date of a series without end.
const Never Minutes = 0x5AE980DF

// Time is the clock's date and time as a time in UTC.
func (m Minutes) Time() time.Time { return civil.UTC(m.seconds()) }

func (m Minutes) seconds() int64 { return epoch1601 + int64(m)*60 }

// MinutesOf is what the clock of t shows. Times before 1601 are 0, those after what the
// structure can say are [Never].
func MinutesOf(t time.Time) Minutes { return minutesOf(civil.Seconds(t)) }

func minutesOf(sec int64) Minutes {
	return Minutes(min(max(civil.FloorDiv(sec-epoch1601, 60), 0), int64(Never)))
}

// midnight is the beginning of the day.
func (m Minutes) midnight() Minutes { return m - m%(24*60) }

const epoch1601 = -11644473600

// Frequency is RecurFrequency.
type Frequency uint16

const (
	FrequencyDaily   Frequency = 0x200A // IDC_RCEV_PAT_ORB_DAILY
	FrequencyWeekly  Frequency = 0x200B // IDC_RCEV_PAT_ORB_WEEKLY
	FrequencyMonthly Frequency = 0x200C // IDC_RCEV_PAT_ORB_MONTHLY
	FrequencyYearly  Frequency = 0x200D // IDC_RCEV_PAT_ORB_YEARLY
)

// PatternType says which fields of a [Pattern] count.
type PatternType uint16

const (
	PatternDay        PatternType = 0x0
	PatternWeek       PatternType = 0x1
	PatternMonth      PatternType = 0x2
	PatternMonthNth   PatternType = 0x3
	PatternMonthEnd   PatternType = 0x4
	PatternHjMonth    PatternType = 0xA // of the Hijri calendar
	PatternHjMonthNth PatternType = 0xB
	PatternHjMonthEnd PatternType = 0xC
)

// CalendarType is the calendar of a pattern (MS-OXOCAL 2.2.1.44.1).
type CalendarType uint16

const (
	CalendarDefault     CalendarType = 0x0 // Gregorian
	CalendarGregorian   CalendarType = 0x1
	CalendarGregorianUS CalendarType = 0x2
	CalendarJapan       CalendarType = 0x3 // years of the era, Gregorian months
	CalendarTaiwan      CalendarType = 0x4
	CalendarKorea       CalendarType = 0x5
	CalendarHijri       CalendarType = 0x6
	CalendarThai        CalendarType = 0x7
	CalendarHebrew      CalendarType = 0x8
)

// gregorian tells whether the months of a calendar are those of the Gregorian one.
func (c CalendarType) gregorian() bool {
	return c <= CalendarKorea || c == CalendarThai || c >= 0x9 && c <= 0xC
}

// EndType is how a series ends.
type EndType uint32

const (
	EndByDate  EndType = 0x2021 // IDC_RCEV_PAT_ERB_END
	EndByCount EndType = 0x2022 // IDC_RCEV_PAT_ERB_AFTERNOCCUR
	EndNever   EndType = 0x2023 // IDC_RCEV_PAT_ERB_NOEND; 0xFFFFFFFF is the same
)

// An Appointment is the value of PidLidAppointmentRecur: the structure
// AppointmentRecurrencePattern (MS-OXOCAL 2.2.1.44.5).
type Appointment struct {
	Pattern // without Tail

	ReaderVersion2, WriterVersion2 uint32 // 0x3006, 0x3009

	// StartOffset and EndOffset are minutes from midnight. The end may be on another
	// day.
	StartOffset, EndOffset uint32

	Exceptions []Exception // sorted by start

	Reserved1, Reserved2 []byte
	Rest                 []byte // what follows

	// Damaged is set by ParseAppointment when the value ended early, or had a field that
	// cannot be. The pattern is whole, exceptions that were not read are missing.
	Damaged bool
}

// An Exception is an instance that was changed: ExceptionInfo and ExtendedException
// (MS-OXOCAL 2.2.1.44.2, 2.2.1.44.4). Fields count where Flags say so.
type Exception struct {
	Start, End Minutes
	Original   Minutes // when it would have begun
	Flags      OverrideFlags

	Subject      []byte // in the code page of whoever wrote it; Wide.Subject is better
	MeetingType  uint32
	Reminder     uint32 // minutes
	ReminderSet  uint32
	Location     []byte
	BusyStatus   uint32
	Attachment   uint32
	SubType      uint32 // 1: all day
	AppointColor uint32

	Wide Wide

	// The first of two lengths of a text is one more than the second. Where a writer
	// did it otherwise it is kept.
	subjectSize, locationSize uint16
}

// Wide is the ExtendedException of an [Exception].
type Wide struct {
	Highlight         []byte // ChangeHighlight: a word of flags and what else there is
	Reserved1         []byte
	Start, End        Minutes // as in the exception, where Flags have a subject or a location
	Original          Minutes
	Subject, Location string
	Reserved2         []byte
}

// OverrideFlags say what an exception changes.
type OverrideFlags uint16

const (
	OverrideSubject       OverrideFlags = 0x0001 // ARO_SUBJECT
	OverrideMeetingType   OverrideFlags = 0x0002 // ARO_MEETINGTYPE
	OverrideReminderDelta OverrideFlags = 0x0004 // ARO_REMINDERDELTA
	OverrideReminder      OverrideFlags = 0x0008 // ARO_REMINDER
	OverrideLocation      OverrideFlags = 0x0010 // ARO_LOCATION
	OverrideBusyStatus    OverrideFlags = 0x0020 // ARO_BUSYSTATUS
	OverrideAttachment    OverrideFlags = 0x0040 // ARO_ATTACHMENT
	OverrideSubType       OverrideFlags = 0x0080 // ARO_SUBTYPE
	OverrideColor         OverrideFlags = 0x0100 // ARO_APPTCOLOR
	OverrideBody          OverrideFlags = 0x0200 // ARO_EXCEPTIONAL_BODY
)

// withHighlight is the WriterVersion2 from which on there is a ChangeHighlight.
const withHighlight = 0x3009

// SetSubject says that an exception has a subject of its own. Programs of old read it
// in windows-1252; characters that are not there become question marks.
func (e *Exception) SetSubject(s string) {
	e.Flags |= OverrideSubject
	e.Subject, e.Wide.Subject, e.subjectSize = narrow(s), s, 0
	e.widen()
}

// SetLocation says that an exception has a location of its own, as SetSubject.
func (e *Exception) SetLocation(s string) {
	e.Flags |= OverrideLocation
	e.Location, e.Wide.Location, e.locationSize = narrow(s), s, 0
	e.widen()
}

// widen repeats the times, which stand before the texts.
func (e *Exception) widen() {
	e.Wide.Start, e.Wide.End, e.Wide.Original = e.Start, e.End, e.Original
}

func narrow(s string) []byte {
	var b []byte
	for _, r := range s {
		c, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			c = '?'
		}
		b = append(b, c)
	}
	return b
}
