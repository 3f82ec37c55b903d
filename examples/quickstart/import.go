package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/store"
)

// batch is how many messages are added before the store is asked to make them
// durable. One by one would be safe too, and slower on most disks.
const batch = 100

// An importer adds mails to folders of a mailbox.
type importer struct {
	st      *store.Store
	box     *store.Mailbox
	into    string
	folders map[string]*store.Folder

	damaged int // mails that broke a rule of the standards
	refused [][2]string
}

// importMail takes the mails at a place into the mailbox and reports on w. A mail
// that cannot be taken is reported and the others follow.
func importMail(ctx context.Context, st *store.Store, box *store.Mailbox, o *options, w io.Writer) error {
	src, err := find(o.imports, o.match)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "Importing %s, %s, into %s of %s.\n", src.kind, size(src.size), o.folder, box.Name())
	im := &importer{st: st, box: box, into: o.folder, folders: map[string]*store.Folder{}}
	bar := newProgress(w, src.size)
	for m, err := range src.mails {
		if ctx.Err() != nil {
			break
		}
		n := int64(0)
		if err == nil {
			n, err = im.take(ctx, m)
		}
		if err != nil {
			im.refused = append(im.refused, [2]string{m.name, err.Error()})
			continue
		}
		bar.add(n)
		if bar.mails%batch == 0 {
			if err := st.Sync(ctx); err != nil {
				return err
			}
		}
	}
	if err := st.Sync(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	rate := bar.rate()
	bar.end()
	fmt.Fprintf(w, "Imported %s mails with %s: %s.\n", number(bar.mails), size(bar.bytes), rate)
	im.report(w)
	return ctx.Err()
}

// take decodes one mail and adds it. It returns the size of the mail.
func (im *importer) take(ctx context.Context, m mail) (int64, error) {
	r, err := m.open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	in := &counter{r: r}
	issues := 0
	msg, err := rfc822.Decode(in, &rfc822.DecodeOptions{Report: func(rfc822.Issue) { issues++ }})
	if err != nil {
		return 0, err
	}
	defer rfc822.Release(msg)
	if strings.Contains(m.flags, "S") {
		props.PidTagMessageFlags.Set(msg, mapi.FlagRead)
	}
	if strings.Contains(m.flags, "F") {
		props.PidTagFlagStatus.Set(msg, mapi.FlagStatusFlagged)
	}
	f, err := im.folder(ctx, m.folder)
	if err != nil {
		return 0, err
	}
	if _, err := f.Add(ctx, msg, &store.AddOptions{Relaxed: true}); err != nil {
		return 0, err
	}
	if issues > 0 {
		im.damaged++
	}
	return in.n, nil
}

// folder is where a mail goes: the folder it was in, or the one of the command
// line.
func (im *importer) folder(ctx context.Context, path []string) (*store.Folder, error) {
	if len(path) == 0 {
		path = steps(im.into)
	}
	key := strings.Join(path, "\x00")
	if f, ok := im.folders[key]; ok {
		return f, nil
	}
	f, err := folder(ctx, im.box, path...)
	if err == nil {
		im.folders[key] = f
	}
	return f, err
}

func (im *importer) report(w io.Writer) {
	if im.damaged > 0 {
		fmt.Fprintf(w, "%s of them were damaged in some way; all that could be read of them is there, and their bytes are.\n",
			number(int64(im.damaged)))
	}
	if len(im.refused) == 0 {
		fmt.Fprintln(w, "None was refused.")
		return
	}
	fmt.Fprintf(w, "%s could not be taken:\n", number(int64(len(im.refused))))
	g := newGrid("Mail", "Reason")
	g.most = 100
	for _, r := range slices.All(im.refused) {
		g.add(r[0], r[1])
	}
	g.print(w)
}

// A counter counts what is read through it.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
