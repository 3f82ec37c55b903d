//go:build cgo

package pebbledb

// With cgo, Pebble takes the memory for blocks and memory tables from C: the
// garbage collector does not see it. Memory tables are no larger than without
// cgo, for what they bound is the log that Open replays after a crash.
const (
	defaultCacheSize    = 64 << 20
	defaultMemTableSize = 4 << 20
	memTables           = 4 // as many may be full or in use; then writers wait
)
