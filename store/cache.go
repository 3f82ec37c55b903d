package store

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/okapi-mail/okapi/store/internal/rowkey"
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
	kept   map[string]kept   // what package table keeps
	size   int               // bytes, roughly
}

type kept struct {
	value any
	size  int
}

// maxCache is how many bytes of records one mailbox keeps.
const maxCache = 256 << 10

func newRecordCache() *recordCache {
	return &recordCache{values: map[string][]byte{}, kept: map[string]kept{}}
}

// caches tells the records that are worth keeping.
func caches(key []byte) bool {
	const indexKind = 18 // the byte after the prefix of an index
	if len(key) < 9 {
		return false
	}
	switch key[8] {
	case rowkey.KindCounters, rowkey.KindFolder, rowkey.KindViews:
		return true
	case rowkey.KindIndex: // the root and the lists of counts, not the entries
		return len(key) > indexKind && key[indexKind] < 0x40
	}
	return false
}

func (c *recordCache) put(key, value []byte) {
	if c.size > maxCache {
		c.clear()
	}
	if old, ok := c.values[string(key)]; ok {
		c.size -= len(key) + len(old) + 64
	}
	c.values[string(key)] = value
	c.size += len(key) + len(value) + 64
}

func (c *recordCache) keep(key []byte, k kept) {
	if c.size > maxCache {
		c.clear()
	}
	c.size += k.size + len(key) - c.kept[string(key)].size
	c.kept[string(key)] = k
}

func (c *recordCache) clear() {
	clear(c.values)
	clear(c.kept)
	c.size = 0
}

// deferred tells the records that are only ever fetched by their key, never
// scanned, and that several messages of one transaction change one after the other:
// roots and lists of indexes. They are written once, at the end.
func deferred(key []byte) bool {
	return caches(key) && key[8] == rowkey.KindIndex && (key[18] == 0 || key[18] >= 0x20)
}

// Get reads through the cache.
func (t *txn) Get(key []byte) ([]byte, error) {
	if !caches(key) {
		return t.Tx.Get(key)
	}
	if v, ok := t.later[string(key)]; ok {
		return v, nil
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
	kept := append([]byte{}, value...)
	t.cache.put(key, kept)
	if deferred(key) {
		t.later[string(key)] = kept
		return nil
	}
	return t.Tx.Put(key, value)
}

// Delete deletes through the cache.
func (t *txn) Delete(key []byte) error {
	if caches(key) {
		t.cache.put(key, nil)
	}
	if deferred(key) {
		t.later[string(key)] = nil
		return nil
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

// writeLater writes the deferred records, in the order of their keys.
func (t *txn) writeLater() error {
	for _, key := range slices.Sorted(maps.Keys(t.later)) {
		var err error
		if v := t.later[key]; v == nil {
			err = t.Tx.Delete([]byte(key))
		} else {
			err = t.Tx.Put([]byte(key), v)
		}
		if err != nil {
			return err
		}
	}
	clear(t.later)
	return nil
}

// Kept implements table.Keeper: package table keeps parts of its indexes from one
// transaction to the next.
func (t *txn) Kept(key []byte) any { return t.cache.kept[string(key)].value }

// Keep implements table.Keeper.
func (t *txn) Keep(key []byte, v any, size int) { t.cache.keep(key, kept{v, size}) }

// Forget implements table.Keeper.
func (t *txn) Forget(prefix []byte) {
	for key, k := range t.cache.kept {
		if strings.HasPrefix(key, string(prefix)) {
			t.cache.size -= k.size
			delete(t.cache.kept, key)
		}
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
