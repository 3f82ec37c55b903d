package table

import "github.com/okapi-mail/okapi/store/driver"

// NewSmallIndex returns an index whose nodes hold few children, so that small sets
// make high trees. The least that works is 8.
func NewSmallIndex(prefix []byte, leaf, fan int) Index {
	return Index{prefix: prefix, leaf: int64(leaf), fan: int64(fan)}
}

// Height returns the number of levels that have records.
func (x Index) Height(r driver.Reader) int {
	rt, err := x.readRoot(r)
	if err != nil {
		panic(err)
	}
	return rt.height
}
