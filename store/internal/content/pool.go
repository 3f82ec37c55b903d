// Package content keeps the large values of one tenant's mailboxes: bodies and
// attachments. Equal contents are stored once and live as long as somebody
// refers to them.
//
// A [Pool] is a key space of its own, beside the mailboxes. Since a transaction
// writes either the pool or a mailbox, using a content takes steps, each of
// which may be repeated:
//
//	claim := pool.Claim(ref)              // nothing of it is swept from now on
//	defer claim.Done()
//	contents, err := claim.Put(ctx, v...) // stored and referenced
//	… commit the mailbox that mentions contents and ref …
//
// The pool commits relaxed: commits are durable in order, so that the mailbox's
// durable commit makes the pool's durable too. To let go of contents the caller
// commits the mailbox first, with a note of what is to be done, then calls
// [Pool.Release], then clears the note. A crash between the steps leaves at
// worst a reference that nobody uses; [Pool.Sweep] finds those.
//
// # Stored format
//
// Keys, after the pool's prefix, with integers most significant byte first:
//
//	'h'                                  next content id, totals
//	'd' digest[32]                       content id, size, chunk size
//	'r' digest[32] mailbox[8] object[8]  when the reference was put
//	'c' id[8] index[4]                   a chunk of the content's bytes
//	's' id[8]                            when the staging of id began
//
// Values are varints or the chunk's bytes, followed by the CRC-32C of key and
// value.
package content

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"github.com/okapi-mail/okapi/store/driver"
)

// A Digest is the SHA-256 of a content, and its name in the pool.
type Digest [32]byte

// String returns the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// A Content is what a message keeps instead of the bytes.
type Content struct {
	Digest Digest
	Size   int64 // bytes
}

// A Ref says who uses a content. Putting the same one twice is no error; it
// counts once.
type Ref struct {
	Mailbox uint64

	// Object names one use by one message and is kept in the message beside the
	// digest. Every attempt to save has a number of its own, which does not come
	// again: otherwise the delayed Release of a former save would take away what
	// a later one relies on.
	Object uint64
}

// Options are what a pool takes from its surroundings. The zero value and nil
// mean the defaults.
type Options struct {
	// Now gives the time that is noted with references and stagings, so that
	// Sweep can leave young ones alone. Default: time.Now.
	Now func() time.Time
}

// A Pool holds the large contents of one tenant. It is safe for concurrent use.
// A process has one Pool for a prefix of a DB, since it keeps in memory what is
// in flight.
type Pool struct {
	db     driver.DB
	prefix []byte
	now    func() time.Time

	mu      sync.Mutex
	claimed map[Ref]int         // claims not yet done
	staged  map[uint64]struct{} // content ids being staged
}

// New returns the pool of db whose keys start with prefix, which no mailbox's
// prefix may contain or be contained in. It reads and writes nothing.
func New(db driver.DB, prefix []byte, opts *Options) *Pool {
	p := &Pool{
		db:      db,
		prefix:  bytes.Clone(prefix),
		now:     time.Now,
		claimed: make(map[Ref]int),
		staged:  make(map[uint64]struct{}),
	}
	if opts != nil && opts.Now != nil {
		p.now = opts.Now
	}
	return p
}

// Stats are the totals of a pool.
type Stats struct {
	Contents   int64 // distinct contents
	Stored     int64 // their bytes
	Refs       int64
	Referenced int64 // bytes as if every reference had a copy of its own
}

// Stats reads the totals.
func (p *Pool) Stats(r driver.Reader) (Stats, error) {
	h, err := p.readHeader(r)
	return h.Stats, err
}

// How often a step is repeated when the driver cannot tell whether it took
// effect. Every step may be repeated.
const maxUnknown = 5

// update runs fn in a transaction over the pool. fn may run several times.
func (p *Pool) update(ctx context.Context, fn func(*work) error) error {
	write := driver.Write{Mailbox: p.prefix, Relaxed: true}
	var err error
	for attempt := range maxUnknown {
		err = p.db.Update(ctx, write, func(tx driver.Tx) error {
			w, err := p.begin(tx)
			if err != nil {
				return err
			}
			w.again = attempt > 0
			if err := fn(w); err != nil {
				return err
			}
			return w.end()
		})
		if !errors.Is(err, driver.ErrUnknown) {
			break
		}
	}
	return damaged(err)
}

// claimedNow reports whether a claim on ref is in flight in this process.
func (p *Pool) claimedNow(ref Ref) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.claimed[ref] > 0
}

func (p *Pool) stagedNow(id uint64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, ok := p.staged[id]
	return ok
}

// setStaged replaces the id under way, of which 0 is none.
func (p *Pool) setStaged(was, is uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.staged, was)
	if is != 0 {
		p.staged[is] = struct{}{}
	}
}
