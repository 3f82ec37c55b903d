package mapitest

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"unicode/utf16"
)

// SmartView returns a structure among the collected files of MFCMAPI, such as
// "PCL-2", and the text that its Smart View shows for it.
func SmartView(t testing.TB, name string) (data []byte, text string) {
	t.Helper()
	i := strings.LastIndex(name, "-")
	in, err := os.ReadFile(Corpus(t, "mapi-structs", "mfcmapi-smartview", "In", name+".dat"))
	if err == nil {
		data, err = hex.DecodeString(strings.Join(strings.Fields(strings.TrimPrefix(string(in), "\xef\xbb\xbf")), ""))
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.ReadFile(Corpus(t, "mapi-structs", "mfcmapi-smartview", "Out", name[:i]+"-out"+name[i:]+".dat"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.HasPrefix(out, []byte{0xFF, 0xFE}) {
		units := make([]uint16, len(out)/2-1)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(out[2+2*i:])
		}
		out = []byte(string(utf16.Decode(units)))
	}
	return data, strings.TrimRight(strings.ReplaceAll(string(out), "\r\n", "\n"), "\n\x00")
}
