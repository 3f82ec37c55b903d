package vcard_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	govcard "github.com/emersion/go-vcard"

	"github.com/okapi-mail/okapi/ical/vcard"
)

// book is an address book of n contacts in version 3.0, without photos.
func book(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Zoo//Keeper 1.0//EN\r\nUID:urn:uuid:4fbe8971-0bc3-424c-9c26-%012d\r\n"+
			"N:Lovelace%[1]d;Ada;King;Countess;\r\nFN:Ada King Lovelace%[1]d\r\nNICKNAME:Addie\r\nORG:Analytical Engines\\, Ltd.;Programs\r\n"+
			"TITLE:Programmer\r\nTEL;TYPE=WORK,VOICE:+44 20 %[1]d\r\nTEL;TYPE=CELL:+44 7700 %[1]d\r\nEMAIL;TYPE=INTERNET,WORK:ada%[1]d@example.org\r\n"+
			"EMAIL;TYPE=INTERNET,HOME:ada.lovelace%[1]d@example.com\r\nADR;TYPE=WORK:;;12 St James's Square;London;;SW1Y 4JH;United Kingdom\r\n"+
			"URL;TYPE=WORK:http://example.org/~ada%[1]d\r\nBDAY:1815-12-10\r\nCATEGORIES:Friends,Mathematics\r\n"+
			"NOTE:The first programmer\\, of a machine that was never built.\\nMet in Turin\\; see letters.\r\n"+
			"X-SOCIALPROFILE;TYPE=zoo:http://zoo.example/ada%[1]d\r\nREV:2026-01-02T03:04:05Z\r\nEND:VCARD\r\n", i)
	}
	return b.Bytes()
}

const benchCards = 2000

// BenchmarkDecode measures text to contacts, beside the bare syntax of go-vcard and
// of ours.
func BenchmarkDecode(b *testing.B) {
	in := book(benchCards)
	run := func(name string, do func(io.Reader) int) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				if n := do(bytes.NewReader(in)); n != benchCards {
					b.Fatal(n)
				}
			}
		})
	}
	run("to=govcard", func(r io.Reader) (n int) {
		for dec := govcard.NewDecoder(r); ; n++ {
			if _, err := dec.Decode(); err != nil {
				return n
			}
		}
	})
	run("to=cards", func(r io.Reader) (n int) {
		for in := vcard.NewReader(r, nil); ; n++ {
			if _, err := in.Next(); err != nil {
				return n
			}
		}
	})
	run("to=messages", func(r io.Reader) (n int) {
		for range vcard.All(r, nil) {
			n++
		}
		return n
	})
	run("to=messages,forget", func(r io.Reader) (n int) {
		for range vcard.All(r, &vcard.DecodeOptions{Forget: true}) {
			n++
		}
		return n
	})
}

// BenchmarkEncode measures contacts to text, new ones and those that came as cards.
func BenchmarkEncode(b *testing.B) {
	in := book(benchCards)
	b.Run("from=govcard", func(b *testing.B) {
		var cards []govcard.Card
		for dec := govcard.NewDecoder(bytes.NewReader(in)); ; {
			c, err := dec.Decode()
			if err != nil {
				break
			}
			cards = append(cards, c)
		}
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		for b.Loop() {
			enc := govcard.NewEncoder(io.Discard)
			for _, c := range cards {
				if err := enc.Encode(c); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	for name, forget := range map[string]bool{"from=decoded": false, "from=new": true} {
		msgs, err := vcard.Decode(strings.NewReader(string(in)), &vcard.DecodeOptions{Forget: forget})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				if err := vcard.Encode(io.Discard, msgs, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
