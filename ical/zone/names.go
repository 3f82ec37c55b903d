package zone

import (
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/zone/internal/fold"
)

//go:generate go run ./internal/gen -zone .

// A nameRow is a line of the generated tables, which are sorted by key.
type nameRow struct{ key, a, b string }

func lookup(rows []nameRow, key string) *nameRow {
	i, ok := slices.BinarySearchFunc(rows, key, func(r nameRow, k string) int { return strings.Compare(r.key, k) })
	if !ok {
		return nil
	}
	return &rows[i]
}

// ianaName is the right spelling of an IANA name and its Windows id, or "" for both.
func ianaName(name string) (iana, windows string) {
	if r := lookup(ianaNames[:], fold.Name(name)); r != nil {
		return r.a, r.b
	}
	return "", ""
}

// windowsName is the right spelling of a Windows id, or "".
func windowsName(id string) string {
	if r := lookup(windowsNames[:], fold.Name(id)+"/001"); r != nil {
		return r.a
	}
	return ""
}

// windowsZone is the IANA zone of a Windows id in a territory, or in general.
func windowsZone(id, territory string) string {
	for _, t := range []string{territory, "001"} {
		if r := lookup(windowsNames[:], fold.Name(id)+"/"+strings.ToUpper(t)); r != nil {
			first, _, _ := strings.Cut(r.b, " ")
			return first
		}
	}
	return ""
}

// displayed is the Windows id whose text, as Windows shows it, s is, or "".
func displayed(s string) string {
	if r := lookup(displayNames[:], fold.Display(s)); r != nil {
		return r.b
	}
	return ""
}
