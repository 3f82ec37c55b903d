package content_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/content"
	"github.com/okapi-mail/okapi/store/internal/memdb"
)

var prefix = []byte("p\x01")

func newPool(t testing.TB) (*content.Pool, *memdb.DB) {
	db := memdb.New()
	t.Cleanup(func() { db.Close() })
	return content.New(db, prefix, &content.Options{Now: at(1000)}), db
}

func at(sec int64) func() time.Time { return func() time.Time { return time.Unix(sec, 0) } }

// put puts values for ref and ends the claim.
func put(t testing.TB, p *content.Pool, ref content.Ref, values ...mapi.Value) []content.Content {
	t.Helper()
	claim := p.Claim(ref)
	defer claim.Done()
	contents, err := claim.Put(t.Context(), values...)
	require.NoError(t, err)
	require.Len(t, contents, len(values))
	return contents
}

// random returns n bytes that follow from seed.
func random(seed uint64, n int) []byte {
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	b := make([]byte, n)
	r.Read(b)
	return b
}

// stream is a value that hides its bytes.
type stream struct {
	data []byte
	size int64
	wrap func(io.Reader) io.Reader
	// opened counts the calls of Open.
	opened *int
}

func streamOf(b []byte) stream { return stream{data: b, size: int64(len(b))} }

func (s stream) Size() int64 { return s.size }

func (s stream) Open() (io.ReadCloser, error) {
	if s.opened != nil {
		*s.opened++
	}
	var r io.Reader = bytes.NewReader(s.data)
	if s.wrap != nil {
		r = s.wrap(r)
	}
	return io.NopCloser(r), nil
}

func read(t testing.TB, s mapi.Stream) []byte {
	t.Helper()
	r, err := s.Open()
	require.NoError(t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return b
}

func check(t testing.TB, p *content.Pool, db driver.DB) (problems []string) {
	t.Helper()
	snap, err := db.Snapshot(context.Background())
	require.NoError(t, err)
	defer snap.Close()
	err = p.Check(context.Background(), snap, &content.CheckOptions{Deep: true}, func(s string) { problems = append(problems, s) })
	require.NoError(t, err)
	return problems
}

func stats(t testing.TB, p *content.Pool, db driver.DB) content.Stats {
	t.Helper()
	snap, err := db.Snapshot(context.Background())
	require.NoError(t, err)
	defer snap.Close()
	s, err := p.Stats(snap)
	require.NoError(t, err)
	return s
}

func countKeys(t testing.TB, db driver.DB, prefix []byte) (n int) {
	t.Helper()
	snap, err := db.Snapshot(context.Background())
	require.NoError(t, err)
	defer snap.Close()
	require.NoError(t, snap.Scan(prefix, driver.PrefixEnd(prefix), false, func(_, _ []byte) bool {
		n++
		return true
	}))
	return n
}

func TestWhatWasPutIsRead(t *testing.T) {
	sizes := []int{0, 1, content.ChunkSize - 1, content.ChunkSize, content.ChunkSize + 1, content.MaxSmall - 1,
		content.MaxSmall, content.MaxSmall + 1, content.StageSize, content.StageSize + 1, 3*content.StageSize + 5}
	for _, size := range sizes {
		data := random(uint64(size), size)
		values := map[string]mapi.Value{"bytes": data, "object": mapi.Object(data), "string": string(data),
			"stream": streamOf(data), "slow stream": stream{data, int64(size), iotest.HalfReader, nil}}
		for name, v := range values {
			t.Run(fmt.Sprintf("%s of %d", name, size), func(t *testing.T) {
				p, db := newPool(t)
				c := put(t, p, content.Ref{Mailbox: 1, Object: 2}, v)[0]
				require.Equal(t, content.Content{Digest: sha256.Sum256(data), Size: int64(size)}, c)
				require.True(t, bytes.Equal(data, read(t, p.Stream(c, nil))))
				require.Empty(t, check(t, p, db))
				require.Equal(t, content.Stats{Contents: 1, Stored: int64(size), Refs: 1, Referenced: int64(size)}, stats(t, p, db))
			})
		}
	}
}

func TestEqualContentsAreStoredOnceAndGoWithTheLastReference(t *testing.T) {
	for _, size := range []int{0, 100, content.MaxSmall, 2 * content.StageSize} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			p, db := newPool(t)
			data := random(7, size)
			a, b := content.Ref{Mailbox: 1, Object: 1}, content.Ref{Mailbox: 2, Object: 1}
			c := put(t, p, a, data, streamOf(data))
			require.Equal(t, c[0], c[1])
			put(t, p, a, data)
			put(t, p, b, streamOf(data))
			require.Equal(t, content.Stats{Contents: 1, Stored: int64(size), Refs: 2, Referenced: 2 * int64(size)}, stats(t, p, db))

			require.NoError(t, p.Release(t.Context(), a, c[0].Digest, c[0].Digest))
			require.NoError(t, p.Release(t.Context(), a, c[0].Digest), "again")
			require.True(t, bytes.Equal(data, read(t, p.Stream(c[0], nil))))
			require.Empty(t, check(t, p, db))

			require.NoError(t, p.Release(t.Context(), b, c[0].Digest))
			require.Equal(t, 1, countKeys(t, db, prefix), "only the totals are left")
			require.Zero(t, stats(t, p, db))
			_, err := p.Stream(c[0], nil).Open()
			require.ErrorIs(t, err, mapi.ErrNotFound)
		})
	}
}

func TestSmallContentsShareATransaction(t *testing.T) {
	db := &counting{DB: memdb.New()}
	p := content.New(db, prefix, nil)
	put(t, p, content.Ref{Object: 1}, random(1, 70_000), random(2, 200_000), []byte("three"))
	require.Equal(t, 1, db.updates)

	db.updates = 0
	var many []mapi.Value
	for i := range 1500 {
		many = append(many, []byte(fmt.Sprint(i)))
	}
	contents := put(t, p, content.Ref{Object: 2}, many...)
	require.Equal(t, 8, db.updates)
	for i, c := range contents {
		require.Equal(t, fmt.Sprint(i), string(read(t, p.Stream(c, nil))))
	}
	require.LessOrEqual(t, db.maxKeys, driver.SoftKeys)
	put(t, p, content.Ref{Object: 3}, random(3, 4<<20), streamOf(random(4, 5<<20)), random(5, content.MaxSmall), random(6, content.MaxSmall))
	require.LessOrEqual(t, db.maxSize, driver.SoftSize)
}

func TestADigesterThatIsKnownIsNotRead(t *testing.T) {
	p, db := newPool(t)
	c := put(t, p, content.Ref{Object: 1}, random(1, 3<<20))[0]
	opened := 0
	again := digester{stream{nil, c.Size, nil, &opened}, c.Digest}
	require.Equal(t, c, put(t, p, content.Ref{Object: 2}, again)[0])
	require.Zero(t, opened)
	require.Equal(t, c, put(t, p, content.Ref{Object: 3}, p.Stream(c, nil))[0])
	require.Equal(t, int64(3), stats(t, p, db).Refs)

	other, _ := newPool(t)
	require.Equal(t, c, put(t, other, content.Ref{Object: 3}, p.Stream(c, nil))[0], "from pool to pool it is read")
}

type digester struct {
	stream
	digest content.Digest
}

func (d digester) Digest() ([32]byte, bool) { return d.digest, true }

func TestAStreamThatLiesAboutItsSizeIsRefused(t *testing.T) {
	for _, size := range []int{10, 2 * content.StageSize} {
		for name, off := range map[string]int64{"shorter": 1, "longer": -1} {
			t.Run(fmt.Sprintf("%s %d", name, size), func(t *testing.T) {
				p, db := newPool(t)
				claim := p.Claim(content.Ref{Object: 1})
				_, err := claim.Put(t.Context(), []byte("good"), stream{random(1, size), int64(size) + off, nil, nil})
				require.ErrorIs(t, err, mapi.ErrCorruptData)
				require.NoError(t, claim.Abort(t.Context()))
				require.Zero(t, stats(t, p, db))
				require.Empty(t, check(t, p, db))
			})
		}
	}
	p, _ := newPool(t)
	claim := p.Claim(content.Ref{Object: 1})
	defer claim.Done()
	_, err := claim.Put(t.Context(), stream{size: -1})
	require.ErrorIs(t, err, mapi.ErrCorruptData)
	_, err = claim.Put(t.Context(), int32(1))
	require.ErrorIs(t, err, mapi.ErrUnexpectedType)
}

func TestAStreamThatChangesIsStoredAsItWasReadLast(t *testing.T) {
	p, db := newPool(t)
	first, second := random(1, 2<<20), random(2, 2<<20)
	opened := 0
	s := stream{first, 2 << 20, func(r io.Reader) io.Reader {
		if opened == 1 {
			return r
		}
		return bytes.NewReader(second)
	}, &opened}
	c := put(t, p, content.Ref{Object: 1}, s)[0]
	require.Equal(t, content.Digest(sha256.Sum256(second)), c.Digest)
	require.Empty(t, check(t, p, db))
}

func TestAbortTakesBackOnlyWhatTheClaimAdded(t *testing.T) {
	p, db := newPool(t)
	ref := content.Ref{Mailbox: 1, Object: 1}
	old := put(t, p, ref, []byte("old"))[0]
	claim := p.Claim(ref)
	_, err := claim.Put(t.Context(), []byte("old"), []byte("new"), random(1, 2<<20))
	require.NoError(t, err)
	require.Equal(t, int64(3), stats(t, p, db).Refs)
	require.NoError(t, claim.Abort(t.Context()))
	require.Equal(t, content.Stats{Contents: 1, Stored: 3, Refs: 1, Referenced: 3}, stats(t, p, db))
	require.Equal(t, "old", string(read(t, p.Stream(old, nil))))
}

func TestAddRefOfAMissingContentIsNotFound(t *testing.T) {
	p, db := newPool(t)
	c := put(t, p, content.Ref{Object: 1}, []byte("here"))[0]
	claim := p.Claim(content.Ref{Object: 2})
	defer claim.Done()
	require.ErrorIs(t, claim.AddRef(t.Context(), c, content.Content{Size: 1}), mapi.ErrNotFound)
	require.Equal(t, int64(1), stats(t, p, db).Refs)
	require.NoError(t, claim.AddRef(t.Context(), c))
	require.Equal(t, int64(2), stats(t, p, db).Refs)
}

func TestReader(t *testing.T) {
	p, _ := newPool(t)
	data := random(1, 2*content.ChunkSize+100)
	c := put(t, p, content.Ref{Object: 1}, data)[0]
	s := p.Stream(c, nil)

	t.Run("keeps io.Reader's and its kin's contracts", func(t *testing.T) {
		r, err := s.NewReader()
		require.NoError(t, err)
		defer r.Close()
		require.NoError(t, iotest.TestReader(r, data))
	})
	t.Run("ReadAt may be concurrent", func(t *testing.T) {
		r, err := s.NewReader()
		require.NoError(t, err)
		defer r.Close()
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				for i := g; i < len(data)-50; i += 977 {
					b := make([]byte, 50)
					if _, err := r.ReadAt(b, int64(i)); err != nil || !bytes.Equal(b, data[i:i+50]) {
						t.Errorf("ReadAt(%d): %v", i, err)
					}
				}
			})
		}
		wg.Wait()
	})
	t.Run("WriteTo goes on where Read stopped", func(t *testing.T) {
		r, err := s.NewReader()
		require.NoError(t, err)
		defer r.Close()
		_, err = r.Seek(-content.ChunkSize, io.SeekEnd)
		require.NoError(t, err)
		var b bytes.Buffer
		n, err := r.WriteTo(&b)
		require.NoError(t, err)
		require.EqualValues(t, content.ChunkSize, n)
		require.True(t, bytes.Equal(data[len(data)-content.ChunkSize:], b.Bytes()))
	})
	t.Run("refuses what makes no sense", func(t *testing.T) {
		r, err := s.NewReader()
		require.NoError(t, err)
		_, err = r.Seek(-1, io.SeekStart)
		require.ErrorIs(t, err, mapi.ErrInvalidParameter)
		_, err = r.Seek(0, 3)
		require.ErrorIs(t, err, mapi.ErrInvalidParameter)
		_, err = r.ReadAt(make([]byte, 1), -1)
		require.ErrorIs(t, err, mapi.ErrInvalidParameter)
		require.NoError(t, r.Close())
		require.NoError(t, r.Close())
		_, err = r.Read(make([]byte, 1))
		require.Error(t, err)
	})
	t.Run("survives the deletion of what it reads", func(t *testing.T) {
		r, err := s.NewReader()
		require.NoError(t, err)
		defer r.Close()
		require.NoError(t, p.Release(t.Context(), content.Ref{Object: 1}, c.Digest))
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, b))
	})
}

// A flipped byte anywhere in the pool is an error, never another content.
func TestAFlippedByteIsCorruptData(t *testing.T) {
	p, db := newPool(t)
	data := random(1, content.ChunkSize+10)
	ref := content.Ref{Mailbox: 1, Object: 1}
	c := put(t, p, ref, data)[0]
	records := map[string][]byte{}
	snap, err := db.Snapshot(t.Context())
	require.NoError(t, err)
	require.NoError(t, snap.Scan(nil, nil, false, func(k, v []byte) bool {
		records[string(k)] = bytes.Clone(v)
		return true
	}))
	require.NoError(t, snap.Close())
	set := func(k string, v []byte) {
		require.NoError(t, db.Update(t.Context(), driver.Write{Mailbox: prefix}, func(tx driver.Tx) error { return tx.Put([]byte(k), v) }))
	}
	for k, v := range records {
		for _, i := range []int{0, len(v) / 2, len(v) - 1} {
			bad := bytes.Clone(v)
			bad[i] ^= 0x10
			set(k, bad)
			require.NotEmpty(t, check(t, p, db), "%q", k)
			b, err := readAll(p.Stream(c, nil))
			if err != nil {
				require.ErrorIs(t, err, mapi.ErrCorruptData)
			} else {
				require.True(t, bytes.Equal(data, b))
			}
		}
		set(k, v[:1])
		require.NotEmpty(t, check(t, p, db), "%q", k)
		set(k, v)
		require.Empty(t, check(t, p, db))
		for other, v := range records {
			if other != k {
				set(k, v)
				require.NotEmpty(t, check(t, p, db), "%q has the value of %q", k, other)
			}
		}
		set(k, v)
	}
	for k := range records {
		v := records[k]
		require.NoError(t, db.Update(t.Context(), driver.Write{Mailbox: prefix}, func(tx driver.Tx) error { return tx.Delete([]byte(k)) }))
		require.NotEmpty(t, check(t, p, db), "%q is missing", k)
		set(k, v)
	}
	require.Empty(t, check(t, p, db))
}

func readAll(s mapi.Stream) ([]byte, error) {
	r, err := s.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func TestCheckYieldsAllReferences(t *testing.T) {
	p, db := newPool(t)
	want := map[content.Ref]content.Content{}
	for i := range uint64(5) {
		ref := content.Ref{Mailbox: i, Object: i<<60 | i}
		want[ref] = put(t, p, ref, []byte(fmt.Sprint(i/2)))[0]
	}
	snap, err := db.Snapshot(t.Context())
	require.NoError(t, err)
	defer snap.Close()
	got := map[content.Ref]content.Content{}
	opts := &content.CheckOptions{Ref: func(c content.Content, ref content.Ref) { got[ref] = c }}
	require.NoError(t, p.Check(t.Context(), snap, opts, func(s string) { t.Error(s) }))
	require.Equal(t, want, got)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, p.Check(ctx, snap, nil, func(string) {}), context.Canceled)
}

// counting measures transactions.
type counting struct {
	driver.DB
	updates, maxKeys, maxSize int
}

func (c *counting) Update(ctx context.Context, w driver.Write, fn func(driver.Tx) error) error {
	c.updates++
	return c.DB.Update(ctx, w, func(tx driver.Tx) error {
		m := &measured{Tx: tx}
		err := fn(m)
		c.maxKeys, c.maxSize = max(c.maxKeys, m.keys), max(c.maxSize, m.size)
		return err
	})
}

type measured struct {
	driver.Tx
	keys, size int
}

func (m *measured) Put(k, v []byte) error {
	m.keys++
	m.size += len(k) + len(v)
	return m.Tx.Put(k, v)
}

var errBoom = errors.New("boom")
