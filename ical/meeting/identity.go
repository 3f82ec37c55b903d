package meeting

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A GlobalObjectID is the identity of a meeting, or of one instance of a series: the
// value of PidLidGlobalObjectId and, without Original, PidLidCleanGlobalObjectId
// (MS-OXOCAL 2.2.1.27).
type GlobalObjectID struct {
	Original time.Time // the date of the instance, midnight in UTC; zero: the whole meeting
	Created  time.Time // zero: not said
	Data     []byte    // what tells it from others
}

// idPrefix begins every value.
func idPrefix() []byte {
	return []byte{0x04, 0, 0, 0, 0x82, 0, 0xE0, 0, 0x74, 0xC5, 0xB7, 0x10, 0x1A, 0x82, 0xE0, 0x08}
}

const idHeader = 40 // bytes before the data

// NewGlobalObjectID is the identity of a new meeting, as Outlook makes them: of the
// time and of 16 random bytes.
func NewGlobalObjectID(now time.Time, random [16]byte) GlobalObjectID {
	return GlobalObjectID{Created: now.UTC(), Data: random[:]}
}

// ParseGlobalObjectID reads an identity. What is shorter than its header, or does not
// begin like one, is mapi.ErrCorruptData, and best taken for absent. A wrong size of
// the data, and an impossible date, are passed over.
func ParseGlobalObjectID(b []byte) (GlobalObjectID, error) {
	if len(b) < idHeader || !bytes.HasPrefix(b, idPrefix()) {
		return GlobalObjectID{}, fmt.Errorf("meeting.ParseGlobalObjectID: %d bytes: %w", len(b), mapi.ErrCorruptData)
	}
	id := GlobalObjectID{Data: bytes.Clone(b[idHeader:])}
	if n := binary.LittleEndian.Uint32(b[36:]); uint64(n) < uint64(len(id.Data)) {
		id.Data = id.Data[:n]
	}
	year, month, day := int(binary.BigEndian.Uint16(b[16:])), int(b[18]), int(b[19])
	if t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC); year > 0 && int(t.Month()) == month && t.Day() == day {
		id.Original = t
	}
	if ticks := binary.LittleEndian.Uint64(b[20:]); ticks != 0 {
		id.Created = mapi.FromFileTime(ticks)
	}
	return id, nil
}

// Bytes is the value of the property.
func (id GlobalObjectID) Bytes() []byte {
	b := make([]byte, idHeader, idHeader+len(id.Data))
	copy(b, idPrefix())
	if t := id.Original; !t.IsZero() {
		binary.BigEndian.PutUint16(b[16:], uint16(t.Year()))
		b[18], b[19] = byte(t.Month()), byte(t.Day())
	}
	if !id.Created.IsZero() {
		binary.LittleEndian.PutUint64(b[20:], mapi.ToFileTime(id.Created))
	}
	binary.LittleEndian.PutUint32(b[36:], uint32(len(id.Data)))
	return append(b, id.Data...)
}

// Clean is the identity of the whole meeting.
func (id GlobalObjectID) Clean() GlobalObjectID {
	id.Original = time.Time{}
	return id
}

// UID is the UID of the meeting in calendars.
func (id GlobalObjectID) UID() string { return ical.UID(id.Bytes()) }

// Identity is the identity of a meeting object. It is found in either of its two
// properties; broken ones are passed over. ok is false when there is none.
func Identity(m mapi.Getter) (id GlobalObjectID, ok bool) {
	id, err := ParseGlobalObjectID(props.PidLidGlobalObjectId.Or(m, nil))
	if err == nil {
		return id, true
	}
	id, err = ParseGlobalObjectID(props.PidLidCleanGlobalObjectId.Or(m, nil))
	return id, err == nil
}

// Same reports whether two objects are about the same meeting, or task, which may have an
// identity of its own (PidLidTaskGlobalId). Those without identity are not. Outlook's
// messages about tasks have none but that of the task in them ([ical.EmbeddedTask]).
func Same(a, b mapi.Getter) bool {
	x, ok := Identity(a)
	y, also := Identity(b)
	task := props.PidLidTaskGlobalId.Or(a, nil)
	return ok && also && bytes.Equal(x.Clean().Bytes(), y.Clean().Bytes()) ||
		len(task) > 0 && bytes.Equal(task, props.PidLidTaskGlobalId.Or(b, nil))
}

// Instance is which instance of a series an object is about: when it would have begun.
// Of an object that does not say the time, it is the midnight of its day. ok is false
// when it is about the whole meeting.
func Instance(m mapi.Getter) (original time.Time, ok bool) {
	id, _ := Identity(m)
	t, exact := props.PidLidExceptionReplaceTime.Get(m)
	switch {
	case exact && (!id.Original.IsZero() || props.PidLidIsException.Or(m, false)):
		return t.UTC(), true
	case !id.Original.IsZero():
		return id.Original, true
	}
	return time.Time{}, false
}

func setIdentity(m mapi.Setter, id GlobalObjectID) {
	props.PidLidGlobalObjectId.Set(m, id.Bytes())
	props.PidLidCleanGlobalObjectId.Set(m, id.Clean().Bytes())
}
