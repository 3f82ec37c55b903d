package content_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/internal/content"
)

// Writers put, keep and release the same few contents while Sweep runs. What a
// writer keeps is there, and nothing is left in the end.
func TestWritersAndSweepsDoNotDisturbOneAnother(t *testing.T) {
	p, db := newPool(t)
	var values [][]byte
	for i := range uint64(6) {
		values = append(values, random(i, int(i*i)*50_000))
	}
	var alive sync.Map // Ref → true, as the mailboxes would know
	isAlive := func(_ context.Context, _ content.Digest, ref content.Ref) (bool, error) {
		_, ok := alive.Load(ref)
		return ok, nil
	}
	stop := make(chan struct{})
	var sweeper, writers sync.WaitGroup
	sweeper.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if _, err := p.Sweep(context.Background(), content.SweepOptions{Alive: isAlive}); err != nil {
					t.Error(err)
				}
			}
		}
	})
	for g := range uint64(4) {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(g, 1))
			for turn := range uint64(40) {
				ref := content.Ref{Mailbox: g, Object: turn}
				if err := useOnce(p, ref, values[r.IntN(len(values))], &alive, r.IntN(4) > 0); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	sweeper.Wait()
	_, err := p.Sweep(t.Context(), content.SweepOptions{Alive: isAlive})
	require.NoError(t, err)
	require.Empty(t, check(t, p, db))
	require.Zero(t, stats(t, p, db))
}

// useOnce puts data, reads it and lets go of it, or of nothing.
func useOnce(p *content.Pool, ref content.Ref, data []byte, alive *sync.Map, tidy bool) error {
	claim := p.Claim(ref)
	c, err := claim.Put(context.Background(), streamOf(data))
	if err != nil {
		return err
	}
	alive.Store(ref, true)
	claim.Done()
	got, err := readAll(p.Stream(c[0], nil))
	if err != nil || !bytes.Equal(got, data) {
		return fmt.Errorf("reading %v: %w", c[0].Digest, err)
	}
	alive.Delete(ref)
	if !tidy {
		return nil // a crash
	}
	return p.Release(context.Background(), ref, c[0].Digest)
}

func TestACanceledPutLeavesNothing(t *testing.T) {
	p, db := newPool(t)
	ctx, cancel := context.WithCancel(t.Context())
	claim := p.Claim(content.Ref{Object: 1})
	s := streamOf(random(1, 3*content.StageSize))
	opened := 0
	s.opened = &opened
	_, err := claim.Put(ctx, random(2, 2*content.StageSize), lateStream{s, cancel})
	require.True(t, errors.Is(err, context.Canceled), err)
	require.NoError(t, claim.Abort(t.Context()))
	require.Zero(t, stats(t, p, db))
	require.Empty(t, check(t, p, db))
}

// lateStream cancels when it is opened again.
type lateStream struct {
	stream
	cancel func()
}

func (s lateStream) Open() (io.ReadCloser, error) {
	if *s.opened > 0 {
		s.cancel()
	}
	return s.stream.Open()
}

var _ mapi.Stream = lateStream{}
