package store

import (
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// A folderImage is a folder as one snapshot sees it, computed properties
// included.
type folderImage struct {
	box      *Mailbox
	reader   driver.Reader
	id       uint64
	depth    int32
	rec      rowkey.Folder
	counters rowkey.Counters
	props    mapi.Properties
	err      error // of a Get, which cannot return it
}

func (b *Mailbox) folderImage(r driver.Reader, id uint64) (*folderImage, error) {
	im := &folderImage{box: b, reader: r, id: id}
	var err error
	if im.rec, err = b.readFolder(r, id); err != nil {
		return nil, err
	}
	if im.counters, err = b.readCounters(r, id); err != nil {
		return nil, err
	}
	if im.props, err = b.codec.ParseBag(im.rec.Props); err != nil {
		return nil, err
	}
	if s := mapi.SpecialFolder(im.rec.Special); s == mapi.FolderInbox || s == mapi.FolderRoot {
		b.specialProperties(&im.props, false)
	}
	return im, nil
}

// Get implements mapi.Getter.
func (im *folderImage) Get(p mapi.Prop) mapi.Value {
	if v, ok := im.computed(p); ok {
		if p.Type == mapi.PtypUnspecified || mapi.CheckValue(p.Type, v) == nil {
			return v
		}
		return nil
	}
	return im.props.Get(p)
}

func (im *folderImage) computed(p mapi.Prop) (mapi.Value, bool) {
	if p.IsNamed() {
		return nil, false
	}
	b := im.box
	switch p.ID {
	case idContentCount:
		return clamp(im.counters.Content), true
	case idContentUnread:
		return clamp(im.counters.Unread), true
	case idAssocCount:
		return clamp(im.counters.Associated), true
	case idSubfolders:
		return im.counters.Subfolders > 0, true
	case idDeletedCount:
		return clamp(im.counters.DeletedTotal), true
	case idHierarchyChange:
		return clamp(im.counters.HierarchyChange), true
	case idCommitTimeMax:
		return mapi.FromFileTime(im.counters.CommitMax), true
	case idMessageSize:
		size := im.counters.Size + im.counters.AssocSize
		if p.Type == mapi.PtypInteger64 {
			return size, true
		}
		return clamp(size), true
	case idFolderType:
		return int32(im.rec.Type), true
	case idFolderFlags:
		return int32(im.flags()), true
	case idObjectType:
		return objectFolder, true
	case idDepth:
		return im.depth, true
	case idAccess:
		return int32(accessFolder), true
	case idEntryID, idRecordKey:
		return []byte(b.FolderEntryID(mapi.FolderID(im.id))), true
	case idFid:
		return int64(im.id), true
	}
	return b.identity(p.ID, im.id, im.rec.Parent, im.rec.Change)
}

// flags says whether users see the folder, and what it is (MS-OXCFOLD
// 2.2.2.2.1.5).
func (im *folderImage) flags() mapi.FolderFlags {
	kind := mapi.FolderFlagNormal
	if im.rec.Type == folderSearch {
		kind = mapi.FolderFlagSearch
	}
	top, _ := im.box.specialID(mapi.FolderIPMSubtree)
	for id, parent := im.id, im.rec.Parent; ; {
		if id == uint64(top) {
			return kind | mapi.FolderFlagIPM
		}
		if id == parent {
			return kind // the root
		}
		rec, err := im.box.readFolder(im.reader, parent)
		if err != nil {
			im.err = err
			return kind
		}
		id, parent = parent, rec.Parent
	}
}

func clamp(n int64) int32 { return int32(min(n, 1<<31-1)) }

// all returns every property of the folder.
func (im *folderImage) all() *mapi.Properties {
	bag := im.props.Clone()
	for _, p := range shownComputedFolder {
		if v, _ := im.computed(p); v != nil {
			bag.Set(p, v)
		}
	}
	return &bag
}

var shownComputedFolder = []mapi.Prop{
	{ID: idContentCount, Type: mapi.PtypInteger32},
	{ID: idContentUnread, Type: mapi.PtypInteger32},
	{ID: idAssocCount, Type: mapi.PtypInteger32},
	{ID: idSubfolders, Type: mapi.PtypBoolean},
	{ID: idDeletedCount, Type: mapi.PtypInteger32},
	{ID: idHierarchyChange, Type: mapi.PtypInteger32},
	{ID: idCommitTimeMax, Type: mapi.PtypTime},
	{ID: idMessageSize, Type: mapi.PtypInteger64},
	{ID: idFolderType, Type: mapi.PtypInteger32},
	{ID: idFolderFlags, Type: mapi.PtypInteger32},
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
	{ID: idFid, Type: mapi.PtypInteger64},
	{ID: idParentFid, Type: mapi.PtypInteger64},
}
