package rfc822

import (
	"strings"

	"github.com/okapi-mail/okapi/rfc822/entity"
)

// isFlowed reports whether the lines of a text are to be joined, and whether the
// blank that says so is to go with the join (RFC 3676).
func isFlowed(p *entity.Part) (flowed, delSp bool) {
	return strings.EqualFold(p.Type.Param("format"), "flowed"), strings.EqualFold(p.Type.Param("delsp"), "yes")
}

// unflow joins the lines of flowed text to paragraphs. Quoted lines keep their
// marks: one ">" for each level, and a blank.
func unflow(text string, delSp bool) string {
	if !strings.Contains(text, " \n") && !strings.Contains(text, " \r\n") && !isStuffed(text) {
		return text
	}
	var out strings.Builder
	out.Grow(len(text))
	depth, open := 0, false // the paragraph that goes on
	for len(text) > 0 {
		line, rest, found := strings.Cut(text, "\n")
		text = rest
		eol := ""
		if found {
			eol = "\n"
			if strings.HasSuffix(line, "\r") {
				line, eol = line[:len(line)-1], "\r\n"
			}
		}
		level := 0
		for level < len(line) && line[level] == '>' {
			level++
		}
		words := strings.TrimPrefix(line[level:], " ")
		isSignature := words == "-- "
		if open && (level != depth || isSignature) {
			out.WriteString("\r\n")
			open = false
		}
		if !open && level > 0 {
			out.WriteString(line[:level])
			if words != "" {
				out.WriteByte(' ')
			}
		}
		depth, open = level, strings.HasSuffix(words, " ") && !isSignature && found
		switch {
		case open && delSp:
			out.WriteString(words[:len(words)-1])
		case open:
			out.WriteString(words)
		default:
			out.WriteString(words + eol)
		}
	}
	return out.String()
}

// isStuffed reports whether a line begins with a blank that flowed text has put
// there.
func isStuffed(text string) bool {
	return strings.HasPrefix(text, " ") || strings.Contains(text, "\n ") || strings.HasPrefix(text, ">") || strings.Contains(text, "\n>")
}
