package notify_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/notify"
)

const box = 7

var all = notify.Filter{Types: mapi.EventAll}

func from(base mapi.ChangeNumber) func() (mapi.ChangeNumber, error) {
	return func() (mapi.ChangeNumber, error) { return base, nil }
}

func subscribe(t testing.TB, h *notify.Hub, base mapi.ChangeNumber, queue int) *notify.Subscription {
	t.Helper()
	s, err := h.Subscribe(box, from(base), all, queue)
	require.NoError(t, err)
	return s
}

// modified is one event for each change from first to last.
func modified(first, last mapi.ChangeNumber) (events []mapi.Event) {
	for n := first; n <= last; n++ {
		events = append(events, mapi.Event{Type: mapi.EventModified, Change: n, Folder: 1, Message: mapi.MessageID(n)})
	}
	return events
}

func publish(h *notify.Hub, first, last mapi.ChangeNumber) {
	h.Publish(box, first, last, modified(first, last))
}

// ready takes what is in the queue; overflows are negative.
func ready(t testing.TB, s *notify.Subscription) (changes []int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for {
		e, err := s.Next(ctx)
		if errors.Is(err, context.Canceled) || err == io.EOF {
			return changes
		}
		require.NoError(t, err)
		if e.Type == mapi.EventOverflow {
			changes = append(changes, -int(e.Change))
		} else {
			changes = append(changes, int(e.Change))
		}
	}
}

func TestNTF002AnObjectOrTheWholeMailbox(t *testing.T) {
	message := mapi.Event{Type: mapi.EventModified, Folder: 10, Message: 100}
	folder := mapi.Event{Type: mapi.EventModified, Folder: 10, Object: 20}
	moved := mapi.Event{Type: mapi.EventMoved, Folder: 10, Message: 101, OldFolder: 30, OldMessage: 100}
	copied := mapi.Event{Type: mapi.EventCopied, Folder: 10, Message: 101, OldFolder: 30, OldMessage: 100}
	tests := []struct {
		name   string
		filter notify.Filter
		event  mapi.Event
		want   bool
	}{
		{"whole mailbox", all, message, true},
		{"another type", notify.Filter{Types: mapi.EventCreated | mapi.EventDeleted}, message, false},
		{"the message", notify.Filter{Types: mapi.EventAll, Message: 100}, message, true},
		{"another message", notify.Filter{Types: mapi.EventAll, Message: 101}, message, false},
		{"the message that was moved, by its old id", notify.Filter{Types: mapi.EventAll, Message: 100}, moved, true},
		{"the message that was copied", notify.Filter{Types: mapi.EventAll, Message: 100}, copied, true},
		{"a message filter and a folder's event", notify.Filter{Types: mapi.EventAll, Message: 100}, folder, false},
		{"NTF-003: the folder itself", notify.Filter{Types: mapi.EventAll, Folder: 20}, folder, true},
		{"NTF-003: a direct child folder", notify.Filter{Types: mapi.EventAll, Folder: 10}, folder, true},
		{"NTF-003: a message in it", notify.Filter{Types: mapi.EventAll, Folder: 10}, message, true},
		{"NTF-003: no grand-child", notify.Filter{Types: mapi.EventAll, Folder: 5}, message, false},
		{"a message that left", notify.Filter{Types: mapi.EventAll, Folder: 30}, moved, true},
		{"a message that was copied elsewhere", notify.Filter{Types: mapi.EventAll, Folder: 30}, copied, false},
		{"either folder or message", notify.Filter{Types: mapi.EventAll, Folder: 99, Message: 100}, message, true},
		{"a folder filter and an event without object", notify.Filter{Types: mapi.EventAll, Message: 1}, mapi.Event{Type: mapi.EventModified}, false},
		{"overflow is for all", notify.Filter{Types: mapi.EventCreated, Folder: 1}, mapi.Event{Type: mapi.EventOverflow}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, tt.filter.Match(tt.event)) })
	}
}

func TestNTF004AnEmptyOrUnknownMaskIsInvalid(t *testing.T) {
	var h notify.Hub
	for _, types := range []mapi.EventType{0, mapi.EventOverflow, 0x1, mapi.EventAll | 0x100} {
		_, err := h.Subscribe(box, from(0), notify.Filter{Types: types}, 0)
		require.ErrorIs(t, err, mapi.ErrInvalidParameter, "%#x", types)
	}
	_, err := h.Subscribe(box, from(0), notify.Filter{Types: mapi.EventAll | mapi.EventOverflow}, 0)
	require.NoError(t, err)
}

func TestNTF005EachSubscriptionGetsItsOwnEvents(t *testing.T) {
	var h notify.Hub
	a, b := subscribe(t, &h, 0, 0), subscribe(t, &h, 0, 0)
	publish(&h, 1, 2)
	h.Publish(box+1, 1, 1, modified(1, 1))
	require.Equal(t, []int{1, 2}, ready(t, a))
	require.Equal(t, []int{1, 2}, ready(t, b))
}

// The hub learns of commits only; what it holds back is not delivered, and what
// the subscriber's state had already neither.
func TestNTF006EventsComeAfterTheCommit(t *testing.T) {
	var h notify.Hub
	s := subscribe(t, &h, 4, 0)
	require.Empty(t, ready(t, s))
	publish(&h, 3, 4) // durable late: the state had it
	require.Empty(t, ready(t, s))
	publish(&h, 6, 6)
	require.Empty(t, ready(t, s), "5 is not durable yet")
	h.Publish(box, 5, 5, nil)
	require.Equal(t, []int{6}, ready(t, s))
}

func TestNTF007OrderIsCommitOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var h notify.Hub
		s := subscribe(t, &h, 0, 1000)
		late := subscribe(t, &h, 20, 1000)
		var spans [][2]mapi.ChangeNumber
		var want []int
		next := mapi.ChangeNumber(1)
		for next < 50 {
			last := next + mapi.ChangeNumber(r.IntN(4))
			spans = append(spans, [2]mapi.ChangeNumber{next, last})
			for ; next <= last; next++ {
				want = append(want, int(next))
			}
		}
		for _, i := range r.Perm(len(spans)) {
			publish(&h, spans[i][0], spans[i][1])
		}
		require.Equal(t, want, ready(t, s))
		require.Equal(t, want[20:], ready(t, late))
	}
}

func TestNTF007ASubscriberMayCallTheHub(t *testing.T) {
	var h notify.Hub
	s := subscribe(t, &h, 0, 0)
	publish(&h, 1, 1)
	n := mapi.ChangeNumber(1)
	for e, err := range s.Events(t.Context()) {
		require.NoError(t, err)
		require.Equal(t, n, e.Change)
		if n++; n > 20 {
			s.Close() // ends the loop
			continue
		}
		publish(&h, n, n)
		other := subscribe(t, &h, n, 0)
		other.Close()
	}
	require.EqualValues(t, 21, n)
}

func TestNTF008NothingComesAfterClose(t *testing.T) {
	var h notify.Hub
	s := subscribe(t, &h, 0, 0)
	publish(&h, 1, 5)
	_, err := s.Next(t.Context())
	require.NoError(t, err)
	s.Close()
	s.Close()
	_, err = s.Next(t.Context())
	require.ErrorIs(t, err, io.EOF)
	publish(&h, 6, 6)
	_, err = s.Next(t.Context())
	require.ErrorIs(t, err, io.EOF)
	for range s.Events(t.Context()) {
		t.Error("event of a closed subscription")
	}
}

func TestNTF063ClosingTheHubReleasesSubscriptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h notify.Hub
		full, waiting := subscribe(t, &h, 0, 0), subscribe(t, &h, 1, 0)
		publish(&h, 1, 1)
		ended := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := waiting.Next(t.Context())
				ended <- err
			}()
		}
		synctest.Wait()
		h.Close()
		h.Close()
		require.ErrorIs(t, <-ended, io.EOF)
		require.ErrorIs(t, <-ended, io.EOF)
		_, err := full.Next(t.Context())
		require.ErrorIs(t, err, io.EOF, "pending events are dropped")
		_, err = h.Subscribe(box, from(0), all, 0)
		require.ErrorIs(t, err, notify.ErrClosed)
		publish(&h, 2, 2)
	})
}

func TestNextWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h notify.Hub
		s := subscribe(t, &h, 0, 0)
		got := make(chan mapi.ChangeNumber, 3)
		for range 3 { // each event wakes one of them
			go func() {
				e, err := s.Next(t.Context())
				if err == nil {
					got <- e.Change
				}
			}()
		}
		synctest.Wait()
		require.Empty(t, got)
		publish(&h, 1, 3)
		synctest.Wait()
		require.Len(t, got, 3)

		ctx, cancel := context.WithCancel(t.Context())
		var last error
		go func() {
			for _, err := range s.Events(ctx) {
				last = err
			}
		}()
		synctest.Wait()
		cancel()
		synctest.Wait()
		require.ErrorIs(t, last, context.Canceled)
	})
}

func TestOverflow(t *testing.T) {
	t.Run("drops the queue, tells the first lost change, then is live again", func(t *testing.T) {
		var h notify.Hub
		s := subscribe(t, &h, 0, 3)
		publish(&h, 1, 3)
		publish(&h, 4, 4)
		require.Equal(t, []int{-1}, ready(t, s))
		publish(&h, 5, 6)
		require.Equal(t, []int{5, 6}, ready(t, s))
	})
	t.Run("again and again is one", func(t *testing.T) {
		var h notify.Hub
		s := subscribe(t, &h, 0, 3)
		publish(&h, 1, 1)
		require.Equal(t, []int{1}, ready(t, s))
		publish(&h, 2, 101)
		changes := ready(t, s)
		require.Equal(t, -2, changes[0])
		require.LessOrEqual(t, len(changes), 3)
		for _, n := range changes[1:] {
			require.Positive(t, n)
		}
	})
	t.Run("works with a queue of one", func(t *testing.T) {
		var h notify.Hub
		s := subscribe(t, &h, 0, 1)
		publish(&h, 1, 9)
		require.Equal(t, []int{-1}, ready(t, s))
	})
	t.Run("leaves other subscribers alone", func(t *testing.T) {
		var h notify.Hub
		slow, fast := subscribe(t, &h, 0, 2), subscribe(t, &h, 0, 20)
		publish(&h, 1, 3)
		require.Equal(t, []int{-1}, ready(t, slow))
		require.Equal(t, []int{1, 2, 3}, ready(t, fast))
	})
	t.Run("stands for changes of unknown outcome", func(t *testing.T) {
		var h notify.Hub
		s, later := subscribe(t, &h, 0, 10), subscribe(t, &h, 4, 10)
		publish(&h, 1, 2)
		publish(&h, 6, 6)
		h.Lost(box, 3, 5)
		require.Equal(t, []int{1, 2, -3, 6}, ready(t, s))
		require.Equal(t, []int{-5, 6}, ready(t, later))
	})
	t.Run("ends the waiting for a change that does not come", func(t *testing.T) {
		var h notify.Hub
		s := subscribe(t, &h, 0, 2000)
		publish(&h, 1, 1)
		for n := mapi.ChangeNumber(3); n < 3+1024; n++ {
			publish(&h, n, n)
		}
		require.Equal(t, []int{1}, ready(t, s))
		publish(&h, 3+1024, 3+1024)
		require.Equal(t, []int{-2}, ready(t, s))
		publish(&h, 2, 2) // too late: the overflow told of it
		publish(&h, 4+1024, 4+1024)
		require.Equal(t, []int{4 + 1024}, ready(t, s))
	})
}

func TestWhatIsPublishedWhileTheBaseIsReadIsNotMissed(t *testing.T) {
	t.Run("by the first subscription", func(t *testing.T) {
		var h notify.Hub
		s, err := h.Subscribe(box, func() (mapi.ChangeNumber, error) {
			publish(&h, 7, 7)
			publish(&h, 5, 5)
			publish(&h, 4, 4)
			return 5, nil
		}, all, 0)
		require.NoError(t, err)
		require.Empty(t, ready(t, s))
		publish(&h, 6, 6)
		require.Equal(t, []int{6, 7}, ready(t, s))
	})
	t.Run("by a later one", func(t *testing.T) {
		var h notify.Hub
		first := subscribe(t, &h, 0, 0)
		s, err := h.Subscribe(box, func() (mapi.ChangeNumber, error) {
			publish(&h, 1, 2)
			return 1, nil
		}, all, 0)
		require.NoError(t, err)
		require.Equal(t, []int{2}, ready(t, s))
		require.Equal(t, []int{1, 2}, ready(t, first))
	})
	t.Run("by one whose base is older than that of a faster one", func(t *testing.T) {
		var h notify.Hub
		var fast *notify.Subscription
		s, err := h.Subscribe(box, func() (mapi.ChangeNumber, error) {
			fast = subscribe(t, &h, 5, 0)
			publish(&h, 4, 4)
			return 3, nil
		}, all, 0)
		require.NoError(t, err)
		publish(&h, 6, 6)
		publish(&h, 5, 5)
		require.Equal(t, []int{4, 5, 6}, ready(t, s))
		require.Equal(t, []int{6}, ready(t, fast))
	})
	t.Run("when another one fails to start", func(t *testing.T) {
		var h notify.Hub
		var fast *notify.Subscription
		boom := errors.New("boom")
		_, err := h.Subscribe(box, func() (mapi.ChangeNumber, error) {
			fast = subscribe(t, &h, 5, 0)
			publish(&h, 6, 6)
			require.Empty(t, ready(t, fast))
			return 0, boom
		}, all, 0)
		require.ErrorIs(t, err, boom)
		require.Equal(t, []int{6}, ready(t, fast))
	})
	t.Run("even when it is too much", func(t *testing.T) {
		var h notify.Hub
		s, err := h.Subscribe(box, func() (mapi.ChangeNumber, error) {
			for n := mapi.ChangeNumber(7); n < 7+1025; n++ {
				publish(&h, n, n)
			}
			return 5, nil
		}, all, 0)
		require.NoError(t, err)
		publish(&h, 6, 6)
		publish(&h, 7+1025, 7+1025)
		require.Equal(t, []int{-6, 7 + 1025}, ready(t, s))
	})
	t.Run("even when the queue is short", func(t *testing.T) {
		var h notify.Hub
		subscribe(t, &h, 0, 0)
		s, err := h.Subscribe(box, func() (mapi.ChangeNumber, error) {
			publish(&h, 1, 9)
			return 5, nil
		}, all, 2)
		require.NoError(t, err)
		require.Equal(t, -6, ready(t, s)[0])
	})
}

func TestAMailboxWithoutSubscriptionsCostsNothing(t *testing.T) {
	var h notify.Hub
	events := modified(1, 1)
	require.Zero(t, testing.AllocsPerRun(100, func() { h.Publish(box, 1, 1, events) }))
	s := subscribe(t, &h, 0, 0)
	require.Zero(t, testing.AllocsPerRun(100, func() { h.Publish(box+1, 1, 1, events) }))
	s.Close()
	require.Zero(t, testing.AllocsPerRun(100, func() { h.Publish(box, 1, 1, events) }))
}

func TestManyWritersAndSubscribers(t *testing.T) {
	const writers, each = 8, 100 // together fewer than the hub holds for one that is late
	var h notify.Hub
	var commit sync.Mutex
	var committed mapi.ChangeNumber
	head := func() (mapi.ChangeNumber, error) {
		commit.Lock()
		defer commit.Unlock()
		return committed, nil
	}
	var writing, reading sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for range each {
				commit.Lock()
				committed++
				n := committed
				commit.Unlock()
				publish(&h, n, n)
			}
		})
	}
	for range 10 {
		reading.Go(func() {
			var base mapi.ChangeNumber
			s, err := h.Subscribe(box, func() (mapi.ChangeNumber, error) {
				n, err := head()
				base = n
				return n, err
			}, all, 2*writers*each)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			for want := base + 1; want <= writers*each; want++ {
				e, err := s.Next(t.Context())
				if err != nil || e.Change != want || e.Type != mapi.EventModified {
					t.Errorf("Next = %+v, %v, want change %d", e, err, want)
					return
				}
			}
		})
	}
	writing.Wait()
	reading.Wait()
}
