package mapi

// A SortOrder is a list of keys, the first one first. Rows that are equal in all
// keys follow in the order in which they came into being, or the other way round
// when the first key is descending. The empty order is that order alone.
type SortOrder []SortKey

// A SortKey is one key of a [SortOrder]. Absent values come before all others
// when ascending, and after them when descending.
type SortKey struct {
	Prop       Prop
	Descending bool
}

// Ascending sorts by k, least first.
func Ascending(k PropKey) SortKey { return SortKey{Prop: k.Prop()} }

// Descending sorts by k, greatest first.
func Descending(k PropKey) SortKey { return SortKey{Prop: k.Prop(), Descending: true} }
