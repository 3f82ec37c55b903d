package rtf_test

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/okapi-mail/okapi/mapi/rtf"
)

func ExampleExtractor() {
	doc := `{\rtf1\ansi\ansicpg1252\fromhtml1 {\fonttbl{\f0 Arial;}}{\*\htmltag64 <p>}\htmlrtf \b \htmlrtf0 gr\'fc\'dfe{\*\htmltag72 </p>}}`
	e, err := rtf.NewExtractor(strings.NewReader(rtf1(doc)), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Origin())
	if _, err := e.WriteTo(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// FromHTML
	// <p>grüße</p>
}

// rtf1 stands for the way of a body through a message.
func rtf1(doc string) string {
	text, _ := rtf.Decompress(rtf.Compress([]byte(doc)), 1<<20)
	return string(text)
}

func ExampleParser() {
	p := rtf.NewParser(strings.NewReader(`{\rtf1\ansicpg1251{\fonttbl{\f0\fcharset128 Mincho;}}\b \'ec\'e8\'f0\par\f0\'93\'fa\u233?}`), nil)
	for {
		t, err := p.Next()
		if err == io.EOF {
			break
		}
		if t.Kind == rtf.Text {
			fmt.Printf("%d %q\n", p.Depth(), t.Data)
		}
	}
	// Output:
	// 3 "Mincho;"
	// 1 "мир"
	// 1 "日é"
}
