//go:build !cgo

package pebbledb

// Without cgo, blocks and memory tables are on the heap of Go, which grows to
// twice what it holds before it is collected: a cache of 64 MiB made that 181
// MiB while a large mail was read. What memory tables take is taken off the cache
// by Pebble, so that one of 8 MiB would be as good as none.
const (
	defaultCacheSize    = 12 << 20
	defaultMemTableSize = 4 << 20
	memTables           = 2 // as many may be full or in use; then writers wait
)
