package wire_test

import (
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/wire"
)

func Example() {
	unread := mapi.NoBit(mapi.Tagged(0x0E070003), 1)
	b, err := wire.AppendRestriction(nil, unread, nil)
	fmt.Printf("%x %v\n", b, err)

	r, err := wire.DecodeRestriction(b, nil)
	fmt.Println(r, err)
	// Output:
	// 06000300070e01000000 <nil>
	// (0x0E070003 & 0x1) = 0 <nil>
}

func ExampleIDSet() {
	replica := mapi.GUID{1}
	var s wire.IDSet
	s.AddRange(replica, 1, 100)
	s.AddRange(replica, 101, 200)
	fmt.Println(&s, len(s.Bytes()))
	// Output: 00000001-0000-0000-0000-000000000000:1-C8 27
}
