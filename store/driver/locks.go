package driver

import (
	"context"
	"sync"
)

// Locks is one lock per mailbox, for backends that live in one process. A lock
// exists while somebody holds it or waits for it, so that their number follows
// the work under way and not the mailboxes ever seen. The zero value is ready.
type Locks struct {
	mu    sync.Mutex
	locks map[string]*lock
}

type lock struct {
	users int           // the holder and those who wait; guarded by Locks.mu
	token chan struct{} // holds one token while the lock is free
}

// Lock waits until the caller is the only holder of the mailbox's lock and
// returns the function that gives it back, to be called once. It reports the
// context's error when ctx ends first.
func (l *Locks) Lock(ctx context.Context, mailbox []byte) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m := l.use(mailbox)
	select {
	case <-m.token:
	default:
		select {
		case <-m.token:
		case <-ctx.Done():
			l.leave(string(mailbox), m)
			return nil, ctx.Err()
		}
	}
	name := string(mailbox)
	return func() {
		m.token <- struct{}{}
		l.leave(name, m)
	}, nil
}

// Len returns how many mailboxes are locked or waited for.
func (l *Locks) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.locks)
}

func (l *Locks) use(mailbox []byte) *lock {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.locks[string(mailbox)]
	if m == nil {
		if l.locks == nil {
			l.locks = make(map[string]*lock)
		}
		m = &lock{token: make(chan struct{}, 1)}
		m.token <- struct{}{}
		l.locks[string(mailbox)] = m
	}
	m.users++
	return m
}

func (l *Locks) leave(mailbox string, m *lock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.users--; m.users == 0 {
		delete(l.locks, mailbox)
	}
}
