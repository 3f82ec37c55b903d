package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/content"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
	"github.com/okapi-mail/okapi/store/table"
)

// CheckOptions say how thorough a check is. nil means the defaults.
type CheckOptions struct {
	// Deep reads all shared contents and compares their hashes. Otherwise
	// only their presence is checked.
	Deep bool
}

// A CheckReport is the result of a check.
type CheckReport struct {
	// Problems are violations of what the store promises, one sentence each.
	// A store without problems has none.
	Problems []string

	// Unused are references to contents that a crash has left behind. They
	// only cost space; Collect removes them.
	Unused int64

	Mailboxes, Folders, Messages, Contents, Records int64
}

// OK reports whether nothing was found.
func (c *CheckReport) OK() bool { return len(c.Problems) == 0 }

// Err is nil when nothing was found, and otherwise an error that carries
// mapi.ErrCorruptData and the first problems.
func (c *CheckReport) Err() error {
	if c.OK() {
		return nil
	}
	err := fmt.Errorf("%w: %d problems", mapi.ErrCorruptData, len(c.Problems))
	for _, p := range c.Problems[:min(len(c.Problems), 10)] {
		err = fmt.Errorf("%w; %s", err, p)
	}
	return err
}

// maxProblems is how many problems a report holds; after that a check stops.
const maxProblems = 1000

// Check reads the whole store in one snapshot and verifies every invariant:
// checksums, the folder tree, counters, indexes, the change log, the mapping of
// named properties, and that messages and shared contents refer to each other.
// The error is that of the backend or of ctx: the check did not come to its end.
// Memory is proportional to the largest folder. Others go on meanwhile.
func (s *Store) Check(ctx context.Context, opts *CheckOptions) (*CheckReport, error) {
	const op = "store.Store.Check"
	if opts == nil {
		opts = &CheckOptions{}
	}
	report := &CheckReport{}
	err := s.view(ctx, func(r driver.Reader) error {
		infos, err := directoryIn(r)
		if errors.Is(err, mapi.ErrCorruptData) {
			report.add("directory of mailboxes: %v", err)
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.checkDirectory(ctx, r, infos, report); err != nil {
			return err
		}
		uses := map[rowkey.Space]contentUses{}
		for _, info := range infos {
			if uses[info.Pool] == nil {
				uses[info.Pool] = contentUses{}
			}
			if info.Deleted {
				continue
			}
			c := checker{box: s.mailbox(info), r: r, ctx: ctx, report: report, uses: uses[info.Pool]}
			if err := c.mailbox(); err != nil {
				return err
			}
		}
		for space, used := range uses {
			if err := s.checkPool(ctx, r, space, used, opts, report); err != nil {
				return err
			}
		}
		return nil
	})
	return report, fail(op, err)
}

// contentUses are the references that messages hold: digest and owner.
type contentUses map[contentUse]bool

type contentUse struct {
	digest  content.Digest
	mailbox uint64
	owner   uint64
}

func (s *Store) checkPool(ctx context.Context, r driver.Reader, space rowkey.Space, used contentUses, opts *CheckOptions, report *CheckReport) error {
	seen := map[contentUse]bool{}
	err := s.pool(space).Check(ctx, r, &content.CheckOptions{Deep: opts.Deep, Ref: func(c content.Content, ref content.Ref) {
		use := contentUse{c.Digest, ref.Mailbox, ref.Object}
		seen[use] = true
		if !used[use] {
			report.Unused++
		}
	}}, func(problem string) { report.add("contents: %s", problem) })
	if err != nil {
		return err
	}
	for use := range used {
		if !seen[use] {
			report.add("a message of mailbox %d refers to content %v, which is not in the pool", use.mailbox, use.digest)
		}
	}
	st, err := s.pool(space).Stats(r)
	if errors.Is(err, mapi.ErrCorruptData) {
		report.add("contents: %v", err)
		err = nil
	}
	report.Contents += st.Contents
	return err
}

func (c *CheckReport) add(format string, args ...any) {
	if len(c.Problems) < maxProblems {
		c.Problems = append(c.Problems, fmt.Sprintf(format, args...))
	}
}

// A checker checks one mailbox.
type checker struct {
	box    *Mailbox
	r      driver.Reader
	ctx    context.Context
	report *CheckReport
	uses   contentUses

	header  rowkey.Header
	folders map[uint64]rowkey.Folder
	bodies  map[uint64]bool     // referenced by a row
	kept    map[string]bool     // prefixes of the indexes that folders keep
	changes map[uint64]expected // entries of the log that objects have
	size    int64               // of live messages
}

// expected is what the log must say at the change number of an object.
type expected struct {
	object uint64
	folder bool
	read   bool
}

func (c *checker) add(format string, args ...any) {
	c.report.add("mailbox %q: %s", c.box.info.Name, fmt.Sprintf(format, args...))
}

// problem turns damage into a problem; other errors end the check.
func (c *checker) problem(where string, err error) error {
	if errors.Is(err, mapi.ErrCorruptData) || errors.Is(err, mapi.ErrNotFound) ||
		errors.Is(err, mapi.ErrObjectDeleted) || errors.Is(err, driver.ErrDamaged) {
		c.add("%s: %v", where, err)
		return nil
	}
	return err
}

func (c *checker) mailbox() error {
	c.report.Mailboxes++
	c.folders, c.bodies, c.changes = map[uint64]rowkey.Folder{}, map[uint64]bool{}, map[uint64]expected{}
	c.kept = map[string]bool{}
	var err error
	if c.header, err = c.box.readHeader(c.r); err != nil {
		return c.problem("header", err)
	}
	for _, step := range []func() error{c.records, c.readFolders, c.tree, c.messages, c.indexes, c.log, c.bodyKeys, c.named, c.deliveries} {
		if err := step(); err != nil {
			return err
		}
		if err := c.ctx.Err(); err != nil {
			return err
		}
	}
	if c.size != c.header.Size {
		c.add("header says %d bytes, messages have %d", c.header.Size, c.size)
	}
	return nil
}

// records verifies the checksum of every record.
func (c *checker) records() error {
	prefix := c.box.space.Prefix()
	return c.r.Scan(prefix, rowkey.After(prefix), false, func(k, v []byte) bool {
		c.report.Records++
		switch kind := k[len(prefix)]; kind {
		case rowkey.KindIndex:
		case rowkey.KindHeader, rowkey.KindFolder, rowkey.KindCounters, rowkey.KindChild, rowkey.KindName,
			rowkey.KindRow, rowkey.KindBody, rowkey.KindViews, rowkey.KindLog, rowkey.KindCursor, rowkey.KindNamed,
			rowkey.KindDelivery, rowkey.KindDeliveryAt, rowkey.KindRelease, rowkey.KindPurge:
			if _, err := rowkey.Open(k, v); err != nil {
				c.add("%v", err)
			}
		default:
			c.add("a record of unknown kind %q", kind)
		}
		return c.ctx.Err() == nil && len(c.report.Problems) < maxProblems
	})
}

func (c *checker) readFolders() error {
	err := scanSealed(c.r, c.box.space.Kind(rowkey.KindFolder), func(k, v []byte) error {
		rec, err := rowkey.ParseFolder(v)
		if err == nil {
			_, err = c.box.codec.ParseBag(rec.Props)
		}
		id := rowkey.LastID(k)
		if err != nil {
			return c.problem(fmt.Sprintf("folder %v", mapi.FolderID(id)), err)
		}
		c.folders[id] = rec
		c.expect(rec.Change, expected{object: id, folder: true})
		if id >= c.header.Next {
			c.add("folder %v has an id that was not given out", mapi.FolderID(id))
		}
		return nil
	})
	return c.problem("folders", err)
}

func (c *checker) expect(change uint64, e expected) {
	if other, ok := c.changes[change]; ok {
		c.add("objects %x and %x have the same change number %d", other.object, e.object, change)
	}
	c.changes[change] = e
}

// tree verifies that each folder hangs where it says, under its name.
func (c *checker) tree() error {
	live := map[uint64]int64{}
	for id, rec := range c.folders {
		c.report.Folders++
		if rec.Parent == id {
			continue
		}
		parent, ok := c.folders[rec.Parent]
		if !ok {
			c.add("folder %v has no parent", mapi.FolderID(id))
			continue
		}
		if parent.Deleted && !rec.Deleted {
			c.add("folder %v is live below a deleted one", mapi.FolderID(id))
		}
		if c.depth(id) < 0 {
			c.add("folder %v is its own ancestor", mapi.FolderID(id))
		}
		if err := c.linked(id, rec, live); err != nil {
			return err
		}
	}
	for id, rec := range c.folders {
		counters, err := c.box.readCounters(c.r, id)
		if err != nil {
			if err := c.problem("counters", err); err != nil {
				return err
			}
			continue
		}
		if counters.Subfolders != live[id] {
			c.add("folder %v counts %d subfolders and has %d", mapi.FolderID(id), counters.Subfolders, live[id])
		}
		if !rec.Deleted {
			c.size += counters.Size + counters.AssocSize
		}
	}
	return c.links()
}

func (c *checker) depth(id uint64) int {
	for n := range len(c.folders) + 1 {
		rec, ok := c.folders[id]
		if !ok || rec.Parent == id {
			return n
		}
		id = rec.Parent
	}
	return -1
}

// linked verifies a folder's place among its siblings. A folder within a deleted
// subtree still hangs below its parent as a live one would.
func (c *checker) linked(id uint64, rec rowkey.Folder, live map[uint64]int64) error {
	there, err := c.r.Get(c.box.space.Child(rec.Parent, false, id))
	if err != nil {
		return err
	}
	gone, err := c.r.Get(c.box.space.Child(rec.Parent, true, id))
	if err != nil {
		return err
	}
	if (there == nil) == (gone == nil) {
		c.add("folder %v is not exactly once among its parent's children", mapi.FolderID(id))
		return nil
	}
	if gone != nil {
		if !rec.Deleted {
			c.add("live folder %v is among the deleted children", mapi.FolderID(id))
		}
		return nil
	}
	live[rec.Parent]++
	bag, err := c.box.codec.ParseBag(rec.Props)
	if err != nil {
		return nil // told before
	}
	named, err := c.box.childNamed(c.r, rec.Parent, props.PidTagDisplayName.Or(&bag, ""))
	if err == nil && named != id {
		c.add("the name of folder %v leads to %v", mapi.FolderID(id), mapi.FolderID(named))
	}
	return c.problem("names", err)
}

// links verifies that no child or name entry leads nowhere.
func (c *checker) links() error {
	err := scanSealed(c.r, c.box.space.Kind(rowkey.KindChild), func(k, _ []byte) error {
		if _, ok := c.folders[rowkey.LastID(k)]; !ok {
			c.add("a child entry leads to folder %v, which does not exist", mapi.FolderID(rowkey.LastID(k)))
		}
		return nil
	})
	if err := c.problem("children", err); err != nil {
		return err
	}
	names := map[uint64]bool{}
	err = scanSealed(c.r, c.box.space.Kind(rowkey.KindName), func(_, v []byte) error {
		id := rowkey.LastID(v)
		if _, ok := c.folders[id]; !ok || names[id] {
			c.add("a name leads to folder %v, which does not exist or has two names", mapi.FolderID(id))
		}
		names[id] = true
		return nil
	})
	return c.problem("names", err)
}

// messages verifies rows, bodies, counters and indexes of all folders.
func (c *checker) messages() error {
	for id := range c.folders {
		counters, err := c.box.readCounters(c.r, id)
		if err != nil {
			continue // told before
		}
		for _, part := range []rowkey.Part{rowkey.Normal, rowkey.Associated, rowkey.Deleted} {
			sum, err := c.part(folderPart{id, part})
			if err != nil {
				return err
			}
			if want := partCounters(counters, part); sum != want {
				c.add("folder %v, part %d: counters say %+v, messages are %+v", mapi.FolderID(id), part, want, sum)
			}
		}
	}
	return nil
}

// partSum is what the counters say of a part.
type partSum struct{ count, unread, size int64 }

func partCounters(c rowkey.Counters, part rowkey.Part) partSum {
	switch part {
	case rowkey.Normal:
		return partSum{c.Content, c.Unread, c.Size}
	case rowkey.Associated:
		return partSum{count: c.Associated, size: c.AssocSize}
	}
	return partSum{count: c.Deleted, size: c.DelSize}
}

func (c *checker) part(fp folderPart) (partSum, error) {
	var sum partSum
	views, err := c.box.readViews(func(k []byte) ([]byte, error) { return getSealed(c.r, k) }, fp)
	if err != nil {
		return sum, c.problem("indexes", err)
	}
	for _, v := range views.list {
		c.kept[string(c.box.space.Index(fp.folder, fp.part, v.Number))] = true
	}
	entries := make([][][]byte, len(views.list))
	err = scanSealed(c.r, c.box.space.Rows(fp.folder, fp.part), func(k, v []byte) error {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		id := rowkey.LastID(k)
		sum.count++
		c.report.Messages++
		im, err := c.box.parseImage(c.r, fp.folder, fp.part, id, v, nil)
		if err != nil {
			return c.problem(fmt.Sprintf("message %v", mapi.MessageID(id)), err)
		}
		sum.size += im.row.Size
		if fp.part == rowkey.Normal && im.row.Flags&mapi.FlagRead == 0 {
			sum.unread++
		}
		if err := c.message(im); err != nil {
			return err
		}
		for i, v := range views.list {
			if v.spec == nil {
				continue
			}
			e, err := v.spec.entry(im)
			if err != nil {
				return c.problem(fmt.Sprintf("message %v", mapi.MessageID(id)), err)
			}
			if e != nil {
				entries[i] = append(entries[i], e)
			}
		}
		return nil
	})
	if err := c.problem("messages", err); err != nil {
		return sum, err
	}
	for i, v := range views.list {
		if err := c.index(fp, v, entries[i]); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

func (c *checker) message(im *image) error {
	id := mapi.MessageID(im.id)
	if im.id >= c.header.Next || im.row.Body >= c.header.Next {
		c.add("message %v has an id that was not given out", id)
	}
	if c.bodies[im.row.Body] {
		c.add("message %v shares its body with another", id)
	}
	c.bodies[im.row.Body] = true
	c.expect(im.row.Change, expected{object: im.id})
	if im.row.ReadChange != 0 {
		c.expect(im.row.ReadChange, expected{object: im.id, read: true})
	}
	body, err := im.loadBody()
	if err != nil {
		return c.problem(fmt.Sprintf("message %v", id), err)
	}
	for _, d := range digestsOf(body.Message) {
		c.uses[contentUse{d, uint64(c.box.space), body.Owner}] = true
	}
	return nil
}

// index verifies that an index has exactly the entries that the rows give.
func (c *checker) index(fp folderPart, v viewIndex, want [][]byte) error {
	where := fmt.Sprintf("folder %v, part %d, index %d", mapi.FolderID(fp.folder), fp.part, v.Number)
	if err := v.index.Check(c.r); err != nil {
		return c.problem(where, err)
	}
	status, err := v.index.Status(c.r)
	if err != nil || status.State == table.Filling || v.spec == nil {
		return c.problem(where, err)
	}
	sortEntries(want)
	n := 0
	err = v.index.Ascend(c.r, nil, func(e []byte) bool {
		if n >= len(want) || !bytes.Equal(e, want[n]) {
			c.add("%s: entry %d is not that of a message", where, n)
			n = len(want)
			return false
		}
		n++
		return true
	})
	if n < len(want) {
		c.add("%s: %d entries, %d messages", where, n, len(want))
	}
	return c.problem(where, err)
}

// log verifies that each object's last change is in the log, once.
func (c *checker) log() error {
	err := scanSealed(c.r, c.box.space.Kind(rowkey.KindLog), func(k, v []byte) error {
		n := rowkey.LastID(k)
		if n > c.header.Change {
			c.add("change %d was not given out", n)
		}
		entry, err := rowkey.ParseChange(v)
		if err != nil {
			return c.problem("change log", err)
		}
		e, ok := c.changes[n]
		delete(c.changes, n)
		gone := entry.Op == rowkey.OpRemoved || entry.Op == rowkey.OpMoved || entry.Op == rowkey.OpDeleted
		switch {
		case !ok && !gone:
			c.add("change %d is of object %x, which has another one", n, entry.Object)
		case ok && (e.object != entry.Object || e.folder != entry.IsFolder || e.read != (entry.Op == rowkey.OpRead)):
			c.add("change %d is of object %x, not of %x", n, entry.Object, e.object)
		}
		return nil
	})
	for n, e := range c.changes {
		c.add("change %d of object %x is not in the log", n, e.object)
	}
	return c.problem("change log", err)
}

// bodyKeys verifies that no body is left without a message.
func (c *checker) bodyKeys() error {
	prefix := c.box.space.Kind(rowkey.KindBody)
	last := uint64(0)
	return c.r.Scan(prefix, rowkey.After(prefix), false, func(k, _ []byte) bool {
		id := rowkey.LastID(k[:len(k)-2])
		if id != last && !c.bodies[id] {
			c.add("body %d belongs to no message", id)
		}
		last = id
		return true
	})
}

// named verifies that the mapping of named properties is the same both ways.
func (c *checker) named() error {
	err := scanSealed(c.r, append(c.box.space.Kind(rowkey.KindNamed), 'i'), func(k, v []byte) error {
		id := uint16(k[len(k)-2])<<8 | uint16(k[len(k)-1])
		p, err := rowkey.ParseName(v)
		if err != nil {
			return err
		}
		back, err := getSealed(c.r, c.box.nameByProp(p))
		if err == nil && (len(back) != 2 || uint16(back[0])<<8|uint16(back[1]) != id) {
			c.add("named property 0x%04X is not found by its name", id)
		}
		if uint64(id) >= c.header.NextNamed {
			c.add("named property 0x%04X was not given out", id)
		}
		return err
	})
	return c.problem("named properties", err)
}
