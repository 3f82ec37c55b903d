package rfc822_test

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/emersion/go-message/mail"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

const letter = "From: =?utf-8?q?J=C3=BCrgen?= <juergen@example.org>\r\n" +
	"To: Ada Lovelace <ada@example.org>\r\n" +
	"Subject: Re: engines\r\n" +
	"\r\n" +
	"See you at eight.\r\n"

func Example() {
	msg, err := rfc822.Decode(strings.NewReader(letter), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	from, _ := props.PidTagSentRepresentingName.Get(msg)
	topic, _ := props.PidTagNormalizedSubject.Get(msg)
	fmt.Printf("%s writes about %s\n", from, topic)

	var out strings.Builder
	err = rfc822.Encode(&out, msg, nil)
	fmt.Println(out.String() == letter, err)
	// Output:
	// Jürgen writes about engines
	// true <nil>
}

func ExampleEncode() {
	msg := &mapi.Message{}
	props.PidTagSubject.Set(msg, "Grüße")
	props.PidTagSentRepresentingName.Set(msg, "Ada")
	props.PidTagSentRepresentingSmtpAddress.Set(msg, "ada@example.org")
	props.PidTagBody.Set(msg, "Hello.\n")
	var out strings.Builder
	if err := rfc822.Encode(&out, msg, nil); err != nil {
		fmt.Println(err)
	}
	io.WriteString(os.Stdout, strings.ReplaceAll(out.String(), "\r\n", "\n"))
	// Output:
	// From: Ada <ada@example.org>
	// Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
	// Mime-Version: 1.0
	// Content-Type: text/plain; charset=us-ascii
	// Content-Transfer-Encoding: 7bit
	//
	// Hello.
}

func ExampleSource() {
	msg, _ := rfc822.Decode(strings.NewReader(letter), nil)
	r, size, ok := rfc822.Source(msg)
	if ok {
		defer r.Close()
	}
	fmt.Println(size, ok)

	props.PidTagSubject.Set(msg, "something else")
	_, _, ok = rfc822.Source(msg)
	fmt.Println(ok)
	// Output:
	// 132 true
	// false
}

// Programs that speak go-message, go-imap for one, read a message as the mail that
// it is: the original bytes while they hold, new ones otherwise.
func ExampleEncode_goMessage() {
	msg, _ := rfc822.Decode(strings.NewReader(letter), nil)
	props.PidTagSubject.Set(msg, "Re: giraffes")

	pr, pw := io.Pipe()
	go func() { pw.CloseWithError(rfc822.Encode(pw, msg, nil)) }()
	r, err := mail.CreateReader(pr)
	if err != nil {
		fmt.Println(err)
		return
	}
	subject, _ := r.Header.Subject()
	from, _ := r.Header.AddressList("From")
	part, _ := r.NextPart()
	body, _ := io.ReadAll(part.Body)
	fmt.Printf("%s: %s\n%s", from[0].Name, subject, body)
	// Output:
	// Jürgen: Re: giraffes
	// See you at eight.
}
