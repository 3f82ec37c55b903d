package pebbledb

import "github.com/okapi-mail/okapi/store/driver"

// Stats are what an operator looks at. Sizes are in bytes.
type Stats struct {
	Disk        uint64 // all files, logs included
	Log         uint64 // commits that are not in a table yet
	Memory      uint64 // the same, in memory
	Cache       int64  // blocks in memory
	CacheHits   int64  // since Open
	CacheMisses int64
	Debt        uint64 // what compactions still have to move; growing means writers outrun the disk
	ReadDepth   int    // tables that a read may have to look into
	OpenReaders int    // snapshots open
}

// Stats reports the state of the store.
func (db *DB) Stats() (Stats, error) {
	if !db.gate.enter() {
		return Stats{}, driver.ErrClosed
	}
	defer db.gate.leave()
	var s Stats
	err := db.contain(func() error {
		m := db.pdb.Metrics()
		s = Stats{
			Disk:        m.DiskSpaceUsage(),
			Log:         m.WAL.Size,
			Memory:      m.MemTable.Size,
			Cache:       m.BlockCache.Size,
			CacheHits:   m.BlockCache.Hits,
			CacheMisses: m.BlockCache.Misses,
			Debt:        m.Compact.EstimatedDebt,
			ReadDepth:   m.ReadAmp(),
			OpenReaders: m.Snapshots.Count,
		}
		if m.WAL.Size > m.WAL.PhysicalSize { // Pebble asks for the size of a log when it is full
			s.Disk += m.WAL.Size - m.WAL.PhysicalSize
		}
		return nil
	})
	return s, err
}
