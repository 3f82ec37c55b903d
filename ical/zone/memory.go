package zone

import (
	"bytes"
	"sync"
)

// A memory is the zones that a resolver made of stored structures. The messages of a
// mailbox have a few structures between them, again and again, and to make a zone of one
// takes long: a hundred years of changes. The zero value is ready to use.
type memory struct {
	lock  sync.RWMutex
	zones map[stored]*Zone
}

// stored is a structure with the description beside it.
type stored struct{ bytes, description string }

// Bounds of what is remembered: structures, and the bytes of one.
const (
	maxRemembered      = 256
	maxRememberedBytes = 4 << 10
)

// zone is the zone of a structure: the one that is remembered, or that find makes of a
// copy, since the bytes are the caller's.
func (m *memory) zone(b []byte, description string, find func(b []byte, description string) (*Zone, error)) (*Zone, error) {
	m.lock.RLock()
	z := m.zones[stored{string(b), description}]
	m.lock.RUnlock()
	if z != nil {
		return z, nil
	}
	z, err := find(bytes.Clone(b), description)
	if err == nil && len(b)+len(description) <= maxRememberedBytes {
		m.keep(stored{string(b), description}, z)
	}
	return z, err
}

// keep forgets everything when there is too much: what is in use comes back.
func (m *memory) keep(s stored, z *Zone) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.zones == nil || len(m.zones) >= maxRemembered {
		m.zones = map[stored]*Zone{}
	}
	m.zones[s] = z
}
