package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/table"
)

// A build makes an index over the rows that are there, in the background: one pass
// on all processors sorts the entries in memory, then a series of transactions
// writes them in their order, so that others go on meanwhile, and another one
// counts them. Whoever looks at the table meanwhile is shown its first rows from
// the sorted entries and from what was changed since.
//
// Of very many entries a pass keeps the first ones, as many as fit into
// viewSizes.buildBytes; when they are written another pass finds the next ones.
//
// The index keeps how far the build has come: a mark of eight bytes, which no two
// passes share, and the last entry that was written. So a build goes on where
// another process left it, and notices when another one got in its way.
type build struct {
	shown chan struct{} // closed when there are runs, or will be none soon
	show  sync.Once
	runs  atomic.Pointer[sortedRuns]

	done chan struct{}
	err  error // when done
}

// sortedRuns are the entries that a pass found. They go with the states of the
// index whose mark begins with mark.
type sortedRuns struct {
	mark  []byte
	runs  []run
	limit []byte // they have only the entries that are less; nil: all
}

const markSize = 8

// maxFilling is how many builds of a store keep entries in memory at once. Others
// wait for their turn.
const maxFilling = 2

// errNeedsRuns: the order can be walked as soon as a build has sorted it.
var errNeedsRuns = errors.New("store: view waits for the build of its index")

// errNoRuns: nothing will be sorted soon.
var errNoRuns = errors.New("store: index waits for other ones to be built")

// startBuild returns the build of an index, which goes on in the background.
func (b *Mailbox) startBuild(fp folderPart, spec *viewSpec) *build {
	name := buildName(fp, spec)
	b.store.mu.Lock() // against Close, which waits for the builders there are
	defer b.store.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	if bd := b.builds[name]; bd != nil {
		return bd
	}
	bd := &build{shown: make(chan struct{}), done: make(chan struct{})}
	if b.store.ctx.Err() != nil {
		bd.err = driver.ErrClosed
		close(bd.done)
		return bd
	}
	b.builds[name] = bd
	b.store.builders.Go(func() {
		bd.err = b.buildIndex(b.store.ctx, bd, fp, spec)
		if b.store.ctx.Err() != nil {
			bd.err = driver.ErrClosed
		} else if bd.err != nil {
			b.store.opts.Logger.Warn("an index could not be built", "mailbox", b.info.Name, "folder", fp.folder, "error", bd.err)
		}
		b.mu.Lock()
		delete(b.builds, name)
		b.mu.Unlock()
		close(bd.done)
	})
	return bd
}

func buildName(fp folderPart, spec *viewSpec) string {
	return fmt.Sprintf("%d/%d/%s", fp.folder, fp.part, spec.raw)
}

// ensureIndex returns when the index of a spec is complete. When ctx ends, the
// build goes on.
func (b *Mailbox) ensureIndex(ctx context.Context, fp folderPart, spec *viewSpec) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	bd := b.startBuild(fp, spec)
	select {
	case <-bd.done:
		return bd.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// awaitRuns returns when the build of an index has sorted its entries. It reports
// errNoRuns when that will not be soon.
func (b *Mailbox) awaitRuns(ctx context.Context, fp folderPart, spec *viewSpec) error {
	bd := b.startBuild(fp, spec)
	select {
	case <-bd.shown:
		if bd.runs.Load() == nil {
			return errNoRuns
		}
		return nil
	case <-bd.done:
		return bd.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unfinished returns the order of an index that is not complete, or not there.
func (b *Mailbox) unfinished(q query, r driver.Reader, fp folderPart, views *viewList) (order, error) {
	first := firstOrder{pass{b, r, fp, q.spec}, q.ctx}
	if v := views.find(q.spec); v != nil {
		status, err := v.index.Status(r)
		if err != nil {
			return nil, err
		}
		index := indexOrder{v.index, r}
		switch status.State {
		case table.Counting:
			b.startBuild(fp, q.spec)
			return countingOrder{index}, nil
		case table.Filling:
			if s := b.runsOf(fp, q.spec, status.Mark); s != nil {
				return fillingOrder{index, s.runs, s.limit, first}, nil
			}
		}
	}
	if q.alone {
		b.startBuild(fp, q.spec)
		return first, nil
	}
	return nil, errNeedsRuns
}

// runsOf returns what a build has sorted, if it goes with an index that has this
// mark. The mark is written after the rows were read: a snapshot that has it is
// younger.
func (b *Mailbox) runsOf(fp folderPart, spec *viewSpec, mark []byte) *sortedRuns {
	b.mu.Lock()
	bd := b.builds[buildName(fp, spec)]
	b.mu.Unlock()
	if bd == nil {
		return nil
	}
	s := bd.runs.Load()
	if s == nil || !bytes.HasPrefix(mark, s.mark) {
		return nil
	}
	return s
}

func (b *Mailbox) buildIndex(ctx context.Context, bd *build, fp folderPart, spec *viewSpec) error {
	turn := false
	defer func() {
		if turn {
			<-b.store.filling
		}
	}()
	for {
		b.noteUse(fp, spec) // so that other builds do not take its place
		status, err := b.buildStep(ctx, fp, spec)
		if err != nil || status.State == table.Complete {
			return err
		}
		if status.State == table.Counting {
			continue
		}
		if !turn {
			if err := bd.wait(ctx, b.store.filling); err != nil {
				return err
			}
			turn = true
			continue // others may have come further meanwhile
		}
		if err := b.fill(ctx, bd, fp, spec, status.Mark); err != nil && !errors.Is(err, table.ErrState) {
			return err
		}
	}
}

// wait takes a place among the builds that keep entries in memory.
func (bd *build) wait(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	default:
	}
	bd.show.Do(func() { close(bd.shown) })
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// buildStep begins a build if there is none, counts the next entries of one that
// has all, and returns how far it is.
func (b *Mailbox) buildStep(ctx context.Context, fp folderPart, spec *viewSpec) (status table.Status, err error) {
	err = b.update(ctx, true, func(t *txn) error {
		if _, err := b.readFolder(t, fp.folder); err != nil {
			return err
		}
		v, err := t.addView(fp, spec)
		if err != nil {
			return err
		}
		if status, err = v.index.Status(t); err != nil {
			return err
		}
		if status.State == table.Filling && len(status.Mark) < markSize {
			if err := v.index.Build().Begin(t); err != nil {
				return err
			}
			status.Mark = t.newMark(nil)
			return v.index.Build().Fill(t, slices.Values[[][]byte](nil), status.Mark)
		}
		if status.State == table.Counting {
			_, err = v.index.Build().Step(t, b.store.sizes.countEntry)
		}
		return err
	})
	return status, err
}

// newMark returns a mark that no other pass has: no two transactions find the same
// turn.
func (t *txn) newMark(last []byte) []byte {
	return append(binary.BigEndian.AppendUint64(nil, t.before.Turn), last...)
}

// fill makes a pass over the rows and writes what it found behind the mark.
func (b *Mailbox) fill(ctx context.Context, bd *build, fp folderPart, spec *viewSpec, mark []byte) error {
	g := gathered{after: mark[markSize:], sizes: b.store.sizes}
	err := b.view(ctx, func(r driver.Reader) error {
		return pass{b, r, fp, spec}.each(ctx, g.gather)
	})
	if err != nil {
		return err
	}
	limit := g.limit.Load()
	if mark, err = b.fillStep(ctx, fp, spec, mark, nil, false); err != nil {
		return err
	}
	s := &sortedRuns{mark: mark[:markSize:markSize], runs: g.runs}
	if limit != nil {
		s.limit = *limit
	}
	bd.runs.Store(s)
	bd.show.Do(func() { close(bd.shown) })
	m := newMerge(g.runs, nil, false)
	entries := make([][]byte, 0, b.store.sizes.fillRows)
	for last := false; !last && err == nil; {
		entries = entries[:0]
		for len(entries) < cap(entries) && m.entry() != nil {
			entries = append(entries, m.entry())
			m.next()
		}
		last = m.entry() == nil
		b.noteUse(fp, spec)
		mark, err = b.fillStep(ctx, fp, spec, mark, entries, last && limit == nil)
	}
	// All of them are in the index now and need the room no longer. In snapshots
	// with an earlier mark they are not: these find no runs, and are taken anew.
	bd.runs.Store(&sortedRuns{mark: mark, limit: s.limit})
	return err
}

// fillStep writes entries if the index still has the mark, and returns its new
// one. Without entries it begins a pass.
func (b *Mailbox) fillStep(ctx context.Context, fp folderPart, spec *viewSpec, mark []byte, entries [][]byte, seal bool) (next []byte, err error) {
	err = b.update(ctx, true, func(t *txn) error {
		views, err := t.viewsOf(fp)
		if err != nil {
			return err
		}
		v := views.find(spec)
		if v == nil {
			return table.ErrState
		}
		status, err := v.index.Status(t)
		if err != nil {
			return err
		}
		if status.State != table.Filling || !bytes.Equal(status.Mark, mark) {
			return table.ErrState
		}
		switch {
		case seal || len(entries) > 0:
			next = mark[:markSize:markSize]
			if n := len(entries); n > 0 {
				next = append(next, entries[n-1]...)
			}
		default:
			next = t.newMark(mark[markSize:])
		}
		if err := v.index.Build().Fill(t, slices.Values(entries), next); err != nil || !seal {
			return err
		}
		return v.index.Build().Seal(t)
	})
	return next, err
}

// gathered is what a pass has found so far.
type gathered struct {
	after []byte // an entry: only those behind it are wanted; empty: all
	sizes viewSizes

	limit atomic.Pointer[[]byte] // only those before it are kept; nil: all
	mu    sync.Mutex
	runs  []run
	size  int
}

const pieceSize = 64 << 10

// gather sorts the entries of a range.
func (g *gathered) gather(scan entryScan) error {
	var piece []byte
	var entries [][]byte
	size := 0
	err := scan(func(e []byte) bool {
		if limit := g.limit.Load(); len(g.after) > 0 && bytes.Compare(e, g.after) <= 0 ||
			limit != nil && bytes.Compare(e, *limit) >= 0 {
			return true
		}
		if size += len(e); size > g.sizes.runBytes && len(entries) > 0 {
			g.add(newRun(entries))
			piece, entries, size = piece[:0], entries[:0], len(e)
		}
		if len(piece)+len(e) > cap(piece) { // the former one is kept by entries
			piece = make([]byte, 0, max(pieceSize, len(e)))
		}
		piece = append(piece, e...)
		entries = append(entries, piece[len(piece)-len(e):])
		return true
	})
	if len(entries) > 0 {
		g.add(newRun(entries))
	}
	return err
}

// add keeps a run. When there is too much, the last half goes.
func (g *gathered) add(w run) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if limit := g.limit.Load(); limit != nil {
		w = w.cut(*limit)
	}
	g.runs = append(g.runs, w)
	if g.size += w.bytes(); g.size <= g.sizes.buildBytes {
		return
	}
	kept := 0
	m := newMerge(g.runs, nil, false)
	for ; m.entry() != nil && kept < g.sizes.buildBytes/2; m.next() {
		kept += len(m.entry()) + 4
	}
	if m.entry() == nil {
		return
	}
	limit := bytes.Clone(m.entry())
	g.limit.Store(&limit)
	g.size = 0
	runs := g.runs[:0]
	for _, w := range g.runs {
		if w = w.cut(limit); w.len() > 0 {
			runs = append(runs, w)
			g.size += w.bytes()
		}
	}
	g.runs = runs
}
