//go:build race

package store_test

// lighter: under the race detector everything takes ten times as long, and what
// it looks for shows in few rounds.
const lighter = true
