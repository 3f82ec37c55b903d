package ical

import (
	"io"

	"github.com/okapi-mail/okapi/ical/line"
)

// Write writes components with their properties in order, folded and quoted as
// RFC 5545 wants. It checks nothing: also an incomplete component is written.
func Write(w io.Writer, components ...*Component) error {
	lw := line.NewWriter(w)
	for _, c := range components {
		c.write(lw)
	}
	return lw.Flush()
}
