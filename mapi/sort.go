package mapi

// A SortOrder is a list of keys, the first one first. Rows that are equal in all
// keys follow in the order in which they came into being. The empty order is
// that order alone.
type SortOrder []SortKey

// A SortKey is one key of a [SortOrder]. Absent values come before all others
// when ascending, and after them when descending.
type SortKey struct {
	Prop       Prop
	Descending bool
}

// Ascending sorts by p, least first.
func Ascending(p Prop) SortKey { return SortKey{Prop: p} }

// Descending sorts by p, greatest first.
func Descending(p Prop) SortKey { return SortKey{Prop: p, Descending: true} }
