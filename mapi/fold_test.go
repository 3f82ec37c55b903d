package mapi_test

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
)

func TestFoldString(t *testing.T) {
	for _, c := range []struct{ name, a, b string }{
		{"case is folded", "Okapi", "oKAPI"},
		{"Greek sigmas are one letter", "ΣΑΣ", "σας"},
		{"the Kelvin sign is a k", "\u212a", "k"},
		{"composed and decomposed accents are equal", "é", "E\u0301"},
		{"marks in another order are equal", "a\u0301\u0316", "a\u0316\u0301"},
		{"folding may compose", "J\u030c", "ǰ"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, mapi.FoldString(c.a), mapi.FoldString(c.b)) })
	}
	for _, c := range []struct{ name, a, b string }{
		{"folding is simple: ß is not ss", "straße", "STRASSE"},
		{"the dotless i is no i", "ı", "I"},
		{"the dotted I is no i", "İ", "i"},
		{"accents count", "e", "é"},
		{"width counts", "a", "ａ"},
		{"invisible characters count", "a", "a\u200b"},
		{"bytes that are no UTF-8 count", "\xff", "\xfe"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.NotEqual(t, mapi.FoldString(c.a), mapi.FoldString(c.b)) })
	}
}

// TestFoldRune checks the folding of every character against the relation of
// package unicode.
func TestFoldRune(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		f := mapi.FoldRune(r)
		require.Equal(t, mapi.FoldOrbit(r), f, "%U", r)
		require.Equal(t, f, mapi.FoldRune(unicode.SimpleFold(r)), "%U", r)
		if unicode.SimpleFold(r) == r {
			require.Equal(t, r, f)
			continue
		}
		in := false
		for n := unicode.SimpleFold(r); !in; n = unicode.SimpleFold(n) {
			if in = n == f; n == r {
				break
			}
		}
		require.True(t, in, "%U folds to %U, which is no case of it", r, f)
	}
}

func TestFoldingIsIdempotent(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	for range 5000 {
		s := mapi.FoldString(randomString(rnd))
		require.Equal(t, s, mapi.FoldString(s), "%+q", s)
	}
}

// TestASCIIKeysAreTheLibrarys checks the premises of the short way for printable
// ASCII: one primary weight for each character, no accents, no contractions.
func TestASCIIKeysAreTheLibrarys(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	random := func() string {
		b := make([]byte, rnd.IntN(12))
		for i := range b {
			b[i] = byte(' ' + rnd.IntN('~'-' '+1))
		}
		return string(b)
	}
	for range 20000 {
		a, b := random(), random()
		x, secondary := mapi.LibraryWeights(a)
		require.Equal(t, bytes.Repeat([]byte{0, 0x20}, len(a)), append([]byte{}, secondary...), "%q", a)
		y, _ := mapi.LibraryWeights(b)
		require.Equal(t, bytes.Compare(x, y), sign(mapi.Compare(mapi.PtypString, a, b)), "%q %q", a, b)
	}
}
