package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
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
	keep    bool // the receipts
	taken   []receipt
}

// A receipt is what is needed to verify that a mail comes out as it went in.
type receipt struct {
	name   string
	folder *store.Folder
	id     mapi.MessageID
	sum    [sha256.Size]byte
}

// importMail takes the mails at a place into the mailbox and reports on w. A mail
// that cannot be taken is reported and the others follow.
func importMail(ctx context.Context, st *store.Store, box *store.Mailbox, o *options, w, errs io.Writer) error {
	src, err := find(o.imports, o.match)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "Importing %s, %s, into %s of %s.\n", src.kind, size(src.size), o.folder, box.Name())
	im := &importer{st: st, box: box, into: o.folder, folders: map[string]*store.Folder{}, keep: o.verify}
	bar := newProgress(errs, src.size)
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
	if o.verify && ctx.Err() == nil {
		return im.verify(ctx, w)
	}
	return ctx.Err()
}

// take decodes one mail and adds it. It returns the size of the mail.
func (im *importer) take(ctx context.Context, m mail) (int64, error) {
	r, err := m.open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	in := &meter{r: r, hash: sha256.New()}
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
	id, err := f.Add(ctx, msg, &store.AddOptions{Relaxed: true})
	if err != nil {
		return 0, err
	}
	if im.keep {
		im.taken = append(im.taken, receipt{m.name, f, id, [32]byte(in.hash.Sum(nil))})
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
	f, err := im.box.CreatePath(ctx, path...)
	if err == nil {
		im.folders[key] = f
	}
	return f, err
}

func (im *importer) report(w io.Writer) {
	if im.damaged > 0 {
		fmt.Fprintf(w, "Damage was found in %s of them: what could be understood is there, and so are all bytes.\n",
			number(int64(im.damaged)))
	}
	if len(im.refused) == 0 {
		fmt.Fprintln(w, "None was refused.")
		return
	}
	fmt.Fprintf(w, "%s could not be taken:\n", number(int64(len(im.refused))))
	g := newGrid("Mail", "Reason")
	g.most = 100
	for _, r := range im.refused {
		g.add(r[0], r[1])
	}
	g.print(w)
}

// verify exports every mail that was taken and compares its bytes.
func (im *importer) verify(ctx context.Context, w io.Writer) error {
	g := newGrid("Mail", "Difference")
	for _, r := range im.taken {
		hash := sha256.New()
		m, err := r.folder.OpenMessage(ctx, r.id, nil)
		if err == nil {
			err = rfc822.Encode(hash, m.Message, nil)
		}
		if err != nil {
			g.add(r.name, err.Error())
		} else if r.sum != [32]byte(hash.Sum(nil)) {
			g.add(r.name, "other bytes came out")
		}
	}
	if len(g.lines) == 0 {
		fmt.Fprintf(w, "Exported all %s again: the same bytes came out.\n", number(int64(len(im.taken))))
		return nil
	}
	g.print(w)
	return fmt.Errorf("%d of %d mails came out differently", len(g.lines), len(im.taken))
}

// A meter counts and hashes what is read through it.
type meter struct {
	r    io.Reader
	n    int64
	hash hash.Hash
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.n += int64(n)
	m.hash.Write(p[:n])
	return n, err
}
