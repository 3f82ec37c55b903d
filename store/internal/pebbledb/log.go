package pebbledb

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// A logger receives what Pebble says and does. Pebble's own logger ends the
// process on Fatalf; this one only tells the disk that nothing may be written
// any more.
type logger struct {
	log  *slog.Logger
	disk *disk

	mu   sync.Mutex
	last string // the last background error: Pebble repeats a failing job at once
}

func (l *logger) Infof(format string, args ...any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.log.Debug("pebble", "message", fmt.Sprintf(format, args...))
	}
}

func (l *logger) Errorf(format string, args ...any) {
	l.log.Warn("pebble", "message", fmt.Sprintf(format, args...))
}

func (l *logger) Fatalf(format string, args ...any) {
	l.disk.freeze(fmt.Errorf(format, args...))
}

// events is complete, because Pebble fills gaps with calls of Fatalf.
func (l *logger) events() *pebble.EventListener {
	e := &pebble.EventListener{
		BackgroundError: l.background,
		DataCorruption: func(i pebble.DataCorruptionInfo) {
			l.log.Error("stored data is damaged", "file", i.Path, "err", i.Details)
		},
		DiskSlow: func(i pebble.DiskSlowInfo) {
			l.log.Warn("disk is slow", "file", i.Path, "op", i.OpType.String(), "duration", i.Duration)
		},
		WriteStallBegin: func(i pebble.WriteStallBeginInfo) {
			l.log.Warn("writers wait for the disk", "reason", i.Reason)
		},
		WriteStallEnd: func() { l.log.Info("writers go on") },
	}
	e.EnsureDefaults(nil)
	return e
}

// background logs that a flush or a compaction failed. It poisons nothing: the
// input of such a job is durable elsewhere, Pebble repeats it, and what it
// could not write has frozen the disk already.
func (l *logger) background(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if text := err.Error(); text != l.last {
		l.last = text
		l.log.Error("background work failed", "err", err)
	}
}
