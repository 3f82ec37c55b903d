package mapi

// What tests of the order compare with.
var (
	FoldRune  = foldRune
	FoldOrbit = foldOrbit
)

// LibraryWeights are the weights of s as the collation library computes them.
func LibraryWeights(s string) (primary, secondary []byte) { return newCollator().weights(s) }
