package body

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// attrs is what attributes of an element say that matters for text.
type attrs struct {
	hidden   bool
	pre      bool // white space counts
	tight    bool // no empty lines around
	cite     bool // a blockquote that quotes a mail
	href     string
	alt      string
	kind     string // type
	start    int
	hasStart bool
	value    int
	hasValue bool
}

// attributes reads the attributes of a tag. Of two with one name the first counts.
func attributes(z *html.Tokenizer, more bool) (a attrs) {
	for more {
		var name, v []byte
		name, v, more = z.TagAttr()
		switch string(name) {
		case "href":
			if a.href == "" {
				a.href = cleanURL(v)
			}
		case "alt":
			a.alt = string(v)
		case "hidden":
			a.hidden = true
		case "style":
			a.style(v)
		case "class":
			a.tight = a.tight || bytes.HasPrefix(v, []byte("Mso"))
		case "type":
			a.kind = string(v[:min(len(v), 8)])
			a.cite = a.kind == "cite"
		case "start":
			a.start, a.hasStart = number(v)
		case "value":
			a.value, a.hasValue = number(v)
		}
	}
	return a
}

func number(v []byte) (int, bool) {
	if len(v) > 9 {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(v)))
	return n, err == nil
}

// style reads declarations of CSS as far as they say whether text is shown.
func (a *attrs) style(v []byte) {
	top, bottom := false, false
	for len(v) > 0 {
		var d []byte
		d, v, _ = bytes.Cut(v, []byte(";"))
		name, value, _ := bytes.Cut(d, []byte(":"))
		name, value = bytes.TrimSpace(name), bytes.TrimSpace(value)
		switch strings.ToLower(string(name[:min(len(name), 16)])) {
		case "display":
			a.hidden = a.hidden || hasFold(value, "none")
		case "visibility":
			a.hidden = a.hidden || hasFold(value, "hidden")
		case "mso-hide":
			a.hidden = a.hidden || hasFold(value, "all")
		case "white-space":
			a.pre = hasFold(value, "pre") && !hasFold(value, "pre-line")
		case "margin":
			top = isZero(value)
			bottom = top
		case "margin-top":
			top = isZero(value)
		case "margin-bottom":
			bottom = isZero(value)
		}
	}
	a.tight = a.tight || top && bottom
}

func hasFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}

// isZero reports whether a margin is nothing, or as good as nothing: Outlook says
// .0001pt. Of several values the first is the top's.
func isZero(v []byte) bool {
	s := string(v[:min(len(v), 16)])
	if i := strings.IndexAny(s, " \t\r\n!"); i >= 0 {
		s = s[:i]
	}
	n, err := strconv.ParseFloat(strings.TrimRight(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz%"), 64)
	return err == nil && n < 0.01
}

// cleanURL is a URL that can be shown: of a scheme that people follow, without
// white space, not too long. Others are "".
func cleanURL(v []byte) string {
	if len(v) > 2*maxCapture {
		return ""
	}
	s := strings.Map(func(r rune) rune {
		if r <= ' ' || r == '<' || r == '>' || r == 0x7F {
			return -1
		}
		return r
	}, string(v))
	if len(s) > maxCapture || !hasScheme(s) {
		return ""
	}
	return s
}

// hasScheme reports whether a URL leads somewhere outside of the message.
func hasScheme(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || rest == "" {
		return false
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "ftp", "ftps", "mailto", "tel", "sms", "sip", "sips", "callto", "xmpp", "im", "file", "news",
		"nntp", "webcal", "geo", "skype", "msteams", "onenote", "outlook", "ms-word", "ms-excel":
		return true
	}
	return false
}
