// Quickstart shows what okapi does, on mail.
//
//	go run ./examples/quickstart                     a guided tour on sample mails
//	go run ./examples/quickstart -import ~/Maildir   mail of your own into a store
//	go run ./examples/quickstart -list               what is in it
//	go run ./examples/quickstart -show m2a           one message, property by property
//	go run ./examples/quickstart -export m2a         the mail as it came in
//	go run ./examples/quickstart -check              every promise of the store, verified
//
// The tour works in a temporary store unless -data names one to keep. Everything
// else works in -data, by default ./okapi-data. Start reading in tour.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program without its process: 0 is success, 1 a failure, 2 a wrong
// command line.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	o, err := parse(args, errs)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2
	}
	if o.tour() {
		err = guide(ctx, o.data, out)
	} else {
		err = work(ctx, o, out, errs)
	}
	if err != nil {
		fmt.Fprintln(errs, "quickstart:", err)
		return 1
	}
	return 0
}

// options are the command line.
type options struct {
	data, mailbox, folder string

	imports, match string
	verify         bool
	list           bool
	rows           int
	show, export   string
	check          bool
}

func parse(args []string, errs io.Writer) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	f.SetOutput(errs)
	f.StringVar(&o.data, "data", "", "the `directory` of the store; it is kept")
	f.StringVar(&o.mailbox, "mailbox", "me@example.org", "the `name` of the mailbox to work in")
	f.StringVar(&o.folder, "folder", "Inbox", "the `path` of the folder to import into or to list: Inbox/Zoo")
	f.StringVar(&o.imports, "import", "", "take the mail of a Maildir, an mbox file or a folder of mails at `path`")
	f.StringVar(&o.match, "match", "*", "with -import of a folder: take files whose name matches `pattern`, such as *.eml")
	f.BoolVar(&o.verify, "verify", false, "with -import: export every mail again and compare it byte for byte")
	f.BoolVar(&o.list, "list", false, "list the folders and the newest messages of -folder")
	f.IntVar(&o.rows, "rows", 20, "with -list: how many `messages`")
	f.StringVar(&o.show, "show", "", "print the properties of the message with this `id`")
	f.StringVar(&o.export, "export", "", "write the mail of the message with this `id` to standard output")
	f.BoolVar(&o.check, "check", false, "verify the store, contents included")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		fmt.Fprintf(errs, "quickstart: %q is not understood\n", f.Arg(0))
		f.Usage()
		return nil, errors.New("arguments left over")
	}
	return o, nil
}

func (o *options) tour() bool {
	return o.imports == "" && !o.list && o.show == "" && o.export == "" && !o.check
}

// work does what the command line asks for, one after the other.
func work(ctx context.Context, o *options, out, errs io.Writer) (err error) {
	if o.data == "" {
		o.data = "okapi-data"
	}
	if o.imports == "" {
		if _, err := os.Stat(o.data); err != nil {
			return fmt.Errorf("there is no store in %s yet: begin with -import", o.data)
		}
	}
	st, err := pebblestore.Open(o.data, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()

	box, err := st.CreateMailbox(ctx, o.mailbox, &store.MailboxOptions{OpenIfExists: true})
	if err != nil {
		return err
	}
	tell := out // reports, which must not get into an exported mail
	if o.export != "" {
		tell = errs
	}
	if o.imports != "" {
		if err := importMail(ctx, st, box, o, tell, errs); err != nil {
			return err
		}
	}
	if o.list {
		if err := list(ctx, out, box, o); err != nil {
			return err
		}
	}
	if o.show != "" {
		if err := show(ctx, out, box, o.show); err != nil {
			return err
		}
	}
	if o.export != "" {
		if err := export(ctx, out, box, o.export); err != nil {
			return err
		}
	}
	if o.check {
		return check(ctx, tell, st)
	}
	return nil
}

// check verifies the whole store and fails when anything is wrong with it.
func check(ctx context.Context, w io.Writer, st *store.Store) error {
	report, err := st.Check(ctx, &store.CheckOptions{Deep: true})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "Checked %s messages in %s folders and %s shared contents, %s records: ",
		number(report.Messages), number(report.Folders), number(report.Contents), number(report.Records))
	if !report.OK() {
		fmt.Fprintf(w, "%s problems.\n", number(int64(len(report.Problems))))
		return report.Err()
	}
	fmt.Fprintln(w, "everything is as it should be.")
	return nil
}
