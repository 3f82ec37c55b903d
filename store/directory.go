package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/content"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// A MailboxInfo describes a mailbox in the store's directory.
type MailboxInfo struct {
	Name    string
	Tenant  string
	ID      mapi.GUID
	Created time.Time
}

// MailboxOptions are what may be set when a mailbox is made. nil means the
// defaults.
type MailboxOptions struct {
	// Tenant is the company that the mailbox belongs to. Mailboxes of one
	// tenant share equal attachment contents. Default: "".
	Tenant string

	// Locale is the language of the special folders' names, as a BCP 47 tag:
	// "de", "pt-BR". Default: English.
	Locale string

	// Public makes a public store instead of a private mailbox: it has other
	// special folders.
	Public bool

	// OpenIfExists returns the mailbox that has the name already, unchanged,
	// instead of mapi.ErrCollision.
	OpenIfExists bool

	// FolderName overrides the name of a special folder; "" keeps the name
	// that Locale gives.
	FolderName func(mapi.SpecialFolder) string
}

// MaxMailboxName is the largest length of a mailbox's name in bytes.
const MaxMailboxName = 255

// CreateMailbox makes a mailbox with its special folders. Names compare
// exactly; a program that wants mail addresses to be folded folds them. It
// reports mapi.ErrCollision when the name is taken.
func (s *Store) CreateMailbox(ctx context.Context, name string, opts *MailboxOptions) (*Mailbox, error) {
	const op = "store.Store.CreateMailbox"
	if name == "" || len(name) > MaxMailboxName {
		return nil, fail(op, fmt.Errorf("%w: name of %d bytes", mapi.ErrInvalidParameter, len(name)))
	}
	if opts == nil {
		opts = &MailboxOptions{}
	}
	info := rowkey.Mailbox{Name: name, Tenant: opts.Tenant, ID: s.opts.NewID(), Locale: opts.Locale, Created: s.opts.Now()}
	if opts.Public {
		info.Kind = publicMailbox
	}
	unlock, err := s.naming.Lock(ctx, []byte(name))
	if err != nil {
		return nil, fail(op, err)
	}
	defer unlock()
	// The directory entry is written as being deleted, and freed of that mark
	// once the folders are there: a crash in between leaves nothing visible,
	// and the next CreateMailbox of the name clears it away and starts anew.
	if err = s.clearLeftover(ctx, name); err == nil {
		err = s.reserveMailbox(ctx, &info)
	}
	if opts.OpenIfExists && errors.Is(err, mapi.ErrCollision) {
		return s.OpenMailbox(ctx, name)
	}
	if err != nil {
		return nil, fail(op, err)
	}
	box := s.mailbox(info)
	box.setState(boxMaking)
	if err := box.createSpecialFolders(ctx, opts); err != nil {
		return nil, fail(op, err)
	}
	box.setState(boxReady)
	info.Deleted = false
	if err := s.putMailbox(ctx, info); err != nil {
		return nil, fail(op, err)
	}
	return box, nil
}

// clearLeftover removes what is left of a mailbox that was not completely made or
// not completely deleted.
func (s *Store) clearLeftover(ctx context.Context, name string) error {
	var old *rowkey.Mailbox
	err := s.view(ctx, func(r driver.Reader) (err error) {
		old, err = findMailbox(r, name)
		return err
	})
	if err != nil || old == nil || !old.Deleted {
		return err
	}
	return s.removeMailbox(ctx, *old)
}

func (s *Store) reserveMailbox(ctx context.Context, info *rowkey.Mailbox) error {
	info.Deleted = true
	return s.updateDirectory(ctx, func(tx driver.Tx) error {
		if old, err := findMailbox(tx, info.Name); err != nil {
			return err
		} else if old != nil && !old.Deleted {
			return mapi.ErrCollision
		} else if old != nil { // of a first attempt whose outcome was unknown
			if err := tx.Delete(mailboxKey(old.Space)); err != nil {
				return err
			}
		}
		hk := rowkey.Directory.Header()
		v, err := getSealed(tx, hk)
		if err != nil {
			return err
		}
		h, err := rowkey.ParseStore(v)
		if err != nil {
			return err
		}
		info.Space = rowkey.Space(h.NextSpace)
		h.NextSpace++
		if info.Pool, err = poolOf(tx, info.Tenant, &h.NextSpace); err != nil {
			return err
		}
		if err := tx.Put(hk, rowkey.Seal(hk, h.Append(nil))); err != nil {
			return err
		}
		return putMailboxRecord(tx, *info)
	})
}

// poolOf returns the pool of a tenant and makes it when it has none.
func poolOf(tx driver.Tx, tenant string, next *uint64) (rowkey.Space, error) {
	key := append(rowkey.Directory.Kind(rowkey.KindPool), tenant...)
	v, err := getSealed(tx, key)
	if err != nil {
		return 0, err
	}
	if v != nil {
		return rowkey.Space(rowkey.LastID(v)), nil
	}
	space := rowkey.Space(*next)
	*next++
	return space, tx.Put(key, rowkey.Seal(key, rowkey.ID(nil, uint64(space))))
}

func (s *Store) putMailbox(ctx context.Context, info rowkey.Mailbox) error {
	return s.updateDirectory(ctx, func(tx driver.Tx) error {
		now, err := findMailbox(tx, info.Name)
		if err == nil && (now == nil || now.Space != info.Space) {
			err = mapi.ErrCollision // another process made or deleted it meanwhile
		}
		if err != nil {
			return err
		}
		return putMailboxRecord(tx, info)
	})
}

func putMailboxRecord(tx driver.Tx, info rowkey.Mailbox) error {
	key := mailboxKey(info.Space)
	if err := tx.Put(key, rowkey.Seal(key, info.Append(nil))); err != nil {
		return err
	}
	nk := mailboxNameKey(info.Name)
	return tx.Put(nk, rowkey.Seal(nk, rowkey.ID(nil, uint64(info.Space))))
}

func mailboxKey(space rowkey.Space) []byte {
	return rowkey.ID(rowkey.Directory.Kind(rowkey.KindMailbox), uint64(space))
}

func mailboxNameKey(name string) []byte {
	return append(rowkey.Directory.Kind(rowkey.KindMailboxName), name...)
}

func findMailbox(r driver.Reader, name string) (*rowkey.Mailbox, error) {
	v, err := getSealed(r, mailboxNameKey(name))
	if err != nil || v == nil {
		return nil, err
	}
	key := rowkey.ID(rowkey.Directory.Kind(rowkey.KindMailbox), rowkey.LastID(v))
	if v, err = getSealed(r, key); err != nil || v == nil {
		return nil, err
	}
	info, err := rowkey.ParseMailbox(v)
	return &info, err
}

// OpenMailbox returns the mailbox of a name. It reports mapi.ErrNotFound when
// there is none.
func (s *Store) OpenMailbox(ctx context.Context, name string) (*Mailbox, error) {
	const op = "store.Store.OpenMailbox"
	var info *rowkey.Mailbox
	err := s.view(ctx, func(r driver.Reader) (err error) {
		info, err = findMailbox(r, name)
		return err
	})
	if err != nil {
		return nil, fail(op, err)
	}
	if info == nil || info.Deleted {
		return nil, fail(op, fmt.Errorf("%w: mailbox %q", mapi.ErrNotFound, name))
	}
	box := s.mailbox(*info)
	if err := box.recoverReleases(ctx); err != nil {
		return nil, fail(op, err)
	}
	return box, nil
}

// Mailboxes yields the mailboxes of the store, by name. The loop may use the
// store; it sees the mailboxes that were there when it began.
func (s *Store) Mailboxes(ctx context.Context) iter.Seq2[MailboxInfo, error] {
	return func(yield func(MailboxInfo, error) bool) {
		infos, err := s.directory(ctx)
		if err != nil {
			yield(MailboxInfo{}, fail("store.Store.Mailboxes", err))
			return
		}
		for _, m := range infos {
			if m.Deleted {
				continue
			}
			if !yield(MailboxInfo{Name: m.Name, Tenant: m.Tenant, ID: m.ID, Created: m.Created}, nil) {
				return
			}
		}
	}
}

// directory returns all entries, also of mailboxes that are going away.
func (s *Store) directory(ctx context.Context) ([]rowkey.Mailbox, error) {
	var infos []rowkey.Mailbox
	err := s.view(ctx, func(r driver.Reader) (err error) {
		infos, err = directoryIn(r)
		return err
	})
	return infos, err
}

func directoryIn(r driver.Reader) ([]rowkey.Mailbox, error) {
	var infos []rowkey.Mailbox
	var spaces []rowkey.Space
	err := scanSealed(r, rowkey.Directory.Kind(rowkey.KindMailboxName), func(_, v []byte) error {
		spaces = append(spaces, rowkey.Space(rowkey.LastID(v)))
		return nil
	})
	for _, space := range spaces {
		if err != nil {
			return nil, err
		}
		var v []byte
		if v, err = getSealed(r, mailboxKey(space)); err != nil {
			return nil, err
		}
		var info rowkey.Mailbox
		if info, err = rowkey.ParseMailbox(v); err == nil {
			infos = append(infos, info)
		}
	}
	return infos, err
}

// DeleteMailbox removes a mailbox and everything in it for good. Handles to it
// report errors from then on. It reports mapi.ErrNotFound when there is no such
// mailbox. A crash in the middle leaves the mailbox invisible; calling
// DeleteMailbox or CreateMailbox with its name again finishes the work.
func (s *Store) DeleteMailbox(ctx context.Context, name string) error {
	const op = "store.Store.DeleteMailbox"
	unlock, err := s.naming.Lock(ctx, []byte(name))
	if err != nil {
		return fail(op, err)
	}
	defer unlock()
	var info *rowkey.Mailbox
	err = s.updateDirectory(ctx, func(tx driver.Tx) (err error) {
		if info, err = findMailbox(tx, name); err != nil {
			return err
		}
		if info == nil {
			return fmt.Errorf("%w: mailbox %q", mapi.ErrNotFound, name)
		}
		info.Deleted = true
		return putMailboxRecord(tx, *info)
	})
	if err == nil {
		err = s.removeMailbox(ctx, *info)
	}
	return fail(op, err)
}

func (s *Store) removeMailbox(ctx context.Context, info rowkey.Mailbox) error {
	box := s.mailbox(info)
	box.setState(boxRemoved)
	prefix := info.Space.Prefix()
	err := s.untilKnown(ctx, prefix, func(tx driver.Tx) error {
		return tx.DeleteRange(prefix, rowkey.After(prefix))
	})
	if err != nil {
		return err
	}
	_, err = s.pool(info.Pool).Sweep(ctx, content.SweepOptions{
		Alive: func(_ context.Context, _ content.Digest, ref content.Ref) (bool, error) {
			return ref.Mailbox != uint64(info.Space), nil
		}})
	if err != nil {
		return err
	}
	err = s.updateDirectory(ctx, func(tx driver.Tx) error {
		now, err := findMailbox(tx, info.Name)
		if err == nil && now != nil && now.Space == info.Space {
			err = tx.Delete(mailboxNameKey(info.Name))
		}
		if err != nil {
			return err
		}
		return tx.Delete(mailboxKey(info.Space))
	})
	s.mu.Lock()
	delete(s.boxes, info.Space)
	s.mu.Unlock()
	return err
}

// updateDirectory runs fn in a transaction of the directory, [Store.untilKnown].
func (s *Store) updateDirectory(ctx context.Context, fn func(driver.Tx) error) error {
	return s.untilKnown(ctx, rowkey.Directory.Prefix(), fn)
}

// untilKnown runs fn in a transaction of the mailbox with the given prefix. When it
// cannot be told whether it took effect fn runs once more on what is there then, so
// it must not mind finding its own work.
func (s *Store) untilKnown(ctx context.Context, mailbox []byte, fn func(driver.Tx) error) error {
	for {
		err := s.db.Update(ctx, driver.Write{Mailbox: mailbox}, fn)
		if !errors.Is(err, driver.ErrUnknown) || ctx.Err() != nil {
			return err
		}
	}
}
