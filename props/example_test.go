package props_test

import (
	"fmt"
	"os"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

func Example() {
	msg := &mapi.Message{}
	props.PidTagSubject.Set(msg, "Feeding the giraffe")
	props.PidTagImportance.Set(msg, mapi.ImportanceHigh)
	props.PidLidReminderSet.Set(msg, true)

	subject, ok := props.PidTagSubject.Get(msg)
	fmt.Println(subject, ok)
	fmt.Println(props.PidTagSensitivity.Or(msg, mapi.SensitivityNone))

	// The dynamic door is for properties known only when the program runs.
	info, _ := props.Lookup("PR_IMPORTANCE")
	fmt.Println(info.Name, msg.Get(info.Prop))
	// Output:
	// Feeding the giraffe true
	// None
	// PidTagImportance 2
}

func ExampleKey() {
	var bag mapi.Properties
	props.PidNameKeywords.Set(&bag, []string{"zoo", "mammals"})
	keywords, ok := props.PidNameKeywords.Get(&bag)
	fmt.Println(keywords, ok)

	_, err := props.PidTagBody.Read(&bag)
	fmt.Println(err)
	// Output:
	// [zoo mammals] true
	// props.Key.Read PidTagBody 0x1000001F: not found (0x8004010F)
}

func ExampleLookup() {
	info, ok := props.Lookup("dispidReminderSet")
	fmt.Println(info.Name, ok)
	fmt.Println(info.Prop)
	// Output:
	// PidLidReminderSet true
	// {00062008-0000-0000-C000-000000000046}/0x8503:PtypBoolean
}

func ExampleName() {
	fmt.Println(props.Name(mapi.Tagged(0x0037001F)))
	fmt.Println(props.Name(mapi.Tagged(0x7777001F)))
	// Output:
	// PidTagSubject
	// 0x7777001F
}

func ExampleByTag() {
	for _, info := range props.ByTag(mapi.MakeTag(0x1013, mapi.PtypUnspecified)) {
		fmt.Println(info.Name, info.Prop.Type)
	}
	// Output:
	// PidTagBodyHtml PtypString
	// PidTagHtml PtypBinary
}

func ExampleDump() {
	msg := &mapi.Message{}
	props.PidTagSubject.Set(msg, "Hello")
	props.PidTagMessageFlags.Set(msg, mapi.FlagRead|mapi.FlagUnsent)
	ada := &mapi.Recipient{}
	props.PidTagDisplayName.Set(ada, "Ada")
	props.PidTagRecipientType.Set(ada, mapi.RecipientTo)
	msg.Recipients = append(msg.Recipients, ada)

	if err := props.Dump(os.Stdout, msg, nil); err != nil {
		fmt.Println(err)
	}
	// Output:
	// PidTagMessageFlags: Read|Unsent
	// PidTagSubject: "Hello"
	// recipient 1
	//   PidTagDisplayName: "Ada"
	//   PidTagRecipientType: To
}
