package entity_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/rfc822/entity"
)

// A comment makes a date unusual without changing what it says.
func TestUsualDatesReadLikeAllOthers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	for range 50_000 {
		number := func(most, width int) string { return fmt.Sprintf("%0*d", width, r.IntN(most+1)) }
		date := fmt.Sprintf("%s, %s %s %s %s:%s:%s %s%s",
			pick("Mon", "Sun", "Sat", "sun", "Dec", "GMT"), pick(number(33, 2), number(9, 1)),
			pick("Jan", "Feb", "Sep", "Dec", "dec", "Sun", "Mai"), pick(number(9999, 4), "2024", "1601", "1600", "0024"),
			number(25, 2), number(60, 2), number(61, 2), pick("+", "-"), pick(number(2600, 4), "0000", "0230"))
		if r.IntN(10) == 0 {
			b := []byte(date)
			b[r.IntN(len(b))] = " :-+,09aZ"[r.IntN(9)]
			date = string(b)
		}
		got, ok := entity.ParseDate([]byte(date))
		want, wantOK := entity.ParseDate([]byte("()" + date))
		require.Equal(t, wantOK, ok, date)
		require.Equal(t, want, got, date)
	}
}
