// Package faultdriver wraps a driver.DB for tests: [Wrap] makes it fail on
// purpose, [Count] counts what is asked of it.
//
// The promise tested with it is "the old state or the new state, nothing
// between": run a piece of work once and ask [Plan.Calls] how many calls it
// makes, then run it again for each of them with that one failing.
package faultdriver

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/okapi-mail/okapi/store/driver"
)

// ErrFault is the error of a fault that names no other.
var ErrFault = errors.New("faultdriver: fault on purpose")

// An Op is a kind of call.
type Op int

const (
	Snapshot    Op = iota // DB.Snapshot
	Get                   // Reader.Get
	Scan                  // Reader.Scan, before its first entry
	Entry                 // an entry that a scan is about to yield
	Put                   // Tx.Put
	Delete                // Tx.Delete
	DeleteRange           // Tx.DeleteRange
	Commit                // DB.Update, when the function has returned nil
	Sync                  // DB.Sync
	ops
)

func (op Op) String() string {
	if op < 0 || op >= ops {
		return fmt.Sprintf("Op(%d)", int(op))
	}
	return [...]string{"Snapshot", "Get", "Scan", "Entry", "Put", "Delete", "DeleteRange", "Commit", "Sync"}[op]
}

// Ops returns all kinds of calls, for tests that go through them.
func Ops() []Op {
	all := make([]Op, ops)
	for i := range all {
		all[i] = Op(i)
	}
	return all
}

// A Fault makes one call fail.
type Fault struct {
	Op Op
	N  int // which call, counted from 1 since the plan began; 0 means each

	// Err is what the call reports. Default: ErrFault.
	Err error

	// Done lets a Commit or Sync take effect although it reports Err. With
	// driver.ErrUnknown this is an answer that got lost.
	Done bool

	// Retry makes Commit no failure at all: what the function wrote is thrown
	// away and it is run again, as a driver does after a conflict.
	Retry bool
}

// A Plan is a list of faults. The zero value has none. It is safe for
// concurrent use; which of several concurrent calls is the n-th is then up to
// them.
type Plan struct {
	mu     sync.Mutex
	faults []Fault
	calls  [ops]int
}

// Fail adds faults.
func (p *Plan) Fail(faults ...Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, faults...)
}

// Reset forgets all faults and begins to count anew.
func (p *Plan) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults, p.calls = nil, [ops]int{}
}

// Calls returns how often op was called since the plan began.
func (p *Plan) Calls(op Op) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[op]
}

// call counts a call and returns the fault that hits it, or nil.
func (p *Plan) call(op Op) *Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[op]++
	for _, f := range p.faults {
		if f.Op == op && (f.N == 0 || f.N == p.calls[op]) {
			if f.Err == nil {
				f.Err = ErrFault
			}
			return &f
		}
	}
	return nil
}

func (p *Plan) fail(op Op) error {
	if f := p.call(op); f != nil {
		return f.Err
	}
	return nil
}

// Wrap returns db with the faults of plan. It has the optional powers that db
// has, and is driver.Uncertain.
func Wrap(db driver.DB, plan *Plan) driver.DB {
	return keepPowers(&faulty{DB: db, plan: plan}, db)
}

type faulty struct {
	driver.DB
	plan *Plan
}

// Uncertain implements driver.Uncertain: any plan may name driver.ErrUnknown.
func (d *faulty) Uncertain() bool { return true }

func (d *faulty) Snapshot(ctx context.Context) (driver.Snapshot, error) {
	if err := d.plan.fail(Snapshot); err != nil {
		return nil, err
	}
	s, err := d.DB.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return snapshot{reader{s, d.plan}, s}, nil
}

func (d *faulty) Sync(ctx context.Context) error {
	f := d.plan.call(Sync)
	if f == nil {
		return d.DB.Sync(ctx)
	}
	if f.Done {
		if err := d.DB.Sync(ctx); err != nil {
			return err
		}
	}
	return f.Err
}

// errAgain throws a run of the function away.
var errAgain = errors.New("faultdriver: run again")

func (d *faulty) Update(ctx context.Context, w driver.Write, fn func(driver.Tx) error) error {
	for {
		var fault *Fault
		err := d.DB.Update(ctx, w, func(inner driver.Tx) error {
			fault = nil
			if err := fn(tx{reader{inner, d.plan}, inner}); err != nil {
				return err
			}
			switch fault = d.plan.call(Commit); {
			case fault == nil || fault.Done:
				return nil
			case fault.Retry:
				return errAgain
			default:
				return fault.Err
			}
		})
		switch {
		case fault != nil && fault.Retry && errors.Is(err, errAgain):
			continue
		case err == nil && fault != nil:
			return fault.Err
		}
		return err
	}
}

type reader struct {
	driver.Reader
	plan *Plan
}

func (r reader) Get(key []byte) ([]byte, error) {
	if err := r.plan.fail(Get); err != nil {
		return nil, err
	}
	return r.Reader.Get(key)
}

func (r reader) Scan(lo, hi []byte, reverse bool, yield func(key, value []byte) bool) error {
	if err := r.plan.fail(Scan); err != nil {
		return err
	}
	var failed error
	err := r.Reader.Scan(lo, hi, reverse, func(key, value []byte) bool {
		failed = r.plan.fail(Entry)
		return failed == nil && yield(key, value)
	})
	if failed != nil {
		return failed
	}
	return err
}

type snapshot struct {
	reader
	inner driver.Snapshot
}

func (s snapshot) Close() error { return s.inner.Close() }

type tx struct {
	reader
	inner driver.Tx
}

func (t tx) Put(key, value []byte) error {
	if err := t.plan.fail(Put); err != nil {
		return err
	}
	return t.inner.Put(key, value)
}

func (t tx) Delete(key []byte) error {
	if err := t.plan.fail(Delete); err != nil {
		return err
	}
	return t.inner.Delete(key)
}

func (t tx) DeleteRange(lo, hi []byte) error {
	if err := t.plan.fail(DeleteRange); err != nil {
		return err
	}
	return t.inner.DeleteRange(lo, hi)
}
