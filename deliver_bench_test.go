package okapi_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/drivertest"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// benchMessage is a plain mail of about size bytes as a converter delivers it:
// forty properties, two recipients, the header block and a text body.
func benchMessage(n, size int) *mapi.Message {
	rnd := rand.New(rand.NewPCG(uint64(n), 7))
	m := &mapi.Message{}
	from := fmt.Sprintf("sender%d@example.org", rnd.IntN(500))
	name := fmt.Sprintf("Sender Number %d", rnd.IntN(500))
	date := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rnd.IntN(200_000_000)) * time.Second)
	props.PidTagMessageClass.Set(m, "IPM.Note")
	props.PidTagSubject.Set(m, fmt.Sprintf("Re: the quarterly report about subject %d", rnd.IntN(100000)))
	props.PidTagSentRepresentingName.Set(m, name)
	props.PidTagSentRepresentingAddressType.Set(m, "SMTP")
	props.PidTagSentRepresentingEmailAddress.Set(m, from)
	props.PidTagSentRepresentingSmtpAddress.Set(m, from)
	props.PidTagSentRepresentingEntryId.Set(m, mapi.NewOneOff(name, "SMTP", from).EntryID())
	props.PidTagSentRepresentingSearchKey.Set(m, []byte("SMTP:"+from+"\x00"))
	props.PidTagSenderName.Set(m, name)
	props.PidTagSenderAddressType.Set(m, "SMTP")
	props.PidTagSenderEmailAddress.Set(m, from)
	props.PidTagSenderSmtpAddress.Set(m, from)
	props.PidTagSenderEntryId.Set(m, mapi.NewOneOff(name, "SMTP", from).EntryID())
	props.PidTagSenderSearchKey.Set(m, []byte("SMTP:"+from+"\x00"))
	props.PidTagInternetMessageId.Set(m, fmt.Sprintf("<%x.%x@example.org>", rnd.Uint64(), n))
	props.PidTagConversationTopic.Set(m, "the quarterly report")
	props.PidTagClientSubmitTime.Set(m, date)
	props.PidTagMessageDeliveryTime.Set(m, date.Add(3*time.Second))
	props.PidTagImportance.Set(m, mapi.ImportanceNormal)
	props.PidTagInternetCodepage.Set(m, 65001)
	header := make([]byte, 0, 1500)
	for i := range 20 {
		header = fmt.Appendf(header, "X-Header-%d: %x %x\r\n", i, rnd.Uint64(), rnd.Uint64())
	}
	props.PidTagTransportMessageHeaders.Set(m, string(header))
	for i := range 8 {
		m.Set(mapi.NamedString(mapi.PSInternetHeaders, fmt.Sprintf("x-header-%d", i), mapi.PtypString), fmt.Sprint(rnd.Uint64()))
	}
	body := make([]byte, size-len(header)-1000)
	for i := range body {
		body[i] = "abcdefghijklmnop"[rnd.IntN(16)]
	}
	props.PidTagBody.Set(m, string(body))
	for i := range 2 {
		r := &mapi.Recipient{}
		to := fmt.Sprintf("recipient%d@example.com", rnd.IntN(1000))
		props.PidTagRecipientType.Set(r, mapi.RecipientTo)
		props.PidTagDisplayName.Set(r, fmt.Sprintf("Recipient %d", i))
		props.PidTagAddressType.Set(r, "SMTP")
		props.PidTagEmailAddress.Set(r, to)
		props.PidTagSmtpAddress.Set(r, to)
		props.PidTagEntryId.Set(r, mapi.NewOneOff(to, "SMTP", to).EntryID())
		m.Recipients = append(m.Recipients, r)
	}
	return m
}

// BenchmarkDeliver stores mail durably, one transaction a message. store=okapi is
// the whole of Folder.Add; store=raw writes the same number of bytes as one value
// and eight small keys straight to Pebble; store=append is a file to which each
// message is appended and synced.
func BenchmarkDeliver(b *testing.B) {
	for _, size := range []int{10 << 10, 50 << 10} {
		for _, mode := range []struct {
			boxes   string
			writers int
		}{{"one", 1}, {"one", 16}, {"one", 64}, {"many", 16}, {"many", 64}} {
			for _, impl := range []string{"append", "raw", "okapi"} {
				if impl == "append" && mode.writers > 1 {
					continue
				}
				b.Run(fmt.Sprintf("size=%dKiB/mailboxes=%s/writers=%d/store=%s", size>>10, mode.boxes, mode.writers, impl), func(b *testing.B) {
					deliver(b, impl, size, mode.boxes == "many", mode.writers)
				})
			}
		}
	}
}

func deliver(b *testing.B, impl string, size int, many bool, writers int) {
	defer b.SetBytes(int64(size)) // Parallel counts what the messages of its package have
	msgs := make([]*mapi.Message, 64)
	for i := range msgs {
		msgs[i] = benchMessage(i, size)
	}
	var n atomic.Int64
	switch impl {
	case "okapi":
		st, err := pebblestore.Open(b.TempDir(), nil)
		require.NoError(b, err)
		defer st.Close()
		boxes := make([]*store.Folder, writers)
		for i := range boxes {
			if i == 0 || many {
				boxes[i] = benchInbox(b, st, fmt.Sprint("box", i))
			} else {
				boxes[i] = boxes[0]
			}
		}
		drivertest.Parallel(b, writers, func(w int) {
			if _, err := boxes[w].Add(context.Background(), msgs[int(n.Add(1))%len(msgs)], nil); err != nil {
				b.Error(err)
			}
		})
	case "raw":
		db, err := pebble.Open(b.TempDir(), rawOptions())
		require.NoError(b, err)
		defer db.Close()
		bodies := benchBodies(size)
		drivertest.Parallel(b, writers, func(w int) {
			i := int(n.Add(1))
			batch := db.NewBatch()
			rawMessage(batch, w, i, bodies[i%len(bodies)])
			if err := batch.Commit(pebble.Sync); err != nil {
				b.Error(err)
			}
			batch.Close()
		})
	case "append":
		f, err := os.Create(filepath.Join(b.TempDir(), "log"))
		require.NoError(b, err)
		defer f.Close()
		bodies := benchBodies(size)
		for b.Loop() {
			_, err := f.Write(bodies[int(n.Add(1))%len(bodies)])
			require.NoError(b, err)
			require.NoError(b, f.Sync())
		}
	}
}

// rawOptions give Pebble what pebblestore gives it by default.
func rawOptions() *pebble.Options {
	return &pebble.Options{FormatMajorVersion: pebble.FormatNewest, MemTableSize: 8 << 20, CacheSize: 64 << 20,
		Logger: quiet{}}
}

type quiet struct{}

func (quiet) Infof(string, ...any)              {}
func (quiet) Errorf(string, ...any)             {}
func (quiet) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// benchBodies are bytes that compress as the messages do.
func benchBodies(size int) [][]byte {
	list := make([][]byte, 64)
	for i := range list {
		m := benchMessage(i, size)
		body, _ := props.PidTagBody.Get(m)
		header, _ := props.PidTagTransportMessageHeaders.Get(m)
		list[i] = append([]byte(header+body), make([]byte, size-len(body)-len(header))...)
	}
	return list
}

func rawMessage(batch *pebble.Batch, mailbox, n int, body []byte) {
	var key [33]byte
	binary.BigEndian.PutUint64(key[:], uint64(mailbox))
	binary.BigEndian.PutUint64(key[8:], uint64(n))
	batch.Set(key[:16], body, nil)
	for i := range 8 {
		key[16] = byte(i)
		binary.BigEndian.PutUint64(key[17:], uint64(n)*0x9E3779B97F4A7C15)
		batch.Set(key[:], body[i:i+31], nil)
	}
}

func benchInbox(b testing.TB, st *store.Store, name string) *store.Folder {
	box, err := st.CreateMailbox(context.Background(), name, nil)
	require.NoError(b, err)
	inbox, err := box.SpecialFolder(context.Background(), mapi.FolderInbox)
	require.NoError(b, err)
	return inbox
}

// BenchmarkImport stores mail in batches of 100 that become durable together.
func BenchmarkImport(b *testing.B) {
	const size, batchSize = 10 << 10, 100
	b.Run("store=raw", func(b *testing.B) {
		db, err := pebble.Open(b.TempDir(), rawOptions())
		require.NoError(b, err)
		defer db.Close()
		bodies := benchBodies(size)
		b.SetBytes(size)
		batch := db.NewBatch()
		for n := 0; b.Loop(); n++ {
			rawMessage(batch, 1, n, bodies[n%len(bodies)])
			if n%batchSize == batchSize-1 {
				require.NoError(b, batch.Commit(pebble.Sync))
				batch = db.NewBatch()
			}
		}
		require.NoError(b, batch.Commit(pebble.Sync))
	})
	b.Run("store=okapi", func(b *testing.B) {
		st, err := pebblestore.Open(b.TempDir(), nil)
		require.NoError(b, err)
		defer st.Close()
		inbox := benchInbox(b, st, "ada")
		msgs := make([]*mapi.Message, 64)
		for i := range msgs {
			msgs[i] = benchMessage(i, size)
		}
		b.SetBytes(size)
		ctx := context.Background()
		var batch []*mapi.Message
		for n := 0; b.Loop(); n++ {
			if batch = append(batch, msgs[n%len(msgs)]); len(batch) == batchSize {
				_, err := inbox.AddAll(ctx, batch, nil)
				require.NoError(b, err)
				batch = batch[:0]
			}
		}
		_, err = inbox.AddAll(ctx, batch, nil)
		require.NoError(b, err)
	})
}
