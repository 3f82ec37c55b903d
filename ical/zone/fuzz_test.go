package zone_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"github.com/okapi-mail/okapi/ical/zone"
	"github.com/okapi-mail/okapi/mapi"
)

const easternHex = "02013000020015004500610073007400650072006e0020005300740061006e0064006100720064002000540069006d006500020002013e000000d60700000000000000000000000000002c01000000000000c4ffffff00000a000000050002000000000000000000040000000100020000000000000002013e000200d70700000000000000000000000000002c01000000000000c4ffffff00000b0000000100020000000000000000000300000002000200000000000000"

// What is read is written so that it is read as the same, and never panics; its zone
// answers for any time.
func FuzzDefinition(f *testing.F) {
	whole, _ := hex.DecodeString(easternHex)
	f.Add(whole)
	f.Add(whole[:60])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		d, err := zone.ParseDefinition(in)
		if err != nil {
			if c := mapi.CodeOf(err); c != mapi.ErrCorruptData && c != mapi.ErrNotFound {
				t.Fatal(err)
			}
			return
		}
		out := d.Bytes()
		again, err := zone.ParseDefinition(out)
		if err != nil || string(again.Bytes()) != string(out) {
			t.Fatalf("%x becomes %x: %v", in, out, err)
		}
		if z, err := d.Zone(); err == nil {
			answers(t, z)
		}
	})
}

func FuzzStruct(f *testing.F) {
	f.Add(zone.Struct{Bias: -60, DaylightBias: -60, StandardDate: zone.SystemTime{Month: 10, Day: 5, Hour: 3}, DaylightDate: zone.SystemTime{Month: 3, Day: 5, Hour: 2}}.Bytes())
	f.Add(make([]byte, 50))
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := zone.ParseStruct(in)
		if err != nil {
			return
		}
		if string(s.Bytes()) != string(in) {
			t.Fatalf("%x becomes %x", in, s.Bytes())
		}
		if z, err := s.Zone("x"); err == nil {
			answers(t, z)
		}
	})
}

// answers asks a zone for everything that it can be asked for.
func answers(t *testing.T, z *zone.Zone) {
	for _, year := range []int{1, 1601, 1970, 2024, 2101, 9999} {
		at := time.Date(year, 6, 1, 12, 0, 0, 0, time.UTC)
		local := z.Local(at)
		if _, off := local.Zone(); off <= -86400 || off >= 86400 {
			t.Fatalf("offset %d in %d", off, year)
		}
	}
	d := z.Definition(2024, true)
	if _, err := d.Zone(); err != nil {
		t.Fatalf("its own definition: %v", err)
	}
	z.Struct(2024)
	own, err := z.Timezone(2019, 2031).Zone() // whose years begin and end elsewhere than those of UTC
	if err != nil {
		t.Fatalf("its own VTIMEZONE: %v", err)
	}
	if !zone.Same(z, own, 2020, 2030) {
		t.Fatal("its own VTIMEZONE is another zone")
	}
}

// FuzzTimezone takes lines: BEGIN and END of observances, and properties.
func FuzzTimezone(f *testing.F) {
	f.Add("STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nDAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3")
	f.Add("STANDARD\nTZOFFSETTO:-2359\nRDATE:20200101T000000,20210101\nRRULE:FREQ=HOURLY")
	f.Add("DAYLIGHT\nDTSTART:99991231T235959\nTZOFFSETFROM:+1\nTZOFFSETTO:+235959\nTZNAME:A\\,B")
	f.Fuzz(func(t *testing.T, in string) {
		c := ical.NewComponent("VTIMEZONE")
		into := c
		for _, line := range strings.Split(in, "\n") {
			name, value, ok := strings.Cut(line, ":")
			if !ok {
				into = ical.NewComponent(name)
				c.Children = append(c.Children, into)
				continue
			}
			into.Props.Add(&ical.Prop{Name: strings.ToUpper(name), Value: value})
		}
		tz := zone.FromComponent(c, nil)
		z, err := tz.Zone()
		if err != nil {
			if code := mapi.CodeOf(err); code != mapi.ErrCorruptData && code != mapi.ErrTooBig {
				t.Fatal(err)
			}
			return
		}
		answers(t, z)
		back, err := zone.FromComponent(tz.Component(), nil).Zone()
		if err != nil {
			t.Fatalf("its own component: %v", err)
		}
		if !zone.Same(z, back, 1950, 2050) {
			t.Fatal("written and read it is another zone")
		}
	})
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"Europe/Berlin", "/a/b/c", "(UTC+01:00) x", "GMT+1", "Local", "../x", "\x00"} {
		f.Add(s)
	}
	r := zone.NewResolver(nil)
	f.Fuzz(func(t *testing.T, in string) {
		z, err := r.Name(in)
		if err == nil && z.Location() == time.Local {
			t.Fatal("the zone of the host")
		}
	})
}
