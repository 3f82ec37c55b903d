package rtf

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// codepageUTF8 is the code page of UTF-8.
const codepageUTF8 = 65001

// Encoding is the encoding of a Windows code page that a document, a body or a
// message may be in. It is not ok for a code page that is unknown.
func Encoding(codepage int) (encoding.Encoding, bool) {
	e := singleByte(codepage)
	if e == nil {
		e = multiByte(codepage)
	}
	return e, e != nil
}

func singleByte(codepage int) encoding.Encoding {
	switch codepage {
	case 437:
		return charmap.CodePage437
	case 850:
		return charmap.CodePage850
	case 852:
		return charmap.CodePage852
	case 855:
		return charmap.CodePage855
	case 858:
		return charmap.CodePage858
	case 860:
		return charmap.CodePage860
	case 862:
		return charmap.CodePage862
	case 863:
		return charmap.CodePage863
	case 865:
		return charmap.CodePage865
	case 866:
		return charmap.CodePage866
	case 874:
		return charmap.Windows874
	case 1250:
		return charmap.Windows1250
	case 1251:
		return charmap.Windows1251
	case 1252, 20127, 42: // 42 is symbols: who knows the font knows what they are
		return charmap.Windows1252
	case 1253:
		return charmap.Windows1253
	case 1254:
		return charmap.Windows1254
	case 1255:
		return charmap.Windows1255
	case 1256:
		return charmap.Windows1256
	case 1257:
		return charmap.Windows1257
	case 1258:
		return charmap.Windows1258
	case 10000:
		return charmap.Macintosh
	case 10007, 10017:
		return charmap.MacintoshCyrillic
	case 20866:
		return charmap.KOI8R
	case 21866:
		return charmap.KOI8U
	}
	return latin(codepage)
}

func latin(codepage int) encoding.Encoding {
	switch codepage {
	case 28591:
		return charmap.ISO8859_1
	case 28592:
		return charmap.ISO8859_2
	case 28593:
		return charmap.ISO8859_3
	case 28594:
		return charmap.ISO8859_4
	case 28595:
		return charmap.ISO8859_5
	case 28596, 708:
		return charmap.ISO8859_6
	case 28597:
		return charmap.ISO8859_7
	case 28598, 38598:
		return charmap.ISO8859_8
	case 28599:
		return charmap.ISO8859_9
	case 28603:
		return charmap.ISO8859_13
	case 28605:
		return charmap.ISO8859_15
	}
	return nil
}

func multiByte(codepage int) encoding.Encoding {
	switch codepage {
	case 932, 10001:
		return japanese.ShiftJIS
	case 936, 10008, 51936, 20936:
		return simplifiedchinese.GBK
	case 949, 51949, 10003:
		return korean.EUCKR
	case 950, 10002:
		return traditionalchinese.Big5
	case 51932, 20932:
		return japanese.EUCJP
	case 50220, 50221, 50222:
		return japanese.ISO2022JP
	case 54936:
		return simplifiedchinese.GB18030
	case 52936:
		return simplifiedchinese.HZGB2312
	case 1200:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case 1201:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case codepageUTF8:
		return unicode.UTF8
	}
	return nil
}

// CodepageOfCharset is the code page of a \fcharset. It is 0 for the charset of
// the system (1), which is that of the document, and for those that are unknown.
func CodepageOfCharset(charset int) int {
	switch charset {
	case 0:
		return 1252
	case 2:
		return 42
	case 77:
		return 10000
	case 78:
		return 10001
	case 79:
		return 10003
	case 80:
		return 10008
	case 81:
		return 10002
	case 89:
		return 10007
	case 128:
		return 932
	case 129:
		return 949
	case 130:
		return 1361
	case 134:
		return 936
	case 136:
		return 950
	case 161:
		return 1253
	case 162:
		return 1254
	case 163:
		return 1258
	case 177:
		return 1255
	case 178:
		return 1256
	case 186:
		return 1257
	case 204:
		return 1251
	case 222:
		return 874
	case 238:
		return 1250
	case 254:
		return 437
	case 255:
		return 850
	}
	return 0
}
