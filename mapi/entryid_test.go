package mapi_test

import (
	"bytes"

	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
)

var (
	box     = mapi.GUID{1: 0xB0, 15: 1}
	replica = mapi.GUID{2: 0xEE, 15: 2}
)

func folderID(n uint64) mapi.FolderEntryID {
	return mapi.FolderEntryID{Provider: box, Type: mapi.PrivateFolder, Folder: mapi.GlobalID{Replica: replica, Counter: n}}
}

func messageID(folder, n uint64) mapi.MessageEntryID {
	return mapi.MessageEntryID{Provider: box, Type: mapi.PrivateMessage,
		Folder: mapi.GlobalID{Replica: replica, Counter: folder}, Message: mapi.GlobalID{Replica: replica, Counter: n}}
}

func TestEntryIDsReadBack(t *testing.T) {
	t.Run("folder", func(t *testing.T) {
		want := folderID(mapi.MaxCounter)
		b := want.EntryID()
		assert.Len(t, b, 46)
		assert.Equal(t, mapi.KindFolder, b.Kind())
		assert.Equal(t, box, b.Provider())
		got, err := mapi.ParseFolderEntryID(b)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
	t.Run("message", func(t *testing.T) {
		want := messageID(5, 0x0102030405)
		b := want.EntryID()
		assert.Len(t, b, 70)
		assert.Equal(t, mapi.KindMessage, b.Kind())
		got, err := mapi.ParseMessageEntryID(b)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
	for name, want := range map[string]mapi.OneOffEntryID{
		"one-off":                         mapi.NewOneOff("Ada Löveläce 🦓", "SMTP", "ada@example.org"),
		"one-off in 8-bit":                {Flags: mapi.OneOffNoLookup, DisplayName: "Ada", AddressType: "SMTP", Address: "ada@example.org"},
		"one-off without anything":        {Flags: mapi.OneOffUnicode},
		"one-off without anything, 8-bit": {},
	} {
		t.Run(name, func(t *testing.T) {
			b := want.EntryID()
			assert.Equal(t, mapi.KindOneOff, b.Kind())
			got, err := mapi.ParseOneOffEntryID(b, nil)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
	t.Run("address book", func(t *testing.T) {
		want := mapi.AddressBookEntryID{Type: mapi.DisplayDistributionList, DN: "/o=Zoo/ou=Exchange/cn=Recipients/cn=ada"}
		b := want.EntryID()
		assert.Equal(t, mapi.KindAddressBook, b.Kind())
		got, err := mapi.ParseAddressBookEntryID(b)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
}

func TestEntryIDBytes(t *testing.T) {
	assert.Equal(t, "00000000"+"00B00000000000000000000000000001"+"0100"+"0000EE00000000000000000000000002"+"00000000000C"+"0000",
		folderID(12).EntryID().String())
	assert.Equal(t, "00000000"+"812B1FA4BEA310199D6E00DD010F5402"+"0000"+"0180"+"410000005300000061000000",
		mapi.NewOneOff("A", "S", "a").EntryID().String())
	assert.Equal(t, "00000000"+"DCA740C8C042101AB4B908002B2FE182"+"01000000"+"00000000"+"2F6F00",
		mapi.AddressBookEntryID{DN: "/o"}.EntryID().String())
	assert.Equal(t, mapi.NewOneOff("Ada", "SMTP", "a").EntryID(), mapi.NewOneOff("Ada\x00x", "SMTP", "a\x00b").EntryID(), "texts end at NUL")
}

func TestMalformedEntryIDs(t *testing.T) {
	folder, message := folderID(1).EntryID(), messageID(1, 2).EntryID()
	oneOff, address := mapi.NewOneOff("A", "SMTP", "a@b").EntryID(), mapi.AddressBookEntryID{DN: "/o=x"}.EntryID()
	folderType := bytes.Clone(folder)
	folderType[20] = 0x07
	version := bytes.Clone(oneOff)
	version[20] = 1
	addressVersion := bytes.Clone(address)
	addressVersion[20] = 9
	for name, b := range map[string][]byte{
		"nothing": nil, "flags only": {0, 0, 0, 0}, "no provider": make([]byte, 46), "a folder cut off": folder[:45],
		"a folder with more": append(bytes.Clone(folder), 0), "a folder of a message's type": folderType, "a message cut off": message[:69],
		"a one-off cut off": oneOff[:len(oneOff)-1], "a one-off without texts": oneOff[:24], "a one-off's header": oneOff[:22],
		"a one-off of another version": version, "an address without end": address[:len(address)-1], "an address's header": address[:27],
		"an address of another version": addressVersion,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mapi.ParseFolderEntryID(b)
			assert.ErrorIs(t, err, mapi.ErrInvalidEntryID)
			_, err = mapi.ParseMessageEntryID(b)
			assert.ErrorIs(t, err, mapi.ErrInvalidEntryID)
			_, err = mapi.ParseOneOffEntryID(b, nil)
			assert.ErrorIs(t, err, mapi.ErrInvalidEntryID)
			_, err = mapi.ParseAddressBookEntryID(b)
			assert.ErrorIs(t, err, mapi.ErrInvalidEntryID)
		})
	}
}

func TestOneOffText(t *testing.T) {
	o := mapi.OneOffEntryID{DisplayName: "Gr\xf6\xdfe", AddressType: "SMTP", Address: "g@example.org"}
	got, err := mapi.ParseOneOffEntryID(o.EntryID(), nil)
	require.NoError(t, err)
	assert.Equal(t, "Größe", got.DisplayName, "what is no UTF-8 is windows-1252")
	got, err = mapi.ParseOneOffEntryID(o.EntryID(), func(b []byte) (string, error) { return "decoded", nil })
	require.NoError(t, err)
	assert.Equal(t, "decoded", got.Address, "the given function decodes")
	_, err = mapi.ParseOneOffEntryID(o.EntryID(), func(b []byte) (string, error) { return "", errBadStream })
	assert.ErrorIs(t, err, mapi.ErrInvalidEntryID)
	assert.ErrorIs(t, err, errBadStream)
}

func TestCompareEntryIDs(t *testing.T) {
	flagged := bytes.Clone(folderID(1).EntryID())
	flagged[0], flagged[45] = 0x80, 7
	foreign := append([]byte{0, 0, 0, 0}, bytes.Repeat([]byte{9}, 20)...)
	pub := messageID(1, 2)
	pub.Type = mapi.PublicMessage
	for _, c := range []struct {
		name string
		a, b []byte
		want bool
	}{
		{"a folder is itself", folderID(1).EntryID(), folderID(1).EntryID(), true},
		{"another folder", folderID(1).EntryID(), folderID(2).EntryID(), false},
		{"flags and padding do not matter", folderID(1).EntryID(), flagged, true},
		{"a folder is no message", folderID(1).EntryID(), messageID(1, 1).EntryID(), false},
		{"a message seen in another folder", messageID(1, 2).EntryID(), messageID(9, 2).EntryID(), true},
		{"another message", messageID(1, 2).EntryID(), messageID(1, 3).EntryID(), false},
		{"a public message", messageID(1, 2).EntryID(), pub.EntryID(), false},
		{"one-offs by address", mapi.NewOneOff("Ada", "SMTP", "ada@example.org").EntryID(), mapi.OneOffEntryID{DisplayName: "A. L.", AddressType: "smtp", Address: "ADA@example.org"}.EntryID(), true},
		{"one-offs of another address", mapi.NewOneOff("Ada", "SMTP", "ada@example.org").EntryID(), mapi.NewOneOff("Ada", "SMTP", "ada@example.com").EntryID(), false},
		{"one-offs of another address type", mapi.NewOneOff("Ada", "SMTP", "1").EntryID(), mapi.NewOneOff("Ada", "FAX", "1").EntryID(), false},
		{"distinguished names without case", mapi.AddressBookEntryID{DN: "/o=ZOO"}.EntryID(), mapi.AddressBookEntryID{DN: "/O=zoo"}.EntryID(), true},
		{"other distinguished names", mapi.AddressBookEntryID{DN: "/o=zoo"}.EntryID(), mapi.AddressBookEntryID{DN: "/o=park"}.EntryID(), false},
		{"unknown forms by their bytes", foreign, bytes.Clone(foreign), true},
		{"unknown forms that differ", foreign, append(bytes.Clone(foreign), 0), false},
		{"nothing equals nothing", nil, nil, false},
		{"malformed ones equal nothing", mapi.NewOneOff("", "", "").EntryID()[:25], mapi.NewOneOff("", "", "").EntryID()[:25], false},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, mapi.CompareEntryIDs(c.a, c.b))
			assert.Equal(t, c.want, mapi.CompareEntryIDs(c.b, c.a))
		})
	}
}

func TestKeys(t *testing.T) {
	id := mapi.GlobalID{Replica: replica, Counter: 0x0102}
	t.Run("ICS-006 a source key is the 22 bytes of the id", func(t *testing.T) {
		k := id.SourceKey()
		assert.Len(t, k, 22)
		assert.Equal(t, []byte{0, 0, 0, 0, 1, 2}, []byte(k[16:]), "the counter begins with its most significant byte")
		got, ok := k.GlobalID()
		assert.True(t, ok)
		assert.Equal(t, id, got)
	})
	t.Run("ICS-006 an imported source key is opaque", func(t *testing.T) {
		_, ok := mapi.SourceKey("imported").GlobalID()
		assert.False(t, ok)
		_, ok = mapi.SourceKey(nil).GlobalID()
		assert.False(t, ok)
	})
	t.Run("ICS-008 a change key is an XID", func(t *testing.T) {
		x, err := id.ChangeKey().XID()
		require.NoError(t, err)
		assert.Equal(t, id.XID(), x)
		assert.Equal(t, []byte(id.ChangeKey()), x.Bytes())
		assert.Equal(t, x.Namespace.String()+":000000000102", x.String())
	})
	t.Run("change keys of other sizes read back", func(t *testing.T) {
		for n := range 40 {
			b := bytes.Repeat([]byte{0xFE}, n)
			x, err := mapi.ChangeKey(b).XID()
			if n < 17 || n > 24 {
				assert.ErrorIs(t, err, mapi.ErrCorruptData)
				continue
			}
			require.NoError(t, err)
			assert.Equal(t, b, x.Bytes())
		}
	})
	t.Run("search keys are upper-case with a NUL", func(t *testing.T) {
		assert.Equal(t, []byte("SMTP:ADA@EXAMPLE.ORG\x00"), mapi.SearchKey("smtp", "Ada@example.org"))
		assert.Nil(t, mapi.SearchKey("SMTP", ""))
		assert.Equal(t, []byte("xSMTP:A@B\x00"), mapi.AppendSearchKey([]byte("x"), "SMTP", "a@b"))
		assert.Equal(t, []byte("x"), mapi.AppendSearchKey([]byte("x"), "SMTP", ""))
	})
	t.Run("both forms of a domain have one search key", func(t *testing.T) {
		for _, spellings := range [][]string{
			{"ada@bücher.example", "ADA@BÜCHER.example", "Ada@xn--bcher-kva.EXAMPLE", "ada@bu\u0308cher.example"},
			{"ädä@zoo.example", "ÄDÄ@ZOO.EXAMPLE"},
			{"ada@[IPv6:::1]", "ADA@[ipv6:::1]"},
			{"ada@faß.example", "ada@xn--fa-hia.example"},
		} {
			for _, s := range spellings {
				assert.Equal(t, mapi.SearchKey("SMTP", spellings[0]), mapi.SearchKey("smtp", s), s)
			}
		}
		for _, different := range [][2]string{{"a@bücher.example", "a@bucher.example"}, {"ädä@zoo.example", "ada@zoo.example"}, {"a@faß.example", "a@fass.example"}} {
			assert.NotEqual(t, mapi.SearchKey("SMTP", different[0]), mapi.SearchKey("SMTP", different[1]))
		}
		assert.Equal(t, []byte("EX:/O=BÜCHER/CN=A@BÜCHER\x00"), mapi.SearchKey("EX", "/o=Bücher/cn=a@bücher"), "a name of another type is no domain")
		assert.Equal(t, []byte("SMTP:A@\uFFFD\x00"), mapi.SearchKey("SMTP", "a@\uFFFD"), "what is no domain stays")
		assert.Equal(t, []byte("SMTP:Ü\x00"), mapi.SearchKey("SMTP", "ü"))
	})
}

func TestPCL(t *testing.T) {
	a, b, c := mapi.GUID{0: 1}, mapi.GUID{0: 2}, mapi.GUID{0: 3}
	x := func(g mapi.GUID, n uint64) mapi.XID { return mapi.XID{Namespace: g, Counter: n, Size: 6} }

	t.Run("ICS-009 it is sorted with one entry for each namespace", func(t *testing.T) {
		p := mapi.MakePCL(x(c, 1), x(a, 5), x(b, 2), x(a, 7), x(a, 6))
		assert.Equal(t, mapi.PCL{x(a, 7), x(b, 2), x(c, 1)}, p)
		got, err := mapi.ParsePCL(p.Bytes())
		require.NoError(t, err)
		assert.Equal(t, p, got)
		assert.Len(t, p.Bytes(), 3*23)
		assert.EqualValues(t, 22, p.Bytes()[0], "each entry begins with its size")
	})
	t.Run("ICS-009 any order is read", func(t *testing.T) {
		p := mapi.PCL{x(c, 1), x(a, 5), x(a, 7)}
		got, err := mapi.ParsePCL(p.Bytes())
		require.NoError(t, err)
		assert.Equal(t, mapi.MakePCL(p...), got)
	})
	t.Run("nothing is an empty list", func(t *testing.T) {
		p, err := mapi.ParsePCL(nil)
		require.NoError(t, err)
		assert.Empty(t, p)
		assert.Equal(t, []byte{}, p.Bytes())
	})
	t.Run("ICS-010 a change is merged", func(t *testing.T) {
		p := mapi.MakePCL(x(a, 1))
		assert.Equal(t, mapi.PCL{x(a, 2)}, p.With(x(a, 2)))
		assert.Equal(t, mapi.PCL{x(a, 1), x(b, 1)}, p.With(x(b, 1)))
		assert.Equal(t, mapi.PCL{x(a, 1)}, p, "the list itself stays")
	})
	t.Run("ICS-067 merging takes the highest of each", func(t *testing.T) {
		assert.Equal(t, mapi.PCL{x(a, 3), x(b, 5), x(c, 1)}, mapi.MakePCL(x(a, 3), x(b, 2)).Merge(mapi.MakePCL(x(b, 5), x(c, 1))))
	})
	t.Run("counters compare as numbers, whatever their size", func(t *testing.T) {
		short, long := mapi.XID{Namespace: a, Counter: 9, Size: 4}, mapi.XID{Namespace: a, Counter: 10, Size: 6}
		assert.True(t, mapi.MakePCL(long).Has(short))
		assert.False(t, mapi.MakePCL(short).Has(long))
	})
	for _, c := range []struct {
		name            string
		local, incoming mapi.PCL
		want            mapi.Verdict
	}{
		{"ICS-062 a newer change is accepted", mapi.MakePCL(x(a, 1)), mapi.MakePCL(x(a, 2)), mapi.AcceptChange},
		{"ICS-062 one that has seen ours is accepted", mapi.MakePCL(x(a, 1)), mapi.MakePCL(x(a, 1), x(b, 1)), mapi.AcceptChange},
		{"ICS-062 an older change is ignored", mapi.MakePCL(x(a, 2)), mapi.MakePCL(x(a, 1)), mapi.IgnoreChange},
		{"ICS-062 the same change is ignored", mapi.MakePCL(x(a, 2)), mapi.MakePCL(x(a, 2)), mapi.IgnoreChange},
		{"ICS-062 changes apart conflict", mapi.MakePCL(x(a, 2), x(b, 1)), mapi.MakePCL(x(a, 1), x(b, 2)), mapi.ChangeConflict},
		{"ICS-062 strangers conflict", mapi.MakePCL(x(a, 1)), mapi.MakePCL(x(b, 1)), mapi.ChangeConflict},
		{"ICS-062 anything is newer than nothing", nil, mapi.MakePCL(x(a, 1)), mapi.AcceptChange},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, c.local.Judge(c.incoming))
			if c.want == mapi.ChangeConflict {
				merged := c.local.Merge(c.incoming)
				assert.Equal(t, mapi.AcceptChange, c.local.Judge(merged), "merging ends the conflict")
				assert.Equal(t, mapi.AcceptChange, c.incoming.Judge(merged), "on both sides")
			}
		})
	}
	for name, b := range map[string][]byte{
		"ICS-093 an entry is cut off": {22, 1, 2, 3}, "ICS-093 an entry is too short": append([]byte{16}, make([]byte, 16)...),
		"ICS-093 an entry is too long": append([]byte{25}, make([]byte, 25)...), "ICS-093 an entry is empty": {0},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mapi.ParsePCL(b)
			assert.ErrorIs(t, err, mapi.ErrCorruptData)
		})
	}
	assert.Equal(t, "accept ignore conflict Verdict(9)", mapi.AcceptChange.String()+" "+mapi.IgnoreChange.String()+" "+mapi.ChangeConflict.String()+" "+mapi.Verdict(9).String())
}

func TestFlatEntryList(t *testing.T) {
	ids := []mapi.EntryID{{1}, {1, 2, 3, 4}, {}, {1, 2, 3, 4, 5, 6}}
	b := mapi.FlatEntryList(ids)
	assert.Equal(t, []byte{4, 0, 0, 0, 32, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}, b[:16], "entries are filled up to four bytes")
	got, err := mapi.ParseFlatEntryList(b)
	require.NoError(t, err)
	assert.Equal(t, ids, got)
	got, err = mapi.ParseFlatEntryList(b[:len(b)-2])
	require.NoError(t, err, "the last entry need not be filled up")
	assert.Equal(t, ids, got)
	got, err = mapi.ParseFlatEntryList(append(bytes.Clone(b), 1, 2, 3))
	require.NoError(t, err, "what follows the list is not of it")
	assert.Equal(t, ids, got)

	got, err = mapi.ParseFlatEntryList(b[:len(b)-3])
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
	assert.Equal(t, ids[:3], got, "entries before the damage are returned")
	for _, b := range [][]byte{nil, b[:7], b[:8], {255, 255, 255, 255, 255, 0, 0, 0}} {
		_, err := mapi.ParseFlatEntryList(b)
		assert.ErrorIs(t, err, mapi.ErrCorruptData)
	}
}

func FuzzEntryIDs(f *testing.F) {
	f.Add([]byte(folderID(1).EntryID()))
	f.Add([]byte(messageID(1, 2).EntryID()))
	f.Add([]byte(mapi.NewOneOff("A", "SMTP", "a@b").EntryID()))
	f.Add([]byte(mapi.AddressBookEntryID{DN: "/o=x"}.EntryID()))
	f.Add(mapi.MakePCL(mapi.XID{Namespace: box, Counter: 1, Size: 6}).Bytes())
	f.Add(mapi.FlatEntryList([]mapi.EntryID{{1, 2}, {3}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = mapi.CompareEntryIDs(b, b)
		if v, err := mapi.ParseFolderEntryID(b); err == nil {
			again, err := mapi.ParseFolderEntryID(v.EntryID())
			require.NoError(t, err)
			require.Equal(t, v, again)
		}
		if v, err := mapi.ParseMessageEntryID(b); err == nil {
			again, err := mapi.ParseMessageEntryID(v.EntryID())
			require.NoError(t, err)
			require.Equal(t, v, again)
		}
		if v, err := mapi.ParseOneOffEntryID(b, nil); err == nil {
			again, err := mapi.ParseOneOffEntryID(v.EntryID(), nil)
			require.NoError(t, err)
			require.Equal(t, v, again)
			require.True(t, mapi.CompareEntryIDs(b, v.EntryID()))
		}
		if v, err := mapi.ParseAddressBookEntryID(b); err == nil {
			again, err := mapi.ParseAddressBookEntryID(v.EntryID())
			require.NoError(t, err)
			require.Equal(t, v, again)
		}
		if v, err := mapi.ParsePCL(b); err == nil {
			again, err := mapi.ParsePCL(v.Bytes())
			require.NoError(t, err)
			require.Equal(t, v, again)
			require.Equal(t, mapi.IgnoreChange, v.Judge(again))
		}
		if v, err := mapi.ParseFlatEntryList(b); err == nil {
			again, err := mapi.ParseFlatEntryList(mapi.FlatEntryList(v))
			require.NoError(t, err)
			require.Equal(t, v, again)
		}
	})
}
