package memstore_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"log"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/memstore"
)

// With a fixed clock and counted ids a test sees the same each time.
func Example() {
	ctx := context.Background()
	noon, ids := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), uint64(0)
	st := memstore.New(&store.Options{
		Now:   func() time.Time { return noon },
		NewID: func() (id mapi.GUID) { ids++; binary.BigEndian.PutUint64(id[8:], ids); return id },
	})
	defer st.Close()

	box, err := st.CreateMailbox(ctx, "ada", nil)
	if err != nil {
		log.Fatal(err)
	}
	inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
	if err != nil {
		log.Fatal(err)
	}
	id, err := inbox.Add(ctx, &mapi.Message{}, &store.AddOptions{Deliver: true})
	if err != nil {
		log.Fatal(err)
	}
	m, err := inbox.OpenMessage(ctx, id, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(box.ID(), props.PidTagMessageDeliveryTime.Or(m, time.Time{}))
	// Output: 00000000-0000-0000-0000-000000000003 2026-05-01 12:00:00 +0000 UTC
}

// A Disk lets the power fail.
func ExampleDisk() {
	ctx := context.Background()
	var disk memstore.Disk
	st, err := disk.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	box, err := st.CreateMailbox(ctx, "ada", nil)
	if err != nil {
		log.Fatal(err)
	}
	inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
	if err != nil {
		log.Fatal(err)
	}
	for _, relaxed := range []bool{false, true} {
		if _, err := inbox.Add(ctx, &mapi.Message{}, &store.AddOptions{Relaxed: relaxed}); err != nil {
			log.Fatal(err)
		}
	}
	disk.Crash()

	if st, err = disk.Open(nil); err != nil {
		log.Fatal(err)
	}
	defer st.Close()
	if box, err = st.OpenMailbox(ctx, "ada"); err != nil {
		log.Fatal(err)
	}
	stats, err := box.Stats(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(stats.Messages, "message was acknowledged as durable, and is there")
	// Output: 1 message was acknowledged as durable, and is there
}
