package rowkey_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// codec knows three named properties and makes a value of any content.
func codec() *rowkey.Codec {
	names := []mapi.Prop{mapi.NamedString(mapi.PSPublicStrings, "Keywords", 0), {Set: mapi.PSETIDCommon, ID: 0x8503},
		{Set: mapi.GUID{1, 2, 3}, ID: 7}}
	return &rowkey.Codec{
		ID: func(p mapi.Prop) uint16 {
			for i, known := range names {
				if p.Untyped() == known.Untyped() {
					return 0x8001 + uint16(i)
				}
			}
			return 0
		},
		Name: func(id uint16) (mapi.Prop, error) {
			if id < 0x8001 || int(id-0x8001) >= len(names) {
				return mapi.Prop{}, fmt.Errorf("%w: name 0x%04X", mapi.ErrCorruptData, id)
			}
			return names[id-0x8001].Untyped(), nil
		},
		Stream: func(_ mapi.Type, c rowkey.Content) mapi.Value { return pooled{c} },
	}
}

// pooled is a value that is kept in a pool.
type pooled struct{ rowkey.Content }

func refs(v mapi.Value) (rowkey.Content, bool) {
	p, ok := v.(pooled)
	return p.Content, ok
}

// someBag has a value of each kind of type.
func someBag() *mapi.Properties {
	bag := &mapi.Properties{}
	props.PidTagSubject.Set(bag, "giraffe Größe")
	props.PidTagImportance.Set(bag, mapi.ImportanceHigh)
	props.PidTagMessageDeliveryTime.Set(bag, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	props.PidTagConversationIndex.Set(bag, []byte{1, 2, 3})
	props.PidNameKeywords.Set(bag, []string{"red", "green"})
	props.PidLidReminderSet.Set(bag, true)
	for i, v := range []mapi.Value{int16(-2), int32(-3), float32(1.5), 2.5, mapi.Currency(10000), mapi.FloatingTime(2.25), true, int64(-1),
		mapi.GUID{9}, []int32{1, -1}, [][]byte{{1}, {}}, []time.Time{time.Unix(0, 0).UTC()}} {
		for _, t := range []mapi.Type{mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypFloating32, mapi.PtypFloating64,
			mapi.PtypCurrency, mapi.PtypFloatingTime, mapi.PtypBoolean, mapi.PtypInteger64, mapi.PtypGuid,
			mapi.PtypMultipleInteger32, mapi.PtypMultipleBinary, mapi.PtypMultipleTime} {
			if mapi.CheckValue(t, v) == nil {
				bag.Set(mapi.Prop{ID: 0x6000 + uint32(i), Type: t}, v)
			}
		}
	}
	bag.Set(mapi.NamedString(mapi.PSInternetHeaders, "x-zoo", mapi.PtypString), "header")
	return bag
}

func someBody(t testing.TB) []byte {
	m := &mapi.Message{Properties: *someBag()}
	m.Recipients = []*mapi.Recipient{{Properties: *someBag()}, {}}
	m.Attachments = []*mapi.Attachment{{Properties: *someBag(), Embedded: &mapi.Message{Properties: *someBag()}}, {}}
	data, err := codec().AppendBody(nil, rowkey.Body{Owner: 7, Message: m}, nil, refs)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// corrupt fails the test for an error that is not about the data.
func corrupt(t *testing.T, err error) {
	if !errors.Is(err, mapi.ErrCorruptData) {
		t.Fatalf("want corrupt data, got %v", err)
	}
}

// FuzzBody: what is parsed can be written, and that comes back the same.
func FuzzBody(f *testing.F) {
	f.Add(someBody(f))
	f.Add([]byte{0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		body, err := codec().ParseBody(in)
		if err != nil {
			corrupt(t, err)
			return
		}
		first, err := codec().AppendBody(nil, body, nil, refs)
		if err != nil {
			t.Fatal(err)
		}
		again, err := codec().ParseBody(first)
		if err != nil {
			t.Fatal(err)
		}
		second, err := codec().AppendBody(nil, again, nil, refs)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%x came back as %x, %v", first, second, err)
		}
	})
}

// FuzzRow is the same for rows and the bag in them. Reading only some properties
// finds the same values.
func FuzzRow(f *testing.F) {
	bag, err := codec().AppendBag(nil, someBag())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(rowkey.Row{Body: 1, Change: 2, ReadChange: 3, Flags: 1, Status: 4, Size: 5, Hidden: true, Overflow: true, Associated: true,
		Props: bag}.Append(nil))
	f.Add(rowkey.Row{}.Append(nil))
	f.Fuzz(func(t *testing.T, in []byte) {
		row, err := rowkey.ParseRow(in)
		if err != nil {
			corrupt(t, err)
			return
		}
		all, err := codec().ParseBag(row.Props)
		if err != nil {
			corrupt(t, err)
			return
		}
		for p, v := range all.All() {
			one, err := codec().PickBag(row.Props, rowkey.Select([]mapi.Prop{p}))
			if err != nil {
				t.Fatal(err)
			}
			if got := one.Get(p); !mapi.EqualValues(v, got) {
				t.Fatalf("%v: alone %v, among all %v", p, got, v)
			}
		}
		if row.Props, err = appendBag(&all); err != nil {
			t.Fatal(err)
		}
		first := row.Append(nil)
		again, err := rowkey.ParseRow(first)
		if err != nil || !bytes.Equal(first, again.Append(nil)) {
			t.Fatalf("%x came back as %+v, %v", first, again, err)
		}
	})
}

// appendBag writes a bag in which contents may stand.
func appendBag(bag *mapi.Properties) ([]byte, error) {
	b := binary.AppendUvarint(nil, uint64(bag.Len()))
	var err error
	for p, v := range bag.All() {
		if c, ok := refs(v); ok {
			b, err = codec().AppendProperty(b, p, c)
		} else {
			b, err = codec().AppendProperty(b, p, v)
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

func FuzzRestriction(f *testing.F) {
	subject, legs := props.PidTagSubject.Prop(), mapi.Prop{Set: mapi.GUID{1}, ID: 5, Type: mapi.PtypInteger32}
	for _, r := range []mapi.Restriction{nil,
		mapi.And(mapi.Contains(subject, "giraffe", mapi.Substring|mapi.IgnoreCase), mapi.Or(mapi.Equal(legs, int32(4)), mapi.Exists(subject))),
		mapi.Not(mapi.AnyBit(props.PidTagMessageFlags.Prop(), 1)), mapi.AnyRecipient(mapi.Equal(subject, "x")),
		&mapi.SizeRestriction{Op: mapi.GreaterThan, Prop: subject, Size: 3},
		&mapi.ComparePropsRestriction{Op: mapi.LessThan, Left: legs, Right: legs},
		&mapi.CommentRestriction{Props: []mapi.Property{{Prop: subject, Value: "c"}}, Of: mapi.Exists(legs)},
		&mapi.CountRestriction{Count: 3, Of: mapi.Exists(legs)}} {
		b, err := rowkey.AppendRestriction(nil, r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := rowkey.ParseRestriction(in)
		if err != nil {
			corrupt(t, err)
			return
		}
		first, err := rowkey.AppendRestriction(nil, r)
		if errors.Is(err, mapi.ErrTooComplex) {
			return // a value that does not fit its property: nobody writes it
		}
		if err != nil {
			t.Fatal(err)
		}
		again, err := rowkey.ParseRestriction(first)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := rowkey.AppendRestriction(nil, again); err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%x came back as %x, %v", first, second, err)
		}
		_, _ = mapi.Compile(r) // must not panic
	})
}

// FuzzRecords: all other records.
func FuzzRecords(f *testing.F) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, b := range [][]byte{
		rowkey.Store{Version: 1, ID: mapi.GUID{1}, NextSpace: 5}.Append(nil),
		rowkey.Mailbox{Space: 1, Pool: 2, Name: "ada", Tenant: "t", Locale: "de", Created: now, Deleted: true}.Append(nil),
		rowkey.Header{Next: 9, Change: 300, NextNamed: 0x8001, Size: -5, Props: []byte{0}}.Append(nil),
		rowkey.Folder{Parent: 1, Change: 2, Special: 3, Type: 1, Deleted: true, Props: []byte{0}}.Append(nil),
		rowkey.Counters{Content: 1, Unread: -1, CommitMax: 5}.Append(nil),
		rowkey.Change{Op: rowkey.OpMoved, Folder: 1, Object: 2, NewFolder: 3, NewObject: 4, Time: 5}.Append(nil),
		rowkey.AppendViews(nil, []rowkey.View{{Number: 1, Used: 2, Spec: []byte("spec")}}),
		rowkey.AppendDigests(nil, [][32]byte{{1}, {2}}),
		rowkey.AppendName(nil, mapi.Prop{Set: mapi.GUID{1}, ID: 5}),
		rowkey.AppendName(nil, mapi.NamedString(mapi.PSInternetHeaders, "x-zoo", 0)),
	} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		check(t, in, rowkey.ParseStore, func(v rowkey.Store) []byte { return v.Append(nil) })
		check(t, in, rowkey.ParseMailbox, func(v rowkey.Mailbox) []byte { return v.Append(nil) })
		check(t, in, rowkey.ParseHeader, func(v rowkey.Header) []byte { return v.Append(nil) })
		check(t, in, rowkey.ParseFolder, func(v rowkey.Folder) []byte { return v.Append(nil) })
		check(t, in, rowkey.ParseCounters, func(v rowkey.Counters) []byte { return v.Append(nil) })
		check(t, in, rowkey.ParseViews, func(v []rowkey.View) []byte { return rowkey.AppendViews(nil, v) })
		check(t, in, rowkey.ParseDigests, func(v [][32]byte) []byte { return rowkey.AppendDigests(nil, v) })
		check(t, in, rowkey.ParseName, func(v mapi.Prop) []byte { return rowkey.AppendName(nil, v) })
		if c, err := rowkey.ParseChange(in); err == nil && c.Op < 64 {
			check(t, in, rowkey.ParseChange, func(v rowkey.Change) []byte { return v.Append(nil) })
		}
		key := []byte("key")
		sealed := rowkey.Seal(key, bytes.Clone(in))
		if got, err := rowkey.Open(key, sealed); err != nil || !bytes.Equal(in, got) {
			t.Fatalf("sealed %x came back as %x, %v", in, got, err)
		}
		if _, err := rowkey.Open([]byte("other"), sealed); err == nil {
			t.Fatal("a record was taken from another place")
		}
		if _, err := rowkey.Open(key, in); err != nil {
			corrupt(t, err)
		}
	})
}

// check parses in; what can be parsed comes back the same when it is written.
func check[T any](t *testing.T, in []byte, parse func([]byte) (T, error), write func(T) []byte) {
	v, err := parse(in)
	if err != nil {
		corrupt(t, err)
		return
	}
	first := write(v)
	again, err := parse(first)
	if err != nil || !bytes.Equal(first, write(again)) {
		t.Fatalf("%x came back as %+v, %v", first, again, err)
	}
}
