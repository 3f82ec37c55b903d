package blocks

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStringsStayWhatTheyWere(t *testing.T) {
	var s Strings
	var want, got []string
	for i := range 2000 {
		text := strings.Repeat(string(rune('a'+i%26)), i*7%400)
		want, got = append(want, text), append(got, s.Of([]byte(text)))
	}
	assert.Equal(t, want, got)
}

func TestStringsAllocateBlocks(t *testing.T) {
	var s Strings
	b := []byte("20260102T030405Z")
	assert.Less(t, testing.AllocsPerRun(1000, func() { s.Of(b) }), 0.1)
}
