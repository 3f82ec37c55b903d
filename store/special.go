package store

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

const (
	privateMailbox byte = 0
	publicMailbox  byte = 1
)

// specialFolder describes a special folder: where it is, what it holds, and
// where its entry id can be read (MS-OXOSFLD 2.2, MS-OXCSTOR 2.1.5).
type specialFolder struct {
	folder  mapi.SpecialFolder
	parent  mapi.SpecialFolder
	class   string
	hidden  bool
	onStore mapi.Prop // its entry id on the message store object
	onInbox mapi.Prop // its entry id on the Inbox and the root
	ren     int       // 1 + place in PidTagAdditionalRenEntryIds on the Inbox and the root
	persist uint16    // its PersistID in PidTagAdditionalRenEntryIdsEx
}

func binaryTag(id uint32) mapi.Prop { return mapi.Prop{ID: id, Type: mapi.PtypBinary} }

// The folders in the order in which they are made. Search folders among them are
// generic folders until search folders are set up by a client.
func specialFolders(kind byte) []specialFolder {
	if kind == publicMailbox {
		return []specialFolder{
			{folder: mapi.FolderRoot},
			{folder: mapi.FolderIPMSubtree, parent: mapi.FolderRoot, onStore: binaryTag(0x35E0)},
			{folder: mapi.FolderNonIPMSubtree, parent: mapi.FolderRoot, hidden: true, onStore: binaryTag(0x6620)},
			{folder: mapi.FolderEFormsRegistry, parent: mapi.FolderNonIPMSubtree, hidden: true, onStore: binaryTag(0x6621)},
			{folder: mapi.FolderPublicFreeBusy, parent: mapi.FolderNonIPMSubtree, hidden: true, onStore: binaryTag(0x6622)},
			{folder: mapi.FolderOfflineAddressBook, parent: mapi.FolderNonIPMSubtree, hidden: true, onStore: binaryTag(0x6623)},
		}
	}
	ipm, root := mapi.FolderIPMSubtree, mapi.FolderRoot
	return []specialFolder{
		{folder: mapi.FolderRoot},
		{folder: mapi.FolderIPMSubtree, parent: root, onStore: binaryTag(0x35E0)},
		{folder: mapi.FolderInbox, parent: ipm, class: "IPF.Note"},
		{folder: mapi.FolderOutbox, parent: ipm, class: "IPF.Note", onStore: binaryTag(0x35E2)},
		{folder: mapi.FolderSentItems, parent: ipm, class: "IPF.Note", onStore: binaryTag(0x35E4)},
		{folder: mapi.FolderDeletedItems, parent: ipm, class: "IPF.Note", onStore: binaryTag(0x35E3)},
		{folder: mapi.FolderDrafts, parent: ipm, class: "IPF.Note", onInbox: binaryTag(0x36D7)},
		{folder: mapi.FolderCalendar, parent: ipm, class: "IPF.Appointment", onInbox: binaryTag(0x36D0)},
		{folder: mapi.FolderContacts, parent: ipm, class: "IPF.Contact", onInbox: binaryTag(0x36D1)},
		{folder: mapi.FolderJournal, parent: ipm, class: "IPF.Journal", onInbox: binaryTag(0x36D2)},
		{folder: mapi.FolderNotes, parent: ipm, class: "IPF.StickyNote", onInbox: binaryTag(0x36D3)},
		{folder: mapi.FolderTasks, parent: ipm, class: "IPF.Task", onInbox: binaryTag(0x36D4)},
		{folder: mapi.FolderJunk, parent: ipm, class: "IPF.Note", ren: 5},
		{folder: mapi.FolderSyncIssues, parent: ipm, class: "IPF.Note", ren: 2},
		{folder: mapi.FolderConflicts, parent: mapi.FolderSyncIssues, class: "IPF.Note", ren: 1},
		{folder: mapi.FolderLocalFailures, parent: mapi.FolderSyncIssues, class: "IPF.Note", ren: 3},
		{folder: mapi.FolderServerFailures, parent: mapi.FolderSyncIssues, class: "IPF.Note", ren: 4},
		{folder: mapi.FolderRSSFeeds, parent: ipm, class: "IPF.Note.OutlookHomepage", persist: 0x8001},
		{folder: mapi.FolderConversationActions, parent: ipm, class: "IPF.Configuration", hidden: true, persist: 0x8006},
		{folder: mapi.FolderQuickSteps, parent: ipm, class: "IPF.Configuration", hidden: true, persist: 0x8007},
		{folder: mapi.FolderSuggestedContacts, parent: ipm, class: "IPF.Contact", persist: 0x8008},
		{folder: mapi.FolderArchive, parent: ipm, class: "IPF.Note", onStore: binaryTag(0x35FF)},
		{folder: mapi.FolderDeferredAction, parent: root},
		{folder: mapi.FolderSpoolerQueue, parent: root},
		{folder: mapi.FolderCommonViews, parent: root, onStore: binaryTag(0x35E6)},
		{folder: mapi.FolderSchedule, parent: root, onStore: binaryTag(0x661E)},
		{folder: mapi.FolderFinder, parent: root, onStore: binaryTag(0x35E7)},
		{folder: mapi.FolderViews, parent: root, onStore: binaryTag(0x35E5)},
		{folder: mapi.FolderShortcuts, parent: root, onStore: binaryTag(0x6630)},
		{folder: mapi.FolderFreeBusyData, parent: root},
	}
}

// createSpecialFolders fills a new mailbox. It begins by removing what an
// earlier attempt that crashed has left.
func (b *Mailbox) createSpecialFolders(ctx context.Context, opts *MailboxOptions) error {
	prefix := b.space.Prefix()
	return b.update(ctx, false, func(t *txn) error {
		if err := t.DeleteRange(prefix, rowkey.After(prefix)); err != nil {
			return err
		}
		none, err := t.codec().AppendBag(nil, &mapi.Properties{})
		if err != nil {
			return err
		}
		t.header = rowkey.Header{Next: 1, NextNamed: firstNamed, Props: none}
		ids := map[mapi.SpecialFolder]uint64{}
		for _, sf := range specialFolders(b.info.Kind) {
			var bag mapi.Properties
			name := ""
			if opts.FolderName != nil {
				name = opts.FolderName(sf.folder)
			}
			if name == "" {
				name = SpecialFolderName(sf.folder, opts.Locale)
			}
			props.PidTagDisplayName.Set(&bag, name)
			if sf.class != "" {
				props.PidTagContainerClass.Set(&bag, sf.class)
			}
			if sf.hidden {
				props.PidTagAttributeHidden.Set(&bag, true)
			}
			id, err := t.createFolder(ids[sf.parent], bag, folderKind(sf.folder), sf.folder)
			if err != nil {
				return fmt.Errorf("special folder %v: %w", sf.folder, err)
			}
			ids[sf.folder] = id
		}
		t.events = nil // nobody can have subscribed
		return nil
	})
}

const (
	folderRoot    byte = 0
	folderGeneric byte = 1
	folderSearch  byte = 2
)

func folderKind(f mapi.SpecialFolder) byte {
	if f == mapi.FolderRoot {
		return folderRoot
	}
	return folderGeneric
}

// SpecialFolder returns the folder of a purpose. It reports mapi.ErrNotFound
// when this kind of mailbox has none.
func (b *Mailbox) SpecialFolder(ctx context.Context, f mapi.SpecialFolder) (*Folder, error) {
	id, ok := b.specialID(f)
	if !ok {
		return nil, fail("store.Mailbox.SpecialFolder", fmt.Errorf("%w: no %v folder", mapi.ErrNotFound, f))
	}
	return b.OpenFolder(ctx, id)
}

// Root returns the folder above all others.
func (b *Mailbox) Root(ctx context.Context) (*Folder, error) {
	return b.SpecialFolder(ctx, mapi.FolderRoot)
}

// specialID is the id of a special folder. They are made first and in one order,
// so their ids count from 1.
func (b *Mailbox) specialID(f mapi.SpecialFolder) (mapi.FolderID, bool) {
	for i, sf := range specialFolders(b.info.Kind) {
		if sf.folder == f {
			return mapi.FolderID(i + 1), true
		}
	}
	return 0, false
}

// specialProperties adds the entry ids of special folders to the properties of
// the store object, or of the Inbox and the root (MS-OXOSFLD 2.2).
func (b *Mailbox) specialProperties(bag *mapi.Properties, onStore bool) {
	ren := make([][]byte, 5)
	for _, sf := range specialFolders(b.info.Kind) {
		id, _ := b.specialID(sf.folder)
		eid := []byte(b.FolderEntryID(id))
		switch {
		case onStore && sf.onStore.ID != 0:
			bag.Set(sf.onStore, eid)
		case !onStore && sf.onInbox.ID != 0:
			bag.Set(sf.onInbox, eid)
		case !onStore && sf.ren > 0:
			ren[sf.ren-1] = eid
		}
	}
	if more := props.PidTagAdditionalRenEntryIdsEx; b.info.Kind == privateMailbox && !more.Has(bag) {
		more.Set(bag, b.persistData())
	}
	if !onStore && b.info.Kind == privateMailbox {
		bag.Set(mapi.Prop{ID: 0x36D8, Type: mapi.PtypMultipleBinary}, ren) // PidTagAdditionalRenEntryIds
	}
	if onStore {
		valid := int32(0xFF)
		if b.info.Kind == publicMailbox {
			valid = 1 // the IPM subtree
		}
		bag.Set(mapi.Prop{ID: 0x35DF, Type: mapi.PtypInteger32}, valid) // PidTagValidFolderMask
	}
}

// persistData is PidTagAdditionalRenEntryIdsEx until a client writes its own: a
// block for each folder, with its entry id as the only element, and an empty block
// at the end (MS-OXOSFLD 2.2.5).
func (b *Mailbox) persistData() []byte {
	const elementEntryID = 1 // RSF_ELID_ENTRYID
	var data []byte
	for _, sf := range specialFolders(b.info.Kind) {
		if sf.persist == 0 {
			continue
		}
		id, _ := b.specialID(sf.folder)
		eid := b.FolderEntryID(id)
		data = binary.LittleEndian.AppendUint16(data, sf.persist)
		data = binary.LittleEndian.AppendUint16(data, uint16(4+len(eid)))
		data = binary.LittleEndian.AppendUint16(data, elementEntryID)
		data = binary.LittleEndian.AppendUint16(data, uint16(len(eid)))
		data = append(data, eid...)
	}
	return append(data, 0, 0, 0, 0)
}
