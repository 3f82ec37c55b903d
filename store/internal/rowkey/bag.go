package rowkey

import (
	"encoding/binary"

	"github.com/okapi-mail/okapi/mapi"
)

// AppendBag writes the properties of a bag in their order.
func (c *Codec) AppendBag(b []byte, bag *mapi.Properties) ([]byte, error) {
	b = binary.AppendUvarint(b, uint64(bag.Len()))
	var err error
	for p, v := range bag.All() {
		if b, err = c.AppendProperty(b, p, v); err != nil {
			return b, err
		}
	}
	return b, nil
}

// ParseBag reads a bag.
func (c *Codec) ParseBag(b []byte) (mapi.Properties, error) {
	r := &reader{b: b}
	bag := c.bag(r)
	return bag, r.done()
}

func (c *Codec) bag(r *reader) mapi.Properties {
	var bag mapi.Properties
	n := r.count()
	bag.Grow(min(n, 256))
	for range n {
		p, v := c.property(r)
		if r.err != nil {
			break
		}
		if err := mapi.CheckValue(p.Type, v); err != nil {
			r.fail("property of the wrong type")
			break
		}
		before := bag.Len()
		if bag.Set(p, v); bag.Len() == before {
			r.fail("property that is there twice") // whoever stops early takes the other one
			break
		}
	}
	return bag
}
