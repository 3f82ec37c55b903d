package recur_test

import (
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi"
)

// What is written is read as the same; instances rise, are bounded, and those of a
// window are those of the whole.
func FuzzRule(f *testing.F) {
	for _, s := range []string{"FREQ=DAILY;COUNT=3", "FREQ=YEARLY;BYWEEKNO=53,-1;BYDAY=MO;WKST=SU", "FREQ=MONTHLY;BYDAY=2MO,-1FR;BYSETPOS=1,-1",
		"RSCALE=GREGORIAN;FREQ=YEARLY;BYYEARDAY=-366;SKIP=BACKWARD", "FREQ=SECONDLY;INTERVAL=7;BYMINUTE=1;UNTIL=20250101", "FREQ=HOURLY;BYSECOND=60;X-A=b",
		"RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=30,-1;SKIP=FORWARD", "RSCALE=COPTIC;FREQ=MONTHLY;BYMONTH=13;BYDAY=-1SU;BYSETPOS=1", "RSCALE=ISLAMIC-CIVIL;FREQ=DAILY;BYYEARDAY=1,-354"} {
		f.Add(s, int64(1_700_000_000))
	}
	berlin := location(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, in string, unix int64) {
		r, err := recur.ParseRule(in, nil)
		if err != nil {
			if mapi.CodeOf(err) != mapi.ErrCorruptData {
				t.Fatal(err)
			}
			return
		}
		again, err := recur.ParseRule(r.String(), nil)
		if err != nil || again.String() != r.String() {
			t.Fatalf("%q becomes %q: %v", r.String(), again.String(), err)
		}
		start := time.Unix(unix%4_000_000_000, 0).In(berlin)
		var list []time.Time
		for i := range r.Between(start, time.Time{}, start.AddDate(3, 0, 0)) {
			if len(list) > 0 && !i.After(list[len(list)-1]) {
				t.Fatalf("%v after %v", i, list[len(list)-1])
			}
			if list = append(list, i); len(list) == 20 {
				break
			}
		}
		if len(list) > 0 {
			last := list[len(list)-1]
			for i := range r.Between(start, last, time.Time{}) {
				if !i.Equal(last) {
					t.Fatalf("the window at %v begins with %v", last, i)
				}
				break
			}
		}
		inOutlook(t, &recur.Set{Start: start.Truncate(time.Minute), Duration: time.Hour, Rules: []recur.Rule{r}})
	})
}

// inOutlook checks that a structure has the instances of a series, unless it tells that
// it cannot say them.
func inOutlook(t *testing.T, s *recur.Set) {
	a, err := recur.NewAppointment(s, nil)
	if err != nil {
		if mapi.CodeOf(err) != mapi.ErrNoSupport {
			t.Fatal(err)
		}
		return
	}
	read, err := recur.ParseAppointment(a.Bytes())
	if err != nil || read.Damaged {
		t.Fatalf("%x: %v", a.Bytes(), err)
	}
	back, err := read.Set(s.Start.Location())
	if err != nil {
		t.Fatal(err)
	}
	list := func(s *recur.Set) (list []time.Time) {
		for i := range s.Between(s.Start, s.Start.AddDate(4, 0, 0)) {
			if list = append(list, i.Start, i.End); len(list) == 100 {
				break
			}
		}
		return list
	}
	if want, got := list(s), list(&back); !slices.EqualFunc(want, got, time.Time.Equal) {
		t.Fatalf("%v of %v became %v of %v", want, s.Rules, got, back.Rules)
	}
}

const simple = "04300430" + "0b200100" + "0000c021" + "0000" + "01000000" + "00000000" + "32000000" + "22200000" + "0c000000" + "00000000" +
	"01000000" + "a096bc0c" + "01000000" + "a096bc0c" + "c032bc0c" + "a0a6bc0c" + "06300000" + "09300000" + "58020000" + "76020000" + "0100" +
	"3499bc0c" + "5299bc0c" + "f898bc0c" + "1100" + "03000200" + "6869" + "02000100" + "61" + "00000000" + "04000000" + "00000000" + "00000000" +
	"3499bc0c" + "5299bc0c" + "f898bc0c" + "0200" + "68006900" + "0100" + "6100" + "00000000" + "00000000"

// What is written is read as the same, and its series is found.
func FuzzAppointment(f *testing.F) {
	blob, err := hex.DecodeString(simple)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(blob)
	f.Add(blob[:80])
	f.Add([]byte{})
	berlin := location(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, in []byte) {
		a, err := recur.ParseAppointment(in)
		if err != nil {
			if c := mapi.CodeOf(err); c != mapi.ErrCorruptData && c != mapi.ErrNotFound {
				t.Fatal(err)
			}
			return
		}
		out := a.Bytes()
		again, err := recur.ParseAppointment(out)
		if err != nil || again.Damaged || string(again.Bytes()) != string(out) {
			t.Fatalf("%x becomes %x: %v", in, out, err)
		}
		s, err := a.Set(berlin)
		if err != nil {
			if mapi.CodeOf(err) != mapi.ErrNoSupport {
				t.Fatal(err)
			}
			return
		}
		n := 0
		for range s.Between(s.Start, s.Start.AddDate(2, 0, 0)) {
			if n++; n == 50 {
				break
			}
		}
		if s.Rules[0].Count > 100_000 {
			return
		}
		b, err := recur.NewAppointment(&s, &recur.PatternOptions{Approximate: true})
		if err != nil {
			if mapi.CodeOf(err) != mapi.ErrNoSupport {
				t.Fatal(err)
			}
			return
		}
		if _, err := recur.ParseAppointment(b.Bytes()); err != nil {
			t.Fatal(err)
		}
	})
}
