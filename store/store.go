package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/content"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
	"github.com/okapi-mail/okapi/store/notify"
)

// Options are what a program may set when it opens a store. A nil *Options and
// the zero value mean the defaults.
type Options struct {
	// Logger receives what an operator acts on. Default: nothing is logged.
	Logger *slog.Logger

	// Now is the source of every timestamp that the store writes. The store's own
	// calls of it never overlap, so a test's clock needs no lock for them; work in
	// the background, such as building an index, does not look at it.
	// Default: time.Now.
	Now func() time.Time

	// NewID makes identifiers: of mailboxes, search keys, owners of contents.
	// No two calls may return the same one; as those of Now, they never overlap.
	// Default: random.
	NewID func() mapi.GUID

	// Gates are asked, in this order, before each transaction commits.
	Gates []Gate

	// MaxNamedProperties bounds the named-property mapping of each mailbox.
	// Named properties beyond it are kept under their full names, so nothing is
	// lost, but have no id. Default and maximum: 32766.
	MaxNamedProperties int

	// DeliveryMemory is how long a delivery id is remembered; see
	// [AddOptions.DeliveryID]. Default: 7 days.
	DeliveryMemory time.Duration
}

func (o *Options) withDefaults() Options {
	var c Options
	if o != nil {
		c = *o
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	} else {
		c.Now = oneAtATime(c.Now)
	}
	if c.NewID == nil {
		c.NewID = randomID
	} else {
		c.NewID = oneAtATime(c.NewID)
	}
	if c.MaxNamedProperties <= 0 || c.MaxNamedProperties > maxNamed {
		c.MaxNamedProperties = maxNamed
	}
	if c.DeliveryMemory == 0 {
		c.DeliveryMemory = 7 * 24 * time.Hour
	}
	return c
}

func oneAtATime[T any](fn func() T) func() T {
	var mu sync.Mutex
	return func() T {
		mu.Lock()
		defer mu.Unlock()
		return fn()
	}
}

func randomID() (g mapi.GUID) {
	rand.Read(g[:])
	return g
}

// A Store holds mailboxes on one backend. It is safe for concurrent use.
type Store struct {
	db   driver.DB
	opts Options
	id   mapi.GUID
	hub  *notify.Hub

	buffers buffers
	recent  recentBoxes
	turn    atomic.Uint64 // of transactions; begins at random: no other process has the same

	sizes   viewSizes
	filling chan struct{} // has a place for each build that may keep entries in memory

	// naming lets one caller at a time make or delete the mailbox of a name.
	naming driver.Locks

	// uncertain: the backend may not know whether a commit happened.
	uncertain bool

	ctx      context.Context // ends when the store closes; for background builds only
	stop     context.CancelFunc
	builders sync.WaitGroup

	mu    sync.Mutex
	boxes map[rowkey.Space]*Mailbox
	pools map[rowkey.Space]*content.Pool
}

// New opens the store on db, or makes a new one when db is empty. The store owns
// db from then on and closes it. Backends call New: programs call
// pebblestore.Open or memstore.New.
//
// It reports mapi.ErrVersion when the store was written by a newer format.
func New(db driver.DB, opts *Options) (*Store, error) {
	s := &Store{db: db, opts: opts.withDefaults(), hub: notify.New(), sizes: usualSizes, filling: make(chan struct{}, maxFilling),
		boxes: map[rowkey.Space]*Mailbox{}, pools: map[rowkey.Space]*content.Pool{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	nonce := s.opts.NewID()
	s.turn.Store(binary.BigEndian.Uint64(nonce[:8]) ^ binary.BigEndian.Uint64(nonce[8:])<<20)
	if u, ok := db.(driver.Uncertain); ok {
		s.uncertain = u.Uncertain()
	}
	if err := s.loadHeader(); err != nil {
		return nil, fail("store.New", err)
	}
	return s, nil
}

func (s *Store) loadHeader() error {
	key := rowkey.Directory.Header()
	return s.updateDirectory(context.Background(), func(tx driver.Tx) error {
		v, err := getSealed(tx, key)
		if err != nil {
			return err
		}
		if v == nil {
			if err := checkEmpty(tx); err != nil {
				return err
			}
			s.id = s.opts.NewID()
			h := rowkey.Store{Version: rowkey.FormatVersion, ID: s.id, NextSpace: 1}
			return tx.Put(key, rowkey.Seal(key, h.Append(nil)))
		}
		h, err := rowkey.ParseStore(v)
		if err != nil {
			return err
		}
		if h.Version > rowkey.FormatVersion {
			return fmt.Errorf("%w: stored format %d, this library knows %d", mapi.ErrVersion, h.Version, rowkey.FormatVersion)
		}
		s.id = h.ID
		return nil
	})
}

// checkEmpty makes sure that a store without header is a new one.
func checkEmpty(r driver.Reader) error {
	empty := true
	err := r.Scan(nil, nil, false, func(_, _ []byte) bool {
		empty = false
		return false
	})
	if err == nil && !empty {
		err = fmt.Errorf("%w: the header of the store is missing", mapi.ErrCorruptData)
	}
	return err
}

// ID is the identity of the store, given when it was made.
func (s *Store) ID() mapi.GUID { return s.id }

// Close ends the store: background work stops, subscriptions end, the backend is
// closed. Changes of messages that were not saved are gone.
func (s *Store) Close() error {
	s.mu.Lock()
	s.stop() // no builder starts from here on
	s.mu.Unlock()
	s.builders.Wait()
	s.hub.Close()
	return fail("store.Store.Close", s.db.Close())
}

// Sync returns when everything committed so far, also with
// [AddOptions.Relaxed], survives a power loss.
func (s *Store) Sync(ctx context.Context) error {
	return fail("store.Store.Sync", s.db.Sync(ctx))
}

// mailbox returns the one Mailbox of a space.
func (s *Store) mailbox(info rowkey.Mailbox) *Mailbox {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.boxes[info.Space]
	if b == nil {
		b = newMailbox(s, info)
		s.boxes[info.Space] = b
	}
	return b
}

func (s *Store) pool(space rowkey.Space) *content.Pool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pools[space]
	if p == nil {
		p = content.New(s.db, space.Prefix(), &content.Options{Now: s.opts.Now})
		s.pools[space] = p
	}
	return p
}

// view runs fn on a snapshot.
func (s *Store) view(ctx context.Context, fn func(driver.Reader) error) error {
	snap, err := s.db.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer snap.Close()
	return fn(snap)
}

// getSealed reads a sealed record; nil when it is absent.
func getSealed(r driver.Reader, key []byte) ([]byte, error) {
	v, err := r.Get(key)
	if err != nil || v == nil {
		return nil, err
	}
	return rowkey.Open(key, v)
}

// scanSealed yields the sealed records whose keys begin with prefix.
func scanSealed(r driver.Reader, prefix []byte, yield func(key, payload []byte) error) error {
	var inner error
	err := r.Scan(prefix, rowkey.After(prefix), false, func(k, v []byte) bool {
		var p []byte
		if p, inner = rowkey.Open(k, v); inner == nil {
			inner = yield(k, p)
		}
		return inner == nil
	})
	return errors.Join(inner, err)
}
