// Package notify tells subscribers within a process what was committed to
// mailboxes (MS-OXCNOTIF).
//
// Writers of a mailbox commit in the order of their change numbers, but each
// learns in its own time that its commit is durable. They hand their events to
// a [Hub] as they come; the hub brings them into commit order and puts them into
// the queues of the [Subscription]s, whose owners take them out in goroutines of
// their own. A writer never waits for a subscriber, and no code of a subscriber
// runs below a lock. A subscriber that falls behind is told so by one
// [mapi.EventOverflow] and reads the mailbox's change log instead.
package notify

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/okapi-mail/okapi/mapi"
)

// ErrClosed: the hub has been closed.
var ErrClosed = errors.New("notify: hub is closed")

// A Hub passes events from the writers to the subscribers of mailboxes. It is
// safe for concurrent use and has no goroutines; the zero value is ready.
type Hub struct {
	count atomic.Int64 // of subscriptions: spares writers the lock while nobody listens

	mu        sync.RWMutex
	sequences map[uint64]*sequence // of mailboxes with subscriptions
	closed    bool
}

// New returns a hub without subscriptions.
func New() *Hub { return new(Hub) }

// Publish hands over the events of the changes first to last of mailbox, in
// order, once their commit is durable. Every writer calls it or [Hub.Lost] for
// all its changes, also when there are no events: later ones wait for it. The
// hub keeps events, which must not be modified afterwards.
func (h *Hub) Publish(mailbox uint64, first, last mapi.ChangeNumber, events []mapi.Event) {
	h.publish(mailbox, span{first: first, last: last, events: events})
}

// Lost says that it is not known what became of the changes first to last, or
// what their events are. Subscribers get an overflow in their place.
func (h *Hub) Lost(mailbox uint64, first, last mapi.ChangeNumber) {
	h.publish(mailbox, span{first: first, last: last, lost: true})
}

func (h *Hub) publish(mailbox uint64, s span) {
	if h.count.Load() == 0 || s.last < s.first {
		return
	}
	h.mu.RLock()
	q := h.sequences[mailbox]
	h.mu.RUnlock()
	if q != nil {
		q.publish(s)
	}
}

// DefaultQueue is the length of a subscription's queue when none is given.
const DefaultQueue = 256

// Subscribe begins to collect the events of mailbox that match filter. Up to
// queueLen events wait for the subscriber; 0 means DefaultQueue.
//
// Subscribe calls base once, when it has begun to collect: base reads the state
// from which the subscriber wants to go on and returns its change number. Events
// of changes up to it are not delivered, all later ones are. (A state that was
// read earlier would leave a gap.)
//
// The errors are that of base, that of [Filter.Check], and [ErrClosed].
func (h *Hub) Subscribe(mailbox uint64, base func() (mapi.ChangeNumber, error), filter Filter, queueLen int) (*Subscription, error) {
	if err := filter.Check(); err != nil {
		return nil, err
	}
	if queueLen <= 0 {
		queueLen = DefaultQueue
	}
	s := &Subscription{
		hub:     h,
		mailbox: mailbox,
		filter:  filter,
		limit:   queueLen,
		wake:    make(chan struct{}, 1),
		over:    make(chan struct{}),
	}
	if err := h.enter(s); err != nil {
		return nil, err
	}
	started := false
	defer func() {
		if !started { // also when base panics
			s.Close()
		}
	}()
	number, err := base()
	if err != nil {
		return nil, err
	}
	s.sequence.start(s, number)
	started = true
	return s, nil
}

func (h *Hub) enter(s *Subscription) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return ErrClosed
	}
	q := h.sequences[s.mailbox]
	if q == nil {
		q = &sequence{}
		if h.sequences == nil {
			h.sequences = make(map[uint64]*sequence)
		}
		h.sequences[s.mailbox] = q
	}
	q.enter(s)
	s.sequence = q
	h.count.Add(1)
	return nil
}

func (h *Hub) leave(s *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	found, empty := s.sequence.leave(s)
	if found {
		h.count.Add(-1)
	}
	if empty && h.sequences[s.mailbox] == s.sequence {
		delete(h.sequences, s.mailbox)
	}
}

// Close ends all subscriptions, without what is still in their queues, and
// refuses new ones. Closing twice is no error.
func (h *Hub) Close() {
	for _, s := range h.shut() {
		s.Close()
	}
}

func (h *Hub) shut() (all []*Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, q := range h.sequences {
		all = append(all, q.all()...)
	}
	return all
}
