package meeting_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/freebusy"
	"github.com/okapi-mail/okapi/ical/meeting"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
)

// TestSeriesInProse applies the steps of series that were sent and rescheduled, and
// compares the instances after each with what the prose beside it says.
func TestSeriesInProse(t *testing.T) {
	dir := filepath.Join(mapitest.Corpus(t), "ics/ccs-calendarserver/recurrance")
	line := regexp.MustCompile(`(\d\d)/(\d\d)/05\s+(\d\d)(\d\d)-(\d\d)(\d\d)`)
	who := meeting.Person{Address: "iCalParticipant@coffeebean.com"}
	compared := 0
	for _, series := range []string{"Test-01", "Test-02", "Test-03"} {
		var calendar *mapi.Message
		var want []string
		for step := 'A'; step <= 'E'; step++ {
			name := series + string(step)
			text, err := os.ReadFile(filepath.Join(dir, name+".txt"))
			if err != nil {
				break
			}
			if found := line.FindAllStringSubmatch(string(text), -1); found != nil {
				want = nil
				for _, f := range found {
					want = append(want, f[1]+"-"+f[2]+" "+f[3]+":"+f[4]+"-"+f[5]+":"+f[6])
				}
			}
			file, err := os.ReadFile(filepath.Join(dir, name+".ics"))
			require.NoError(t, err)
			list, err := ical.Decode(strings.NewReader(string(file)), nil)
			require.NoError(t, err)
			for _, m := range list {
				r := meeting.Apply(m, calendar, who, at("2005-04-10 10:00"))
				require.NotEqual(t, meeting.Ignore, r.Action, "%s: %v", name, r.Reason)
				calendar = r.Calendar
			}
			var got []string
			zone := freebusy.ZoneOf(calendar, nil)
			require.NotNil(t, zone)
			for i := range freebusy.Instances(calendar, at("2005-01-01 00:00"), at("2006-01-01 00:00"), nil) {
				got = append(got, i.Start.In(zone.Location()).Format("01-02 15:04")+i.End.In(zone.Location()).Format("-15:04"))
			}
			require.Len(t, want, 5)
			assert.Equal(t, want, got, name)
			compared++
		}
	}
	t.Logf("%d steps compared", compared)
}
