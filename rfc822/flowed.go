package rfc822

import (
	"strings"

	"github.com/okapi-mail/okapi/mapi/body"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// unflow joins the lines of a text part that is format=flowed to paragraphs (RFC
// 3676). Text without any line to join stays as it is.
func unflow(p *entity.Part, text string) string {
	if !strings.EqualFold(p.Type.Param("format"), "flowed") || !hasFlow(text) {
		return text
	}
	var out strings.Builder
	out.Grow(len(text))
	opts := &body.Options{Codepage: int(entity.UTF8.Codepage), DelSp: strings.EqualFold(p.Type.Param("delsp"), "yes")}
	if err := body.TextFromFlowed(&out, strings.NewReader(text), opts); err != nil {
		return text
	}
	return out.String()
}

// hasFlow reports whether a line of flowed text goes on, is quoted, or begins with
// a blank that was put there.
func hasFlow(text string) bool {
	for _, s := range [...]string{" \n", " \r\n", "\n ", "\n>"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return strings.HasPrefix(text, " ") || strings.HasPrefix(text, ">")
}
