package zone_test

import (
	"fmt"
	"time"

	"github.com/okapi-mail/okapi/ical/zone"
)

func Example() {
	zones := zone.NewResolver(nil)
	for _, name := range []string{
		"Europe/Berlin",
		"W. Europe Standard Time",
		"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
		"/mozilla.org/20050126_1/Europe/Berlin",
	} {
		z, err := zones.Name(name)
		if err != nil {
			panic(err)
		}
		fmt.Println(z.IANA(), "|", z.Windows(), "|", z.Local(time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)))
	}
	// Output:
	// Europe/Berlin | W. Europe Standard Time | 2024-07-01 12:00:00 +0200 CEST
	// Europe/Berlin | W. Europe Standard Time | 2024-07-01 12:00:00 +0200 CEST
	// Europe/Berlin | W. Europe Standard Time | 2024-07-01 12:00:00 +0200 CEST
	// Europe/Berlin | W. Europe Standard Time | 2024-07-01 12:00:00 +0200 CEST
}

func ExampleZone_Definition() {
	z, err := zone.NewResolver(nil).Name("America/New_York")
	if err != nil {
		panic(err)
	}
	d := z.Definition(2006, true)
	for _, r := range d.Rules {
		fmt.Println(d.KeyName, r.Year, r.Bias, r.DaylightBias, r.DaylightDate.Month, r.DaylightDate.Day)
	}
	// Output:
	// Eastern Standard Time 1601 300 -60 4 1
	// Eastern Standard Time 2007 300 -60 3 2
}

func ExampleZone_Timezone() {
	z, err := zone.NewResolver(nil).Name("Australia/Sydney")
	if err != nil {
		panic(err)
	}
	for _, o := range z.Timezone(2024, 2030).Observances {
		fmt.Println(o.Daylight, o.Name, o.Start.Format(time.DateTime), o.From, o.To, o.Rules[0].String())
	}
	// Output:
	// false AEST 2023-04-02 03:00:00 39600 36000 FREQ=YEARLY;BYDAY=1SU;BYMONTH=4
	// true AEDT 2023-10-01 02:00:00 36000 39600 FREQ=YEARLY;BYDAY=1SU;BYMONTH=10
}
