// Package table is the view engine below the tables of package store: ordered
// sets of rows that know how many they are and where each one stands.
//
// An [Index] is one such order over one folder, kept as small records under a
// key prefix of the mailbox. Its entries are byte strings that sort as the rows
// do: the sort key of a row, then the row's id. Count, position of an entry,
// entry at a position and iteration in both directions cost O(log n); changing
// it costs a few small puts. A [Build] makes an Index over rows that are already
// there, in bounded transactions that go on between those of other writers.
//
// The package is pure: it knows neither folders nor properties, and reads and
// writes only through the driver's contract. It keeps nothing in memory between
// two calls, so a transaction that is run again starts anew.
package table
