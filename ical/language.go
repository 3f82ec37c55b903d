package ical

import "strings"

// A language is a tag and the Windows number of it (MS-LCID).
type language struct {
	tag string
	id  int32
}

// languages are those that programs write into calendars; others stay among the
// kept lines.
func languages() []language {
	return []language{
		{"en-US", 0x0409}, {"en-GB", 0x0809}, {"de-DE", 0x0407}, {"fr-FR", 0x040C}, {"es-ES", 0x0C0A}, {"it-IT", 0x0410},
		{"nl-NL", 0x0413}, {"pt-BR", 0x0416}, {"pt-PT", 0x0816}, {"da-DK", 0x0406}, {"sv-SE", 0x041D}, {"nb-NO", 0x0414},
		{"fi-FI", 0x040B}, {"pl-PL", 0x0415}, {"cs-CZ", 0x0405}, {"hu-HU", 0x040E}, {"ru-RU", 0x0419}, {"tr-TR", 0x041F},
		{"el-GR", 0x0408}, {"he-IL", 0x040D}, {"ja-JP", 0x0411}, {"ko-KR", 0x0412}, {"zh-CN", 0x0804}, {"zh-TW", 0x0404},
		{"en", 0x0009}, {"de", 0x0007}, {"fr", 0x000C}, {"es", 0x000A}, {"it", 0x0010}, {"nl", 0x0013}, {"pt", 0x0016},
		{"ja", 0x0011}, {"ru", 0x0019}, {"da", 0x0006}, {"sv", 0x001D}, {"fi", 0x000B}, {"pl", 0x0015}, {"cs", 0x0005},
	}
}

// localeID is the number of a language tag, or 0.
func localeID(tag string) int32 {
	if tag == "" {
		return 0
	}
	for _, l := range languages() {
		if strings.EqualFold(l.tag, tag) {
			return l.id
		}
	}
	return 0
}

// localeTag is the language tag of a number, or "".
func localeTag(id int32) string {
	if id == 0 {
		return ""
	}
	for _, l := range languages() {
		if l.id == id {
			return l.tag
		}
	}
	return ""
}
