package vcard_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/vcard"
)

// FuzzDecode: any bytes are cards, and what is written of them is read the same, in
// the version that it came in and in every other.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"BEGIN:VCARD\r\nVERSION:2.1\r\nN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=C3=84;b\r\nTEL;HOME;FAX:1\r\nPHOTO;ENCODING=BASE64;JPEG:\r\n /9j/4AAQ\r\n\r\nEND:VCARD\r\n",
		"BEGIN:VCARD\nVERSION:3.0\nitem1.TEL:1\nitem1.X-ABLabel:_$!<Main>!$_\nADR;TYPE=work,pref:;a;b;c\nCATEGORIES:a\\,b,c\nEND:VCARD\n",
		"BEGIN:VCARD\nVERSION:4.0\nPHOTO:data:image/png;base64,AQID\nEMAIL;PREF=1:a@b\nBDAY:--0203\nRELATED;TYPE=child;VALUE=text:k\nGEO:geo:1,2\nEND:VCARD\n",
		"BEGIN:VCARD\nVERSION:3.0\nX-ADDRESSBOOKSERVER-KIND:group\nFN:g\nX-ADDRESSBOOKSERVER-MEMBER:mailto:a@b\nEND:VCARD\n",
		"BEGIN:VCARD\nAGENT:\nBEGIN:VCARD\nN:a\nEND:VCARD\nTEL:1\nEND:VCARD\nBEGIN:VCARD\nBEGIN:VCARD\nNOTE:x",
		"BEGIN:VCARD\nLABEL;WORK:a\\nb\nORG:a;b;c\nX-MS-TEXT:\nX-MS-TEXT:b\nKEY;X509;ENCODING=B:AQID\nREV:20200101\nEND:VCARD",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		first, err := vcard.Decode(bytes.NewReader(in), nil)
		require.NoError(t, err)
		for _, v := range []vcard.Version{"", "2.1", "3.0", "4.0"} {
			out := encode(t, v, first...)
			second := decode(t, out)
			require.Len(t, second, len(first))
			again := encode(t, v, second...)
			third := encode(t, v, decode(t, again)...)
			require.Equal(t, again, third, "the third card differs")
			if v == "" {
				require.Equal(t, out, again, "the second card differs")
				before, after := parse(t, string(in)), parse(t, out)
				for i := range before {
					require.Empty(t, missing(before[i], after[i]), "of\n%s", in)
				}
			}
		}
	})
}

// missing is what lost says, but for characters that no line of the versions after
// 2.1 can have, and for an FN without a text.
func missing(a, b *vcard.Card) []string {
	var list []string
	for _, l := range lost(a, b) {
		if strings.IndexFunc(l, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7F }) < 0 && !strings.HasPrefix(l, ".FN{") {
			list = append(list, l)
		}
	}
	return list
}
