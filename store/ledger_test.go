package store_test

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/okapi-mail/okapi/store/driver"
)

// A ledger stands between a store and its backend and notes every transaction:
// what each space (mailbox, pool or directory) looked like after it, and whether
// it was acknowledged. With it a test can say of what a crash or a fault has left
// whether the store ever was in that state, and whether anything is missing.
type ledger struct {
	driver.DB

	mu       sync.Mutex
	accounts map[string]*account
	order    []*account
}

// An account is the history of one space.
type account struct {
	prefix  string
	number  int
	entries map[string]uint64 // what is in it, as hashes
	states  []ledgerState     // after each transaction; the first one is empty
	done    int               // transactions that returned
	durable int               // transactions that are acknowledged as durable
}

// A ledgerState is the sum of the hashes of all records, and what had returned
// in all accounts when the transaction began.
type ledgerState struct {
	sum    uint64
	before []int
}

var hashSeed = maphash.MakeSeed()

func hashOf(key, value []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(hashSeed)
	h.Write(key)
	h.WriteByte(0)
	h.Write(value)
	return h.Sum64()
}

func newLedger(db driver.DB) *ledger { return &ledger{DB: db, accounts: map[string]*account{}} }

func (l *ledger) account(prefix []byte) *account {
	a := l.accounts[string(prefix)]
	if a == nil {
		a = &account{prefix: string(prefix), number: len(l.order), entries: map[string]uint64{}, states: []ledgerState{{}}}
		l.accounts[a.prefix] = a
		l.order = append(l.order, a)
	}
	return a
}

// marks returns what has returned, or is durable, in all accounts.
func (l *ledger) marks(of func(*account) int) []int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.marksLocked(of)
}

func (l *ledger) marksLocked(of func(*account) int) []int {
	list := make([]int, len(l.order))
	for i, a := range l.order {
		list[i] = of(a)
	}
	return list
}

func (a *account) returned() int     { return a.done }
func (a *account) acknowledged() int { return a.durable }

// An entry is a transaction of a call, as callOf finds it in the context.
type entry struct {
	account *account
	n       int
}

type callKey struct{}

// A call collects the transactions that were made in its name.
type call struct {
	mu      sync.Mutex
	entries []entry
}

func (l *ledger) Update(ctx context.Context, w driver.Write, fn func(driver.Tx) error) error {
	l.mu.Lock()
	a := l.account(w.Mailbox)
	before := l.marksLocked((*account).returned)
	l.mu.Unlock()
	n := 0
	err := l.DB.Update(ctx, w, func(tx driver.Tx) error {
		n = 0
		noted := &notedTx{Tx: tx}
		if err := fn(noted); err != nil {
			return err
		}
		n = l.note(a, noted.writes, before)
		return nil
	})
	if err != nil || n == 0 {
		return err
	}
	l.mu.Lock()
	a.done = max(a.done, n)
	if !w.Relaxed {
		a.durable = max(a.durable, n)
	}
	l.mu.Unlock()
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		c.mu.Lock()
		c.entries = append(c.entries, entry{a, n})
		c.mu.Unlock()
	}
	return nil
}

// Sync makes everything durable that had returned before.
func (l *ledger) Sync(ctx context.Context) error {
	done := l.marks((*account).returned)
	err := l.DB.Sync(ctx)
	if err == nil {
		l.mu.Lock()
		for i, n := range done {
			l.order[i].durable = max(l.order[i].durable, n)
		}
		l.mu.Unlock()
	}
	return err
}

// note enters what a transaction is about to commit, while it has the mailbox to
// itself, and returns its number.
func (l *ledger) note(a *account, writes []written, before []int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := a.states[len(a.states)-1].sum
	remove := func(key string) {
		sum -= a.entries[key]
		delete(a.entries, key)
	}
	for _, w := range writes {
		switch {
		case w.ranged:
			for key := range a.entries {
				if key >= w.key && (w.hi == nil || key < string(w.hi)) {
					remove(key)
				}
			}
		case w.gone:
			remove(w.key)
		default:
			remove(w.key)
			a.entries[w.key] = w.hash
			sum += w.hash
		}
	}
	a.states = append(a.states, ledgerState{sum, before})
	return len(a.states) - 1
}

// unacknowledged returns what a call was told was done although it is not durable
// yet. Contents may be: what mentions them comes after them.
func (l *ledger) unacknowledged(c *call) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := map[*account]int{}
	for _, e := range c.entries {
		last[e.account] = max(last[e.account], e.n)
	}
	var list []string
	for a, n := range last {
		_, mailbox := a.entries[a.prefix+"H"]
		if mailbox && n > a.durable {
			list = append(list, fmt.Sprintf("space %x: transaction %d of %d durable ones", a.prefix, n, a.durable))
		}
	}
	return list
}

// judge looks at what is left. durable are the marks from before the fault. It
// returns what is wrong.
func (l *ledger) judge(r driver.Reader, durable []int) []string {
	sums := map[string]uint64{}
	err := r.Scan(nil, nil, false, func(k, v []byte) bool {
		sums[string(k[:min(len(k), 8)])] += hashOf(k, v)
		return true
	})
	if err != nil {
		return []string{fmt.Sprintf("reading what is left: %v", err)}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var wrong []string
	first, last := make([]int, len(l.order)), make([]int, len(l.order))
	for i, a := range l.order {
		first[i] = slices.IndexFunc(a.states, func(s ledgerState) bool { return s.sum == sums[a.prefix] })
		for n, s := range a.states {
			if s.sum == sums[a.prefix] {
				last[i] = n
			}
		}
		delete(sums, a.prefix)
		switch {
		case first[i] < 0:
			wrong = append(wrong, fmt.Sprintf("space %x is in a state it never was in", a.prefix))
			first[i] = 0
		case i < len(durable) && last[i] < durable[i]:
			wrong = append(wrong, fmt.Sprintf("space %x has %d transactions, %d were acknowledged", a.prefix, last[i], durable[i]))
		}
	}
	for prefix := range sums {
		wrong = append(wrong, fmt.Sprintf("space %x was never written to", prefix))
	}
	for i, a := range l.order {
		for other, n := range a.states[first[i]].before {
			if last[other] < n {
				wrong = append(wrong, fmt.Sprintf("space %x has transaction %d, but space %x not %d, which had returned before",
					a.prefix, first[i], l.order[other].prefix, n))
			}
		}
	}
	return wrong
}

// A written is one write of a transaction.
type written struct {
	key    string
	hi     []byte
	hash   uint64
	gone   bool
	ranged bool
}

type notedTx struct {
	driver.Tx
	writes []written
}

func (t *notedTx) Put(key, value []byte) error {
	err := t.Tx.Put(key, value)
	if err == nil {
		t.writes = append(t.writes, written{key: string(key), hash: hashOf(key, value)})
	}
	return err
}

func (t *notedTx) Delete(key []byte) error {
	err := t.Tx.Delete(key)
	if err == nil {
		t.writes = append(t.writes, written{key: string(key), gone: true})
	}
	return err
}

func (t *notedTx) DeleteRange(lo, hi []byte) error {
	err := t.Tx.DeleteRange(lo, hi)
	if err == nil {
		t.writes = append(t.writes, written{key: string(lo), hi: slices.Clone(hi), ranged: true})
	}
	return err
}
