// Package driver is what a storage backend provides to package store: an
// ordered key-value contract, small enough to implement in a few hundred lines.
//
// A backend stays dumb. It orders keys by their bytes, keeps a reader's
// snapshot still, serialises the writers of one mailbox and lets those of
// different mailboxes go in parallel. Everything MAPI lives above it, once, in
// package store.
//
// The promises below are checked by package store/drivertest, which a backend
// runs from its own tests; each sentence that promises something has a subtest
// there. Drivers may wrap drivers (store/faultdriver); wrappers run the suite
// too.
//
// # Optional powers
//
// A DB may also implement [Checkpointer], [Compactor] and [Uncertain]. Package
// store looks for them in one place and works without.
package driver

import (
	"context"
	"errors"
)

// Limits every backend meets, so that PostgreSQL, CockroachDB, TiKV and
// FoundationDB can stand underneath. Package store chunks above them.
const (
	MaxKey   = 767      // bytes of a key
	MaxValue = 60 << 10 // bytes of a value
	SoftSize = 1 << 20  // bytes of keys and values that one transaction should stay below
	SoftKeys = 1000     // keys that one transaction should stay below
)

// Errors a backend reports, possibly wrapped.
var (
	// ErrConflict: the transaction did not commit because another one got in
	// its way. Update retries by itself; it returns ErrConflict only when it
	// gave up.
	ErrConflict = errors.New("driver: conflicting transaction")

	// ErrUnknown: it cannot be told whether the transaction committed (the
	// connection broke while the answer was under way). Only a DB that is
	// [Uncertain] returns it.
	ErrUnknown = errors.New("driver: outcome of commit unknown")

	// ErrPoisoned: an earlier write or sync failed. What is on disk can no
	// longer be told from memory, so nothing is accepted until the store has
	// been opened again.
	ErrPoisoned = errors.New("driver: store must be reopened after a failed write")

	// ErrDamaged: stored bytes fail their checksum.
	ErrDamaged = errors.New("driver: stored data is damaged")

	// ErrInUse: another process, or this one, has the storage open already.
	ErrInUse = errors.New("driver: in use by another program")

	// ErrClosed: the DB, snapshot or transaction is over.
	ErrClosed = errors.New("driver: closed")

	// ErrTooBig: a key or a value exceeds MaxKey or MaxValue, or a key is empty.
	ErrTooBig = errors.New("driver: key or value too big")

	// ErrForeignKey: a transaction wrote a key outside the mailbox it named.
	ErrForeignKey = errors.New("driver: key outside the transaction's mailbox")
)

// A DB is an ordered map from keys to values, safe for concurrent use.
type DB interface {
	// Snapshot returns a read view of what was committed when it was called.
	// Later commits do not change it. The caller closes it.
	Snapshot(ctx context.Context) (Snapshot, error)

	// Update runs fn in a transaction and commits it when fn returns nil.
	// When fn returns an error or panics nothing of it is stored; Update returns
	// that error, findable with errors.Is, or panics on.
	//
	// Updates that name the same mailbox run one after the other, each seeing
	// what its predecessor committed; those of different mailboxes may run at
	// the same time. The driver may run fn several times (fn must start anew
	// each time), but the effect is that of one run.
	//
	// A commit is atomic, and visible to every Snapshot and Update begun after
	// it returned. Commits are durable in order: when a commit is durable, so is
	// every commit that returned before it began; that holds also for one that
	// wrote nothing. Others may see a commit shortly before it is durable. The
	// wait for the disk happens after the next writer of the mailbox was let
	// in, so that writers share it. A ctx that ends while Update waits for its
	// turn ends the wait with the context's error; once the commit is under way
	// it is no longer interrupted.
	Update(ctx context.Context, w Write, fn func(Tx) error) error

	// Sync returns when everything that was committed before is durable.
	Sync(ctx context.Context) error

	// Close waits for the calls under way, makes durable what was committed,
	// and releases the DB, the latter also when it reports an error: then
	// relaxed commits may be missing. Snapshots must have been closed before;
	// whatever is called afterwards reports ErrClosed. Closing twice is no
	// error.
	Close() error
}

// A Write says what an update is going to do.
type Write struct {
	// Mailbox is the prefix of every key the transaction writes, and names the
	// lock that orders it. It must not be empty (ErrForeignKey). Prefixes in
	// use never contain one another.
	Mailbox []byte

	// Relaxed lets Update return before the commit is durable: after power
	// loss it may be missing, along with all commits after it, but never a
	// part of it. The default is that the commit survives when Update returned.
	Relaxed bool
}

// A Reader reads a consistent state. Keys and values it returns must not be
// modified.
type Reader interface {
	// Get returns the value of key, or nil when key is absent; the value of a
	// present key is never nil, even when it is empty. It is valid until the
	// reader ends.
	Get(key []byte) ([]byte, error)

	// Scan calls yield with the keys lo ≤ key < hi in ascending byte order, or
	// in descending order when reverse is true, until yield returns false.
	// A nil hi means no upper bound. Key and value are valid only until yield
	// returns. yield may use the reader, also to Scan and, in a Tx, to write;
	// whether such writes show in the running scan is not defined.
	Scan(lo, hi []byte, reverse bool, yield func(key, value []byte) bool) error
}

// A Snapshot is a Reader of one moment, safe for concurrent use.
type Snapshot interface {
	Reader
	Close() error
}

// A Tx is a Reader that sees its own writes. It is used by one goroutine and
// ends with the function that received it; it may read keys of other mailboxes
// too. Arguments may be reused by the caller when a method has returned. A
// method that refuses a key or value leaves the transaction as it was.
type Tx interface {
	Reader
	Put(key, value []byte) error
	Delete(key []byte) error // deleting an absent key is no error

	// DeleteRange deletes lo ≤ key < hi, which must lie in the mailbox; hi may
	// be the PrefixEnd of the mailbox, and nil when that is nil. A range that
	// holds no key because lo ≥ hi is no error, wherever it lies.
	DeleteRange(lo, hi []byte) error
}

// A Checkpointer can write a consistent copy of itself cheaply. Package store
// reports mapi.ErrNoSupport where it is missing.
type Checkpointer interface {
	// Checkpoint writes a copy that Open accepts to dir, which must not exist.
	Checkpoint(ctx context.Context, dir string) error
}

// A Compactor can give space back on demand.
type Compactor interface {
	Compact(ctx context.Context) error
}

// An Uncertain DB may return [ErrUnknown] from Update. Package store then keeps
// a token in each transaction and repeats it until the outcome is known.
type Uncertain interface {
	Uncertain() bool
}
