package rfc822

import "github.com/okapi-mail/okapi/rfc822/entity"

// DecodeHTML returns HTML in the code page as UTF-8.
func DecodeHTML(html string, codepage int32) string {
	c, ok := entity.CharsetOf(codepage)
	if !ok {
		c = entity.UTF8
	}
	return c.Decode([]byte(html))
}

// AppendField appends a header field.
var AppendField = appendField
