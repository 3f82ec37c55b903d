package pebblestore_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// What one program writes into a directory, the next one finds there.
func Example() {
	dir, err := os.MkdirTemp("", "okapi-example-*")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "mail.db")

	write(path)
	read(path)
	// Output: Hello
}

func write(path string) {
	ctx := context.Background()
	st, err := pebblestore.Open(path, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer st.Close()
	box, err := st.CreateMailbox(ctx, "ada@example.org", nil)
	if err != nil {
		log.Fatal(err)
	}
	inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
	if err != nil {
		log.Fatal(err)
	}
	m := &mapi.Message{}
	props.PidTagSubject.Set(m, "Hello")
	if _, err := inbox.Add(ctx, m, nil); err != nil {
		log.Fatal(err)
	}
}

func read(path string) {
	ctx := context.Background()
	st, err := pebblestore.Open(path, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer st.Close()
	box, err := st.OpenMailbox(ctx, "ada@example.org")
	if err != nil {
		log.Fatal(err)
	}
	inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
	if err != nil {
		log.Fatal(err)
	}
	for row, err := range inbox.Contents(nil).Rows(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(props.PidTagSubject.Or(row, ""))
	}
}
