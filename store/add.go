package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/content"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// AddOptions say how a message is added. nil means the defaults: a normal
// message, put there by a client, durable on return.
type AddOptions struct {
	// Associated adds to the associated contents (FAI) of the folder.
	Associated bool

	// Deliver says that this is mail arriving: subscribers get EventNewMail
	// too, PidTagMessageDeliveryTime is set when it is missing, and the message
	// counts as unmodified until a client saves it.
	Deliver bool

	// DeliveryID makes adding idempotent: a second message with the same id
	// is not stored; Add returns the id of the first, wherever in the mailbox
	// it was added. It is remembered for Options.DeliveryMemory. At most 255
	// bytes. "" means none.
	DeliveryID string

	// Relaxed lets Add return before the message survives a power loss; call
	// [Store.Sync] after a batch. What was added earlier is never lost when
	// something later is there.
	Relaxed bool
}

// Add stores a detached message in the folder as one transaction and returns the
// id it got. msg is not changed and can be used again; its streams are read
// before Add returns. Flags that a client sets before the first save are taken
// from PidTagMessageFlags (MS-OXCMSG 2.2.1.6); properties that the store computes
// are ignored.
//
// It reports mapi.ErrInvalidParameter for a message class that is not allowed,
// mapi.ErrTooComplex for messages nested more than 64 deep, mapi.ErrNotFound when
// the folder is gone, and what a [Gate] refuses with.
func (f *Folder) Add(ctx context.Context, msg *mapi.Message, opts *AddOptions) (mapi.MessageID, error) {
	const op = "store.Folder.Add"
	if opts == nil {
		opts = &AddOptions{}
	}
	if len(opts.DeliveryID) > maxDeliveryID {
		return 0, fail(op, fmt.Errorf("%w: delivery id of %d bytes", mapi.ErrInvalidParameter, len(opts.DeliveryID)))
	}
	p, err := f.prepare(ctx, msg, opts)
	if err != nil {
		return 0, fail(op, err)
	}
	ids, err := f.add(ctx, []*prepared{p}, opts)
	if err != nil {
		return 0, fail(op, err)
	}
	return ids[0], nil
}

// AddAll adds messages as Add does, several in one transaction of up to about
// 1 MiB, and returns their ids in the order of msgs: the fastest way to bring many
// in. They are durable together when AddAll returns, unless opts ask for Relaxed.
// After an error the ids of those that were stored before are returned, and the
// others are not stored. opts must not have a DeliveryID.
func (f *Folder) AddAll(ctx context.Context, msgs []*mapi.Message, opts *AddOptions) ([]mapi.MessageID, error) {
	const op = "store.Folder.AddAll"
	if opts == nil {
		opts = &AddOptions{}
	}
	if opts.DeliveryID != "" {
		return nil, fail(op, fmt.Errorf("%w: one delivery id for many messages", mapi.ErrInvalidParameter))
	}
	var ids []mapi.MessageID
	for len(msgs) > 0 {
		group, err := f.prepareGroup(ctx, msgs, opts)
		if err != nil {
			return ids, fail(op, f.syncAdded(ctx, ids, opts, err))
		}
		msgs = msgs[len(group):]
		// What is durable makes all before it durable: only the last waits.
		now := *opts
		now.Relaxed = opts.Relaxed || len(msgs) > 0
		added, err := f.add(ctx, group, &now)
		if err != nil {
			return ids, fail(op, f.syncAdded(ctx, ids, opts, err))
		}
		ids = append(ids, added...)
	}
	return ids, nil
}

// syncAdded makes durable what was added before err.
func (f *Folder) syncAdded(ctx context.Context, ids []mapi.MessageID, opts *AddOptions, err error) error {
	if len(ids) == 0 || opts.Relaxed {
		return err
	}
	return errors.Join(err, f.box.store.db.Sync(context.WithoutCancel(ctx)))
}

// Bounds of a group that is added in one transaction.
const (
	groupMessages = 64
	groupBytes    = 512 << 10
)

// prepareGroup prepares as many messages as fit into one transaction.
func (f *Folder) prepareGroup(ctx context.Context, msgs []*mapi.Message, opts *AddOptions) ([]*prepared, error) {
	var group []*prepared
	var bytes int64
	for _, m := range msgs[:min(len(msgs), groupMessages)] {
		p, err := f.prepare(ctx, m, opts)
		if err != nil {
			settleAll(ctx, group, errNotStored)
			return nil, err
		}
		group = append(group, p)
		if bytes += messageBytes(p.msg) - p.size; bytes > groupBytes {
			break
		}
	}
	return group, nil
}

// prepare is Mailbox.prepare for a message that is added with opts.
func (f *Folder) prepare(ctx context.Context, msg *mapi.Message, opts *AddOptions) (*prepared, error) {
	p, err := f.box.prepare(ctx, msg, nil)
	if err == nil && opts.Deliver {
		p.flags |= mapi.FlagUnmodified // until a client saves it
		if !p.msg.Has(props.PidTagMessageDeliveryTime.Prop()) {
			props.PidTagMessageDeliveryTime.Set(p.msg, f.box.store.opts.Now())
		}
	}
	return p, err
}

func settleAll(ctx context.Context, group []*prepared, err error) {
	for _, p := range group {
		p.settle(ctx, err)
	}
}

const maxDeliveryID = 255

// add stores prepared messages in one transaction and ends their claims. With a
// delivery id, which only a single message can have, nothing is stored when it is
// known, and the id is that of the former message.
func (f *Folder) add(ctx context.Context, group []*prepared, opts *AddOptions) ([]mapi.MessageID, error) {
	var ids []mapi.MessageID
	known := false
	w := Write{Created: int64(len(group)), Deliver: opts.Deliver}
	err := f.box.updateAs(ctx, opts.Relaxed, w, func(t *txn) error {
		ids, known = nil, false
		if _, err := f.live(t); err != nil {
			return err
		}
		if opts.DeliveryID != "" {
			seen, err := t.seen(opts.DeliveryID)
			if err != nil {
				return err
			}
			if seen != nil {
				ids, known = []mapi.MessageID{mapi.MessageID(seen.message)}, true
				return nil
			}
		}
		for _, p := range group {
			id, err := t.add(p, uint64(f.id), opts)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return t.countsEvent(uint64(f.id))
	})
	if err == nil && known {
		settleAll(ctx, group, errNotStored)
	} else {
		settleAll(ctx, group, err)
	}
	return ids, err
}

func (t *txn) add(p *prepared, folder uint64, opts *AddOptions) (mapi.MessageID, error) {
	part := rowkey.Normal
	if opts.Associated {
		part = rowkey.Associated
	}
	im, err := t.writeMessage(p, folderPart{folder, part})
	if err != nil {
		return 0, err
	}
	if err := t.addImage(im); err != nil {
		return 0, err
	}
	if opts.Deliver {
		t.newMail(im)
	}
	if opts.DeliveryID != "" {
		err = t.remember(opts.DeliveryID, folder, im.id)
	}
	return mapi.MessageID(im.id), err
}

// addImage gives a written message its id, enters it into its folder and the log.
func (t *txn) addImage(im *image) error {
	im.id = t.newID()
	var err error
	im.row.Change, err = t.log(0, rowkey.Change{Op: rowkey.OpCreated, Folder: im.folder, Object: im.id,
		Associated: im.part == rowkey.Associated})
	if err != nil {
		return err
	}
	if err := t.insertRow(im); err != nil {
		return err
	}
	t.event(mapi.Event{Type: mapi.EventCreated, Folder: mapi.FolderID(im.folder), Message: mapi.MessageID(im.id),
		Associated: im.part == rowkey.Associated})
	return t.touch(im.folder)
}

func (t *txn) newMail(im *image) {
	class, _ := im.plain(idMessageClass).(string)
	t.event(mapi.Event{Type: mapi.EventNewMail, Folder: mapi.FolderID(im.folder), Message: mapi.MessageID(im.id),
		Class: class, Flags: im.flags()})
}

// A delivery is what is remembered of one that was made.
type delivery struct{ folder, message uint64 }

func (b *Mailbox) deliveryKey(id string) []byte {
	return append(b.space.Kind(rowkey.KindDelivery), id...)
}

// seen looks a delivery id up; nil when it is new.
func (t *txn) seen(id string) (*delivery, error) {
	v, err := t.get(t.box.deliveryKey(id))
	if err != nil || v == nil {
		return nil, err
	}
	if len(v) != 12 {
		return nil, fmt.Errorf("%w: delivery record", mapi.ErrCorruptData)
	}
	return &delivery{rowkey.LastID(v[:6]), rowkey.LastID(v)}, nil
}

// remember keeps a delivery id, and forgets two that are too old: so the number
// kept follows the rate of deliveries.
func (t *txn) remember(id string, folder, message uint64) error {
	if err := t.put(t.box.deliveryKey(id), rowkey.ID(rowkey.ID(nil, folder), message)); err != nil {
		return err
	}
	times := t.box.space.Kind(rowkey.KindDeliveryAt)
	at := binary.BigEndian.AppendUint64(append([]byte(nil), times...), mapi.ToFileTime(t.now()))
	if err := t.put(append(at, id...), nil); err != nil {
		return err
	}
	limit := binary.BigEndian.AppendUint64(append([]byte(nil), times...),
		mapi.ToFileTime(t.now().Add(-t.box.store.opts.DeliveryMemory)))
	var old [][]byte
	err := t.Scan(times, limit, false, func(k, _ []byte) bool {
		old = append(old, append([]byte(nil), k...))
		return len(old) < 2
	})
	for _, k := range old {
		if err == nil {
			err = t.Delete(t.box.deliveryKey(string(k[len(times)+8:])))
		}
		if err == nil {
			err = t.Delete(k)
		}
	}
	return err
}

// release notes, in the transaction that removes a message, the contents that it
// no longer needs. They are let go once the transaction has committed.
func (t *txn) release(body *rowkey.Body) error {
	digests := digestsOf(body.Message)
	if len(digests) == 0 {
		return nil
	}
	slices.SortFunc(digests, func(a, b content.Digest) int { return bytes.Compare(a[:], b[:]) })
	part := uint16(0)
	for group := range slices.Chunk(slices.Compact(digests), digestsPerRecord) {
		list := make([][32]byte, len(group))
		for i, d := range group {
			list[i] = d
		}
		r := release{releaseID{body.Owner, part}, group}
		if err := t.put(t.box.releaseKey(r.releaseID), rowkey.AppendDigests(nil, list)); err != nil {
			return err
		}
		t.releases = append(t.releases, r)
		part++
	}
	return nil
}

// digestsPerRecord keeps a release record below the size of a value.
const digestsPerRecord = 1500

// A release lets go of contents that a message had.
type release struct {
	releaseID
	digests []content.Digest
}

// A releaseID names one record of what an owner lets go.
type releaseID struct {
	owner uint64
	part  uint16
}

func (b *Mailbox) releaseKey(id releaseID) []byte {
	key := binary.BigEndian.AppendUint64(b.space.Kind(rowkey.KindRelease), id.owner)
	return binary.BigEndian.AppendUint16(key, id.part)
}

func digestsOf(m *mapi.Message) []content.Digest {
	var large []place
	var digests []content.Digest
	collect(m, &large)
	for _, l := range large {
		if s, ok := l.bag.Get(l.prop).(*content.Stream); ok {
			digests = append(digests, s.Content().Digest)
		}
	}
	return digests
}

// releaseNow lets go of what a committed transaction noted. The records of what
// was done go with the next transaction; after a crash it is done once more.
func (b *Mailbox) releaseNow(ctx context.Context, list []release) {
	for _, r := range list {
		ref := content.Ref{Mailbox: uint64(b.space), Object: r.owner}
		if err := b.pool().Release(context.WithoutCancel(ctx), ref, r.digests...); err != nil {
			b.store.opts.Logger.Warn("contents are released later", "mailbox", b.info.Name, "error", err)
			return
		}
		b.mu.Lock()
		b.released = append(b.released, r.releaseID)
		b.mu.Unlock()
	}
}

// forgetReleased deletes the records of releases that were carried out.
func (t *txn) forgetReleased() error {
	t.box.mu.Lock()
	t.forgot = slices.Clone(t.box.released[:min(len(t.box.released), 64)])
	t.box.mu.Unlock()
	for _, id := range t.forgot {
		if err := t.Delete(t.box.releaseKey(id)); err != nil {
			return err
		}
	}
	return nil
}

// forget drops releases whose records are gone.
func (b *Mailbox) forget(gone []releaseID) {
	if len(gone) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.released = slices.DeleteFunc(b.released, func(id releaseID) bool { return slices.Contains(gone, id) })
}

// recoverReleases finishes what a crash left of releases and removals. It does
// something at most once for each time the mailbox comes into memory.
func (b *Mailbox) recoverReleases(ctx context.Context) error {
	b.mu.Lock()
	done := b.recovered
	b.mu.Unlock()
	if done {
		return nil
	}
	var list []release
	err := b.view(ctx, func(r driver.Reader) error {
		return b.eachRelease(r, func(rel release) { list = append(list, rel) })
	})
	if err != nil {
		return err
	}
	b.releaseNow(ctx, list)
	if err := b.resumePurges(ctx); err != nil {
		// The mailbox is none the worse for folders that cannot be removed yet.
		b.store.opts.Logger.Warn("removal of folders goes on later", "mailbox", b.info.Name, "error", err)
		return ctx.Err()
	}
	b.mu.Lock()
	b.recovered = true
	b.mu.Unlock()
	return nil
}

// eachRelease visits the releases that were noted and not forgotten yet.
func (b *Mailbox) eachRelease(r driver.Reader, visit func(release)) error {
	return scanSealed(r, b.space.Kind(rowkey.KindRelease), func(k, v []byte) error {
		digests, err := rowkey.ParseDigests(v)
		if len(k) != len(b.releaseKey(releaseID{})) {
			return fmt.Errorf("%w: key of a release record", mapi.ErrCorruptData)
		}
		rel := release{releaseID: releaseID{binary.BigEndian.Uint64(k[9:]), binary.BigEndian.Uint16(k[17:])}}
		for _, d := range digests {
			rel.digests = append(rel.digests, d)
		}
		visit(rel)
		return err
	})
}

// eachOwner visits who refers to contents: messages, and releases to come.
func (b *Mailbox) eachOwner(ctx context.Context, r driver.Reader, visit func(owner uint64)) error {
	if err := b.eachRelease(r, func(rel release) { visit(rel.owner) }); err != nil {
		return err
	}
	return scanSealed(r, b.space.Kind(rowkey.KindRow), func(_, v []byte) error {
		row, err := rowkey.ParseRow(v)
		if err != nil {
			return err
		}
		body, err := b.readBody(r, row.Body)
		if err == nil && body.Owner != 0 {
			visit(body.Owner)
		}
		if err == nil {
			err = ctx.Err()
		}
		return err
	})
}
