package notify

import (
	"cmp"
	"slices"
	"sync"

	"github.com/okapi-mail/okapi/mapi"
)

// A span is what one commit made.
type span struct {
	first, last mapi.ChangeNumber
	events      []mapi.Event
	lost        bool // instead of events
}

// A sequence brings the spans of one mailbox into order.
type sequence struct {
	mu   sync.Mutex
	subs []*Subscription // in the order of their coming

	// next is the change that is delivered next, or 0 while it is not known:
	// from the first subscription until those that came meanwhile know their
	// bases.
	next     mapi.ChangeNumber
	starting int    // subscriptions that came while next was 0 and have no base
	held     []span // those above next, in order
}

// maxHeld is how many spans wait for an earlier one before the hub gives it up.
const maxHeld = 1024

func (q *sequence) enter(s *Subscription) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.subs = append(q.subs, s)
	if q.next == 0 {
		s.counted = true
		q.starting++
	}
}

func (q *sequence) start(s *Subscription, base mapi.ChangeNumber) {
	q.mu.Lock()
	defer q.mu.Unlock()
	s.start(base)
	q.settle(s)
}

// settle says that s no longer looks for its base. Every span above the lowest
// base was or will be published while its subscription was here: it begins there.
func (q *sequence) settle(s *Subscription) {
	if !s.counted {
		return
	}
	s.counted = false
	q.starting--
	if q.next != 0 || q.starting > 0 || len(q.subs) == 0 {
		return
	}
	lowest := q.subs[0].base
	for _, s := range q.subs {
		lowest = min(lowest, s.base)
	}
	q.next = lowest + 1
	q.drain()
}

func (q *sequence) leave(s *Subscription) (found, empty bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.subs, s); i >= 0 {
		q.subs = slices.Delete(q.subs, i, i+1)
		q.settle(s)
		found = true
	}
	return found, len(q.subs) == 0
}

func (q *sequence) all() []*Subscription {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.subs)
}

func (q *sequence) publish(s span) {
	q.mu.Lock()
	defer q.mu.Unlock()
	at, _ := slices.BinarySearchFunc(q.held, s, func(a, b span) int { return cmp.Compare(a.first, b.first) })
	q.held = slices.Insert(q.held, at, s)
	q.drain()
	if len(q.held) > maxHeld {
		q.giveUp()
	}
}

// drain delivers what no longer waits for anything.
func (q *sequence) drain() {
	n := 0
	for ; q.next != 0 && n < len(q.held) && q.held[n].first <= q.next; n++ {
		if s := q.held[n]; s.last >= q.next {
			q.deliver(s)
			q.next = s.last + 1
		}
	}
	q.held = slices.Delete(q.held, 0, n)
}

// giveUp goes on behind the spans held. Whoever reads the log finds them there,
// and what they waited for too, since commits become visible in order.
func (q *sequence) giveUp() {
	gap := span{first: max(1, q.next), lost: true} // each subscription puts its base for what lies below
	for _, s := range q.held {
		gap.last = max(gap.last, s.last)
	}
	q.held = nil
	q.deliver(gap)
	q.next = gap.last + 1
}

func (q *sequence) deliver(s span) {
	for _, sub := range q.subs {
		if s.lost {
			sub.lose(s.first, s.last)
			continue
		}
		for _, e := range s.events {
			sub.push(e)
		}
	}
}
