package mapi_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
)

// A message is built by hand, asked for its properties and matched with a
// condition.
func Example() {
	tagSubject := mapi.Tagged(0x0037001F)
	tagFlags := mapi.Tagged(0x0E070003)

	msg := &mapi.Message{}
	msg.Set(tagSubject, "The giraffe's closest living relative")
	msg.Set(tagFlags, int32(0))

	unread := mapi.NoBit(tagFlags, 1)
	about := mapi.Contains(tagSubject, "GIRAFFE", mapi.Substring|mapi.IgnoreCase)
	ok, err := mapi.Match(mapi.And(unread, about), msg)
	fmt.Println(ok, err)
	// Output: true <nil>
}

func ExampleMatch_rows() {
	address := mapi.Tagged(0x39FE001F)
	msg := &mapi.Message{Recipients: []*mapi.Recipient{{}, {}}}
	msg.Recipients[1].Set(address, "ada@example.org")

	ok, _ := mapi.Match(mapi.AnyRecipient(mapi.Equal(address, "Ada@Example.org")), msg)
	fmt.Println(ok)
	// Output: true
}

func ExampleCompare() {
	words := []mapi.Value{"zebra", "Éland", nil, "okapi", "Eland", "OKAPI"}
	slices.SortStableFunc(words, func(a, b mapi.Value) int { return mapi.Compare(mapi.PtypString, a, b) })
	fmt.Println(words...)
	// Output: <nil> Eland Éland okapi OKAPI zebra
}

// Keys of several values form the key of a tuple.
func ExampleAppendSortKey() {
	key := func(name string, size int32) []byte {
		k := mapi.AppendSortKey(nil, mapi.PtypString, name, false, 0)
		return mapi.AppendSortKey(k, mapi.PtypInteger32, size, true, 0)
	}
	fmt.Println(bytes.Compare(key("Okapi", 1), key("okapi", 5)))
	// Output: 1
}

func ExampleFormatRestriction() {
	r := mapi.Not(mapi.Equal(mapi.Tagged(0x0037001F), "spam"))
	fmt.Println(mapi.FormatRestriction(r, func(mapi.Prop) string { return "PidTagSubject" }))
	// Output: not PidTagSubject = "spam"
}

func ExampleError() {
	err := error(&mapi.Error{Op: "store.Folder.Open", Code: mapi.ErrNotFound})
	fmt.Println(err)
	fmt.Println(errors.Is(err, mapi.ErrNotFound), errors.Is(err, fs.ErrNotExist))
	// Output:
	// store.Folder.Open: not found (0x8004010F)
	// true true
}

func ExampleNewOneOff() {
	id := mapi.NewOneOff("Ada", "SMTP", "ada@example.org").EntryID()
	who, err := mapi.ParseOneOffEntryID(id, nil)
	fmt.Println(who.DisplayName, who.AddressType, who.Address, err)
	// Output: Ada SMTP ada@example.org <nil>
}

func ExamplePCL_Judge() {
	here, there := mapi.GUID{1}, mapi.GUID{2}
	change := func(g mapi.GUID, n uint64) mapi.XID { return mapi.GlobalID{Replica: g, Counter: n}.XID() }

	local := mapi.MakePCL(change(here, 7))
	fmt.Println(local.Judge(local.With(change(there, 1))))
	fmt.Println(local.Judge(mapi.MakePCL(change(there, 1))))
	// Output:
	// accept
	// conflict
}

func ExampleParseGUID() {
	g, err := mapi.ParseGUID("{00062008-0000-0000-C000-000000000046}")
	fmt.Println(g == mapi.PSETIDCommon, err)
	// Output: true <nil>
}
