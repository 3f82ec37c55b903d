package driver_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPrefixEnd(t *testing.T) {
	for _, c := range []struct{ prefix, want string }{
		{"a", "b"}, {"a\xff", "b"}, {"a\xff\xff", "b"}, {"ab", "ac"}, {"\x00", "\x01"}, {"\xfe\xff", "\xff"},
	} {
		assert.Equal(t, c.want, string(driver.PrefixEnd([]byte(c.prefix))), "%q", c.prefix)
	}
	assert.Nil(t, driver.PrefixEnd([]byte("\xff\xff")))
	assert.Nil(t, driver.PrefixEnd(nil))
}

func TestPrefixEndLeavesItsArgument(t *testing.T) {
	prefix := []byte("ab")
	driver.PrefixEnd(prefix)
	assert.Equal(t, "ab", string(prefix))
}

func TestBoundsOfRanges(t *testing.T) {
	b, err := driver.NewBounds(driver.Write{Mailbox: []byte("m1")})
	require.NoError(t, err)
	for _, c := range []struct {
		lo, hi string
		empty  bool
		want   error
	}{
		{"m1", "m2", false, nil},
		{"m1a", "m1b", false, nil},
		{"m1b", "m1a", true, nil},
		{"zz", "aa", true, nil},
		{"m1", "m2a", false, driver.ErrForeignKey},
		{"m0", "m2", false, driver.ErrForeignKey},
		{"", "m1a", false, driver.ErrForeignKey},
	} {
		empty, err := b.DeleteRange([]byte(c.lo), []byte(c.hi))
		assert.Equal(t, c.empty, empty, "%q %q", c.lo, c.hi)
		assert.ErrorIs(t, err, c.want, "%q %q", c.lo, c.hi)
	}
	_, err = b.DeleteRange([]byte("m1"), nil)
	assert.ErrorIs(t, err, driver.ErrForeignKey)
}

func TestLocksExclude(t *testing.T) {
	var locks driver.Locks
	counts := map[string]*int{"a": new(int), "b": new(int)}
	var wg sync.WaitGroup
	for i := range 20 {
		mailbox := []string{"a", "b"}[i%2]
		wg.Go(func() {
			for range 100 {
				unlock, err := locks.Lock(context.Background(), []byte(mailbox))
				if !assert.NoError(t, err) {
					return
				}
				*counts[mailbox]++
				unlock()
			}
		})
	}
	wg.Wait()
	assert.Equal(t, []int{1000, 1000}, []int{*counts["a"], *counts["b"]})
	assert.Zero(t, locks.Len(), "nobody holds a lock, so there is none")
}

func TestAWaitForALockEndsWithItsContext(t *testing.T) {
	var locks driver.Locks
	unlock, err := locks.Lock(context.Background(), []byte("a"))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = locks.Lock(ctx, []byte("b"))
	require.ErrorIs(t, err, context.Canceled)
	ctx, cancel = context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, err := locks.Lock(ctx, []byte("a"))
		done <- err
	}()
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	unlock()
	assert.Zero(t, locks.Len())
}

func ExamplePrefixEnd() {
	fmt.Printf("%q %q\n", driver.PrefixEnd([]byte("box")), driver.PrefixEnd([]byte{0x01, 0xFF}))
	// Output: "boy" "\x02"
}
