package scale_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/internal/civil"
	"github.com/okapi-mail/okapi/ical/recur/internal/scale"
)

// TestYearsAreThoseOfICU compares years and the lengths of their months with a table that
// ICU made; see testdata/README.md.
func TestYearsAreThoseOfICU(t *testing.T) {
	f, err := os.Open("testdata/icu.txt")
	require.NoError(t, err)
	defer f.Close()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		name, rest, _ := strings.Cut(lines.Text(), " ")
		var number int
		_, err := fmt.Sscan(rest, &number)
		require.NoError(t, err)
		assert.Equal(t, lines.Text(), name+" "+text(scale.Of(name).Year(number)))
	}
	assert.Greater(t, n, 400)
}

func text(y scale.Year) string {
	year, month, day := civil.Date(y.First)
	s := fmt.Sprintf("%d %04d-%02d-%02d", y.Number, year, month, day)
	for _, m := range y.Months {
		s += fmt.Sprintf(" %d", m.Days)
		if m.Leap {
			s += "L"
		}
	}
	return s
}

func TestDaysAreInTheirYear(t *testing.T) {
	for _, name := range []string{"HEBREW", "ISLAMIC-CIVIL", "ISLAMIC-TBLA", "COPTIC", "ETHIOPIC", "INDIAN"} {
		c := scale.Of(name)
		for day := civil.Days(1, 1, 1); day < civil.Days(9999, 12, 31); day += 97 {
			y := c.Year(c.YearOf(day))
			require.True(t, y.First <= day && day < y.First+y.Days, name)
			m := y.Months[y.Month(day)]
			require.True(t, m.First <= day && day < m.First+m.Days, name)
			i := y.Find(m.Number, m.Leap)
			require.Equal(t, m, y.Months[i])
			last := y.Months[len(y.Months)-1]
			require.Equal(t, y.First+y.Days, last.First+last.Days, name)
		}
	}
}

func TestCalendarsOfTheSkyAreUnknown(t *testing.T) {
	for _, name := range []string{"CHINESE", "DANGI", "ISLAMIC", "ISLAMIC-UMALQURA", "PERSIAN", "GREGORIAN", ""} {
		assert.Nil(t, scale.Of(name), name)
	}
}
