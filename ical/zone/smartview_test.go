package zone_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/zone"
	"github.com/okapi-mail/okapi/mapi/mapitest"
)

func TestMFCMAPIStruct(t *testing.T) {
	blob, want := mapitest.SmartView(t, "TIMEZONE-1")
	s, err := zone.ParseStruct(blob)
	require.NoError(t, err)
	var v view
	v.add(0, "Time Zone")
	v.biases(1, s.Bias, s.StandardBias, s.DaylightBias)
	v.word(1, "wStandardYear", s.StandardYear)
	v.date(1, "stStandardDate", s.StandardDate)
	v.word(1, "wDaylightDate", s.DaylightYear)
	v.date(1, "stDaylightDate", s.DaylightDate)
	require.Equal(t, want, v.text())
	require.Equal(t, blob, s.Bytes())
}

func TestMFCMAPIDefinitions(t *testing.T) {
	for _, name := range []string{"TIMEZONEDEFINITION-1", "TIMEZONEDEFINITION-3"} {
		t.Run(name, func(t *testing.T) {
			blob, want := mapitest.SmartView(t, name)
			d, err := zone.ParseDefinition(blob)
			require.NoError(t, err)
			var v view
			v.definition(&d)
			require.Equal(t, want, v.text())
			require.Equal(t, blob, d.Bytes())
		})
	}
}

// A view says a structure in the words of MFCMAPI.
type view struct{ lines []string }

func (v *view) add(depth int, format string, args ...any) {
	v.lines = append(v.lines, strings.Repeat("\t", depth)+fmt.Sprintf(format, args...))
}

func (v *view) text() string { return strings.Join(v.lines, "\n") }

func (v *view) word(depth int, name string, n uint16) { v.add(depth, "%s = 0x%04X (%d)", name, n, n) }

func (v *view) biases(depth int, bias, standard, daylight int32) {
	v.add(depth, "lBias = 0x%08X (%d)", uint32(bias), bias)
	v.add(depth, "lStandardBias = 0x%08X (%d)", uint32(standard), standard)
	v.add(depth, "lDaylightBias = 0x%08X (%d)", uint32(daylight), daylight)
}

func (v *view) date(depth int, name string, s zone.SystemTime) {
	v.add(depth, "%s", name)
	for _, f := range []struct {
		name string
		n    uint16
	}{{"Year", s.Year}, {"Month", s.Month}, {"DayOfWeek", s.DayOfWeek}, {"Day", s.Day}, {"Hour", s.Hour}, {"Minute", s.Minute}, {"Second", s.Second}, {"Milliseconds", s.Milliseconds}} {
		v.add(depth+1, "w%s = 0x%X (%d)", f.name, f.n, f.n)
	}
}

func (v *view) definition(d *zone.Definition) {
	header := 6 + 2*len(d.KeyName) + len(d.HeaderRest)
	v.add(0, "Time Zone Definition")
	v.add(1, "bMajorVersion = 0x%02X (%d)", d.Major, d.Major)
	v.add(1, "bMinorVersion = 0x%02X (%d)", d.Minor, d.Minor)
	v.add(1, "cbHeader = 0x%04X (%d)", header, header)
	v.word(1, "wReserved", d.Reserved)
	v.add(1, "cchKeyName = 0x%04X (%d)", len(d.KeyName), len(d.KeyName))
	v.add(1, "szKeyName = %s", d.KeyName)
	v.add(1, "cRules = 0x%04X (%d)", len(d.Rules), len(d.Rules))
	for i, r := range d.Rules {
		flags := "0x0"
		if r.Flags == zone.RuleEffective {
			flags = "TZRULE_FLAG_EFFECTIVE_TZREG"
		}
		v.add(1, "TZRule[0x%X]", i)
		v.add(2, "bMajorVersion = 0x%02X (%d)", r.Major, r.Major)
		v.add(2, "bMinorVersion = 0x%02X (%d)", r.Minor, r.Minor)
		v.word(2, "wReserved", r.Size)
		v.add(2, "wTZRuleFlags = 0x%04X = %s", uint16(r.Flags), flags)
		v.word(2, "wYear", r.Year)
		v.add(2, "X")
		v.add(3, "cb: %d lpb: %X", len(r.Reserved), r.Reserved)
		v.biases(2, r.Bias, r.StandardBias, r.DaylightBias)
		v.date(2, "stStandardDate", r.StandardDate)
		v.date(2, "stDaylightDate", r.DaylightDate)
	}
	if len(d.Tail) > 0 {
		v.add(1, "Unparsed data size = 0x%08X", len(d.Tail))
		v.add(2, "cb: %d lpb: %X", len(d.Tail), d.Tail)
	}
}
