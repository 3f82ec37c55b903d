package freebusy

import (
	"fmt"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
)

// maxDigits is what a string of digits may have: a year of minutes.
const maxDigits = 366 * 24 * 60

// Digits is a list of intervals as the merged free/busy string of Exchange Web
// Services and ActiveSync: a digit for each step of the window, which is 0 for free, 1
// tentative, 2 busy, 3 out of office, 4 working elsewhere. The strongest status of a
// step counts, however short. A last step that is cut off by the end of the window has
// a digit. ActiveSync has 4 for "no data" and knows no other place to work: map it to 0
// there. The error is mapi.ErrInvalidParameter for a step below a second, and for more
// than a year of minutes.
func Digits(list []Interval, from, to time.Time, step time.Duration) (string, error) {
	if step < time.Second || to.Before(from) {
		return "", fmt.Errorf("freebusy.Digits: step %v: %w", step, mapi.ErrInvalidParameter)
	}
	n := int((to.Sub(from) + step - 1) / step)
	if n > maxDigits {
		return "", fmt.Errorf("freebusy.Digits: %d steps: %w", n, mapi.ErrInvalidParameter)
	}
	digits := []byte(strings.Repeat("0", n))
	for _, i := range Clip(list, from, to) {
		first, last := int(i.Start.Sub(from)/step), int((i.End.Sub(from)+step-1)/step)
		for k := first; k < last && k < n; k++ {
			if strength(i.Status) > strength(mapi.BusyStatus(digits[k]-'0')) {
				digits[k] = '0' + byte(known(i.Status))
			}
		}
	}
	return string(digits), nil
}

// FromDigits is the inverse of [Digits]. Characters other than 0 to 4 are free.
func FromDigits(digits string, from time.Time, step time.Duration) []Interval {
	var list []Interval
	for k := 0; k < len(digits); k++ {
		if c := digits[k]; c >= '1' && c <= '4' {
			start := from.Add(time.Duration(k) * step)
			list = append(list, Interval{start, start.Add(step), mapi.BusyStatus(c - '0')})
		}
	}
	return Merge(list)
}
