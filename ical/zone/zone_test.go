package zone_test

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/zone"
	"github.com/okapi-mail/okapi/mapi"
)

func load(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// vtimezone makes a component of lines "STANDARD: NAME=value NAME=value".
func vtimezone(id string, observances ...string) *ical.Component {
	c := ical.NewComponent("VTIMEZONE")
	c.Props.Add(&ical.Prop{Name: "TZID", Value: id})
	for _, o := range observances {
		fields := strings.Fields(o)
		child := ical.NewComponent(fields[0])
		for _, f := range fields[1:] {
			name, value, _ := strings.Cut(f, "=")
			child.Props.Add(&ical.Prop{Name: name, Value: value})
		}
		c.Children = append(c.Children, child)
	}
	return c
}

func fromLines(t testing.TB, id string, observances ...string) *zone.Zone {
	t.Helper()
	z, err := zone.FromComponent(vtimezone(id, observances...), nil).Zone()
	require.NoError(t, err)
	return z
}

func offsetAt(z *zone.Zone, utc string) string {
	at, err := time.Parse("2006-01-02T15:04", utc)
	if err != nil {
		return err.Error()
	}
	return at.In(z.Location()).Format("-0700")
}

const (
	berlinWinter = "STANDARD DTSTART=16010101T030000 TZOFFSETFROM=+0200 TZOFFSETTO=+0100 RRULE=FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"
	berlinSummer = "DAYLIGHT DTSTART=16010101T020000 TZOFFSETFROM=+0100 TZOFFSETTO=+0200 RRULE=FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"
)

func TestOutlookTimezoneIsBerlin(t *testing.T) {
	z := fromLines(t, "Whatever", berlinWinter, berlinSummer)
	assert.True(t, zone.Same(z, zone.New("", load(t, "Europe/Berlin")), 1996, 2200), "also beyond the table")
	assert.Equal(t, "+0100", offsetAt(z, "2024-03-31T00:59"))
	assert.Equal(t, "+0200", offsetAt(z, "2024-03-31T01:00"))
	assert.Equal(t, "+0200", offsetAt(z, "1905-07-01T00:00"))
}

// Lesson 35: all observances count, and the last onset before the date wins.
func TestAllObservancesAreEvaluated(t *testing.T) {
	z := fromLines(t, "New York",
		"DAYLIGHT DTSTART=19870405T020000 TZOFFSETFROM=-0500 TZOFFSETTO=-0400 RRULE=FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20060402T070000Z",
		"STANDARD DTSTART=19871025T020000 TZOFFSETFROM=-0400 TZOFFSETTO=-0500 RRULE=FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20061029T060000Z",
		"DAYLIGHT DTSTART=20070311T020000 TZOFFSETFROM=-0500 TZOFFSETTO=-0400 RRULE=FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
		"STANDARD DTSTART=20071104T020000 TZOFFSETFROM=-0400 TZOFFSETTO=-0500 RRULE=FREQ=YEARLY;BYMONTH=11;BYDAY=1SU")
	assert.True(t, zone.Same(z, zone.New("", load(t, "America/New_York")), 1988, 2200))
}

func TestRdateObservances(t *testing.T) {
	z := fromLines(t, "Two years",
		"STANDARD DTSTART=20201025T030000 RDATE=20211031T030000,20221030T030000Z TZOFFSETFROM=+0200 TZOFFSETTO=+0100",
		"DAYLIGHT DTSTART=20210328T020000 RDATE=20220327T020000 TZOFFSETFROM=+0100 TZOFFSETTO=+0200")
	assert.True(t, zone.Same(z, zone.New("", load(t, "Europe/Berlin")), 2021, 2022))
	assert.Equal(t, "+0100", offsetAt(z, "2030-07-01T00:00"), "what is not said does not happen")
}

func TestBrokenTimezones(t *testing.T) {
	for _, c := range []struct {
		promise     string
		observances []string
		at, offset  string
	}{
		{"a missing DTSTART is since ever", []string{"STANDARD TZOFFSETFROM=+0300 TZOFFSETTO=+0300"}, "1800-01-01T00:00", "+0300"},
		{"a missing DTSTART is before one that is there", []string{"STANDARD TZOFFSETTO=+0300", "DAYLIGHT DTSTART=17000101T000000 TZOFFSETTO=+0400"}, "2024-07-01T00:00", "+0400"},
		{"rules without DTSTART hold", []string{"STANDARD TZOFFSETFROM=+0200 TZOFFSETTO=+0100 RRULE=FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
			"DAYLIGHT TZOFFSETFROM=+0100 TZOFFSETTO=+0200 RRULE=FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"}, "2024-07-01T00:00", "+0200"},
		{"a missing TZOFFSETFROM is TZOFFSETTO", []string{"STANDARD DTSTART=19700101T000000 TZOFFSETTO=+0530"}, "2024-07-01T00:00", "+0530"},
		{"one without TZOFFSETTO is left out", []string{"STANDARD DTSTART=19700101T000000 TZOFFSETTO=+0530", "DAYLIGHT DTSTART=20000101T000000"}, "2024-07-01T00:00", "+0530"},
		{"a Z in DTSTART means nothing", []string{"STANDARD DTSTART=20240101T000000Z TZOFFSETFROM=+0500 TZOFFSETTO=+0600"}, "2023-12-31T19:00", "+0600"},
		{"before the first onset holds what it changes from", []string{"DAYLIGHT DTSTART=20240101T000000 TZOFFSETFROM=+0500 TZOFFSETTO=+0600"}, "2000-01-01T00:00", "+0500"},
		{"offsets with colons", []string{"STANDARD DTSTART=19700101T000000 TZOFFSETFROM=+01:00 TZOFFSETTO=+01:00"}, "2024-07-01T00:00", "+0100"},
		{"offsets of more than a day are left out", []string{"STANDARD DTSTART=19700101T000000 TZOFFSETTO=+9900", "STANDARD DTSTART=19700101T000000 TZOFFSETTO=-0800"}, "2024-07-01T00:00", "-0800"},
		{"an unreadable rule leaves the first onset", []string{"STANDARD DTSTART=19700101T000000 TZOFFSETTO=+0200 RRULE=FREQ=SOMETIMES"}, "2024-07-01T00:00", "+0200"},
		{"clocks that change every second are bounded", []string{"STANDARD DTSTART=19700101T000000 TZOFFSETTO=+0200", "DAYLIGHT DTSTART=19700101T000000 TZOFFSETTO=+0300 RRULE=FREQ=YEARLY;COUNT=2"}, "2024-07-01T00:00", "+0300"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			assert.Equal(t, c.offset, offsetAt(fromLines(t, "Broken", c.observances...), c.at))
		})
	}
	for promise, observances := range map[string][]string{
		"no observance":           nil,
		"no offset in any":        {"STANDARD DTSTART=19700101T000000"},
		"a change in each second": {"STANDARD DTSTART=19700101T000000 TZOFFSETTO=+0200 RRULE=FREQ=SECONDLY"},
	} {
		t.Run(promise+" is an error", func(t *testing.T) {
			_, err := zone.FromComponent(vtimezone("X", observances...), nil).Zone()
			assert.Error(t, err)
		})
	}
}

func TestTimezoneIssuesAreReported(t *testing.T) {
	var got []string
	zone.FromComponent(vtimezone("X", "STANDARD TZOFFSETTO=east RRULE=never", "DAYLIGHT DTSTART=1 TZOFFSETTO=+01 RDATE=x RRULE=y"),
		func(i zone.Issue) { got = append(got, i.Property) })
	assert.Equal(t, []string{"TZOFFSETTO", "TZOFFSETFROM", "TZOFFSETFROM", "DTSTART", "RRULE", "RDATE"}, got)
}

// Lesson 35: MAPI counts minutes west, and the daylight bias is what is added.
func TestBiasIsMinutesWest(t *testing.T) {
	s := zone.New("", load(t, "Europe/Berlin")).Struct(2024)
	assert.Equal(t, zone.Struct{Bias: -60, DaylightBias: -60,
		StandardDate: zone.SystemTime{Month: 10, Day: 5, Hour: 3},
		DaylightDate: zone.SystemTime{Month: 3, Day: 5, Hour: 2}}, s)
	s = zone.New("", load(t, "Australia/Sydney")).Struct(2024)
	assert.Equal(t, zone.Struct{Bias: -600, DaylightBias: -60,
		StandardDate: zone.SystemTime{Month: 4, Day: 1, Hour: 3},
		DaylightDate: zone.SystemTime{Month: 10, Day: 1, Hour: 2}}, s)
	s = zone.New("", load(t, "Asia/Kolkata")).Struct(2024)
	assert.Equal(t, zone.Struct{Bias: -330}, s)
}

// The bytes are those of the fixture in MFCMAPI, which Outlook wrote.
func TestDefinitionAsOutlookWritesIt(t *testing.T) {
	d := zone.New("", load(t, "America/New_York")).Definition(2007, false)
	require.Len(t, d.Rules, 2)
	d.Rules[0].Year = 2006 // Outlook has it from the registry, where the zone begins in that year
	want := "02013000020015004500610073007400650072006E0020005300740061006E0064006100720064002000540069006D006500020002013E000000D60700000000000000000000000000002C01000000000000C4FFFFFF00000A000000050002000000000000000000040000000100020000000000000002013E000200D70700000000000000000000000000002C01000000000000C4FFFFFF00000B0000000100020000000000000000000300000002000200000000000000"
	assert.Equal(t, want, strings.ToUpper(hex.EncodeToString(d.Bytes())))
}

func TestDefinitionFlags(t *testing.T) {
	z := zone.New("", load(t, "America/New_York"))
	flags := func(d zone.Definition) (list []zone.RuleFlags) {
		for _, r := range d.Rules {
			list = append(list, r.Flags)
		}
		return list
	}
	assert.Equal(t, []zone.RuleFlags{zone.RuleEffective, 0}, flags(z.Definition(2006, false)))
	assert.Equal(t, []zone.RuleFlags{0, zone.RuleEffective | zone.RuleOfSeries}, flags(z.Definition(2007, true)))
	d := z.Definition(2007, true)
	back, err := d.Zone()
	require.NoError(t, err)
	assert.Equal(t, []zone.RuleFlags{zone.RuleEffective, 0}, flags(back.Definition(2006, false)), "a series flag does not stay for a display zone")
	assert.Equal(t, "Eastern Standard Time", d.KeyName)
	assert.Equal(t, uint16(1601), d.Rules[0].Year)
}

// Every zone of Windows: through a definition and through a VTIMEZONE it is the same.
func TestAllZonesSurviveBothForms(t *testing.T) {
	names := windowsIANA(t)
	r := zone.NewResolver(nil)
	approximate := 0
	for _, name := range names {
		z, err := r.Name(name)
		require.NoError(t, err, name)
		z = z.Named(name)
		written := z.Timezone(2015, 2035)
		back, err := zone.FromComponent(written.Component(), func(i zone.Issue) { t.Errorf("%s: %v", name, i) }).Zone()
		require.NoError(t, err, name)
		assert.True(t, zone.Same(z, back, 2015, 2035), "%s through VTIMEZONE", name)
		d, err := z.Definition(2020, true).Zone()
		require.NoError(t, err)
		if !zone.Same(z, d, 2020, 2029) {
			t.Logf("%s is not what a definition can say", name)
			approximate++
		}
		parsed, err := zone.ParseDefinition(z.Definition(2020, true).Bytes())
		require.NoError(t, err)
		assert.Equal(t, z.Definition(2020, true), parsed)
	}
	t.Logf("%d zones, %d of them approximated in a definition", len(names), approximate)
	assert.LessOrEqual(t, approximate, 6, "Morocco, Western Sahara, and years with more than two changes")
}

func windowsIANA(t *testing.T) (names []string) {
	text, err := os.ReadFile("windows.tsv")
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, line := range strings.Split(string(text), "\n")[3:] {
		if f := strings.Split(line, "\t"); len(f) == 3 {
			for _, n := range strings.Fields(f[2]) {
				if !seen[n] {
					seen[n] = true
					names = append(names, n)
				}
			}
		}
	}
	require.Greater(t, len(names), 400)
	return names
}

func TestRulesThatChangeOverTheYears(t *testing.T) {
	moscow := zone.New("", load(t, "Europe/Moscow"))
	d, err := moscow.Definition(2010, false).Zone()
	require.NoError(t, err)
	for _, at := range []string{"2010-01-15T00:00", "2010-07-15T00:00", "2011-02-15T00:00", "2011-07-15T00:00", "2012-01-15T00:00", "2014-10-25T21:59", "2014-10-25T22:00", "2018-01-01T00:00"} {
		assert.Equal(t, offsetAt(moscow, at), offsetAt(d, at), at)
	}
}

func TestNames(t *testing.T) {
	r := zone.NewResolver(nil)
	for _, c := range []struct{ name, iana, windows string }{
		{"Europe/Berlin", "Europe/Berlin", "W. Europe Standard Time"},
		{"europe/berlin", "Europe/Berlin", "W. Europe Standard Time"},
		{"W. Europe Standard Time", "Europe/Berlin", "W. Europe Standard Time"},
		{"w. europe standard time", "Europe/Berlin", "W. Europe Standard Time"},
		{"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin", "W. Europe Standard Time"},
		{"(GMT+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin", "W. Europe Standard Time"},
		{"Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin", "W. Europe Standard Time"},
		{"(GMT+01.00) Sarajevo/Warsaw/Zagreb", "Europe/Warsaw", "Central European Standard Time"},
		{"/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin", "W. Europe Standard Time"},
		{"/softwarestudio.org/Olson_20011030_5/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires", "Argentina Standard Time"},
		{"/freeassociation.sourceforge.net/Tzfile/Europe/Vienna", "Europe/Vienna", "W. Europe Standard Time"},
		{"/freeassociation.sourceforge.net/UTC", "Etc/UTC", "UTC"},
		{"Asia/Kolkata", "Asia/Kolkata", "India Standard Time"},
		{"Asia/Calcutta", "Asia/Calcutta", "India Standard Time"},
		{"US/Eastern", "US/Eastern", "Eastern Standard Time"},
		{"Europe/Kyiv", "Europe/Kyiv", "FLE Standard Time"},
		{"UTC", "Etc/UTC", "UTC"},
		{"Z", "Etc/UTC", "UTC"},
		{"tzone://Microsoft/Utc", "Etc/UTC", "UTC"},
		{"(UTC) Coordinated Universal Time", "Etc/UTC", "UTC"},
		{"Mid-Atlantic Standard Time", "Etc/GMT+2", "UTC-02"},
		{`"Pacific Standard Time"`, "America/Los_Angeles", "Pacific Standard Time"},
		{"right/Europe/Berlin", "Europe/Berlin", "W. Europe Standard Time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			z, err := r.Name(c.name)
			require.NoError(t, err)
			assert.Equal(t, []string{c.iana, c.windows}, []string{z.IANA(), z.Windows()})
		})
	}
	for name, offset := range map[string]string{"GMT +0100": "+0100", "GMT-05:00": "-0500", "UTC+1": "+0100", "UTC+05:30": "+0530", "+0200": "+0200", "(GMT+01:00)": "+0100"} {
		z, err := r.Name(name)
		if assert.NoError(t, err, name) {
			assert.Equal(t, offset, offsetAt(z, "2024-07-01T00:00"), name)
		}
	}
	for _, name := range []string{"", "Customized Time Zone", "Local", "localtime", "../../etc/passwd", "/etc/passwd", "right/Asia", "posix/x",
		"Europe/Nowhere", "Europe", "tzdata.zi", "zone.tab", "+1", "Berlin", strings.Repeat("A", 10_000), "a\x00b"} {
		_, err := r.Name(name)
		assert.ErrorIs(t, err, mapi.ErrNotFound, "%.40q", name)
	}
}

// Calendars of 2005 say what clocks in New York did then, and so for ever.
func TestTimezoneOutOfDate(t *testing.T) {
	tz := zone.FromComponent(vtimezone("US/Eastern",
		"DAYLIGHT DTSTART=20000402T020000 TZOFFSETFROM=-0500 TZOFFSETTO=-0400 RRULE=FREQ=YEARLY;BYMONTH=4;BYDAY=1SU",
		"STANDARD DTSTART=20001029T020000 TZOFFSETFROM=-0400 TZOFFSETTO=-0500 RRULE=FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"), nil)
	z, err := zone.NewResolver(nil).Timezone("US/Eastern", tz)
	require.NoError(t, err)
	assert.Equal(t, []string{"", "Eastern Standard Time", "-0500"}, []string{z.IANA(), z.Windows(), offsetAt(z, "2024-03-20T12:00")})
	z, err = zone.NewResolver(&zone.Options{From: 2005, To: 2006}).Timezone("US/Eastern", tz)
	require.NoError(t, err)
	assert.Equal(t, []string{"US/Eastern", "Eastern Standard Time", "-0400"}, []string{z.IANA(), z.Windows(), offsetAt(z, "2024-03-20T12:00")}, "for a calendar of these years it is the zone")
}

func TestTerritory(t *testing.T) {
	z, err := zone.NewResolver(&zone.Options{Territory: "at"}).Name("W. Europe Standard Time")
	require.NoError(t, err)
	assert.Equal(t, "Europe/Vienna", z.IANA())
}

func TestTheRightZoneIsChosen(t *testing.T) {
	r := zone.NewResolver(nil)
	berlin := zone.FromComponent(vtimezone("x", berlinWinter, berlinSummer), nil)
	fixed := zone.FromComponent(vtimezone("x", "STANDARD DTSTART=19700101T000000 TZOFFSETFROM=+0700 TZOFFSETTO=+0700"), nil)
	half := zone.FromComponent(vtimezone("x", "STANDARD DTSTART=19700101T000000 TZOFFSETFROM=+0715 TZOFFSETTO=+0715"), nil)
	for _, c := range []struct {
		promise       string
		id            string
		tz            *zone.Timezone
		iana, windows string
		summer        string
	}{
		{"a known name without component", "Europe/Berlin", nil, "Europe/Berlin", "W. Europe Standard Time", "+0200"},
		{"name and component agree", "Europe/Vienna", berlin, "Europe/Vienna", "W. Europe Standard Time", "+0200"},
		{"the component wins over the name", "Europe/Berlin", fixed, "", "SE Asia Standard Time", "+0700"},
		{"an unknown name is known by its offsets", "Customized Time Zone", berlin, "", "W. Europe Standard Time", "+0200"},
		{"what nobody has stands for itself", "My Zone", half, "", "", "+0715"},
		{"a component without observance leaves the name", "Europe/Berlin", &zone.Timezone{ID: "Europe/Berlin"}, "Europe/Berlin", "W. Europe Standard Time", "+0200"},
		{"X-LIC-LOCATION names it", "1", &zone.Timezone{ID: "1", Location: "Europe/Rome", Observances: berlin.Observances}, "Europe/Rome", "W. Europe Standard Time", "+0200"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			z, err := r.Timezone(c.id, c.tz)
			require.NoError(t, err)
			assert.Equal(t, []string{c.id, c.iana, c.windows}, []string{z.Name(), z.IANA(), z.Windows()})
			assert.Equal(t, c.summer, offsetAt(z, "2024-07-01T00:00"))
		})
	}
	_, err := r.Timezone("Nowhere", nil)
	assert.ErrorIs(t, err, mapi.ErrNotFound)
	_, err = r.Timezone("Nowhere", &zone.Timezone{})
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
}

// A comma in a TZID is escaped by some and not by others.
func TestEscapedCommaInTZID(t *testing.T) {
	const name = "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"
	for _, id := range []string{name, strings.ReplaceAll(name, ",", `\,`)} {
		tz := zone.FromComponent(vtimezone(id, berlinWinter, berlinSummer), nil)
		assert.Equal(t, name, tz.ID)
	}
	assert.Equal(t, strings.ReplaceAll(name, ",", `\,`), (&zone.Timezone{ID: name}).Component().Props.Get("TZID").Value)
}

// Lesson 35: DTSTART of an observance is local, without TZID and Z.
func TestTimezoneIsWrittenPlainly(t *testing.T) {
	c := zone.New("W. Europe Standard Time", load(t, "Europe/Berlin")).Timezone(2020, 2030).Component()
	require.Len(t, c.Children, 2)
	for i, want := range []map[string]string{
		{"DTSTART": "20190331T020000", "TZOFFSETFROM": "+0100", "TZOFFSETTO": "+0200", "TZNAME": "CEST", "RRULE": "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"},
		{"DTSTART": "20191027T030000", "TZOFFSETFROM": "+0200", "TZOFFSETTO": "+0100", "TZNAME": "CET", "RRULE": "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"},
	} {
		for name, value := range want {
			p := c.Children[i].Props.Get(name)
			require.NotNil(t, p, name)
			assert.Equal(t, value, p.Value)
			assert.Empty(t, p.Params)
		}
	}
	assert.Equal(t, []string{"DAYLIGHT", "STANDARD"}, []string{c.Children[0].Name, c.Children[1].Name})
}

// Lesson 36: which property wins.
func TestStoredPrecedence(t *testing.T) {
	def := func(name string) []byte { return zone.New("", load(t, name)).Definition(2024, false).Bytes() }
	st := zone.New("", load(t, "Asia/Tokyo")).Struct(2024).Bytes()
	all := zone.Stored{Recur: def("Europe/Berlin"), Start: def("America/New_York"), End: def("Asia/Kolkata"), Struct: st, Description: "Tokyo Standard Time"}
	r := zone.NewResolver(nil)
	for _, c := range []struct {
		promise string
		change  func(*zone.Stored)
		want    string
	}{
		{"a series follows the definition of its recurrence", func(s *zone.Stored) { s.Recurring = true }, "Europe/Berlin"},
		{"an empty value is none", func(s *zone.Stored) { s.Recurring = true; s.Recur = []byte{} }, "Asia/Tokyo"},
		{"a broken value is none", func(s *zone.Stored) { s.Recurring = true; s.Recur = s.Recur[:20] }, "Asia/Tokyo"},
		{"then the zone in which the start is shown", func(s *zone.Stored) { s.Recurring = true; s.Recur, s.Struct = nil, nil }, "America/New_York"},
		{"a single item follows the zone in which its start is shown", func(s *zone.Stored) {}, "America/New_York"},
		{"then the others", func(s *zone.Stored) { s.Start, s.Recur, s.Struct = nil, nil, nil }, "Asia/Calcutta"},
		{"a description alone", func(s *zone.Stored) { *s = zone.Stored{Description: "Tokyo Standard Time"} }, "Asia/Tokyo"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			s := all
			c.change(&s)
			z, err := r.Stored(s)
			require.NoError(t, err)
			assert.Equal(t, c.want, z.IANA())
		})
	}
	_, err := r.Stored(zone.Stored{Struct: []byte{}})
	assert.ErrorIs(t, err, mapi.ErrNotFound)
}

func TestGapAndOverlap(t *testing.T) {
	z := zone.New("", load(t, "Europe/Berlin"))
	at := func(s string) string {
		v, err := time.Parse("2006-01-02T15:04", s)
		require.NoError(t, err)
		return z.Local(v).Format(time.RFC3339)
	}
	assert.Equal(t, "2024-03-31T03:30:00+02:00", at("2024-03-31T02:30"), "skipped: counted with the offset before")
	assert.Equal(t, "2024-10-27T02:30:00+02:00", at("2024-10-27T02:30"), "shown twice: the first")
	assert.Equal(t, "2024-07-01T12:00:00+02:00", at("2024-07-01T12:00"))
}

func TestDamagedBlobs(t *testing.T) {
	whole := zone.New("", load(t, "America/New_York")).Definition(2007, true).Bytes()
	for n := range whole {
		_, err := zone.ParseDefinition(whole[:n])
		want := mapi.ErrCorruptData
		if n == 0 {
			want = mapi.ErrNotFound
		}
		require.ErrorIs(t, err, want)
	}
	_, err := zone.ParseStruct(make([]byte, 47))
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
	d := zone.Definition{KeyName: "x", Rules: []zone.Rule{{Bias: 100_000}}}
	_, err = d.Zone()
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
	d.Rules = []zone.Rule{{DaylightBias: -60, StandardDate: zone.SystemTime{Month: 10, Day: 9}, DaylightDate: zone.SystemTime{Month: 13, Day: 1}}}
	_, err = d.Zone()
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
	_, err = (zone.Definition{}).Zone()
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
	_, err = zone.ParseDefinition([]byte("\x02\x01\x06\x00\x02\x00\x00\x00\xff\xff"))
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
}
