package vcard_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/vcard"
)

// Every card of the corpus comes back with all its properties, compared by meaning.
func TestCorpusRoundTrip(t *testing.T) {
	files := corpus(t)
	cards, whole, properties, kept := 0, 0, 0, 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasSuffix(name, ".vcf") {
			continue
		}
		before := parse(t, string(files[name]))
		msgs, err := vcard.Decode(bytes.NewReader(files[name]), nil)
		require.NoError(t, err, name)
		require.Len(t, msgs, len(before), name)
		out := encode(t, "", msgs...)
		after := parse(t, out)
		require.Len(t, after, len(before), name)
		for i := range before {
			cards++
			gone := lost(before[i], after[i])
			if len(gone) == 0 {
				whole++
			}
			properties += len(before[i].Props)
			kept += len(before[i].Props) - len(gone)
			for _, g := range gone {
				t.Errorf("%s: lost %.200q", name, g)
			}
		}
		again := encode(t, "", decode(t, out)...)
		assert.Equal(t, out, again, "%s: the second time differs", name)
	}
	t.Logf("%d of %d cards whole, %d of %d properties kept", whole, cards, kept, properties)
}
