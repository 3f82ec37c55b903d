package zone

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/okapi-mail/okapi/mapi"
)

// location makes a *time.Location of a course, by writing the TZif file (RFC 9636)
// that describes it: so every zone works with all that knows package time.
func (c *course) location(name string) (*time.Location, error) {
	type local struct {
		offset int
		dst    bool
		abbrev string
	}
	var kinds []local
	var names []byte
	kind := map[local]byte{}
	starts := map[string]byte{}
	begin := c.first
	begin.at = math.MinInt64
	all := append([]change{begin}, c.changes...)
	var times, indices []byte
	for _, ch := range all {
		l := local{ch.offset, ch.dst, ch.abbrev}
		if _, ok := kind[l]; !ok {
			if _, ok := starts[l.abbrev]; !ok {
				if len(names)+len(l.abbrev) >= 255 {
					return nil, fmt.Errorf("%w: too many names of time", mapi.ErrTooBig)
				}
				starts[l.abbrev] = byte(len(names))
				names = append(append(names, l.abbrev...), 0)
			}
			if len(kinds) == 255 {
				return nil, fmt.Errorf("%w: too many offsets", mapi.ErrTooBig)
			}
			kind[l] = byte(len(kinds))
			kinds = append(kinds, l)
		}
		times = binary.BigEndian.AppendUint64(times, uint64(ch.at))
		indices = append(indices, kind[l])
	}
	b := header(nil, 0, 0, 0) // the block of version 1, which nobody reads
	b = header(b, len(all), len(kinds), len(names))
	b = append(append(b, times...), indices...)
	for _, k := range kinds {
		dst := byte(0)
		if k.dst {
			dst = 1
		}
		b = append(binary.BigEndian.AppendUint32(b, uint32(int32(k.offset))), dst, starts[k.abbrev])
	}
	b = append(b, names...)
	b = append(b, '\n')
	b = append(append(b, c.forever...), '\n')
	return time.LoadLocationFromTZData(name, b)
}

func header(b []byte, times, kinds, names int) []byte {
	b = append(b, "TZif2"...)
	b = append(b, make([]byte, 15)...)
	for _, n := range []int{0, 0, 0, times, kinds, names} {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	return b
}
