// Package fold makes keys of zone names, so that one name is found however it is
// written.
package fold

import "strings"

// Name folds an id: letters without case, every blank one blank.
func Name(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(s), " "))
}

// Display folds what a program shows: the offset in front and all punctuation are
// left out, because "(UTC+01:00) Paris, Madrid" was "(GMT+01.00) Paris/Madrid" once.
func Display(s string) string {
	if rest, ok := strings.CutPrefix(s, "("); ok {
		if _, after, ok := strings.Cut(rest, ")"); ok {
			s = after
		}
	}
	var b strings.Builder
	gap := false
	for _, r := range s {
		switch {
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r >= 0x80, r == '+', r == '-':
		default:
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(r)
	}
	return b.String()
}
