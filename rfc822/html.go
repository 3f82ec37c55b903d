package rfc822

import (
	"strings"

	"github.com/okapi-mail/okapi/rfc822/entity"
)

// recode returns HTML in a charset as UTF-8.
func recode(html []byte, charset *entity.Charset) []byte {
	s := validString(charset.Decode(html))
	if s == string(html) {
		return []byte(s)
	}
	return []byte(withCharset(s))
}

// maxMeta is how far into an HTML document its charset may stand (the HTML
// Standard looks at 1024 bytes; mail has longer heads).
const maxMeta = 8 << 10

// withCharset makes the charset that HTML states be UTF-8, which it is in: what a
// browser reads in the document would else be wrong.
func withCharset(html string) string {
	head := html[:min(len(html), maxMeta)]
	for i := 0; ; {
		j := indexFold(head[i:], "<meta")
		if j < 0 {
			return html
		}
		i += j
		end := strings.IndexByte(head[i:], '>')
		if end < 0 {
			return html
		}
		if from, to := charsetIn(head[i : i+end]); from >= 0 {
			return html[:i+from] + "utf-8" + html[i+to:]
		}
		i += end
	}
}

// charsetIn finds the value of charset in a tag.
func charsetIn(tag string) (from, to int) {
	i := indexFold(tag, "charset")
	if i < 0 {
		return -1, -1
	}
	i += len("charset")
	rest := strings.TrimLeft(tag[i:], " \t\r\n")
	if !strings.HasPrefix(rest, "=") {
		return -1, -1
	}
	rest = strings.TrimLeft(rest[1:], " \t\r\n\"'")
	from = len(tag) - len(rest)
	n := strings.IndexAny(rest, " \t\r\n\"';/>")
	if n < 0 {
		n = len(rest)
	}
	return from, from + n
}

// indexFold finds sub, which is in lower case and ASCII, in whatever case.
func indexFold(s, sub string) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if c := s[i] | 0x20; (c == sub[0] || s[i] == sub[0]) && strings.EqualFold(s[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}

// lastTag is where the last tag of that name begins, or -1.
func lastTag(s, tag string) int {
	for i := len(s) - len(tag); i >= 0; i-- {
		if s[i] == '<' && strings.EqualFold(s[i:i+len(tag)], tag) {
			return i
		}
	}
	return -1
}
