package okapi_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// tableSizes are the folders that the table benchmarks look at. The largest takes
// minutes to fill: it is there when OKAPI_BENCH_ROWS says so.
func tableSizes() []int {
	sizes := []int{1_000, 100_000}
	if n, err := strconv.Atoi(os.Getenv("OKAPI_BENCH_ROWS")); err == nil {
		sizes = append(sizes, n)
	}
	return sizes
}

// bigFolder opens a store with a folder of n small messages. To fill a large one
// takes minutes: OKAPI_BENCH_DATA names a folder in which filled stores are kept
// from one run to the next. Each run works on a copy.
func bigFolder(b *testing.B, n int) (*store.Store, *store.Folder, []mapi.MessageID) {
	dir := b.TempDir()
	data := os.Getenv("OKAPI_BENCH_DATA")
	if data == "" {
		st, err := pebblestore.Open(dir, nil)
		require.NoError(b, err)
		inbox, ids := fillFolder(b, st, n)
		return st, inbox, ids
	}
	kept := filepath.Join(data, fmt.Sprintf("rows-%d", n))
	if _, err := os.Stat(kept); err != nil {
		st, err := pebblestore.Open(filepath.Join(dir, "fill"), nil)
		require.NoError(b, err)
		fillFolder(b, st, n)
		require.NoError(b, st.Close())
		require.NoError(b, os.CopyFS(kept, os.DirFS(filepath.Join(dir, "fill"))))
	}
	dir = filepath.Join(dir, "copy")
	require.NoError(b, os.CopyFS(dir, os.DirFS(kept)))
	st, err := pebblestore.Open(dir, nil)
	require.NoError(b, err)
	box, err := st.OpenMailbox(context.Background(), "ada")
	require.NoError(b, err)
	inbox, err := box.SpecialFolder(context.Background(), mapi.FolderInbox)
	require.NoError(b, err)
	ids := make([]mapi.MessageID, 0, n)
	mid := &store.View{Columns: store.Columns(props.PidTagMid)}
	for row, err := range inbox.Contents(mid).Rows(context.Background()) {
		require.NoError(b, err)
		ids = append(ids, row.Message)
	}
	require.Len(b, ids, n)
	return st, inbox, ids
}

// fillFolder makes a folder with n small messages.
func fillFolder(b *testing.B, st *store.Store, n int) (*store.Folder, []mapi.MessageID) {
	inbox := benchInbox(b, st, "ada")
	ids := make([]mapi.MessageID, 0, n)
	var batch []*mapi.Message
	msgs := make([]*mapi.Message, 1000)
	for i := range msgs {
		msgs[i] = benchMessage(i, 3000)
		msgs[i].Delete(props.PidTagTransportMessageHeaders.Prop())
		props.PidTagBody.Set(msgs[i], "short")
	}
	date := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		m := msgs[i%len(msgs)]
		// Mail comes roughly, but not strictly, in the order of its dates.
		at := date.Add(time.Duration(i)*10*time.Minute + time.Duration(i*7919%5000)*time.Second)
		props.PidTagMessageDeliveryTime.Set(m, at)
		props.PidTagClientSubmitTime.Set(m, at)
		props.PidTagSubject.Set(m, fmt.Sprintf("Report %d of branch %d", i*7919%n, i%97))
		if batch = append(batch, m); len(batch) == 100 || i == n-1 {
			added, err := inbox.AddAll(context.Background(), batch, &store.AddOptions{Relaxed: true})
			require.NoError(b, err)
			ids, batch = append(ids, added...), batch[:0]
		}
	}
	require.NoError(b, st.Sync(context.Background()))
	require.NoError(b, st.Compact(context.Background()))
	return inbox, ids
}

var eightColumns = store.Columns(props.PidTagSubject, props.PidTagSentRepresentingName, props.PidTagMessageDeliveryTime,
	props.PidTagMessageSize, props.PidTagMessageFlags, props.PidTagImportance, props.PidTagHasAttachments, props.PidTagMessageClass)

// BenchmarkTable measures what a mail program asks of a folder sorted by date, in
// folders of several sizes. The reference is a bare indexed page on Pebble: scan
// fifty index entries, get fifty rows of 700 bytes.
func BenchmarkTable(b *testing.B) {
	for _, n := range tableSizes() {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) { tableOf(b, n) })
	}
}

func tableOf(b *testing.B, n int) {
	ctx := context.Background()
	byDate := &store.View{Columns: eightColumns,
		Sort: mapi.SortOrder{mapi.Descending(props.PidTagMessageDeliveryTime.Prop())}}
	st, inbox, ids := bigFolder(b, n)
	defer st.Close()
	b.Run("reference", func(b *testing.B) { rawPage(b, n) })
	b.Run("first50", func(b *testing.B) {
		for b.Loop() {
			rows, err := inbox.Contents(byDate).Page(ctx, 0, 50)
			if err != nil || len(rows) != 50 {
				b.Fatal(len(rows), err)
			}
		}
	})
	b.Run("middle50", func(b *testing.B) {
		for b.Loop() {
			if rows, err := inbox.Contents(byDate).Page(ctx, int64(n/2), 50); err != nil || len(rows) != 50 {
				b.Fatal(len(rows), err)
			}
		}
	})
	b.Run("count", func(b *testing.B) {
		for b.Loop() {
			if c, err := inbox.Contents(byDate).Count(ctx); err != nil || c != int64(n) {
				b.Fatal(c, err)
			}
		}
	})
	b.Run("positionOf", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := inbox.Contents(byDate).PositionOf(ctx, ids[i*7919%n]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("find", func(b *testing.B) {
		bySubject := &store.View{Columns: eightColumns,
			Sort: mapi.SortOrder{mapi.Ascending(props.PidTagNormalizedSubject.Prop())}}
		for i := 0; b.Loop(); i++ {
			where := mapi.AtLeast(props.PidTagNormalizedSubject.Prop(), fmt.Sprintf("Report %d", i%n))
			if _, err := inbox.Contents(bySubject).Find(ctx, where, store.Beginning, false); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkNewOrder sorts a folder by something that it has no index for: the
// first page comes from one pass over the rows, everything else waits until the
// index is there. An order is new only once, so run it with -benchtime 1x.
func BenchmarkNewOrder(b *testing.B) {
	for _, n := range tableSizes()[1:] {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) { newOrders(b, n) })
	}
}

func newOrders(b *testing.B, n int) {
	ctx := context.Background()
	st, inbox, _ := bigFolder(b, n)
	defer st.Close()
	view := func(p mapi.Prop) *store.Table {
		return inbox.Contents(&store.View{Columns: eightColumns, Sort: mapi.SortOrder{mapi.Ascending(p)}})
	}
	b.Run("firstPage", func(b *testing.B) {
		for b.Loop() {
			rows := 0
			for _, err := range view(props.PidTagInternetMessageId.Prop()).Rows(ctx) {
				require.NoError(b, err)
				if rows++; rows == 50 {
					break
				}
			}
		}
	})
	b.Run("complete", func(b *testing.B) {
		for b.Loop() {
			_, err := view(props.PidTagSentRepresentingSmtpAddress.Prop()).Page(ctx, int64(n/2), 50)
			require.NoError(b, err)
		}
	})
}

// rawPage is the reference of BenchmarkTable.
func rawPage(b *testing.B, n int) {
	db, err := pebble.Open(b.TempDir(), rawOptions())
	require.NoError(b, err)
	defer db.Close()
	row := benchBodies(3000)[0][:700]
	var index, key [16]byte
	index[0], key[0] = 'i', 'r'
	batch := db.NewBatch()
	for i := range n {
		binary.BigEndian.PutUint64(key[8:], uint64(i))
		binary.BigEndian.PutUint64(index[8:], uint64(i))
		batch.Set(key[:], row, nil)
		batch.Set(index[:], nil, nil)
		if i%1000 == 999 {
			require.NoError(b, batch.Commit(pebble.NoSync))
			batch = db.NewBatch()
		}
	}
	require.NoError(b, batch.Commit(pebble.Sync))
	require.NoError(b, db.Compact(context.Background(), []byte("a"), []byte("z"), true))
	for b.Loop() {
		it, err := db.NewIter(&pebble.IterOptions{LowerBound: []byte("i"), UpperBound: []byte("j")})
		require.NoError(b, err)
		rows := 0
		for ok := it.Last(); ok && rows < 50; ok = it.Prev() {
			copy(key[8:], it.Key()[8:])
			v, closer, err := db.Get(key[:])
			if err != nil || len(v) != 700 {
				b.Fatal(err)
			}
			closer.Close()
			rows++
		}
		it.Close()
	}
}
