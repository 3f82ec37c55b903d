package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/memstore"
)

// A slow DB takes its time with each record that a snapshot gets: so builds are
// further than what their readers see.
type slow struct{ driver.DB }

func (db slow) Snapshot(ctx context.Context) (driver.Snapshot, error) {
	s, err := db.DB.Snapshot(ctx)
	return slowSnapshot{s}, err
}

type slowSnapshot struct{ driver.Snapshot }

func (s slowSnapshot) Get(key []byte) ([]byte, error) {
	time.Sleep(20 * time.Microsecond)
	return s.Snapshot.Get(key)
}

// In each state the folder has the same subjects. Whoever looks while an index is
// built, from its first step to its last, sees just these, in both directions.
func TestRowsWhileTheirIndexIsBuilt(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) *store.Store{
		"fast": func(t *testing.T) *store.Store { return openPebble().st },
		"slow": func(t *testing.T) *store.Store {
			var disk memstore.Disk
			st, err := store.New(slow{disk.Driver()}, fixed())
			require.NoError(t, err)
			return st
		},
	} {
		t.Run(name, func(t *testing.T) { lookWhileBuilding(t, open(t)) })
	}
}

func lookWhileBuilding(t *testing.T, st *store.Store) {
	const messages, orders = 6, 200
	st.ShrinkViews()
	inbox := newInbox(t, st, "ada")
	ids := make([]mapi.MessageID, messages)
	for i := range ids {
		m := note(fmt.Sprintf("subject %02d", i))
		props.PidTagImportance.Set(m, mapi.Importance(i%3))
		id, err := inbox.Add(t.Context(), m, &store.AddOptions{Relaxed: true})
		require.NoError(t, err)
		ids[i] = id
	}
	var done atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() { // moves entries about: each message gets another importance now and then
		for n := 0; !done.Load(); n++ {
			m, err := inbox.OpenMessage(t.Context(), ids[n*7%messages], nil)
			if !assert.NoError(t, err) {
				return
			}
			props.PidTagImportance.Set(m, mapi.Importance(n%3))
			if !assert.NoError(t, m.Save(t.Context(), nil)) {
				return
			}
		}
	})
	for order := range orders {
		// A condition that all satisfy makes an index of its own.
		where := mapi.AtLeast(props.PidTagMessageSize.Prop(), int32(-order))
		var built atomic.Bool
		var readers sync.WaitGroup
		for reader := range 3 {
			readers.Go(func() {
				key := mapi.Ascending(props.PidTagImportance)
				if reader == 1 {
					key = mapi.Descending(props.PidTagImportance)
				}
				table := inbox.Contents(&store.View{Columns: store.Columns(props.PidTagSubject, props.PidTagImportance),
					Where: where, Sort: mapi.SortOrder{key}})
				for !built.Load() && lookAtAll(t, table, reader == 1, messages) {
				}
			})
		}
		n, err := inbox.Contents(&store.View{Where: where, Sort: mapi.SortOrder{mapi.Ascending(props.PidTagImportance)}}).Count(t.Context())
		assert.NoError(t, err)
		assert.EqualValues(t, messages, n)
		built.Store(true)
		readers.Wait()
	}
	done.Store(true)
	wg.Wait()
	finish(t, st)
}

// lookAtAll reads a page of all rows, which are from one snapshot.
func lookAtAll(t *testing.T, table *store.Table, down bool, messages int) bool {
	rows, err := table.Page(t.Context(), 0, messages+1)
	if !assert.NoError(t, err) || !assert.Len(t, rows, messages) {
		return false
	}
	seen := map[string]bool{}
	last := mapi.Importance(-1)
	if down {
		last = 3
	}
	for _, row := range rows {
		seen[props.PidTagSubject.Or(row, "")] = true
		now := props.PidTagImportance.Or(row, -1)
		if !assert.True(t, now == last || now < last == down, "%v after %v", now, last) {
			return false
		}
		last = now
	}
	return assert.Len(t, seen, messages)
}
