package store

// ShrinkViews makes indexes appear in folders of a few messages, and be built in
// many small steps.
func (s *Store) ShrinkViews() {
	s.sizes = viewSizes{smallFolder: 4, rangeRows: 2, runBytes: 100, buildBytes: 60,
		fillRows: 3, countEntry: 2, topRows: 3}
}

// WaitForBuilds returns when no index is being built in the background.
func (s *Store) WaitForBuilds() { s.builders.Wait() }
