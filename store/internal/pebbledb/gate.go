package pebbledb

import "sync"

// A gate counts the calls under way, lets no more in once it is shut, and waits
// for those inside. Unlike an RWMutex it lets a call that is inside find it
// shut without a deadlock. The zero value is open.
type gate struct {
	mu     sync.Mutex
	inside sync.WaitGroup
	closed bool
}

// enter reports whether the caller may go on; it then has to leave.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.inside.Add(1)
	return true
}

func (g *gate) leave() { g.inside.Done() }

// shut returns when nobody is inside any more. It reports whether it was this
// call that shut the gate.
func (g *gate) shut() bool {
	g.mu.Lock()
	first := !g.closed
	g.closed = true
	g.mu.Unlock()
	g.inside.Wait()
	return first
}
