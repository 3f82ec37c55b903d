package store

import (
	"fmt"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// An image is a stored message as one transaction or snapshot sees it. It answers
// for every property, computed ones included, and reads the body only when it is
// asked for something that is not in the row. It is what indexes are computed
// from, so the same message must give the same answers at any time.
type image struct {
	box    *Mailbox
	reader driver.Reader
	folder uint64
	part   rowkey.Part
	id     uint64

	row   rowkey.Row
	props mapi.Properties // of the row
	body  *rowkey.Body    // nil until it is needed
	err   error           // of a Get, which cannot return it
}

// loadImage reads a message of a folder; nil when it is not there.
func (b *Mailbox) loadImage(r driver.Reader, folder uint64, part rowkey.Part, id uint64) (*image, error) {
	v, err := getSealed(r, b.space.Row(folder, part, id))
	if err != nil || v == nil {
		return nil, err
	}
	return b.parseImage(r, folder, part, id, v, nil)
}

// parseImage makes an image of a row's payload. When want is given, only the
// properties it names are read.
func (b *Mailbox) parseImage(r driver.Reader, folder uint64, part rowkey.Part, id uint64, payload []byte, want *rowkey.Selection) (*image, error) {
	im := &image{box: b, reader: r, folder: folder, part: part, id: id}
	var err error
	if im.row, err = rowkey.ParseRow(payload); err != nil {
		return nil, err
	}
	if want != nil {
		im.props, err = b.codec.PickBag(im.row.Props, want)
	} else {
		im.props, err = b.codec.ParseBag(im.row.Props)
	}
	return im, err
}

// loadBody reads the rest of the message.
func (im *image) loadBody() (*rowkey.Body, error) {
	if im.body != nil {
		return im.body, nil
	}
	body, err := im.box.readBody(im.reader, im.row.Body)
	if err != nil {
		return nil, err
	}
	im.body = &body
	return im.body, nil
}

func (b *Mailbox) readBody(r driver.Reader, id uint64) (rowkey.Body, error) {
	var data []byte
	chunks := 0
	err := scanSealed(r, b.space.Body(id), func(key, payload []byte) error {
		if string(key) != string(b.space.BodyChunk(id, chunks)) {
			return fmt.Errorf("%w: chunk %d of body %d is missing", mapi.ErrCorruptData, chunks, id)
		}
		chunks++
		data = append(data, payload...)
		return nil
	})
	if err != nil {
		return rowkey.Body{}, err
	}
	if chunks == 0 {
		return rowkey.Body{}, fmt.Errorf("%w: body %d is missing", mapi.ErrCorruptData, id)
	}
	return b.codec.ParseBody(data)
}

// Get implements mapi.Getter.
func (im *image) Get(p mapi.Prop) mapi.Value {
	if v, ok := im.computed(p); ok {
		if v == nil || mapi.CheckValue(p.Type, v) == nil || p.Type == mapi.PtypUnspecified {
			return v
		}
		return nil
	}
	if v := im.props.Get(p); v != nil {
		return v
	}
	if belongsToRow(p) && !im.row.Overflow {
		return nil
	}
	body, err := im.loadBody()
	if err != nil {
		im.err = err
		return nil
	}
	return body.Message.Get(p)
}

// Rows gives the evaluator of restrictions the recipients and attachments.
func (im *image) Rows(table mapi.Prop) ([]mapi.Getter, error) {
	body, err := im.loadBody()
	if err != nil {
		return nil, err
	}
	return body.Message.Rows(table)
}

// computed returns the value of a property that is not stored as such.
func (im *image) computed(p mapi.Prop) (mapi.Value, bool) {
	if p.IsNamed() {
		return nil, false
	}
	b := im.box
	switch p.ID {
	case idSubject:
		return im.subject(), true
	case idMessageFlags:
		return int32(im.flags()), true
	case idRead:
		return im.row.Flags&mapi.FlagRead != 0, true
	case idMessageStatus:
		return int32(im.row.Status), true
	case idMessageSize:
		if p.Type == mapi.PtypInteger64 {
			return im.row.Size, true
		}
		return int32(min(im.row.Size, 1<<31-1)), true
	case idHasAttachments:
		return im.row.Flags&mapi.FlagHasAttach != 0, true
	case idAssociated:
		return im.row.Associated, true
	case idHasNamed:
		return im.row.Named, true
	case idLocalCommitTime:
		return im.commitTime(), true
	case idObjectType:
		return objectMessage, true
	case idAccess:
		return int32(accessMessage), true
	case idEntryID, idRecordKey:
		return []byte(b.MessageEntryID(mapi.FolderID(im.folder), mapi.MessageID(im.id))), true
	case idMid, idInstID:
		return int64(im.id), true
	case idFid:
		return int64(im.folder), true
	}
	return b.identity(p.ID, im.id, im.folder, im.row.Change)
}

// flags are the message flags with those bits that follow from elsewhere.
func (im *image) flags() mapi.MessageFlags {
	f := im.row.Flags
	if im.row.Associated {
		f |= mapi.FlagAssociated
	}
	return f
}

// commitTime is when the message was last saved. It is stored when it is not the
// time of modification, which imports bring along.
func (im *image) commitTime() mapi.Value {
	if v := im.props.Get(propLocalCommitTime); v != nil {
		return v
	}
	return im.Get(props.PidTagLastModificationTime.Prop())
}

// subject joins prefix and normalized subject, which are what is stored. nil when
// the message has no subject.
func (im *image) subject() mapi.Value {
	normal, ok := im.plain(idNormalizedSubject).(string)
	if !ok {
		return nil
	}
	prefix, _ := im.plain(idSubjectPrefix).(string)
	return prefix + normal
}

// plain is Get for a string property by its id.
func (im *image) plain(id uint32) mapi.Value {
	v := im.Get(mapi.Prop{ID: id, Type: mapi.PtypString})
	if s, ok := v.(mapi.Stream); ok {
		read, err := mapi.ReadValue(mapi.PtypString, s, 1<<20)
		if err != nil {
			im.err = err
			return nil
		}
		return read
	}
	return v
}

// message joins row and body to the detached message that a user gets.
func (im *image) message() (*mapi.Message, error) {
	body, err := im.loadBody()
	if err != nil {
		return nil, err
	}
	m := &mapi.Message{Recipients: body.Message.Recipients, Attachments: body.Message.Attachments}
	m.Grow(im.props.Len() + body.Message.Len() + len(shownComputed))
	for p, v := range im.props.All() {
		m.Set(p, v)
	}
	for p, v := range body.Message.All() {
		m.Set(p, v)
	}
	for _, p := range shownComputed {
		if v, _ := im.computed(p); v != nil {
			m.Set(p, v)
		}
	}
	return m, im.err
}

// shownComputed are the computed properties that an opened message carries.
var shownComputed = []mapi.Prop{
	{ID: idSubject, Type: mapi.PtypString},
	{ID: idMessageFlags, Type: mapi.PtypInteger32},
	{ID: idRead, Type: mapi.PtypBoolean},
	{ID: idMessageStatus, Type: mapi.PtypInteger32},
	{ID: idMessageSize, Type: mapi.PtypInteger32},
	{ID: idHasAttachments, Type: mapi.PtypBoolean},
	{ID: idAssociated, Type: mapi.PtypBoolean},
	{ID: idHasNamed, Type: mapi.PtypBoolean},
	{ID: idLocalCommitTime, Type: mapi.PtypTime},
	{ID: idObjectType, Type: mapi.PtypInteger32},
	{ID: idAccess, Type: mapi.PtypInteger32},
	{ID: idAccessLevel, Type: mapi.PtypInteger32},
	{ID: idEntryID, Type: mapi.PtypBinary},
	{ID: idRecordKey, Type: mapi.PtypBinary},
	{ID: idInstanceKey, Type: mapi.PtypBinary},
	{ID: idParentEntryID, Type: mapi.PtypBinary},
	{ID: idStoreRecordKey, Type: mapi.PtypBinary},
	{ID: idStoreEntryID, Type: mapi.PtypBinary},
	{ID: idMappingSignature, Type: mapi.PtypBinary},
	{ID: idSourceKey, Type: mapi.PtypBinary},
	{ID: idParentSourceKey, Type: mapi.PtypBinary},
	{ID: idChangeKey, Type: mapi.PtypBinary},
	{ID: idPCL, Type: mapi.PtypBinary},
	{ID: idChangeNumber, Type: mapi.PtypInteger64},
	{ID: idMid, Type: mapi.PtypInteger64},
	{ID: idFid, Type: mapi.PtypInteger64},
}

// displayNames joins the names of the recipients of a type, in their order
// (MS-OXCMSG 2.2.1.7).
func displayNames(list []*mapi.Recipient, t int32) string {
	var names []string
	for _, r := range list {
		if rt, _ := r.Get(mapi.Prop{ID: 0x0C15, Type: mapi.PtypInteger32}).(int32); rt&0xF != t {
			continue
		}
		name, _ := r.Get(mapi.Prop{ID: 0x3001, Type: mapi.PtypString}).(string)
		if name == "" {
			name, _ = r.Get(mapi.Prop{ID: 0x39FE, Type: mapi.PtypString}).(string)
		}
		if name == "" {
			name, _ = r.Get(mapi.Prop{ID: 0x3003, Type: mapi.PtypString}).(string)
		}
		names = append(names, name)
	}
	return strings.Join(names, "; ")
}
