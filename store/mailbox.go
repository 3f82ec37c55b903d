package store

import (
	"context"
	"fmt"
	"sync"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/content"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// A Mailbox is a message store in the sense of MAPI: a tree of folders with one
// series of change numbers. It is safe for concurrent use, and cheap: opening a
// mailbox again returns the same one.
type Mailbox struct {
	store *Store
	space rowkey.Space
	info  rowkey.Mailbox
	codec rowkey.Codec
	names nameTable

	mu        sync.Mutex
	released  []releaseID          // carried out; their records can go
	builds    map[string]*build    // of indexes, under way
	specs     map[string]*viewSpec // parsed, by what is stored
	cache     *recordCache         // of the last transaction
	used      map[usedView]uint64  // when a view was last asked for
	uses      uint64
	life      boxState
	recovered bool // leftovers of a crash were dealt with
}

// A boxState says whether the records of a mailbox are there.
type boxState byte

const (
	boxReady boxState = iota
	boxMaking
	boxRemoved
)

func (b *Mailbox) state() boxState {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.life
}

func (b *Mailbox) setState(s boxState) {
	b.mu.Lock()
	b.life = s
	b.mu.Unlock()
}

func newMailbox(s *Store, info rowkey.Mailbox) *Mailbox {
	b := &Mailbox{store: s, space: info.Space, info: info, builds: map[string]*build{}}
	b.names.box = b
	b.codec = rowkey.Codec{Name: b.names.propOf, Stream: b.stream}
	return b
}

// Name is the name under which the mailbox is opened.
func (b *Mailbox) Name() string { return b.info.Name }

// Tenant is the company that the mailbox belongs to.
func (b *Mailbox) Tenant() string { return b.info.Tenant }

// ID is the mailbox's replica id, which stands in all identifiers made in it,
// and its PidTagStoreRecordKey.
func (b *Mailbox) ID() mapi.GUID { return b.info.ID }

// Info describes the mailbox.
func (b *Mailbox) Info() MailboxInfo {
	return MailboxInfo{Name: b.info.Name, Tenant: b.info.Tenant, ID: b.info.ID, Created: b.info.Created}
}

func (b *Mailbox) pool() *content.Pool { return b.store.pool(b.info.Pool) }

// stream is the value of a content in the pool.
func (b *Mailbox) stream(_ mapi.Type, c rowkey.Content) mapi.Value {
	return b.pool().Stream(content.Content{Digest: c.Digest, Size: c.Size}, nil)
}

// Properties returns the properties of the message store object: its own and
// those that the store computes, such as the entry ids of special folders.
func (b *Mailbox) Properties(ctx context.Context) (*mapi.Properties, error) {
	var h rowkey.Header
	err := b.view(ctx, func(r driver.Reader) (err error) {
		h, err = b.readHeader(r)
		return err
	})
	if err != nil {
		return nil, fail("store.Mailbox.Properties", err)
	}
	bag, err := b.codec.ParseBag(h.Props)
	if err != nil {
		return nil, fail("store.Mailbox.Properties", err)
	}
	b.specialProperties(&bag, true)
	props.PidTagDisplayName.Set(&bag, b.info.Name)
	props.PidTagRecordKey.Set(&bag, b.info.ID[:])
	props.PidTagStoreRecordKey.Set(&bag, b.info.ID[:])
	props.PidTagMappingSignature.Set(&bag, b.info.ID[:])
	bag.Set(propMessageSizeExtended, h.Size)
	props.PidTagStoreEntryId.Set(&bag, b.storeEntryID())
	props.PidTagEntryId.Set(&bag, b.storeEntryID())
	bag.Set(mapi.Prop{ID: idObjectType, Type: mapi.PtypInteger32}, objectStore)
	props.PidTagStoreSupportMask.Set(&bag, b.support())
	return &bag, nil
}

// support tells clients what the store can do (MS-OXMSG 2.1.1.1): no search
// folders, no submitting, no categories.
func (b *Mailbox) support() mapi.StoreSupport {
	s := mapi.StoreSupportEntryIDUnique | mapi.StoreSupportModify | mapi.StoreSupportCreate | mapi.StoreSupportAttach |
		mapi.StoreSupportOLE | mapi.StoreSupportNotify | mapi.StoreSupportMultiValues | mapi.StoreSupportRTF |
		mapi.StoreSupportRestriction | mapi.StoreSupportSort | mapi.StoreSupportHTML | mapi.StoreSupportUnicode
	if b.info.Kind == publicMailbox {
		s |= mapi.StoreSupportPublicFolders
	}
	return s
}

// SetProperties sets properties of the message store object; a nil value deletes
// one. Those that the store computes are left alone and come back as problems.
func (b *Mailbox) SetProperties(ctx context.Context, list ...mapi.Property) ([]Problem, error) {
	var problems []Problem
	err := b.update(ctx, false, func(t *txn) error {
		bag, err := b.codec.ParseBag(t.header.Props)
		if err != nil {
			return err
		}
		problems = setAll(&bag, list, isComputedStore)
		t.header.Props, err = t.codec().AppendBag(nil, &bag)
		return err
	})
	return problems, fail("store.Mailbox.SetProperties", err)
}

// A Problem says that one property of several could not be set.
type Problem struct {
	Index int // place in the list that was given
	Prop  mapi.Prop
	Code  mapi.Code // such as mapi.ErrComputed
}

// Error makes a Problem usable as an error.
func (p Problem) Error() string { return fmt.Sprintf("%v: %v", p.Prop, p.Code) }

// Unwrap returns the code.
func (p Problem) Unwrap() error { return p.Code }

func setAll(bag *mapi.Properties, list []mapi.Property, computed func(mapi.Prop) bool) []Problem {
	var problems []Problem
	for i, p := range list {
		switch {
		case p.Prop.Type == mapi.PtypNull, p.Prop.Type == mapi.PtypErrorCode:
			// placeholders of a client, skipped
		case !p.Prop.IsNamed() && p.Prop.ID >= 0x8000: // of a mapping that is not known
			problems = append(problems, Problem{i, p.Prop, mapi.ErrInvalidParameter})
		case computed(p.Prop):
			problems = append(problems, Problem{i, p.Prop, mapi.ErrComputed})
		case p.Value == nil:
			bag.Delete(p.Prop)
		case p.Prop.Type == mapi.PtypObject, p.Prop.Type&mapi.MultiInstance != 0:
			problems = append(problems, Problem{i, p.Prop, mapi.ErrInvalidParameter})
		default:
			if err := mapi.CheckValue(p.Prop.Type, p.Value); err != nil {
				problems = append(problems, Problem{i, p.Prop, mapi.CodeOf(err)})
				continue
			}
			bag.Set(p.Prop, p.Value)
		}
	}
	return problems
}

// storeEntryID is opaque to clients: a flag word, the mailbox's id and its name.
func (b *Mailbox) storeEntryID() []byte {
	return append(append(make([]byte, 4), b.info.ID[:]...), b.info.Name...)
}

// view runs fn on a snapshot, unless the mailbox was deleted.
func (b *Mailbox) view(ctx context.Context, fn func(driver.Reader) error) error {
	return b.store.view(ctx, fn)
}

func (b *Mailbox) readHeader(r driver.Reader) (rowkey.Header, error) {
	v, err := getSealed(r, b.space.Header())
	if err != nil {
		return rowkey.Header{}, err
	}
	if v == nil {
		return rowkey.Header{}, fmt.Errorf("%w: mailbox %q", mapi.ErrObjectDeleted, b.info.Name)
	}
	return rowkey.ParseHeader(v)
}

func (b *Mailbox) readFolder(r driver.Reader, id uint64) (rowkey.Folder, error) {
	v, err := getSealed(r, b.space.Folder(id))
	if err != nil {
		return rowkey.Folder{}, err
	}
	if v == nil {
		return rowkey.Folder{}, fmt.Errorf("%w: folder %v", mapi.ErrNotFound, mapi.FolderID(id))
	}
	return rowkey.ParseFolder(v)
}

func (b *Mailbox) readCounters(r driver.Reader, id uint64) (rowkey.Counters, error) {
	v, err := getSealed(r, b.space.Counters(id))
	if err != nil {
		return rowkey.Counters{}, err
	}
	if v == nil {
		return rowkey.Counters{}, fmt.Errorf("%w: folder %v has no counters", mapi.ErrCorruptData, mapi.FolderID(id))
	}
	return rowkey.ParseCounters(v)
}
