// Deliver is a mail delivery agent: it takes one mail on standard input and puts it
// into a folder of a mailbox.
//
//	deliver -data mail.db -mailbox ada@example.org -id "$QUEUE_ID" <mail
//
// Exit codes are those of sysexits.h that mail servers understand: 0 delivered,
// 64 wrong usage, 70 cannot be delivered and never will be, 75 try again later. It
// exits with 0 only when the mail survives a power failure, and delivers a mail that
// is handed over again under the same -id once.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// Exit codes of sysexits.h.
const (
	exOK       = 0
	exUsage    = 64
	exSoftware = 70
	exTempFail = 75
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program without its process.
func run(ctx context.Context, args []string, mail io.Reader, errs io.Writer) int {
	j, err := parse(args, errs)
	if errors.Is(err, flag.ErrHelp) {
		return exOK
	}
	if err != nil {
		fmt.Fprintln(errs, "deliver:", err)
		return exUsage
	}
	if err := j.deliver(ctx, mail); err != nil {
		fmt.Fprintln(errs, "deliver:", err)
		return exitCode(err)
	}
	return exOK
}

// A job is one delivery.
type job struct {
	data, mailbox string
	folder        []string // names of folders; none means the inbox
	id            string
	existing      bool
}

func parse(args []string, errs io.Writer) (*job, error) {
	j := &job{}
	f := flag.NewFlagSet("deliver", flag.ContinueOnError)
	f.SetOutput(errs)
	f.StringVar(&j.data, "data", "", "the `directory` of the store")
	f.StringVar(&j.mailbox, "mailbox", "", "the `name` of the mailbox, made when it is missing")
	f.BoolVar(&j.existing, "existing", false, "refuse mailboxes that do not exist")
	folder := f.String("folder", "", "the `path` of the folder, such as Lists/Go, made when it is missing; by default the inbox")
	f.StringVar(&j.id, "id", "", "what names this delivery, such as a queue `id`: the same one is stored once")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	j.folder = strings.FieldsFunc(*folder, func(r rune) bool { return r == '/' })
	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("%q is not understood", f.Arg(0))
	case j.data == "" || j.mailbox == "":
		return nil, errors.New("-data and -mailbox are needed")
	}
	return j, nil
}

// deliver stores the mail. The message is decoded before the store is opened, so
// that a slow sender does not keep the store from others.
func (j *job) deliver(ctx context.Context, mail io.Reader) (err error) {
	msg, err := rfc822.Decode(mail, nil)
	if err != nil {
		return err
	}
	defer rfc822.Release(msg)

	st, err := pebblestore.Open(j.data, nil)
	if err != nil {
		return err
	}
	// A delivery is done when Add returns, whatever closing says.
	defer st.Close()

	folder, err := j.open(ctx, st)
	if err != nil {
		return err
	}
	_, err = folder.Add(ctx, msg, &store.AddOptions{Deliver: true, DeliveryID: j.id})
	return err
}

func (j *job) open(ctx context.Context, st *store.Store) (*store.Folder, error) {
	box, err := st.OpenMailbox(ctx, j.mailbox)
	if errors.Is(err, mapi.ErrNotFound) && !j.existing {
		box, err = st.CreateMailbox(ctx, j.mailbox, &store.MailboxOptions{OpenIfExists: true})
	}
	if err != nil {
		return nil, err
	}
	if len(j.folder) == 0 {
		return box.SpecialFolder(ctx, mapi.FolderInbox)
	}
	return box.CreatePath(ctx, j.folder...)
}

// exitCode tells what trying again cannot cure from what it may: a store that is in
// use, a full disk, a quota, an outcome that is not known.
func exitCode(err error) int {
	switch mapi.CodeOf(err) {
	case mapi.ErrNotFound, mapi.ErrInvalidParameter, mapi.ErrNoAccess, mapi.ErrNoSupport,
		mapi.ErrTooBig, mapi.ErrCorruptData, mapi.ErrVersion:
		return exSoftware
	}
	return exTempFail
}
