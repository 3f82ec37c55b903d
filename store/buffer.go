package store

import "sync"

// buffers are pieces of memory in which bodies are written before the backend
// copies them: a body is the largest part of a message by far.
type buffers struct{ pool sync.Pool }

// maxBuffer is the size of the largest piece that is used again.
const maxBuffer = 256 << 10

// take returns an empty piece with room for n bytes.
func (b *buffers) take(n int64) *[]byte {
	piece, _ := b.pool.Get().(*[]byte)
	if piece == nil {
		piece = new([]byte)
	}
	if int64(cap(*piece)) < n {
		*piece = make([]byte, 0, n)
	}
	return piece
}

// give takes a piece back, which nobody uses any more.
func (b *buffers) give(piece *[]byte) {
	if cap(*piece) <= maxBuffer {
		b.pool.Put(piece)
	}
}
