package table

import (
	"bytes"

	"github.com/okapi-mail/okapi/store/driver"
)

// A Keeper is a driver.Reader that keeps things for later readers of the same
// state, so that the starts of a node's children need not be scanned at every
// insertion. It is optional. Whoever implements it must forget what it keeps when
// the records under an index change in any other way than through the Tx that is
// the Keeper itself.
type Keeper interface {
	// Kept returns what was kept under key, or nil.
	Kept(key []byte) any

	// Keep keeps v, of about size bytes, under key; it may forget it any time.
	Keep(key []byte, v any, size int)

	// Forget forgets what is kept under a key that begins with prefix: nodes
	// were split or joined.
	Forget(prefix []byte)
}

// childStarts returns the starts of all children of parent, which are nodes of
// the given level, when r is a Keeper; nil when it is not.
func (x Index) childStarts(r driver.Reader, level int, parent node) ([][]byte, error) {
	k, ok := r.(Keeper)
	if !ok {
		return nil, nil
	}
	key := x.key(byte(level), parent.start)
	if list, ok := k.Kept(key).([][]byte); ok && len(list) == len(parent.kids) {
		return list, nil
	}
	list := make([][]byte, 0, len(parent.kids))
	size := 0
	err := x.starts(r, level, parent.start, nil, false, func(s []byte) bool {
		list = append(list, bytes.Clone(s))
		size += len(s) + 24
		return len(list) < len(parent.kids)
	})
	if err == nil && (len(list) < len(parent.kids) || !bytes.Equal(list[0], parent.start)) {
		err = damaged("starts of level %d from %x do not fit their list", level, parent.start)
	}
	if err != nil {
		return nil, err
	}
	k.Keep(key, list, size)
	return list, nil
}

// forgetLevel forgets the starts of a level, and of those below it: a node whose
// children are others now may have as many as before.
func (x Index) forgetLevel(tx driver.Tx, level int) {
	if k, ok := tx.(Keeper); ok {
		for ; level > 0; level-- {
			k.Forget(x.key(byte(level), nil))
		}
	}
}
