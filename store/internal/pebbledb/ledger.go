package pebbledb

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/record"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/okapi-mail/okapi/store/driver"
)

// A ledger proves after a crash that nothing durable is missing.
//
// A log that ends in garbage may have been torn by the crash, or damaged
// later. Pebble tells the two apart by notes in the log on how far it had been
// synced, but its notes stay behind by whatever filled a block of 32 KiB, it
// does not look at the rest of the block that is damaged, and for the list of
// tables (the manifest) it has none. So each commit carries a fact of our own:
// the sequence number up to which commits were durable when it was written, and
// how far the manifest was. Facts stay true; whatever valid record holds the
// highest one is a witness of what must be there.
//
// What remains undetected is damage to the last commits before a crash that no
// later commit witnessed: they cannot be told from torn ones.
type ledger struct {
	mu       sync.Mutex
	manifest manifestFact

	opening bool // the logs have been surveyed, Pebble is about to replay some
	logs    []*logSurvey
	best    uint64 // the highest durable sequence number that any fact names
	end     uint64 // where the logs opened so far end, or 0
}

type manifestFact struct {
	num  uint64 // file number
	size int64  // bytes known to be durable
}

const (
	factSize = 25
	factMark = 0x01 // first byte of a fact: the form of the rest
)

// fact is what the next commit carries.
func (l *ledger) fact(durable uint64) (b [factSize]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b[0] = factMark
	binary.BigEndian.PutUint64(b[1:], durable)
	binary.BigEndian.PutUint64(b[9:], l.manifest.num)
	binary.BigEndian.PutUint64(b[17:], uint64(l.manifest.size))
	return b
}

// synced notes that the first size bytes of name are durable.
func (l *ledger) synced(name string, size int64) {
	_, digits, ok := strings.Cut(name, "MANIFEST-")
	if !ok {
		return
	}
	num, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if num >= l.manifest.num {
		l.manifest = manifestFact{num, size}
	}
}

// survey reads all logs and checks the manifest against their facts.
func (l *ledger) survey(d *disk) error {
	names, err := d.FS.List(d.dir)
	if err != nil {
		return err
	}
	var seen manifestFact
	for _, name := range names {
		num, err := strconv.ParseUint(strings.TrimSuffix(name, ".log"), 10, 64)
		if err != nil || !isLog(name) {
			continue
		}
		s, err := surveyLog(d.FS, d.PathJoin(d.dir, name), num)
		if err != nil {
			return err
		}
		l.logs = append(l.logs, s)
		l.best = max(l.best, s.durable)
		if m := s.manifest; m.num > seen.num || m.num == seen.num && m.size > seen.size {
			seen = m
		}
	}
	slices.SortFunc(l.logs, func(a, b *logSurvey) int { return cmp.Compare(a.num, b.num) })
	l.opening = true
	return errors.Join(checkManifest(d, seen), l.checkNew(d, names))
}

// checkNew keeps Pebble from taking a store that has lost the file that names
// its manifest for a new one: it would delete the rest.
func (l *ledger) checkNew(d *disk, names []string) error {
	desc, err := pebble.Peek(d.dir, d.FS)
	if err != nil || desc.Exists {
		return err
	}
	used := slices.ContainsFunc(names, isTable) ||
		slices.ContainsFunc(l.logs, func(s *logSurvey) bool { return s.begin != 0 || s.stray != 0 })
	if used {
		return fmt.Errorf("%w: there are commits, but no manifest", driver.ErrDamaged)
	}
	return nil
}

// checkManifest reports ErrDamaged when the current manifest has fewer readable
// bytes than were once durable.
func checkManifest(d *disk, seen manifestFact) error {
	desc, err := pebble.Peek(d.dir, d.FS)
	if err != nil || !desc.Exists {
		return err // see checkNew
	}
	if desc.ManifestFilename != d.PathJoin(d.dir, fmt.Sprintf("MANIFEST-%06d", seen.num)) {
		return nil // the fact is about another one
	}
	f, err := d.FS.Open(desc.ManifestFilename)
	if err != nil {
		return err
	}
	defer f.Close()
	if size := readable(f); size < seen.size {
		return fmt.Errorf("%w: %s is readable for %d bytes, of which %d were durable", driver.ErrDamaged, d.PathBase(desc.ManifestFilename), size, seen.size)
	}
	return nil
}

// readable returns how many bytes of a manifest hold whole records.
func readable(f vfs.File) int64 {
	r := record.NewReader(f, 0)
	var size int64
	for {
		rec, err := r.Next()
		if err != nil {
			return size
		}
		if _, err := io.Copy(io.Discard, rec); err != nil {
			return size
		}
		size = r.Offset()
	}
}

// checkLog is called when Pebble opens a log to replay it, in their order. Only
// then is it known which of the logs count.
func (l *ledger) checkLog(name string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.opening {
		return nil
	}
	for i, s := range l.logs {
		if !strings.HasSuffix(name, s.name()) {
			continue
		}
		if err := l.follow(s, i == len(l.logs)-1); err != nil {
			return fmt.Errorf("%w: log %s: %w", driver.ErrDamaged, s.name(), err)
		}
	}
	return nil
}

// follow checks that s continues the logs before it and was closed when the
// next one was begun; and when it is the last one, that they reach as far as
// anything was durable. (Pebble takes one flipped bit in the number of a log
// for its end.)
func (l *ledger) follow(s *logSurvey, last bool) error {
	if s.begin != 0 {
		if l.end != 0 && s.begin != l.end {
			return fmt.Errorf("begins at commit %d, but the one before ends at %d", s.begin, l.end)
		}
		l.end = s.end
	}
	switch {
	case !last && !s.whole:
		return errors.New("is followed by another one, but has no end")
	case !last:
		return nil
	case l.end != 0 && l.best > l.end:
		return fmt.Errorf("ends at commit %d, but those below %d were durable", l.end, l.best)
	case l.end == 0 && s.stray != 0 && l.best >= s.stray:
		return fmt.Errorf("cannot be read before commit %d, but those below %d were durable", s.stray, l.best)
	}
	return nil
}

// opened forgets the survey.
func (l *ledger) opened() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.opening, l.logs = false, nil
}
