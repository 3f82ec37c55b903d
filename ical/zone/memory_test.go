package zone_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/zone"
)

// What a resolver remembers of a structure is what one that never saw it finds, also
// after more structures than it remembers, and for several who ask at once.
func TestStoredZonesAreRemembered(t *testing.T) {
	r := zone.NewResolver(nil)
	at := time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)
	berlin, err := r.Name("Europe/Berlin")
	require.NoError(t, err)
	s := berlin.Struct(2025)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for bias := range int32(600) {
				s := s
				s.Bias = -bias
				for _, name := range []string{"", "Home"} {
					got, err := r.Struct(s.Bytes(), name)
					if !assert.NoError(t, err) {
						return
					}
					_, off := at.In(got.Location()).Zone()
					assert.Equal(t, int(bias)*60+3600, off)
				}
			}
		})
	}
	all.Wait()
	one := berlin.Definition(2025, false).Bytes()
	first, err := r.Definition(one)
	require.NoError(t, err)
	one[len(one)-1] ^= 1 // the caller's bytes: another structure from now on
	second, err := r.Definition(one)
	fresh, other := zone.NewResolver(nil).Definition(one)
	require.Equal(t, other == nil, err == nil)
	assert.True(t, zone.Same(berlin, first, 2020, 2035))
	if err == nil {
		assert.True(t, zone.Same(fresh, second, 2020, 2035))
	}
}
