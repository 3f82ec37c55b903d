package recur_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/okapi-mail/okapi/ical/recur"
)

func Example() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	rule, err := recur.ParseRule("FREQ=WEEKLY;BYDAY=MO", nil)
	if err != nil {
		panic(err)
	}
	day := func(m time.Month, d, hour int) time.Time { return time.Date(2024, m, d, hour, 0, 0, 0, berlin) }
	series := recur.Set{
		Start: day(3, 18, 9), Duration: time.Hour,
		Rules:     []recur.Rule{rule},
		Except:    []recur.Exclusion{{Time: day(3, 25, 9)}},
		Overrides: []recur.Override{{Original: day(4, 8, 9), Start: day(4, 9, 14), End: day(4, 9, 15)}},
	}
	for i := range series.Between(day(3, 1, 0), day(4, 20, 0)) {
		fmt.Println(i.Start.Format("Mon 02 Jan 15:04 -0700"), i.Override)
	}

	// The same for Outlook, and back from its bytes.
	blob, err := recur.NewAppointment(&series, nil)
	if err != nil {
		panic(err)
	}
	read, err := recur.ParseAppointment(blob.Bytes())
	if err != nil {
		panic(err)
	}
	fmt.Println(len(read.Deleted), len(read.Modified), len(read.Exceptions))
	// Output:
	// Mon 18 Mar 09:00 +0100 -1
	// Mon 01 Apr 09:00 +0200 -1
	// Tue 09 Apr 14:00 +0200 0
	// Mon 15 Apr 09:00 +0200 -1
	// 2 1 1
}

func ExampleRule_Between() {
	rule, _ := recur.ParseRule("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", nil)
	start := time.Date(1990, 1, 31, 17, 0, 0, 0, time.UTC)
	for at := range rule.Between(start, time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 8, 1, 0, 0, 0, 0, time.UTC)) {
		fmt.Println(at.Format("Mon 2006-01-02"))
	}
	// Output:
	// Fri 2024-05-31
	// Fri 2024-06-28
	// Wed 2024-07-31
}

func ExampleNewAppointment_unsupported() {
	rule, _ := recur.ParseRule("FREQ=MONTHLY;BYMONTHDAY=1,15", nil)
	_, err := recur.NewAppointment(&recur.Set{Start: time.Date(2024, 1, 1, 9, 0, 0, 0, time.UTC), Rules: []recur.Rule{rule}}, nil)
	if u, ok := errors.AsType[*recur.Unsupported](err); ok {
		fmt.Println(u.Part, "-", u.Detail)
	}
	// Output:
	// BYMONTHDAY - several days
}
