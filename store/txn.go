package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// A txn is one transaction of a mailbox. It keeps the records that nearly every
// operation changes (header, counters) and writes them once, at the end.
type txn struct {
	driver.Tx
	box  *Mailbox
	when time.Time // see now

	header   rowkey.Header
	cache    *recordCache
	counters map[uint64]*counted
	views    map[folderPart]*viewList

	names    map[mapi.Prop]uint16 // named properties registered here
	events   []mapi.Event
	before   rowkey.Header // the header as it was found
	write    Write         // for the gates
	releases []release     // contents to let go after the commit
	forgot   []releaseID   // releases whose records go
	err      error         // of a codec's function, which cannot return it
	asked    bool          // an earlier run has not taken effect
}

// counted are the counters of a folder, and as they were found.
type counted struct{ now, found rowkey.Counters }

type folderPart struct {
	folder uint64
	part   rowkey.Part
}

// update runs fn in a transaction of the mailbox and, when it is durable, tells
// the subscribers. fn may run several times.
func (b *Mailbox) update(ctx context.Context, relaxed bool, fn func(*txn) error) error {
	return b.updateAs(ctx, relaxed, Write{}, fn)
}

func (b *Mailbox) updateAs(ctx context.Context, relaxed bool, w Write, fn func(*txn) error) error {
	if b.state() == boxRemoved {
		return fmt.Errorf("%w: mailbox %q", mapi.ErrObjectDeleted, b.info.Name)
	}
	token := b.token()
	var t *txn
	run := func(tx driver.Tx) error {
		t = &txn{Tx: tx, box: b, counters: map[uint64]*counted{},
			views: map[folderPart]*viewList{}, write: w}
		return t.run(ctx, token, fn)
	}
	err := b.store.db.Update(ctx, driver.Write{Mailbox: b.space.Prefix(), Relaxed: relaxed}, run)
	for errors.Is(err, driver.ErrUnknown) && ctx.Err() == nil {
		// The token in the transaction tells whether it took effect, so the
		// next run either finds it or does the work.
		last := t
		t = nil
		err = b.store.db.Update(ctx, driver.Write{Mailbox: b.space.Prefix(), Relaxed: relaxed}, run)
		if errors.Is(err, errAlreadyDone) {
			t, err = last, nil
		} else if t == nil || err != nil && !t.asked {
			// It did not get as far as to look, so nothing is known yet.
			t, err = last, errors.Join(driver.ErrUnknown, err)
			break
		}
	}
	if err != nil {
		b.dropCache()
	}
	switch {
	case err == nil:
		b.names.learn(t.names)
		b.forget(t.forgot)
		b.store.hub.Publish(uint64(b.space), t.first(), t.last(), t.events)
		b.releaseNow(ctx, t.releases)
	case errors.Is(err, driver.ErrUnknown), errors.Is(err, driver.ErrPoisoned):
		if t != nil && t.header.Change > t.before.Change {
			b.store.hub.Lost(uint64(b.space), t.first(), t.last())
		}
	}
	return err
}

var errAlreadyDone = errors.New("store: transaction had already taken effect")

// token is nil unless the backend may leave the outcome of a commit open.
func (b *Mailbox) token() []byte {
	if !b.store.uncertain {
		return nil
	}
	id := b.store.opts.NewID()
	return id[:]
}

func (t *txn) run(ctx context.Context, token []byte, fn func(*txn) error) error {
	if err := t.load(); err != nil {
		return err
	}
	t.takeCache()
	if token != nil {
		if done, err := t.seen(string(token)); err != nil {
			return err
		} else if done != nil {
			return errAlreadyDone
		}
		t.asked = true
	}
	if err := fn(t); err != nil {
		return err
	}
	if token != nil {
		if err := t.remember(string(token), 0, 0); err != nil {
			return err
		}
	}
	if err := t.ask(ctx); err != nil {
		return err
	}
	return t.flush()
}

func (t *txn) load() error {
	v, err := getSealed(t, t.box.space.Header())
	if err != nil {
		return err
	}
	if v == nil {
		if t.box.state() == boxMaking {
			return nil
		}
		return fmt.Errorf("%w: mailbox %q", mapi.ErrObjectDeleted, t.box.info.Name)
	}
	t.header, err = rowkey.ParseHeader(v)
	t.before = t.header
	return err
}

// ask puts the transaction to the gates.
func (t *txn) ask(ctx context.Context) error {
	gates := t.box.store.opts.Gates
	if len(gates) == 0 || t.header.Change == t.before.Change {
		return nil
	}
	t.write.Mailbox = t.box.Info()
	t.write.Size = t.header.Size
	t.write.Growth = t.header.Size - t.before.Size
	for _, g := range gates {
		if err := g.Admit(ctx, t.write); err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) flush() error {
	if t.err != nil {
		return t.err
	}
	if err := t.forgetReleased(); err != nil {
		return err
	}
	for id, c := range t.counters {
		if c.now == c.found {
			continue
		}
		if err := t.put(t.box.space.Counters(id), c.now.Append(make([]byte, 0, 64))); err != nil {
			return err
		}
	}
	if err := t.writeLater(); err != nil {
		return err
	}
	t.header.Turn = t.box.store.turn.Add(1)
	if err := t.put(t.box.space.Header(), t.header.Append(nil)); err != nil {
		return err
	}
	t.leaveCache()
	return nil
}

func (t *txn) put(key, payload []byte) error { return t.Put(key, rowkey.Seal(key, payload)) }

func (t *txn) get(key []byte) ([]byte, error) { return getSealed(t, key) }

func (t *txn) first() mapi.ChangeNumber { return mapi.ChangeNumber(t.before.Change + 1) }
func (t *txn) last() mapi.ChangeNumber  { return mapi.ChangeNumber(t.header.Change) }

// newID gives out an identifier of a folder, message or body.
func (t *txn) newID() uint64 {
	id := t.header.Next
	t.header.Next++
	return id
}

// newChange gives out a change number.
func (t *txn) newChange() uint64 {
	t.header.Change++
	return t.header.Change
}

// count returns the counters of a folder, to be changed.
func (t *txn) count(folder uint64) (*rowkey.Counters, error) {
	c := t.counters[folder]
	if c == nil {
		read, err := t.box.readCounters(t, folder)
		if err != nil {
			return nil, err
		}
		c = &counted{read, read}
		t.counters[folder] = c
	}
	return &c.now, nil
}

// now is the time of the transaction: all that it writes has the same.
func (t *txn) now() time.Time {
	if t.when.IsZero() {
		t.when = t.box.store.opts.Now()
	}
	return t.when
}

// touch notes that a direct child of the folder changed.
func (t *txn) touch(folder uint64) error {
	c, err := t.count(folder)
	if err == nil {
		c.CommitMax = max(mapi.ToFileTime(t.now()), c.CommitMax+1)
	}
	return err
}

// log writes an entry of the change log under a new change number, which it
// returns. old is the place of the object's former entry, which goes: the log
// keeps the last change of each object.
func (t *txn) log(old uint64, c rowkey.Change) (uint64, error) {
	if old != 0 {
		if err := t.Delete(t.box.space.Log(old)); err != nil {
			return 0, err
		}
	}
	n := t.newChange()
	c.Time = mapi.ToFileTime(t.now())
	return n, t.put(t.box.space.Log(n), c.Append(make([]byte, 0, 64)))
}

// event notes what to tell the subscribers.
func (t *txn) event(e mapi.Event) {
	e.Change = mapi.ChangeNumber(t.header.Change)
	t.events = append(t.events, e)
}

// countsEvent tells that the counts of a folder changed, if they did. Of several in one
// transaction only the last is kept.
func (t *txn) countsEvent(folder uint64) error {
	c, err := t.count(folder)
	if err != nil {
		return err
	}
	was := t.counters[folder].found
	if c.Content == was.Content && c.Unread == was.Unread && c.Associated == was.Associated {
		return nil
	}
	parent, err := t.box.readFolder(t, folder)
	if err != nil {
		return err
	}
	e := mapi.Event{Type: mapi.EventModified, Folder: mapi.FolderID(parent.Parent), Object: mapi.FolderID(folder),
		HasCounts: true, Total: c.Content, Unread: c.Unread}
	kept := t.events[:0]
	for _, old := range t.events {
		if !(old.HasCounts && old.Object == e.Object) {
			kept = append(kept, old)
		}
	}
	t.events = kept
	t.event(e)
	return nil
}

// codec writes named properties with the ids of this mailbox, registering them
// as the transaction goes.
func (t *txn) codec() *rowkey.Codec {
	c := t.box.codec
	c.ID = t.idOf
	return &c
}
