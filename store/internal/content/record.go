package content

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
)

// Kinds of keys: the first byte after the pool's prefix.
const (
	kindHeader  = 'h'
	kindContent = 'd'
	kindRef     = 'r'
	kindChunk   = 'c'
	kindStaging = 's'
)

const (
	sumSize   = 4                         // bytes of a checksum
	chunkSize = driver.MaxValue - sumSize // bytes of a content in a full chunk
)

func (p *Pool) key(kind byte, room int) []byte {
	return append(append(make([]byte, 0, len(p.prefix)+1+room), p.prefix...), kind)
}

func (p *Pool) contentKey(d Digest) []byte { return append(p.key(kindContent, 32), d[:]...) }

// refsKey is the prefix of the references to d.
func (p *Pool) refsKey(d Digest) []byte { return append(p.key(kindRef, 48), d[:]...) }

func (p *Pool) refKey(d Digest, ref Ref) []byte {
	k := p.refsKey(d)
	k = binary.BigEndian.AppendUint64(k, ref.Mailbox)
	return binary.BigEndian.AppendUint64(k, ref.Object)
}

func (p *Pool) parseRefKey(key []byte) (d Digest, ref Ref, err error) {
	b := key[len(p.prefix)+1:]
	if len(b) != 32+2*8 {
		return d, ref, corrupt("reference key of %d bytes", len(b))
	}
	copy(d[:], b)
	ref.Mailbox = binary.BigEndian.Uint64(b[32:])
	ref.Object = binary.BigEndian.Uint64(b[40:])
	return d, ref, nil
}

func (p *Pool) stagingKey(id uint64) []byte {
	return binary.BigEndian.AppendUint64(p.key(kindStaging, 8), id)
}

// chunksKey is the prefix of the chunks of id.
func (p *Pool) chunksKey(id uint64) []byte {
	return binary.BigEndian.AppendUint64(p.key(kindChunk, 12), id)
}

func (p *Pool) chunkKey(id uint64, index int64) []byte {
	return binary.BigEndian.AppendUint32(p.chunksKey(id), uint32(index))
}

// seal appends the checksum of key and value to value.
func seal(key, value []byte) []byte {
	return binary.LittleEndian.AppendUint32(value, checksum(key, value))
}

// unseal returns the value without its checksum.
func unseal(key, sealed []byte) ([]byte, error) {
	n := len(sealed) - sumSize
	if n < 0 {
		return nil, corrupt("value of %d bytes at key %x", len(sealed), key)
	}
	value := sealed[:n:n]
	if binary.LittleEndian.Uint32(sealed[n:]) != checksum(key, value) {
		return nil, corrupt("checksum at key %x", key)
	}
	return value, nil
}

func checksum(key, value []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Checksum(key, table), table, value)
}

func corrupt(format string, args ...any) error {
	return fmt.Errorf("content: %w: "+format, append([]any{mapi.ErrCorruptData}, args...)...)
}

// damaged makes damage that the driver found the same as damage found here.
func damaged(err error) error {
	if errors.Is(err, driver.ErrDamaged) && !errors.Is(err, mapi.ErrCorruptData) {
		return fmt.Errorf("content: %w: %w", mapi.ErrCorruptData, err)
	}
	return err
}

// get reads the value at key, or nil.
func get(r driver.Reader, key []byte) ([]byte, error) {
	sealed, err := r.Get(key)
	if err != nil || sealed == nil {
		return nil, damaged(err)
	}
	return unseal(key, sealed)
}

// The header counts what is in the pool.
type header struct {
	next uint64 // the next content id
	Stats
}

func (p *Pool) readHeader(r driver.Reader) (header, error) {
	key := p.key(kindHeader, 0)
	b, err := get(r, key)
	if err != nil || b == nil {
		return header{next: 1}, err
	}
	n, err := numbers(key, b, 5)
	if err != nil {
		return header{}, err
	}
	return header{n[0], Stats{int64(n[1]), int64(n[2]), int64(n[3]), int64(n[4])}}, nil
}

func (h header) encode() []byte {
	return appendNumbers(nil, h.next, uint64(h.Contents), uint64(h.Stored), uint64(h.Refs), uint64(h.Referenced))
}

// A meta says where the bytes of a content are.
type meta struct {
	id    uint64
	size  int64
	chunk int64 // bytes in every chunk but the last
}

func (p *Pool) readMeta(r driver.Reader, d Digest) (m meta, ok bool, err error) {
	key := p.contentKey(d)
	b, err := get(r, key)
	if err != nil || b == nil {
		return meta{}, false, err
	}
	m, err = decodeMeta(key, b)
	return m, err == nil, err
}

func decodeMeta(key, b []byte) (meta, error) {
	n, err := numbers(key, b, 3)
	if err != nil {
		return meta{}, err
	}
	m := meta{n[0], int64(n[1]), int64(n[2])}
	if m.size < 0 || m.chunk <= 0 || m.chunk > driver.MaxValue || m.size/m.chunk >= 1<<32-1 {
		return meta{}, corrupt("size %d in chunks of %d at key %x", m.size, m.chunk, key)
	}
	return m, nil
}

func (m meta) encode() []byte { return appendNumbers(nil, m.id, uint64(m.size), uint64(m.chunk)) }

// chunks is the number of chunks. An empty content has none.
func (m meta) chunks() int64 { return (m.size + m.chunk - 1) / m.chunk }

// chunkLen is the number of bytes in chunk index.
func (m meta) chunkLen(index int64) int64 { return min(m.chunk, m.size-index*m.chunk) }

// readChunk reads one chunk and makes sure that it is the one that was written.
func (p *Pool) readChunk(r driver.Reader, m meta, index int64) ([]byte, error) {
	key := p.chunkKey(m.id, index)
	b, err := get(r, key)
	switch {
	case err != nil:
		return nil, err
	case b == nil:
		return nil, corrupt("chunk missing at key %x", key)
	case int64(len(b)) != m.chunkLen(index):
		return nil, corrupt("chunk of %d bytes instead of %d at key %x", len(b), m.chunkLen(index), key)
	}
	return b, nil
}

func encodeTime(t time.Time) []byte { return appendNumbers(nil, uint64(max(0, t.Unix()))) }

func decodeTime(key, b []byte) (time.Time, error) {
	n, err := numbers(key, b, 1)
	if err != nil {
		return time.Time{}, err
	}
	return time.Unix(int64(n[0]), 0).UTC(), nil
}

func appendNumbers(b []byte, numbers ...uint64) []byte {
	for _, n := range numbers {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

// numbers reads exactly count varints.
func numbers(key, b []byte, count int) ([]uint64, error) {
	list := make([]uint64, count)
	for i := range list {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			return nil, corrupt("record too short at key %x", key)
		}
		list[i], b = n, b[size:]
	}
	if len(b) > 0 {
		return nil, corrupt("record too long at key %x", key)
	}
	return list, nil
}
