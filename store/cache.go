package store

import (
	"slices"
	"sync"

	"github.com/okapi-mail/okapi/store/internal/rowkey"
	"github.com/okapi-mail/okapi/store/table"
)

// A recordCache keeps the small records of a mailbox that nearly every write
// reads again: counters, folders, lists and nodes of indexes. Only transactions
// use it, and those of one mailbox run one after the other.
//
// The mailbox's header carries a number that no two runs of a transaction share. A
// cache is good for a transaction only when it finds the number that the cache was
// left with: so whatever became of the run that left it (it may have failed, or
// another host may have written meanwhile), nothing stale is ever read.
type recordCache struct {
	turn   uint64            // Header.Turn of the transaction that left it
	values map[string][]byte // sealed; nil: known to be absent
	parsed map[string]any    // those that it is dear to take apart, taken apart
	kept   map[string]*kept  // what package table keeps: roots and lists
	size   int               // bytes, roughly
	dirty  []string          // keys of those kept that have changed
}

type kept struct {
	*table.Record
	size  int
	noted bool // among the dirty ones
}

// maxCache is how many bytes of records one mailbox keeps.
const maxCache = 512 << 10

func newRecordCache() *recordCache {
	return &recordCache{values: map[string][]byte{}, parsed: map[string]any{}, kept: map[string]*kept{}}
}

// caches tells the records that are worth keeping.
func caches(key []byte) bool {
	if len(key) < 9 {
		return false
	}
	switch key[8] {
	case rowkey.KindCounters, rowkey.KindFolder, rowkey.KindViews:
		return true
	}
	return false
}

func (c *recordCache) put(key, value []byte) {
	if old, ok := c.values[string(key)]; ok {
		c.size -= len(key) + len(old) + 64
	}
	delete(c.parsed, string(key))
	c.values[string(key)] = value
	c.size += len(key) + len(value) + 64
}

func (c *recordCache) clear() {
	clear(c.values)
	clear(c.parsed)
	clear(c.kept)
	c.size = 0
}

// Get reads through the cache.
func (t *txn) Get(key []byte) ([]byte, error) {
	if !caches(key) {
		return t.Tx.Get(key)
	}
	if v, ok := t.cache.values[string(key)]; ok {
		return v, nil
	}
	v, err := t.Tx.Get(key)
	if err == nil {
		t.cache.put(key, append(v[:0:0], v...))
	}
	return v, err
}

// Put writes through the cache.
func (t *txn) Put(key, value []byte) error {
	if !caches(key) {
		return t.Tx.Put(key, value)
	}
	t.cache.put(key, append([]byte{}, value...))
	return t.Tx.Put(key, value)
}

// Delete deletes through the cache.
func (t *txn) Delete(key []byte) error {
	if caches(key) {
		t.cache.put(key, nil)
	}
	return t.Tx.Delete(key)
}

// DeleteRange deletes through the cache.
func (t *txn) DeleteRange(lo, hi []byte) error {
	if err := t.writeLater(); err != nil {
		return err
	}
	t.cache.clear()
	return t.Tx.DeleteRange(lo, hi)
}

// writeLater writes the records of indexes that changed, in the order of their
// keys.
func (t *txn) writeLater() error {
	c := t.cache
	slices.Sort(c.dirty)
	for _, key := range c.dirty {
		k := c.kept[key]
		k.noted = false
		var err error
		if v := k.Value([]byte(key)); v == nil {
			err = t.Tx.Delete([]byte(key))
		} else {
			err = t.Tx.Put([]byte(key), v)
		}
		if err != nil {
			return err
		}
	}
	c.dirty = c.dirty[:0]
	return nil
}

// trim empties a cache that has become too large. It is called between the
// operations of a transaction.
func (t *txn) trim() error {
	if t.cache.size <= maxCache {
		return nil
	}
	if err := t.writeLater(); err != nil {
		return err
	}
	t.cache.clear()
	return nil
}

// Kept implements table.Keeper: roots and lists of indexes, which several messages
// of one transaction change one after the other and which are only ever fetched by
// their key, are written once, at the end.
func (t *txn) Kept(key []byte) *table.Record {
	if k := t.cache.kept[string(key)]; k != nil {
		return k.Record
	}
	return nil
}

// Keep implements table.Keeper.
func (t *txn) Keep(key []byte, r *table.Record) {
	c := t.cache
	k := c.kept[string(key)]
	if k == nil {
		k = &kept{}
		c.kept[string(key)] = k
		c.size += len(key) + 64
	}
	k.Record = r
	c.size += r.Size() - k.size
	k.size = r.Size()
	if r.Changed() && !k.noted {
		k.noted = true
		c.dirty = append(c.dirty, string(key))
	}
}

// takeCache begins a transaction with the cache that the last one left, if it
// fits.
func (t *txn) takeCache() {
	b := t.box
	b.mu.Lock()
	c := b.cache
	b.cache = nil
	b.mu.Unlock()
	if c == nil || c.turn != t.header.Turn {
		c = newRecordCache()
	}
	t.cache = c
}

// leaveCache hands the cache on, at the end of the function that the driver runs:
// the next transaction may begin before this one has returned.
func (t *txn) leaveCache() {
	t.cache.turn = t.header.Turn
	b := t.box
	b.mu.Lock()
	b.cache = t.cache
	b.mu.Unlock()
	b.store.recent.use(b)
}

func (b *Mailbox) dropCache() {
	b.mu.Lock()
	b.cache = nil
	b.mu.Unlock()
}

// recentBoxes bounds how many mailboxes of a store have a cache: those that were
// written last.
type recentBoxes struct {
	mu    sync.Mutex
	boxes [64]*Mailbox
	last  *Mailbox
	next  int
}

func (r *recentBoxes) use(b *Mailbox) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == b {
		return
	}
	r.last = b
	for _, other := range r.boxes {
		if other == b {
			return
		}
	}
	if old := r.boxes[r.next]; old != nil {
		old.dropCache()
	}
	r.boxes[r.next] = b
	r.next = (r.next + 1) % len(r.boxes)
}
