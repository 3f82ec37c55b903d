package zone

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"

	"github.com/okapi-mail/okapi/mapi"
)

// A SystemTime is a date on a wall clock as Windows writes it. In time zones it is a
// rule where Year is 0: the Day-th DayOfWeek of Month, 5 being the last one. A Month of
// 0 means that there is no change.
type SystemTime struct {
	Year, Month, DayOfWeek, Day, Hour, Minute, Second, Milliseconds uint16
}

// A Struct is the value of PidLidTimeZoneStruct (MS-OXOCAL 2.2.1.39): one rule for all
// years. Biases are minutes west of UTC; StandardBias and DaylightBias are added to
// Bias. What follows the 48 bytes is kept in Tail.
type Struct struct {
	Bias, StandardBias, DaylightBias int32
	StandardYear                     uint16
	StandardDate                     SystemTime
	DaylightYear                     uint16
	DaylightDate                     SystemTime
	Tail                             []byte
}

// A Definition is the value of PidLidAppointmentTimeZoneDefinitionRecur,
// …StartDisplay and …EndDisplay (MS-OXOCAL 2.2.1.41): a named zone whose rules change
// over the years. Everything that was read is kept, so that it is written as it was.
type Definition struct {
	Major, Minor byte
	Reserved     uint16
	KeyName      string // the Windows id of the zone, or what its author calls it
	HeaderRest   []byte // what a longer header of a later version has after the known fields
	Rules        []Rule
	Tail         []byte
}

// A Rule holds from its Year on, until the next one.
type Rule struct {
	Major, Minor                     byte
	Size                             uint16 // of the rule, in its own words: 0x3E
	Flags                            RuleFlags
	Year                             uint16
	Reserved                         [14]byte
	Bias, StandardBias, DaylightBias int32
	StandardDate, DaylightDate       SystemTime
}

// RuleFlags are flags of a [Rule].
type RuleFlags uint16

const (
	// RuleOfSeries (TZRULE_FLAG_RECUR_CURRENT_TZREG) marks the rule that is also in
	// PidLidTimeZoneStruct. Only …DefinitionRecur has it.
	RuleOfSeries RuleFlags = 1

	// RuleEffective (TZRULE_FLAG_EFFECTIVE_TZREG) marks the rule in use when the
	// definition was written.
	RuleEffective RuleFlags = 2
)

const (
	structSize   = 48
	ruleSize     = 66 // with version and size
	ruleSizeSaid = 0x3E
	maxRules     = 1024 // MS-OXOCAL 2.2.1.41
)

// ParseStruct reads a PidLidTimeZoneStruct. No bytes at all are mapi.ErrNotFound: some
// clients write an empty value for none. Too few are mapi.ErrCorruptData.
func ParseStruct(b []byte) (Struct, error) {
	var s Struct
	if len(b) == 0 {
		return s, fmt.Errorf("zone.ParseStruct: %w", mapi.ErrNotFound)
	}
	if len(b) < structSize {
		return s, fmt.Errorf("zone.ParseStruct: %w: %d bytes", mapi.ErrCorruptData, len(b))
	}
	r := reader{b: b}
	s.Bias, s.StandardBias, s.DaylightBias = r.i32(), r.i32(), r.i32()
	s.StandardYear, s.StandardDate = r.u16(), r.date()
	s.DaylightYear, s.DaylightDate = r.u16(), r.date()
	s.Tail = r.rest()
	return s, nil
}

// Bytes is the value of PidLidTimeZoneStruct.
func (s Struct) Bytes() []byte {
	b := make([]byte, 0, structSize+len(s.Tail))
	b = i32s(b, s.Bias, s.StandardBias, s.DaylightBias)
	b = binary.LittleEndian.AppendUint16(b, s.StandardYear)
	b = s.StandardDate.append(b)
	b = binary.LittleEndian.AppendUint16(b, s.DaylightYear)
	b = s.DaylightDate.append(b)
	return append(b, s.Tail...)
}

// ParseDefinition reads a time zone definition. No bytes at all are mapi.ErrNotFound,
// damage is mapi.ErrCorruptData. Rules that are announced and missing are an error, as
// the zone would be another one without them.
func ParseDefinition(b []byte) (Definition, error) {
	var d Definition
	if len(b) == 0 {
		return d, fmt.Errorf("zone.ParseDefinition: %w", mapi.ErrNotFound)
	}
	r := reader{b: b}
	d.Major, d.Minor = r.u8(), r.u8()
	header := int(r.u16())
	start := r.at
	d.Reserved = r.u16()
	d.KeyName = r.utf16(int(r.u16()))
	rules := int(r.u16())
	if more := header - (r.at - start); more > 0 {
		d.HeaderRest = r.take(more)
	}
	if rules > maxRules {
		return Definition{}, fmt.Errorf("zone.ParseDefinition: %w: %d rules", mapi.ErrCorruptData, rules)
	}
	for range rules {
		if r.short {
			break
		}
		d.Rules = append(d.Rules, r.rule())
	}
	if r.short {
		return Definition{}, fmt.Errorf("zone.ParseDefinition: %w: ends after %d bytes", mapi.ErrCorruptData, len(b))
	}
	d.Tail = r.rest()
	return d, nil
}

// Bytes is the value of a time zone definition property.
func (d Definition) Bytes() []byte {
	name := utf16.Encode([]rune(d.KeyName))
	name = name[:min(len(name), 260)] // MS-OXOCAL 2.2.1.41: MAX_PATH
	rules := d.Rules[:min(len(d.Rules), maxRules)]
	b := make([]byte, 0, 10+2*len(name)+len(d.HeaderRest)+ruleSize*len(rules)+len(d.Tail))
	b = append(b, d.Major, d.Minor)
	b = u16s(b, uint16(6+2*len(name)+len(d.HeaderRest)), d.Reserved, uint16(len(name)))
	b = u16s(b, name...)
	b = u16s(b, uint16(len(rules)))
	b = append(b, d.HeaderRest...)
	for _, r := range rules {
		b = append(b, r.Major, r.Minor)
		b = u16s(b, r.Size, uint16(r.Flags), r.Year)
		b = append(b, r.Reserved[:]...)
		b = i32s(b, r.Bias, r.StandardBias, r.DaylightBias)
		b = r.StandardDate.append(b)
		b = r.DaylightDate.append(b)
	}
	return append(b, d.Tail...)
}

func (s SystemTime) append(b []byte) []byte {
	return u16s(b, s.Year, s.Month, s.DayOfWeek, s.Day, s.Hour, s.Minute, s.Second, s.Milliseconds)
}

func u16s(b []byte, values ...uint16) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}

func i32s(b []byte, values ...int32) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return b
}

// A reader gives zeros beyond the end, and remembers it.
type reader struct {
	b     []byte
	at    int
	short bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.b)-r.at {
		r.short, r.at = true, len(r.b)
		return nil
	}
	r.at += n
	return r.b[r.at-n : r.at : r.at]
}

func (r *reader) u8() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) u16() uint16 {
	if b := r.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *reader) i32() int32 {
	if b := r.take(4); b != nil {
		return int32(binary.LittleEndian.Uint32(b))
	}
	return 0
}

func (r *reader) date() SystemTime {
	return SystemTime{r.u16(), r.u16(), r.u16(), r.u16(), r.u16(), r.u16(), r.u16(), r.u16()}
}

func (r *reader) utf16(n int) string {
	b := r.take(2 * n)
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

func (r *reader) rule() Rule {
	var u Rule
	u.Major, u.Minor = r.u8(), r.u8()
	u.Size, u.Flags, u.Year = r.u16(), RuleFlags(r.u16()), r.u16()
	copy(u.Reserved[:], r.take(len(u.Reserved)))
	u.Bias, u.StandardBias, u.DaylightBias = r.i32(), r.i32(), r.i32()
	u.StandardDate, u.DaylightDate = r.date(), r.date()
	return u
}

func (r *reader) rest() []byte {
	if r.at == len(r.b) {
		return nil
	}
	return r.take(len(r.b) - r.at)
}
