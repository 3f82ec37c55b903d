package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// A directoryChecker checks the directory of a store, and that every record
// belongs to something that is in it.
type directoryChecker struct {
	r      driver.Reader
	ctx    context.Context
	report *CheckReport

	header *rowkey.Store
	pools  map[string]rowkey.Space // by tenant
	spaces map[rowkey.Space]bool   // that belong to somebody
	named  map[rowkey.Space]bool   // mailboxes that a name leads to
}

func (s *Store) checkDirectory(ctx context.Context, r driver.Reader, infos []rowkey.Mailbox, report *CheckReport) error {
	c := directoryChecker{r: r, ctx: ctx, report: report, pools: map[string]rowkey.Space{},
		spaces: map[rowkey.Space]bool{rowkey.Directory: true}, named: map[rowkey.Space]bool{}}
	for _, info := range infos {
		c.named[info.Space] = true
		c.spaces[info.Space], c.spaces[info.Pool] = true, true
	}
	if err := c.records(); err != nil {
		return err
	}
	for _, info := range infos {
		if c.pools[info.Tenant] != info.Pool {
			c.report.add("mailbox %q has contents in space %d, its tenant in %d", info.Name, info.Pool, c.pools[info.Tenant])
		}
	}
	return c.strays()
}

// records verifies the records of the directory itself.
func (c *directoryChecker) records() error {
	prefix := rowkey.Directory.Prefix()
	err := c.r.Scan(prefix, rowkey.After(prefix), false, func(k, v []byte) bool {
		if err := c.record(k, v); err != nil {
			c.report.add("directory: %v", err)
		}
		return c.ctx.Err() == nil
	})
	switch {
	case err != nil:
		return err
	case c.header == nil:
		c.report.add("the header of the store is missing")
		return c.ctx.Err()
	}
	for space := range c.spaces {
		if uint64(space) >= c.header.NextSpace {
			c.report.add("space %d was not given out", space)
		}
	}
	return c.ctx.Err()
}

func (c *directoryChecker) record(k, v []byte) error {
	payload, err := rowkey.Open(k, v)
	if err != nil {
		return err
	}
	switch kind := k[len(rowkey.Directory.Prefix())]; kind {
	case rowkey.KindHeader:
		h, err := rowkey.ParseStore(payload)
		c.header = &h
		return err
	case rowkey.KindPool:
		space := rowkey.Space(rowkey.LastID(payload))
		c.pools[string(k[len(rowkey.Directory.Kind(kind)):])] = space
		c.spaces[space] = true
	case rowkey.KindMailbox:
		info, err := rowkey.ParseMailbox(payload)
		if err == nil && !c.named[info.Space] {
			err = fmt.Errorf("%w: no name leads to mailbox %q", mapi.ErrCorruptData, info.Name)
		}
		return err
	case rowkey.KindMailboxName: // read before
	default:
		return fmt.Errorf("%w: a record of unknown kind %q", mapi.ErrCorruptData, kind)
	}
	return nil
}

// strays finds records that belong to no mailbox and no pool. It looks at the
// first one of each space only.
func (c *directoryChecker) strays() error {
	return eachPrefix(c.r, nil, nil, len(rowkey.Directory.Prefix()), func(prefix []byte) error {
		if len(prefix) < 8 {
			c.report.add("a record with the key %x", prefix)
			return c.ctx.Err()
		}
		if space := rowkey.Space(binary.BigEndian.Uint64(prefix)); !c.spaces[space] {
			c.report.add("there are records in space %d, which belongs to nobody", space)
		}
		return c.ctx.Err()
	})
}

// eachPrefix visits the different beginnings of n bytes that the keys in
// lo ≤ key < hi have. A key that is shorter is visited as a whole.
func eachPrefix(r driver.Reader, lo, hi []byte, n int, visit func([]byte) error) error {
	for {
		var prefix []byte
		err := r.Scan(lo, hi, false, func(k, _ []byte) bool {
			prefix = bytes.Clone(k[:min(len(k), n)])
			return false
		})
		if err != nil || prefix == nil {
			return err
		}
		if err := visit(prefix); err != nil {
			return err
		}
		if len(prefix) < n {
			lo = append(prefix, 0)
		} else if lo = rowkey.After(prefix); lo == nil {
			return nil
		}
	}
}

// indexes verifies that there is no index which its folder does not know.
func (c *checker) indexes() error {
	kind := c.box.space.Kind(rowkey.KindIndex)
	return eachPrefix(c.r, kind, rowkey.After(kind), len(c.box.space.Index(0, 0, 0)), func(prefix []byte) error {
		if !c.kept[string(prefix)] {
			c.add("index %x is not kept by its folder", prefix[len(kind):])
		}
		return c.ctx.Err()
	})
}

// deliveries verifies that deliveries are remembered by id and by time.
func (c *checker) deliveries() error {
	byID, byTime := 0, 0
	err := scanSealed(c.r, c.box.space.Kind(rowkey.KindDelivery), func(_, v []byte) error {
		byID++
		return c.ctx.Err()
	})
	if err := c.problem("deliveries", err); err != nil {
		return err
	}
	times := c.box.space.Kind(rowkey.KindDeliveryAt)
	err = scanSealed(c.r, times, func(k, _ []byte) error {
		byTime++
		id := k[min(len(times)+8, len(k)):]
		v, err := c.r.Get(c.box.deliveryKey(string(id)))
		if err == nil && v == nil {
			c.add("delivery %q is not remembered by its id", id)
		}
		return err
	})
	if byID != byTime && err == nil {
		c.add("%d deliveries are remembered by id, %d by time", byID, byTime)
	}
	return c.problem("deliveries", err)
}
