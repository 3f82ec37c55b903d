// Package sqlitebench measures okapi beside a plain design on SQLite: mail as one
// row each, with its bytes as a blob, the columns that a list shows, and an index
// for each usual order. It is a module of its own, so that nobody else needs
// SQLite.
//
//	go test -run '^$' -bench . ./store/internal/sqlitebench
//
// SQLite is as its makers advise for this work: write-ahead log, prepared
// statements, one connection that writes. A commit survives a power loss, as one
// of okapi does.
package sqlitebench
