package body_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/body"
)

// A message came with HTML only. A list wants its text, and an old client RTF.
func Example() {
	msg := &mapi.Message{}
	msg.Set(mapi.Prop{ID: 0x1013, Type: mapi.PtypBinary}, []byte("<p>Dear <b>Ada</b>,</p><p>see <a href='https://example.org/'>this</a>.</p>"))

	fmt.Println(body.NativeOf(msg))
	view := body.With(msg, nil) // nothing is made until it is read
	text := view.Get(mapi.Prop{ID: 0x1000, Type: mapi.PtypString}).(string)
	fmt.Println(strings.ReplaceAll(text, "\r\n", "\n"))

	if err := body.Fill(msg, nil); err != nil { // now the message has all three
		fmt.Println(err)
	}
	fmt.Println(msg.Has(mapi.Prop{ID: 0x1009}))
	// Output:
	// HTML
	// Dear Ada,
	//
	// see this <https://example.org/>.
	//
	// true
}

func ExampleTextFromHTML() {
	html := `<p>Animals:</p><ul><li>okapi</li><li>giraffe</li></ul>
<blockquote type="cite">Which ones?</blockquote>
<table><tr><td>okapi</td><td>1.5&nbsp;m</td></tr><tr><td>giraffe</td><td>5&nbsp;m</td></tr></table>`
	var text strings.Builder
	if err := body.TextFromHTML(&text, strings.NewReader(html), nil); err != nil {
		fmt.Println(err)
	}
	fmt.Print(strings.ReplaceAll(text.String(), "\r\n", "\n"))
	// Output:
	// Animals:
	//
	// * okapi
	// * giraffe
	//
	// > Which ones?
	// okapi	1.5 m
	// giraffe	5 m
}

func ExampleHTMLFromRTF() {
	doc := `{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p class=x>}\htmlrtf {\b \htmlrtf0 caf\'e9\htmlrtf }\htmlrtf0{\*\htmltag72 </p>}}`
	if err := body.HTMLFromRTF(os.Stdout, strings.NewReader(doc), nil); err != nil {
		fmt.Println(err)
	}
	// Output: <p class=x>café</p>
}
