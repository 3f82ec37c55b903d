// Convert shows what a file of mail, calendar or contacts is as MAPI messages, and
// writes it in another form.
//
//	convert invitation.eml                 # its properties, in canonical names
//	convert invitation.eml invitation.ics
//	convert report.msg report.eml
//	convert winmail.dat letter.eml
//	convert team.vcf team.msg              # several: team-1.msg, team-2.msg …
//
// The names of the files say what they are: .eml, .msg, .ics, .vcf, and .dat or .tnef.
// What could not be understood is told on standard error; the rest is converted.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/okapi-mail/okapi/archive/msg"
	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/vcard"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/rfc822/tnef"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "convert:", err)
		os.Exit(1)
	}
}

func run(args []string, out, notes io.Writer) error {
	if len(args) < 1 || len(args) > 2 {
		return errors.New("usage: convert FROM [TO]")
	}
	from, err := formatOf(args[0])
	if err != nil {
		return err
	}
	file, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer file.Close() // messages may read their large values from it until then
	msgs, err := from.read(file, notes)
	if err != nil {
		return err
	}
	if len(args) == 1 {
		return show(out, msgs)
	}
	to, err := formatOf(args[1])
	if err != nil {
		return err
	}
	return save(args[1], to, msgs)
}

func show(out io.Writer, msgs []*mapi.Message) error {
	w := bufio.NewWriter(out)
	for i, m := range msgs {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := props.Dump(w, m, nil); err != nil {
			return err
		}
	}
	return w.Flush()
}

// save writes all messages into one file where its form has room for several.
func save(name string, to format, msgs []*mapi.Message) error {
	if to.several || len(msgs) == 1 {
		return create(name, func(w io.Writer) error { return to.write(w, msgs) })
	}
	ext := filepath.Ext(name)
	for i := range msgs {
		numbered := fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ext), i+1, ext)
		err := create(numbered, func(w io.Writer) error { return to.write(w, msgs[i:i+1]) })
		if err != nil {
			return err
		}
	}
	return nil
}

// create does not write over a file that is there.
func create(name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	if err = write(w); err == nil {
		err = w.Flush()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		err = errors.Join(fmt.Errorf("%s: %w", name, err), os.Remove(name))
	}
	return err
}

// A format is a form of files.
type format struct {
	several bool // messages in a file
	read    func(f *os.File, notes io.Writer) ([]*mapi.Message, error)
	write   func(w io.Writer, msgs []*mapi.Message) error
}

func formatOf(name string) (format, error) {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".eml":
		return mail, nil
	case ".msg":
		return outlook, nil
	case ".dat", ".tnef":
		return winmail, nil
	case ".ics":
		return calendar, nil
	case ".vcf":
		return contacts, nil
	default:
		return format{}, fmt.Errorf("%s: no form of files that this program knows", name)
	}
}

var mail = format{
	read: func(f *os.File, notes io.Writer) ([]*mapi.Message, error) {
		return single(rfc822.Decode(f, &rfc822.DecodeOptions{
			Report: func(i rfc822.Issue) { fmt.Fprintln(notes, i) },
		}))
	},
	write: func(w io.Writer, msgs []*mapi.Message) error {
		return rfc822.Encode(w, msgs[0], &rfc822.EncodeOptions{TNEF: rfc822.TNEFWhenNeeded})
	},
}

var outlook = format{
	read: func(f *os.File, notes io.Writer) ([]*mapi.Message, error) {
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		return single(msg.Decode(f, info.Size(), &msg.DecodeOptions{
			Report: func(i msg.Issue) { fmt.Fprintln(notes, i) },
		}))
	},
	write: func(w io.Writer, msgs []*mapi.Message) error { return msg.Encode(w, msgs[0], nil) },
}

var winmail = format{
	read: func(f *os.File, notes io.Writer) ([]*mapi.Message, error) {
		return single(tnef.Decode(f, &tnef.Options{
			Report: func(i tnef.Issue) { fmt.Fprintln(notes, i) },
		}))
	},
	write: func(w io.Writer, msgs []*mapi.Message) error { return tnef.Encode(w, msgs[0], nil) },
}

var calendar = format{
	several: true,
	read: func(f *os.File, notes io.Writer) ([]*mapi.Message, error) {
		return ical.Decode(f, &ical.DecodeOptions{
			Report: func(i ical.Issue) { fmt.Fprintln(notes, i) },
		})
	},
	write: func(w io.Writer, msgs []*mapi.Message) error { return ical.Encode(w, msgs, nil) },
}

var contacts = format{
	several: true,
	read: func(f *os.File, notes io.Writer) ([]*mapi.Message, error) {
		var opts vcard.DecodeOptions
		opts.Report = func(i vcard.Issue) { fmt.Fprintln(notes, i) }
		return vcard.Decode(f, &opts)
	},
	write: func(w io.Writer, msgs []*mapi.Message) error { return vcard.Encode(w, msgs, nil) },
}

func single(m *mapi.Message, err error) ([]*mapi.Message, error) {
	if err != nil {
		return nil, err
	}
	return []*mapi.Message{m}, nil
}
