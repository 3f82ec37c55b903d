package store

import (
	"context"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/content"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// Stats are the totals of a mailbox.
type Stats struct {
	Folders    int64 // live ones, the root included
	Messages   int64 // live normal ones
	Unread     int64
	Associated int64
	Deleted    int64 // soft-deleted messages that can be restored
	Size       int64 // bytes of the live messages, shared contents counted in full
	Named      int64 // named properties in the mapping
	Change     mapi.ChangeNumber
}

// Stats adds up the counters of the mailbox's folders.
func (b *Mailbox) Stats(ctx context.Context) (Stats, error) {
	var s Stats
	err := b.view(ctx, func(r driver.Reader) error {
		s = Stats{}
		h, err := b.readHeader(r)
		if err != nil {
			return err
		}
		s.Size, s.Named, s.Change = h.Size, int64(h.NextNamed-firstNamed), mapi.ChangeNumber(h.Change)
		return scanSealed(r, b.space.Kind(rowkey.KindFolder), func(k, v []byte) error {
			rec, err := rowkey.ParseFolder(v)
			if err != nil {
				return err
			}
			c, err := b.readCounters(r, rowkey.LastID(k))
			if err != nil {
				return err
			}
			if rec.Deleted {
				s.Deleted += c.Content + c.Associated + c.Deleted
				return ctx.Err()
			}
			s.Folders++
			s.Messages += c.Content
			s.Unread += c.Unread
			s.Associated += c.Associated
			s.Deleted += c.Deleted
			return ctx.Err()
		})
	})
	return s, fail("store.Mailbox.Stats", err)
}

// StoreStats are the totals of a store.
type StoreStats struct {
	Mailboxes  int64
	Contents   int64 // shared contents, over all tenants
	Stored     int64 // bytes they take
	Referenced int64 // bytes they would take if nothing were shared
}

// Stats returns the totals of the store.
func (s *Store) Stats(ctx context.Context) (StoreStats, error) {
	var total StoreStats
	infos, err := s.directory(ctx)
	if err != nil {
		return total, fail("store.Store.Stats", err)
	}
	pools := map[rowkey.Space]bool{}
	for _, info := range infos {
		if !info.Deleted {
			total.Mailboxes++
		}
		pools[info.Pool] = true
	}
	err = s.view(ctx, func(r driver.Reader) error {
		for space := range pools {
			ps, err := s.pool(space).Stats(r)
			if err != nil {
				return err
			}
			total.Contents += ps.Contents
			total.Stored += ps.Stored
			total.Referenced += ps.Referenced
		}
		return nil
	})
	return total, fail("store.Store.Stats", err)
}

// Checkpoint writes a copy of the store as of now to the directory dst, which
// must not exist, while others go on; it can be opened like the original. It
// reports mapi.ErrNoSupport on a backend that has no files.
func (s *Store) Checkpoint(ctx context.Context, dst string) error {
	const op = "store.Store.Checkpoint"
	c, ok := s.db.(driver.Checkpointer)
	if !ok {
		return fail(op, fmt.Errorf("%w: %T has no checkpoints", mapi.ErrNoSupport, s.db))
	}
	return fail(op, c.Checkpoint(ctx, dst))
}

// Compact gives space back to the backend's system where it can. It may take
// long; others go on.
func (s *Store) Compact(ctx context.Context) error {
	c, ok := s.db.(driver.Compactor)
	if !ok {
		return nil
	}
	return fail("store.Store.Compact", c.Compact(ctx))
}

// A CollectReport says what Collect removed.
type CollectReport struct {
	References int64 // that no message used
	Contents   int64 // that had no reference left
	Bytes      int64
}

// Collect removes contents that crashes have left without a message. It reads the
// references of all tenants; run it now and then. Others go on.
func (s *Store) Collect(ctx context.Context) (CollectReport, error) {
	const op = "store.Store.Collect"
	var report CollectReport
	infos, err := s.directory(ctx)
	if err != nil {
		return report, fail(op, err)
	}
	boxes, pools := map[uint64]*Mailbox{}, map[rowkey.Space]bool{}
	for _, info := range infos {
		if !info.Deleted {
			boxes[uint64(info.Space)] = s.mailbox(info)
		}
		pools[info.Pool] = true
	}
	owners := map[uint64]map[uint64]bool{} // by mailbox: who refers to contents
	alive := func(ctx context.Context, _ content.Digest, ref content.Ref) (bool, error) {
		box := boxes[ref.Mailbox]
		if box == nil { // perhaps made since the directory was read
			var err error
			if box, err = s.mailboxAt(ctx, rowkey.Space(ref.Mailbox)); box == nil || err != nil {
				return err != nil, err
			}
			boxes[ref.Mailbox] = box
		}
		return box.owns(ctx, owners, ref.Object)
	}
	for space := range pools {
		sr, err := s.pool(space).Sweep(ctx, content.SweepOptions{Alive: alive})
		report.References += sr.Refs
		report.Contents += sr.Contents
		report.Bytes += sr.Bytes
		if err != nil {
			return report, fail(op, err)
		}
	}
	return report, nil
}

// mailboxAt returns the mailbox of a space; nil when it has none.
func (s *Store) mailboxAt(ctx context.Context, space rowkey.Space) (*Mailbox, error) {
	var box *Mailbox
	err := s.view(ctx, func(r driver.Reader) error {
		v, err := getSealed(r, mailboxKey(space))
		if err != nil || v == nil {
			return err
		}
		info, err := rowkey.ParseMailbox(v)
		if err == nil && !info.Deleted {
			box = s.mailbox(info)
		}
		return err
	})
	return box, err
}

// owns reports whether a message of the mailbox, or a release that was not
// carried out yet, has the owner.
func (b *Mailbox) owns(ctx context.Context, known map[uint64]map[uint64]bool, owner uint64) (bool, error) {
	if set := known[uint64(b.space)]; set != nil && set[owner] {
		return true, nil
	}
	// Not known when the mailbox was last looked at: it may have come since.
	set := map[uint64]bool{}
	err := b.view(ctx, func(r driver.Reader) error { return b.eachOwner(ctx, r, func(o uint64) { set[o] = true }) })
	known[uint64(b.space)] = set
	return set[owner], err
}
