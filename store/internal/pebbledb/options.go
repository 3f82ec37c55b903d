package pebbledb

import (
	"log/slog"
	"runtime"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Options tune a DB. The zero value, and a nil *Options, mean the defaults.
type Options struct {
	// FS is where the directory lives. Default: the operating system's.
	FS vfs.FS

	// Logger is told what an operator acts on: failed writes, damage, stalled
	// writers. Pebble's own chatter comes at debug level.
	// Default: slog.DiscardHandler.
	Logger *slog.Logger

	// CacheSize is the memory for uncompressed blocks, in bytes. Memory tables
	// count towards it; what they take is no cache.
	// Default: 64 MiB, in a program without cgo 12 MiB.
	CacheSize int64

	// MemTableSize is how much is collected in memory before it is written to a
	// table, in bytes. It bounds the log that Open replays after a crash (at
	// about 5 ms per MiB, for twice this size at worst).
	// Default: 4 MiB.
	MemTableSize int

	// Dense compresses what is old with Zstandard instead of Snappy. Measured on
	// text without cgo: a quarter less disk, for more than twice the work of
	// compactions and 1.7 times that of a scan from disk. It may be changed at
	// each Open.
	Dense bool

	// AcceptLoss opens a store whose log or list of tables shows that
	// acknowledged commits are missing. Without it Open reports ErrDamaged and
	// changes nothing, so that the files can be looked at first. Damage that
	// Pebble itself finds is still an error.
	AcceptLoss bool
}

func (o *Options) withDefaults() Options {
	var c Options
	if o != nil {
		c = *o
	}
	if c.FS == nil {
		c.FS = vfs.Default
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.CacheSize <= 0 {
		c.CacheSize = defaultCacheSize
	}
	if c.MemTableSize <= 0 {
		c.MemTableSize = defaultMemTableSize
	}
	return c
}

// format is the newest that Pebble 2.1 writes. What matters here are checksums
// in table footers (since FormatTableFormatV6) and log chunks that say how far
// the log was synced (since FormatWALSyncChunks). A store that was written
// with it cannot be opened by an older Pebble.
const format = pebble.FormatValueSeparation

// pebble translates o. Everything that a later Pebble might default to
// something else, and that the stored form or durability depends on, is said.
func (o *Options) pebble(d *disk, log *logger) *pebble.Options {
	p := &pebble.Options{
		FS:                          d,
		FormatMajorVersion:          format,
		Comparer:                    pebble.DefaultComparer,
		CacheSize:                   o.CacheSize,
		MemTableSize:                uint64(o.MemTableSize),
		MemTableStopWritesThreshold: memTables,
		L0CompactionThreshold:       4,
		L0StopWritesThreshold:       24,
		LBaseMaxBytes:               64 << 20,
		BytesPerSync:                1 << 20,
		MaxOpenFiles:                1000,
		Logger:                      log,
		EventListener:               log.events(),
		CompactionConcurrencyRange: func() (lower, upper int) {
			return 1, max(1, min(3, runtime.GOMAXPROCS(0)-1))
		},
	}
	for i := range p.Levels {
		l := &p.Levels[i]
		l.BlockSize = 16 << 10
		l.IndexBlockSize = 64 << 10
		l.FilterPolicy = bloom.FilterPolicy(10)
		l.FilterType = pebble.TableFilter
		l.Compression = func() *sstable.CompressionProfile { return sstable.SnappyCompression }
	}
	if o.Dense {
		p.Levels[len(p.Levels)-1].Compression = func() *sstable.CompressionProfile { return sstable.ZstdCompression }
	}
	return p
}
