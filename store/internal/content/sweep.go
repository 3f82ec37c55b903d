package content

import (
	"context"
	"encoding/binary"
	"slices"
	"time"

	"github.com/okapi-mail/okapi/store/driver"
)

// SweepOptions say what a sweep may remove.
type SweepOptions struct {
	// Alive reports whether the committed state of ref's mailbox mentions
	// digest under ref. It may be called twice for a reference, the second
	// time while the pool is locked: it must not write to the pool.
	Alive func(ctx context.Context, digest Digest, ref Ref) (bool, error)

	// Before spares what was put at this time or later, in full seconds: what
	// other processes have in flight. What this process has in flight is
	// spared anyway. The zero time spares nothing.
	Before time.Time
}

// A SweepReport says what a sweep removed.
type SweepReport struct {
	Refs     int64 // references that nobody used
	Contents int64 // contents that went with them
	Stagings int64 // contents that were never completed
	Bytes    int64 // of Contents
}

// sweepPage is how many records are looked at in one snapshot.
const sweepPage = 1000

// Sweep removes references that no message uses and stagings that were given
// up, as crashes leave them, in transactions of bounded size. Damaged records
// are left to Check. It may run beside all other work.
func (p *Pool) Sweep(ctx context.Context, opts SweepOptions) (SweepReport, error) {
	s := sweep{pool: p, SweepOptions: opts}
	if err := s.each(ctx, kindStaging, s.stagings); err != nil {
		return s.report, damaged(err)
	}
	return s.report, damaged(s.each(ctx, kindRef, s.refs))
}

type sweep struct {
	pool *Pool
	SweepOptions
	report SweepReport
}

// each calls visit with the keys of one kind that are old enough, page by page.
// No snapshot stays open while visit runs.
func (s *sweep) each(ctx context.Context, kind byte, visit func(context.Context, [][]byte) error) error {
	lo := s.pool.key(kind, 0)
	hi := driver.PrefixEnd(lo)
	for lo != nil {
		var keys [][]byte
		var err error
		if keys, lo, err = s.page(ctx, lo, hi); err != nil {
			return err
		}
		if err := visit(ctx, keys); err != nil {
			return err
		}
	}
	return nil
}

// page collects old keys from the next records, and says where to go on.
func (s *sweep) page(ctx context.Context, lo, hi []byte) (old [][]byte, next []byte, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	snap, err := s.pool.db.Snapshot(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer snap.Close()
	left := sweepPage
	err = snap.Scan(lo, hi, false, func(key, value []byte) bool {
		if left == 0 {
			next = append([]byte(nil), key...)
			return false
		}
		left--
		if s.old(key, value) {
			old = append(old, append([]byte(nil), key...))
		}
		return true
	})
	return old, next, err
}

// old reports whether a reference or a staging was put before Before.
func (s *sweep) old(key, sealed []byte) bool {
	value, err := unseal(key, sealed)
	if err != nil {
		return false
	}
	at, err := decodeTime(key, value)
	return err == nil && (s.Before.IsZero() || at.Before(s.Before.Truncate(time.Second)))
}

func (s *sweep) stagings(ctx context.Context, keys [][]byte) error {
	for _, key := range keys {
		rest := key[len(s.pool.prefix)+1:]
		if len(rest) != 8 {
			continue // damaged
		}
		if err := s.staging(ctx, key, binary.BigEndian.Uint64(rest)); err != nil {
			return err
		}
	}
	return nil
}

func (s *sweep) staging(ctx context.Context, key []byte, id uint64) error {
	p := s.pool
	if p.stagedNow(id) {
		return nil
	}
	var removed int64
	err := p.update(ctx, func(w *work) error {
		removed = 0
		if b, err := w.tx.Get(key); err != nil || b == nil || p.stagedNow(id) {
			return err // adopted meanwhile: the chunks are those of a content now
		}
		removed = 1
		return w.dropStaging(id)
	})
	s.report.Stagings += removed
	return err
}

// refs removes the dead ones of a page.
func (s *sweep) refs(ctx context.Context, keys [][]byte) error {
	var dead [][]byte
	for _, key := range keys {
		switch is, err := s.dead(ctx, key); {
		case err != nil:
			return err
		case is:
			dead = append(dead, key)
		}
	}
	for group := range slices.Chunk(dead, releaseGroup) {
		if err := s.remove(ctx, group); err != nil {
			return err
		}
	}
	return nil
}

// remove looks again inside the transaction, and that counts: whoever put the
// reference once more is either done, and Alive sees it, or has a claim, or
// waits for the pool and will put it after this.
func (s *sweep) remove(ctx context.Context, keys [][]byte) error {
	p := s.pool
	var before, after header
	err := p.update(ctx, func(w *work) error {
		before = w.head
		for _, key := range keys {
			if b, err := w.tx.Get(key); err != nil {
				return err
			} else if b == nil || !s.old(key, b) {
				continue
			}
			if dead, err := s.dead(ctx, key); err != nil {
				return err
			} else if !dead {
				continue
			}
			digest, ref, _ := p.parseRefKey(key)
			if err := w.unlink(digest, ref); err != nil {
				return err
			}
		}
		after = w.head
		return nil
	})
	if err != nil {
		return err
	}
	s.report.Refs += before.Refs - after.Refs
	s.report.Contents += before.Contents - after.Contents
	s.report.Bytes += before.Stored - after.Stored
	return nil
}

// dead reports whether nobody uses the reference at key. It asks in this order:
// a claim that is over when it is looked for has its outcome in the mailbox when
// Alive looks there. Damaged keys are not dead.
func (s *sweep) dead(ctx context.Context, key []byte) (bool, error) {
	digest, ref, err := s.pool.parseRefKey(key)
	if err != nil || s.pool.claimedNow(ref) {
		return false, nil
	}
	alive, err := s.Alive(ctx, digest, ref)
	return !alive, err
}
