package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/content"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// Values above these sizes, in bytes, are kept in the tenant's pool of contents:
// attachments early, because equal ones are shared; everything else only when it
// would make the body record large.
const (
	shareFrom = 1 << 10
	spillFrom = 128 << 10
)

// A prepared message is ready to be written: large values are in the pool,
// computed properties are worked out. What remains needs the transaction.
type prepared struct {
	msg     *mapi.Message
	owner   uint64 // holds the references to contents; 0 when there are none
	digests []content.Digest
	size    int64 // bytes of the contents
	claim   *content.Claim
	image   *image // as the last transaction wrote it
	flags   mapi.MessageFlags
	status  uint32
	hidden  bool
}

// prepare does everything for saving a message that can be done before the
// mailbox is locked. The caller ends with done or abort. It never changes m.
func (b *Mailbox) prepare(ctx context.Context, m, base *mapi.Message) (*prepared, error) {
	if err := checkDepth(m, 0); err != nil {
		return nil, err
	}
	p := &prepared{msg: m.Clone()}
	if err := checkClass(p.msg); err != nil {
		return nil, err
	}
	now := b.store.opts.Now()
	settleSubject(p.msg, base)
	settleBody(p.msg, base)
	p.flags = messageFlags(m)
	numberRows(p.msg)
	p.settleAttachments(now)
	settleNames(p.msg)
	if !p.msg.Has(props.PidTagSearchKey.Prop()) {
		key := b.store.opts.NewID()
		props.PidTagSearchKey.Set(p.msg, key[:])
	}
	if !p.msg.Has(props.PidTagCreationTime.Prop()) {
		props.PidTagCreationTime.Set(p.msg, now)
	}
	settleModified(p.msg, base, now)
	dropComputed(p.msg)
	if saved := mapi.FromFileTime(mapi.ToFileTime(now)); !props.PidTagLastModificationTime.Or(p.msg, saved).Equal(saved) {
		p.msg.Set(propLocalCommitTime, saved)
	}
	if err := p.share(ctx, b); err != nil {
		p.settle(ctx, errors.Join(err, errNotStored))
		return nil, err
	}
	return p, nil
}

// settle ends the claim on contents after a transaction that ended with err.
func (p *prepared) settle(ctx context.Context, err error) {
	if p.claim != nil {
		settle(ctx, p.claim, err)
	}
}

// settle gives contents back when the transaction that was to mention them
// certainly did not happen. When that is not certain they stay: Collect finds
// what nobody uses.
func settle(ctx context.Context, claim *content.Claim, err error) {
	defer claim.Done()
	var code mapi.Code
	refused := errors.As(err, &code) || errors.Is(err, errNotStored) || ctx.Err() != nil
	if err != nil && refused && !errors.Is(err, driver.ErrUnknown) && !errors.Is(err, driver.ErrPoisoned) {
		if err := claim.Abort(context.WithoutCancel(ctx)); err != nil {
			return // likewise
		}
	}
}

// errNotStored ends the claim of a message that was not needed after all.
var errNotStored = errors.New("store: message was not stored")

// share moves large values to the pool.
func (p *prepared) share(ctx context.Context, b *Mailbox) error {
	var large []place
	collect(p.msg, &large)
	if len(large) == 0 {
		return nil
	}
	p.owner = b.newOwner()
	pool := b.pool()
	p.claim = pool.Claim(content.Ref{Mailbox: uint64(b.space), Object: p.owner})
	values := make([]mapi.Value, len(large))
	for i, l := range large {
		values[i] = l.bag.Get(l.prop)
	}
	contents, err := p.claim.Put(ctx, values...)
	if err != nil {
		return err
	}
	for i, l := range large {
		l.bag.Set(l.prop, pool.Stream(contents[i], nil))
		p.digests = append(p.digests, contents[i].Digest)
		p.size += contents[i].Size
	}
	return nil
}

// A place is where a large value stands.
type place struct {
	bag  *mapi.Properties
	prop mapi.Prop
}

func collect(m *mapi.Message, large *[]place) {
	collectBag(&m.Properties, spillFrom, large)
	for _, r := range m.Recipients {
		collectBag(&r.Properties, spillFrom, large)
	}
	for _, a := range m.Attachments {
		collectBag(&a.Properties, shareFrom, large)
		if a.Embedded != nil {
			collect(a.Embedded, large)
		}
	}
}

func collectBag(bag *mapi.Properties, from int64, large *[]place) {
	for p, v := range bag.All() {
		switch v.(type) {
		case mapi.Stream:
			*large = append(*large, place{bag, p})
		case string, []byte, mapi.Object:
			if mapi.SizeOf(p.Type, v) > from {
				*large = append(*large, place{bag, p})
			}
		}
	}
}

// checkDepth refuses messages nested deeper than the stored format allows, before
// anything walks through them.
func checkDepth(m *mapi.Message, depth int) error {
	if depth > rowkey.MaxEmbedded {
		return fmt.Errorf("%w: messages nested deeper than %d", mapi.ErrTooComplex, rowkey.MaxEmbedded)
	}
	for _, a := range m.Attachments {
		if a.Embedded == nil {
			continue
		}
		if err := checkDepth(a.Embedded, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// checkClass refuses message classes that MS-OXCMSG 2.2.1.3 does not allow and
// gives one to a message without (semantics of IPM.Note).
func checkClass(m *mapi.Message) error {
	class, ok := props.PidTagMessageClass.Get(m)
	if !ok || class == "" {
		props.PidTagMessageClass.Set(m, "IPM.Note")
		return nil
	}
	bad := len(class) > 255 || strings.HasSuffix(class, ".")
	for i := range len(class) {
		bad = bad || class[i] < 0x20 || class[i] > 0x7E
	}
	if bad {
		return fmt.Errorf("%w: message class %q", mapi.ErrInvalidParameter, class)
	}
	return nil
}

// messageFlags are the flags that a message brings along; the rest follow from
// its content or are the store's (MS-OXCMSG 2.2.1.6).
func messageFlags(m *mapi.Message) mapi.MessageFlags {
	const own = mapi.FlagRead | mapi.FlagUnmodified | mapi.FlagUnsent | mapi.FlagResend | mapi.FlagNotifyRead |
		mapi.FlagNotifyUnread | mapi.FlagEverRead | mapi.FlagInternet | mapi.FlagUntrusted | mapi.FlagFromMe
	var f mapi.MessageFlags
	if v, ok := m.Get(mapi.Prop{ID: idMessageFlags, Type: mapi.PtypInteger32}).(int32); ok {
		f = mapi.MessageFlags(v) & own
	} else if read, _ := m.Get(mapi.Prop{ID: idRead, Type: mapi.PtypBoolean}).(bool); read {
		f = mapi.FlagRead
	}
	if f&mapi.FlagRead != 0 {
		f |= mapi.FlagEverRead
	}
	return f
}

// numberRows gives recipients and attachments the numbers that they lack
// (PidTagRowid, PidTagAttachNumber), each unique within the message.
func numberRows(m *mapi.Message) {
	rowid := mapi.Prop{ID: 0x3000, Type: mapi.PtypInteger32}
	bags := make([]*mapi.Properties, 0, len(m.Recipients)+len(m.Attachments))
	for _, r := range m.Recipients {
		bags = append(bags, &r.Properties)
	}
	numberBags(bags, rowid)
	bags = bags[:0]
	for _, a := range m.Attachments {
		bags = append(bags, &a.Properties)
	}
	numberBags(bags, mapi.Prop{ID: 0x0E21, Type: mapi.PtypInteger32})
}

func numberBags(bags []*mapi.Properties, p mapi.Prop) {
	used := make(map[int32]bool, len(bags))
	for _, bag := range bags {
		n, ok := bag.Get(p).(int32)
		if ok && used[n] {
			bag.Delete(p)
		}
		used[n] = used[n] || ok
	}
	next := int32(0)
	for _, bag := range bags {
		if bag.Has(p) {
			continue
		}
		for used[next] {
			next++
		}
		used[next] = true
		bag.Set(p, next)
	}
}

// settleAttachments works out the sizes, and whether there is something that a
// reader would see as an attachment (MS-OXCMSG 2.2.1.2, 2.2.2.5).
func (p *prepared) settleAttachments(now time.Time) {
	for _, a := range p.msg.Attachments {
		settleAttachment(a, now)
	}
	visible := visibleAttachments(p.msg)
	p.flags &^= mapi.FlagHasAttach
	if visible > 0 {
		p.flags |= mapi.FlagHasAttach
	}
	p.hidden = visible == 0 && len(p.msg.Attachments) > 0
}

func visibleAttachments(m *mapi.Message) (n int) {
	for _, a := range m.Attachments {
		if !props.PidTagAttachmentHidden.Or(a, false) {
			n++
		}
	}
	return n
}

func settleAttachment(a *mapi.Attachment, now time.Time) {
	for _, stamp := range [...]mapi.Prop{props.PidTagCreationTime.Prop(), props.PidTagLastModificationTime.Prop()} {
		if !a.Has(stamp) {
			a.Set(stamp, now)
		}
	}
	if a.Embedded != nil {
		settleEmbedded(a.Embedded, now)
		if !a.Has(props.PidTagAttachMethod.Prop()) {
			props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
		}
	}
	var size int64
	for pr, v := range a.All() {
		size += mapi.SizeOf(pr.Type, v)
	}
	if a.Embedded != nil {
		size += messageBytes(a.Embedded)
	}
	a.Set(mapi.Prop{ID: 0x0E20, Type: mapi.PtypInteger32}, int32(min(size, 1<<31-1))) // PidTagAttachSize
	if rendering := (mapi.Prop{ID: 0x370B, Type: mapi.PtypInteger32}); !a.Has(rendering) {
		a.Set(rendering, int32(-1))
	}
}

// settleEmbedded works out what an embedded message shows of itself. It has no
// row that could answer later, so all of it is stored.
func settleEmbedded(m *mapi.Message, now time.Time) {
	for _, a := range m.Attachments {
		settleAttachment(a, now)
	}
	numberRows(m)
	settleNames(m)
	if subject, ok := props.PidTagSubject.Get(m); ok {
		settleSubject(m, nil)
		props.PidTagSubject.Set(m, subject)
	}
	m.Set(mapi.Prop{ID: idHasAttachments, Type: mapi.PtypBoolean}, visibleAttachments(m) > 0)
}

func messageBytes(m *mapi.Message) int64 {
	var size int64
	for p, v := range m.All() {
		size += mapi.SizeOf(p.Type, v)
	}
	for _, r := range m.Recipients {
		for p, v := range r.All() {
			size += mapi.SizeOf(p.Type, v)
		}
	}
	for _, a := range m.Attachments {
		for p, v := range a.All() {
			size += mapi.SizeOf(p.Type, v)
		}
		if a.Embedded != nil {
			size += messageBytes(a.Embedded)
		}
	}
	return size
}

// settleNames works out PidTagDisplayTo, PidTagDisplayCc and PidTagDisplayBcc
// (MS-OXCMSG 2.2.1.7).
func settleNames(m *mapi.Message) {
	for i, id := range [...]uint32{idDisplayTo, idDisplayCc, idDisplayBcc} {
		m.Set(mapi.Prop{ID: id, Type: mapi.PtypString}, displayNames(m.Recipients, int32(i+1)))
	}
}

// settleSubject makes prefix and normalized subject from whatever of the three
// subject properties was set (MS-OXCMSG 2.2.1.9, 2.2.1.10); they are what is
// stored. On a message that was opened the properties that changed since count.
func settleSubject(m, base *mapi.Message) {
	subject, hasSubject := props.PidTagSubject.Get(m)
	prefix, hasPrefix := props.PidTagSubjectPrefix.Get(m)
	normal, hasNormal := props.PidTagNormalizedSubject.Get(m)
	changed := base != nil && (prefix != props.PidTagSubjectPrefix.Or(base, "") || normal != props.PidTagNormalizedSubject.Or(base, ""))
	if changed && hasSubject && subject == props.PidTagSubject.Or(base, "") {
		hasSubject = false
	}
	m.Delete(props.PidTagSubject.Prop())
	if base != nil && !hasSubject && !changed && base.Has(props.PidTagSubject.Prop()) {
		m.Delete(props.PidTagSubjectPrefix.Prop(), props.PidTagNormalizedSubject.Prop())
		return // it was deleted, and with it what it is made of
	}
	switch {
	case hasSubject:
		// An empty prefix is a part of any subject: it holds when it was set
		// together with this subject, not when the former one had none.
		stale := base != nil && prefix == "" && !changed
		if !hasPrefix || stale || !strings.HasPrefix(subject, prefix) {
			prefix = subjectPrefix(subject)
		}
		normal = subject[len(prefix):]
	case !hasPrefix && !hasNormal:
		return
	}
	props.PidTagSubjectPrefix.Set(m, prefix)
	props.PidTagNormalizedSubject.Set(m, normal)
}

// subjectPrefix returns the leading part of a subject that is a reply or forward
// mark: one to three characters that are no digit, blank or punctuation, a colon
// and a blank.
func subjectPrefix(s string) string {
	n := 0
	for i, r := range s {
		if r == ':' {
			if n == 0 || !strings.HasPrefix(s[i+1:], " ") {
				return ""
			}
			return s[:i+2]
		}
		if n++; n > 3 || r == utf8.RuneError || unicode.IsDigit(r) || unicode.IsSpace(r) || unicode.IsPunct(r) {
			return ""
		}
	}
	return ""
}

// settleModified stamps the time of modification unless this save sets it itself,
// as imports do.
func settleModified(m, base *mapi.Message, now time.Time) {
	was, had := props.PidTagLastModificationTime.Get(m)
	if base != nil {
		old, _ := props.PidTagLastModificationTime.Get(base)
		had = had && !was.Equal(old)
	}
	if !had {
		props.PidTagLastModificationTime.Set(m, now)
	}
}

// dropComputed removes what the store answers itself.
func dropComputed(m *mapi.Message) {
	var drop []mapi.Prop
	for p := range m.All() {
		switch {
		case p.IsNamed():
		case p.ID == idDisplayBcc, p.ID == idDisplayCc, p.ID == idDisplayTo:
			// computed, but kept: tables show them
		case p.ID == idMessageFlags, p.ID == idRead, isComputedMessage(p), p.Type == mapi.PtypObject && p.ID != 0x3701:
			drop = append(drop, p)
		}
	}
	m.Delete(drop...)
}

// write puts a prepared message into the transaction and returns its image, which
// is not in a folder yet.
func (t *txn) writeMessage(p *prepared, fp folderPart) (*image, error) {
	im := &image{box: t.box, reader: t, folder: fp.folder, part: fp.part}
	im.row = rowkey.Row{Body: t.newID(), Flags: p.flags, Status: p.status, Hidden: p.hidden, Associated: fp.part == rowkey.Associated}
	codec := t.codec()
	room := int64(maxRow)
	inRow := make([]mapi.Property, 0, min(p.msg.Len(), len(rowIDs)))
	for pr, v := range p.msg.All() {
		im.row.Named = im.row.Named || pr.IsNamed() && pr.Set != mapi.PSOkapi
		switch {
		case !belongsToRow(pr):
		case fitsRow(pr, v) && room > 0:
			inRow = append(inRow, mapi.Property{Prop: pr, Value: v})
			room -= mapi.SizeOf(pr.Type, v) + int64(len(pr.Name)) + 24
		default:
			im.row.Overflow = true
		}
	}
	im.props = mapi.PropertiesOf(inRow)
	skip := func(pr mapi.Prop) bool { return belongsToRow(pr) && im.props.Has(pr) }
	im.body = &rowkey.Body{Owner: p.owner, Message: p.msg}
	buffer := t.box.store.buffers.take(messageBytes(p.msg) - p.size + 1024) // one piece, if possible
	defer t.box.store.buffers.give(buffer)
	data, err := codec.AppendBody(*buffer, *im.body, skip, contentOf)
	if err != nil {
		return nil, err
	}
	*buffer = data[:0]
	if im.row.Props, err = codec.AppendBag(make([]byte, 0, maxRow-room+8), &im.props); err != nil {
		return nil, err
	}
	im.row.Size = int64(len(data)+len(im.row.Props)) + p.size
	p.image = im
	return im, t.putBody(im.row.Body, data)
}

// contentOf tells a value that is in the pool already.
func contentOf(v mapi.Value) (rowkey.Content, bool) {
	s, ok := v.(*content.Stream)
	if !ok {
		return rowkey.Content{}, false
	}
	c := s.Content()
	return rowkey.Content{Digest: c.Digest, Size: c.Size}, true
}
