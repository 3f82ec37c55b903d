//go:build !race

package store_test

const lighter = false
