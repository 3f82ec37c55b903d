package notify

import (
	"context"
	"io"
	"iter"
	"slices"
	"sync"

	"github.com/okapi-mail/okapi/mapi"
)

// A Subscription is a queue of the events of a mailbox, in commit order. It is
// safe for concurrent use; each event is delivered to one caller.
//
// When the queue is full, it is dropped and its place is taken by one event of
// type [mapi.EventOverflow], whose Change is the first one lost: the subscriber
// reads the change log from there on. Later events follow it, of which the log
// may have shown some already; their change numbers tell.
type Subscription struct {
	hub      *Hub
	mailbox  uint64
	sequence *sequence
	filter   Filter
	limit    int
	counted  bool // the sequence waits for its base; guarded by sequence.mu

	wake chan struct{} // has a token when there may be an event to take
	over chan struct{} // closed by Close

	mu     sync.Mutex
	base   mapi.ChangeNumber // changes up to here are not delivered
	queue  []mapi.Event
	closed bool
}

// Next waits for an event and takes it. It returns [io.EOF] when the
// subscription or the hub has been closed, or the error of ctx.
func (s *Subscription) Next(ctx context.Context) (mapi.Event, error) {
	for {
		if e, ok := s.take(); ok {
			return e, nil
		}
		select {
		case <-s.over:
			return mapi.Event{}, io.EOF
		case <-s.wake:
		case <-ctx.Done():
			return mapi.Event{}, ctx.Err()
		}
	}
}

// Events yields events as they come, until the subscription or the hub is
// closed. When ctx ends first, its error comes last. The loop's body may do
// anything, also write to the mailbox. Breaking out does not close the
// subscription.
func (s *Subscription) Events(ctx context.Context) iter.Seq2[mapi.Event, error] {
	return func(yield func(mapi.Event, error) bool) {
		for {
			e, err := s.Next(ctx)
			if err == io.EOF {
				return
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Close ends the subscription: Next returns no event any more. Closing twice is
// no error.
func (s *Subscription) Close() {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.queue = nil
	s.mu.Unlock()
	if first {
		close(s.over)
		s.hub.leave(s)
	}
}

func (s *Subscription) take() (e mapi.Event, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return e, false
	}
	e = s.queue[0]
	if s.queue = s.queue[1:]; len(s.queue) > 0 {
		s.signal() // for another who waits
	}
	return e, true
}

// start sets the base and drops what came up to it meanwhile.
func (s *Subscription) start(base mapi.ChangeNumber) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = base
	for i, e := range s.queue {
		if e.Type == mapi.EventOverflow { // only a part of it may be above base
			s.queue[i].Change = max(e.Change, base+1)
		}
	}
	s.queue = slices.DeleteFunc(s.queue, func(e mapi.Event) bool { return e.Change <= base })
}

func (s *Subscription) push(e mapi.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed || e.Change <= s.base || !s.filter.Match(e):
		return
	case len(s.queue) < s.limit:
		s.queue = append(s.queue, e)
	default:
		s.overflow(s.queue[0].Change)
	}
	s.signal()
}

// lose says that the changes first to last are not delivered.
func (s *Subscription) lose(first, last mapi.ChangeNumber) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || last <= s.base {
		return
	}
	if len(s.queue) < s.limit {
		s.queue = append(s.queue, mapi.Event{Type: mapi.EventOverflow, Change: max(first, s.base+1)})
	} else {
		s.overflow(s.queue[0].Change)
	}
	s.signal()
}

// overflow drops the queue: the log has it all, from the first change on.
func (s *Subscription) overflow(first mapi.ChangeNumber) {
	s.queue = append(s.queue[:0], mapi.Event{Type: mapi.EventOverflow, Change: first})
}

func (s *Subscription) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
