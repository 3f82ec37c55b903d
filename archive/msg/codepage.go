package msg

import (
	"golang.org/x/text/encoding"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

// codepages are those of the 8-bit strings of a message. PidTagBodyHtml has the one
// that its mail has.
type codepages struct{ general, html int }

// codepages finds out how the message's 8-bit strings are to be read.
func (o *object) codepages() {
	var page, net, locale int
	has8 := false
	o.each(func(r row) {
		n := int(int32(le.Uint32(r.value[:])))
		switch r.tag {
		case tagPage:
			page = n
		case tagNetPage:
			net = n
		case tagLocale:
			locale = n
		}
		has8 = has8 || r.tag.Type().Base() == mapi.PtypString8
	})
	o.pages.html = net
	for _, n := range []int{page, codepageOf(locale), windowsPage(net)} {
		if n == 0 {
			continue
		}
		if _, ok := encodingOf(n); ok {
			o.pages.general = n
			break
		}
		if has8 {
			o.report(Issue{Rule: RuleCodepage, Path: o.path, Detail: codepageDetail(n)})
		}
	}
	if _, ok := encodingOf(o.pages.html); !ok {
		o.pages.html = o.pages.general
	}
}

// encodingOf finds a code page that bytes of a string can be in.
func encodingOf(page int) (encoding.Encoding, bool) {
	switch page {
	case 1200, 1201: // wide: never in 8-bit strings
		return nil, false
	}
	return rtf.Encoding(page)
}

// windowsPage is the code page that Windows has for the language of a mail's: strings
// of a message in ISO-2022-JP are in Shift JIS.
func windowsPage(net int) int {
	switch net {
	case 20127, 28591, 28605:
		return 1252
	case 28592:
		return 1250
	case 28595, 20866, 21866:
		return 1251
	case 28597:
		return 1253
	case 28599:
		return 1254
	case 28598, 38598:
		return 1255
	case 28596:
		return 1256
	case 28594, 28603:
		return 1257
	case 50220, 50221, 50222, 51932, 20932:
		return 932
	case 51949, 50225:
		return 949
	case 51936, 52936, 20936:
		return 936
	}
	return net
}

// codepageOf is the code page of a locale (MS-LCID), or 0. The lower ten bits are the
// language; some languages have scripts of their own by country.
func codepageOf(locale int) int {
	switch locale {
	case 0x0404, 0x0C04, 0x1404, 0x7C04: // Chinese, traditional
		return 950
	case 0x0C1A, 0x1C1A, 0x281A, 0x301A, 0x6C1A, 0x201A, 0x641A, // Serbian and Bosnian in Cyrillic
		0x082C, 0x742C, 0x0843, 0x7843: // Azeri and Uzbek in Cyrillic
		return 1251
	case 0x045F, 0x0846, 0x7C46: // Tamazight and Punjabi in Arabic script
		return 1256
	}
	switch locale & 0x3FF {
	case 0x01, 0x20, 0x29, 0x59, 0x80, 0x8C, 0x92: // Arabic, Urdu, Persian, Sindhi, Uighur, Dari, Kurdish
		return 1256
	case 0x02, 0x19, 0x22, 0x23, 0x28, 0x2F, 0x3F, 0x40, 0x44, 0x50, 0x6D, 0x85:
		return 1251
	case 0x04:
		return 936
	case 0x05, 0x0E, 0x15, 0x18, 0x1A, 0x1B, 0x1C, 0x24, 0x42:
		return 1250
	case 0x08:
		return 1253
	case 0x0D:
		return 1255
	case 0x11:
		return 932
	case 0x12:
		return 949
	case 0x1E:
		return 874
	case 0x1F, 0x2C, 0x43:
		return 1254
	case 0x25, 0x26, 0x27:
		return 1257
	case 0x2A:
		return 1258
	case 0:
		return 0
	}
	if locale < 0 || locale > 0xFFFFF {
		return 0
	}
	return 1252
}
