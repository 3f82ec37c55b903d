package body

import (
	"net/url"
	"strings"
)

// endLink writes where a link leads to, unless it says so itself.
func (c *htmlText) endLink(e *element) {
	c.capture = nil
	for i := len(c.stack) - 1; i >= 0; i-- { // links inside links are none, but hostile
		if c.stack[i].text != nil {
			c.capture = c.stack[i].text
			break
		}
	}
	if e.href == "" || e.text == nil || c.hidden > 0 || says(string(*e.text), e.href) {
		return
	}
	if len(*e.text) > 0 {
		c.white()
	}
	c.word([]byte("<" + e.href + ">"))
}

// says reports whether the text of a link is its URL, as far as people care.
func says(text, href string) bool {
	bare := func(s string) string {
		if u, err := url.PathUnescape(s); err == nil {
			s = u
		}
		s = strings.ToLower(strings.TrimSpace(s))
		for _, prefix := range []string{"mailto:", "tel:", "https://", "http://"} {
			s = strings.TrimPrefix(s, prefix)
		}
		s = strings.TrimPrefix(s, "www.")
		return strings.TrimRight(s, "/")
	}
	return bare(text) == bare(href)
}
