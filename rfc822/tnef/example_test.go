package tnef_test

import (
	"bytes"
	"fmt"
	"log"
	"os"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/tnef"
)

// A message with a named property goes through winmail.dat.
func Example() {
	msg := &mapi.Message{}
	props.PidTagMessageClass.Set(msg, "IPM.Appointment")
	props.PidTagSubject.Set(msg, "Feeding the okapi")
	props.PidLidLocation.Set(msg, "Zoo")

	var winmail bytes.Buffer
	if err := tnef.Encode(&winmail, msg, nil); err != nil {
		log.Fatal(err)
	}
	got, err := tnef.Decode(&winmail, nil)
	if err != nil {
		log.Fatal(err)
	}
	props.Dump(os.Stdout, got, nil)
	// Output:
	// PidLidLocation: "Zoo"
	// PidTagMessageClass: "IPM.Appointment"
	// PidTagSubject: "Feeding the okapi"
}

// Damage is reported, and what is whole is kept.
func ExampleDecode_damaged() {
	msg := &mapi.Message{}
	props.PidTagSubject.Set(msg, "Feeding the okapi")
	var b bytes.Buffer
	if err := tnef.Encode(&b, msg, nil); err != nil {
		log.Fatal(err)
	}
	half := b.Bytes()[:b.Len()-20]

	got, err := tnef.Decode(bytes.NewReader(half), &tnef.Options{
		Report: func(i tnef.Issue) { fmt.Println(i.Rule) },
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(props.PidTagSubject.Or(got, ""))
	// Output:
	// tnef-truncated
	// tnef-truncated
	// Feeding the okapi
}

// The key in the stream and the field of the mail must say the same.
func ExampleCorrelationKey() {
	msg := &mapi.Message{}
	props.PidTagInternetMessageId.Set(msg, "<42@zoo.example>")
	key := tnef.CorrelationKey(msg)
	var b bytes.Buffer
	if err := tnef.Encode(&b, msg, &tnef.EncodeOptions{CorrelationKey: key}); err != nil {
		log.Fatal(err)
	}
	fmt.Println("X-MS-TNEF-Correlator:", key)

	got, err := tnef.Decode(&b, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(tnef.CorrelationKey(got) == key)
	// Output:
	// X-MS-TNEF-Correlator: <42@zoo.example>
	// true
}
