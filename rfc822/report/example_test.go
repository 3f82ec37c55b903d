package report_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/report"
)

// A transport could not deliver a message to one recipient and tells its sender.
func Example() {
	m := &mapi.Message{}
	props.PidTagSubject.Set(m, "Feeding at noon")
	props.PidTagSenderName.Set(m, "Ada")
	props.PidTagSenderSmtpAddress.Set(m, "ada@zoo.example")

	failed := report.RecipientStatus{
		FinalRecipient: report.Typed{Type: "rfc822", Value: "okapi@zoo.example"},
		RemoteMTA:      report.Typed{Type: "dns", Value: "mx.zoo.example"},
		Diagnostic:     report.Typed{Type: "smtp", Value: "552 5.2.2 mailbox is full"},
	}
	ndr, err := report.NDR(m, []report.RecipientStatus{failed}, &report.Options{
		ReportingMTA: "gate.zoo.example",
		Now:          func() time.Time { return time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		fmt.Println(err) // errors.Is(err, report.ErrUnwanted): there must be none
		return
	}
	to, _ := report.Destination(ndr)
	fmt.Println(props.PidTagMessageClass.Or(ndr, ""), "to", to.Address)
	fmt.Println(props.PidTagSubject.Or(ndr, ""))
	fmt.Print(props.PidTagBody.Or(ndr, ""))

	// Output:
	// REPORT.IPM.Note.NDR to ada@zoo.example
	// Undeliverable: Feeding at noon
	// Your message could not be delivered to the following recipients:
	//
	// okapi@zoo.example
	//     The mailbox is full. (5.2.2)
	//     Host: mx.zoo.example
	//     Answer: 552 5.2.2 mailbox is full
	//
	// Subject: Feeding at noon
	// Reported by: gate.zoo.example
}

func ExampleParse() {
	part := report.Parse("message/delivery-status", []byte(`Reporting-MTA: dns; gate.zoo.example

Final-Recipient: rfc822; okapi@zoo.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox is full
`), nil)
	m := &mapi.Message{}
	part.Fill(m, nil)
	fmt.Println(props.PidTagMessageClass.Or(m, ""))
	for _, r := range m.Recipients {
		fmt.Println(props.PidTagSmtpAddress.Or(r, ""), props.PidTagNonDeliveryReportStatusCode.Or(r, 0), props.PidTagSupplementaryInfo.Or(r, ""))
	}
	// Output:
	// REPORT.IPM.Note.NDR
	// okapi@zoo.example 522 < #5.2.2 smtp; 552 5.2.2 mailbox is full>
}

func ExampleParts() {
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, "REPORT.IPM.Note.IPNRN")
	props.PidTagBody.Set(m, "I have read it.")
	props.PidTagSenderName.Set(m, "The Keeper")
	props.PidTagSenderSmtpAddress.Set(m, "keeper@zoo.example")
	props.PidTagOriginalMessageId.Set(m, "<m1@zoo.example>")
	fmt.Println("multipart/report; report-type=" + report.TypeOf(m))
	for _, p := range report.Parts(m, nil) {
		fmt.Printf("%s\n%s", p.Type, strings.ReplaceAll(string(p.Data), "\r\n", "\n"))
	}
	// Output:
	// multipart/report; report-type=disposition-notification
	// text/plain
	// message/disposition-notification
	// Final-Recipient: rfc822; keeper@zoo.example
	// Original-Message-ID: <m1@zoo.example>
	// Disposition: manual-action/MDN-sent-automatically; displayed
	// X-Display-Name: The Keeper
}

func ExampleRecognise() {
	m := &mapi.Message{}
	props.PidTagSubject.Set(m, "failure notice")
	props.PidTagBody.Set(m, `Hi. This is the qmail-send program at gate.zoo.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<okapi@zoo.example>:
192.0.2.7 does not like recipient.
Remote host said: 550 no such user
`)
	if b, ok := report.Recognise(m); ok {
		for _, r := range b.Status.Recipients {
			fmt.Println(b.Producer, r.Recipient(), r.Action, r.Status)
		}
	}
	// Output:
	// qmail okapi@zoo.example failed 5.1.1
}

func ExampleWanted() {
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, "REPORT.IPM.Note.NDR")
	fmt.Println(report.Wanted(m, report.KindRead, nil))
	// Output:
	// report is not wanted: the message is a report: REPORT.IPM.Note.NDR
}
