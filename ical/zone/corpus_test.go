package zone_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-ical"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/zone"
	"github.com/okapi-mail/okapi/mapi/mapitest"
)

// timezones are the VTIMEZONE components of a calendar file, read with no more than
// this test needs.
func timezones(text string) (list []*ical.Component) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\n ", ""), "\n\t", "")
	var stack []*ical.Component
	for _, line := range strings.Split(text, "\n") {
		head, value, _ := strings.Cut(line, ":")
		name, _, _ := strings.Cut(head, ";")
		value = strings.TrimSpace(value)
		switch name = strings.ToUpper(name); {
		case name == "BEGIN":
			c := ical.NewComponent(strings.ToUpper(value))
			if n := len(stack); n > 0 {
				stack[n-1].Children = append(stack[n-1].Children, c)
			}
			stack = append(stack, c)
		case len(stack) == 0:
		case name == "END":
			c := stack[len(stack)-1]
			if stack = stack[:len(stack)-1]; c.Name == "VTIMEZONE" {
				list = append(list, c)
			}
		default:
			stack[len(stack)-1].Props.Add(&ical.Prop{Name: name, Value: value})
		}
	}
	return list
}

// Every VTIMEZONE of the corpus is understood, and is the same zone after it was
// written.
func TestCorpusTimezones(t *testing.T) {
	r := zone.NewResolver(nil)
	var total, broken, known, matched, own int
	err := filepath.WalkDir(mapitest.Corpus(t, "ics"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".ics") {
			return err
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, c := range timezones(string(text)) {
			total++
			tz := zone.FromComponent(c, nil)
			z, err := tz.Zone()
			if err != nil {
				t.Logf("%s: %s: %v", path, tz.ID, err)
				broken++
				continue
			}
			back, err := zone.FromComponent(tz.Component(), nil).Zone()
			require.NoError(t, err)
			require.True(t, zone.Same(z, back, 1950, 2060), "%s: %s", path, tz.ID)
			anew, err := z.Timezone(2000, 2040).Zone()
			require.NoError(t, err)
			require.True(t, zone.Same(z, anew, 2000, 2040), "%s: %s", path, tz.ID)
			found, err := r.Timezone(tz.ID, tz)
			require.NoError(t, err)
			require.True(t, zone.Same(z, found, 2020, 2035), "%s: %s", path, tz.ID)
			switch {
			case found.IANA() != "":
				known++
			case found.Windows() != "":
				matched++
			default:
				own++
			}
		}
		return nil
	})
	require.NoError(t, err)
	t.Logf("%d components: %d a known zone, %d with the id of one, %d for themselves, %d without use", total, known, matched, own, broken)
	require.Greater(t, known+matched, 200)
}
