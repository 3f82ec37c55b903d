package vcard_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/okapi-mail/okapi/ical/vcard"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

const ada = `BEGIN:VCARD
VERSION:3.0
N:Lovelace;Ada;;;
FN:Ada Lovelace
TEL;TYPE=CELL:+44 1
EMAIL;TYPE=HOME:ada@example.org
X-SOCIALPROFILE;TYPE=zoo:http://zoo.example/ada
END:VCARD
`

// A contact that came as a card goes out as that card, but for what was changed.
func Example() {
	msgs, err := vcard.Decode(strings.NewReader(ada), nil)
	if err != nil {
		log.Fatal(err)
	}
	contact := msgs[0]
	fmt.Println(props.PidLidFileUnder.Or(contact, ""))
	fmt.Println(props.PidLidEmail1DisplayName.Or(contact, ""))

	props.PidTagMobileTelephoneNumber.Set(contact, "+44 2")
	var out strings.Builder
	if err := vcard.Encode(&out, msgs, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Print(strings.ReplaceAll(out.String(), "\r\n", "\n"))
	// Output:
	// Lovelace, Ada
	// Ada Lovelace (ada@example.org)
	// BEGIN:VCARD
	// VERSION:3.0
	// N:Lovelace;Ada;;;
	// FN:Ada Lovelace
	// TEL;TYPE=CELL,VOICE:+44 2
	// EMAIL;TYPE=HOME:ada@example.org
	// X-SOCIALPROFILE;TYPE=zoo:http://zoo.example/ada
	// END:VCARD
}

// An address book of any size is read card by card.
func ExampleAll() {
	for contact, err := range vcard.All(strings.NewReader(ada+ada), nil) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(props.PidTagDisplayName.Or(contact, ""))
	}
	// Output:
	// Ada Lovelace
	// Ada Lovelace
}

func ExampleEncode() {
	contact := &mapi.Message{}
	props.PidTagMessageClass.Set(contact, "IPM.Contact")
	props.PidTagGivenName.Set(contact, "Ada")
	props.PidTagSurname.Set(contact, "Lovelace")
	props.PidTagSpouseName.Set(contact, "William")
	var out strings.Builder
	if err := vcard.Encode(&out, []*mapi.Message{contact}, &vcard.EncodeOptions{Version: vcard.V4}); err != nil {
		log.Fatal(err)
	}
	fmt.Print(strings.ReplaceAll(out.String(), "\r\n", "\n"))
	// Output:
	// BEGIN:VCARD
	// VERSION:4.0
	// PRODID:-//okapi//vcard//EN
	// FN:Ada Lovelace
	// N:Lovelace;Ada;;;
	// RELATED;TYPE=spouse;VALUE=text:William
	// END:VCARD
}
