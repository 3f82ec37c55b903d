package wire_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/wire"
)

var replicaA, replicaB = mapi.GUID{1}, mapi.GUID{2}

func idSet(replica mapi.GUID, bounds ...uint64) *wire.IDSet {
	s := &wire.IDSet{}
	for i := 0; i+1 < len(bounds); i += 2 {
		s.AddRange(replica, bounds[i], bounds[i+1])
	}
	return s
}

func TestIDSet(t *testing.T) {
	t.Run("ICS-091 overlapping and adjacent ranges are merged", func(t *testing.T) {
		assert.True(t, idSet(replicaA, 1, 9).Equal(idSet(replicaA, 1, 3, 7, 9, 4, 4, 5, 6)))
		assert.True(t, idSet(replicaA, 1, 9).Equal(idSet(replicaA, 2, 5, 1, 9, 3, 4)))
		assert.False(t, idSet(replicaA, 1, 9).Equal(idSet(replicaA, 1, 4, 6, 9)))
		assert.True(t, idSet(replicaA, 0, mapi.MaxCounter).Equal(idSet(replicaA, 5, 1<<60, 0, 6)))
		assert.True(t, idSet(replicaA, 5, 4).IsEmpty())
	})
	t.Run("ICS-091 the empty set has no bytes", func(t *testing.T) {
		assert.Equal(t, []byte{}, (&wire.IDSet{}).Bytes())
		s, err := wire.ParseIDSet(nil)
		require.NoError(t, err)
		assert.True(t, s.IsEmpty())
	})
	t.Run("replicas are apart", func(t *testing.T) {
		s := idSet(replicaB, 1, 5)
		s.Add(mapi.GlobalID{Replica: replicaA, Counter: 9})
		assert.True(t, s.Has(mapi.GlobalID{Replica: replicaA, Counter: 9}))
		assert.False(t, s.Has(mapi.GlobalID{Replica: replicaB, Counter: 9}))
		assert.False(t, s.Has(mapi.GlobalID{Replica: mapi.GUID{3}, Counter: 1}))
		assert.Equal(t, replicaA.String()+":9-9 "+replicaB.String()+":1-5", s.String())
		for range s.Ranges() {
			break
		}
	})
	t.Run("a clone is its own", func(t *testing.T) {
		s := idSet(replicaA, 1, 5)
		c := s.Clone()
		c.AddRange(replicaA, 3, 9)
		assert.True(t, s.Equal(idSet(replicaA, 1, 5)))
	})
}

// TestIDSetAgainstMap compares the set with a plain map of ids.
func TestIDSetAgainstMap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	random := func() (*wire.IDSet, map[mapi.GlobalID]bool) {
		s, m := &wire.IDSet{}, map[mapi.GlobalID]bool{}
		for range rnd.IntN(12) {
			g := []mapi.GUID{replicaA, replicaB}[rnd.IntN(2)]
			low := rnd.Uint64N(40)
			high := low + rnd.Uint64N(6)
			s.AddRange(g, low, high)
			for n := low; n <= high; n++ {
				m[mapi.GlobalID{Replica: g, Counter: n}] = true
			}
		}
		return s, m
	}
	check := func(s *wire.IDSet, m map[mapi.GlobalID]bool) {
		t.Helper()
		for _, g := range []mapi.GUID{replicaA, replicaB} {
			for n := range uint64(50) {
				id := mapi.GlobalID{Replica: g, Counter: n}
				require.Equal(t, m[id], s.Has(id), "%v in %v", id, s)
			}
		}
	}
	for range 1000 {
		a, ma := random()
		b, mb := random()
		check(a, ma)
		u, d := a.Clone(), a.Clone()
		u.Union(b)
		d.Subtract(b)
		mu, md := map[mapi.GlobalID]bool{}, map[mapi.GlobalID]bool{}
		for id := range ma {
			mu[id] = true
			md[id] = !mb[id]
		}
		for id := range mb {
			mu[id] = true
		}
		check(u, mu)
		check(d, md)
		check(a, ma)
		got, err := wire.ParseIDSet(u.Bytes())
		require.NoError(t, err)
		require.True(t, u.Equal(got), "%v", u)
	}
}

func TestIDSetBytes(t *testing.T) {
	guid := fmt.Sprintf("%x", replicaA[:])
	for _, c := range []struct {
		name, want string
		set        *wire.IDSet
	}{
		{"one counter is pushed and pops itself", "06 000000000001 00", idSet(replicaA, 1, 1)},
		{"a range over its last byte", "05 0000000000 52 01 09 50 00", idSet(replicaA, 1, 9)},
		{"a range over all bytes", "52 000000000001 FFFFFFFFFFFF 00", idSet(replicaA, 1, mapi.MaxCounter)},
		{"ranges with a common beginning", "05 0000000000 52 01 03 01 07 50 00", idSet(replicaA, 1, 3, 7, 7)},
		{"ranges with less in common", "04 00000000 02 0001 01 02 52 00 05 50 50 00", idSet(replicaA, 1, 1, 0x200, 0x205)},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, unhex(t, guid+" "+c.want), c.set.Bytes())
			got, err := wire.ParseIDSet(c.set.Bytes())
			require.NoError(t, err)
			assert.True(t, c.set.Equal(got))
		})
	}
	got, err := wire.ParseIDSet(unhex(t, guid+"05 0000000000 42 01 05 50 00"))
	require.NoError(t, err)
	assert.True(t, got.Equal(idSet(replicaA, 1, 2, 4, 4)), "a bitmask: the first counter and those after it: %v", got)
}

func TestShortIDSet(t *testing.T) {
	s := idSet(replicaA, 1, 3)
	s.Union(idSet(replicaB, 5, 5))
	short := func(g mapi.GUID) (uint16, error) { return 9 - uint16(g[0]), nil }
	replica := func(n uint16) (mapi.GUID, error) { return mapi.GUID{9 - byte(n)}, nil }
	b, err := s.AppendShort(nil, short)
	require.NoError(t, err)
	assert.Equal(t, unhex(t, "0700 06 000000000005 00  0800 05 0000000000 52 01 03 50 00"), b, "by short id")
	got, err := wire.ParseShortIDSet(b, replica)
	require.NoError(t, err)
	assert.True(t, s.Equal(got))
	_, err = wire.ParseShortIDSet(b, func(uint16) (mapi.GUID, error) { return mapi.GUID{}, mapi.ErrNotFound })
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
	assert.ErrorIs(t, err, mapi.ErrNotFound)
	_, err = s.AppendShort(nil, func(mapi.GUID) (uint16, error) { return 0, mapi.ErrNotFound })
	assert.ErrorIs(t, err, mapi.ErrNotFound)
}

func TestMalformedIDSets(t *testing.T) {
	guid := fmt.Sprintf("%x", replicaA[:])
	for name, s := range map[string]string{
		"ICS-093 a GUID cut off": "0102", "ICS-093 no end": guid, "ICS-093 a push cut off": guid + "06 0000", "ICS-093 pushes of seven bytes": guid + "05 0000000000 02 0000 00",
		"ICS-093 nothing to pop": guid + "50 00", "ICS-093 an unknown command": guid + "07 00", "ICS-093 a bitmask without prefix": guid + "42 01 01 00",
		"ICS-093 a range backwards": guid + "05 0000000000 52 09 01 50 00", "ICS-093 a range cut off": guid + "52 00",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := wire.ParseIDSet(unhex(t, s))
			assert.ErrorIs(t, err, mapi.ErrCorruptData)
		})
	}
}

func FuzzIDSet(f *testing.F) {
	f.Add(idSet(replicaA, 1, 9, 20, 20, 1<<40, 1<<41).Bytes())
	f.Add(unhex(f, fmt.Sprintf("%x", replicaA[:])+"05 0000000000 42 01 05 50 00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := wire.ParseIDSet(b)
		if err != nil {
			require.ErrorIs(t, err, mapi.ErrCorruptData)
			return
		}
		again, err := wire.ParseIDSet(s.Bytes())
		require.NoError(t, err)
		require.True(t, s.Equal(again), "%v\n%v", s, again)
	})
}
