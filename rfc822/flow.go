package rfc822

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// Text has one paragraph in a line. As format=flowed it travels in short lines, of
// which each but the last of a paragraph ends with a blank (RFC 3676 section 4).

const (
	// flowedWidth is the length of lines in characters, with their marks of quotes.
	// Section 4.2 allows 78; answers add to it.
	flowedWidth = 72

	// maxFlowedQuote is the depth of quotes beyond which their marks are only text:
	// they are repeated on each line.
	maxFlowedQuote = 20

	signature = "-- "
)

// flowedNode makes a text part in short lines. Its readers end lines at a CR alone too,
// so that no line may be broken before one.
func flowedNode(msg *mapi.Message, text string) *node {
	text = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n").Replace(text)
	f := flower{delSp: hasLongRun(text)}
	f.out.Grow(len(text) + len(text)/16)
	for line := range strings.Lines(text) {
		f.line(line)
	}
	n := plainNode(msg, f.out.String())
	m := entity.ParseMedia([]byte(n.header.get("Content-Type")))
	m.Params = append(m.Params, entity.Param{Name: "format", Value: "flowed"})
	if f.delSp {
		m.Params = append(m.Params, entity.Param{Name: "delsp", Value: "yes"})
	}
	n.header.set("Content-Type", m.String())
	return n
}

// A flower writes text as format=flowed.
type flower struct {
	out   strings.Builder
	delSp bool // the blank at the end of a line is no part of the text
}

// line writes a paragraph with its quotes. "> " before it, and ">" alone, are a quote;
// what begins with ">" otherwise is text.
func (f *flower) line(line string) {
	text, end := strings.CutSuffix(line, "\n")
	if end {
		text = strings.TrimSuffix(text, "\r")
	}
	depth := len(text) - len(strings.TrimLeft(text, ">"))
	if depth > maxFlowedQuote || depth < len(text) && text[depth] != ' ' {
		depth = 0
	}
	quote := text[:depth]
	if text = text[depth:]; depth > 0 {
		text = strings.TrimPrefix(text, " ")
	}
	if text != signature {
		text = strings.TrimRight(text, " ")
	}
	for first := true; first || text != ""; first = false {
		n := f.breakAt(text, flowedWidth-len(quote)-2) // two blanks
		f.piece(quote, text[:n])
		if text = text[n:]; text != "" {
			if f.delSp {
				f.out.WriteByte(' ')
			}
			f.out.WriteString("\r\n")
		}
	}
	if end {
		f.out.WriteString("\r\n")
	}
}

// piece writes the text of a line. A blank goes before what would be read as something
// else: a quote, another such blank, or the begin of a mail in a mailbox file. Quoted
// text looks better with one.
func (f *flower) piece(quote, text string) {
	f.out.WriteString(quote)
	if text != "" && (quote != "" || text[0] == ' ' || text[0] == '>' || strings.HasPrefix(text, "From ")) {
		f.out.WriteByte(' ')
	}
	f.out.WriteString(text)
}

// breakAt is how much of text goes into a line of that width: up to the last blank in
// it, or, when there is none, to the next. East Asian text, which has none, can be
// broken at any character when the blank that says so is no part of it.
func (f *flower) breakAt(text string, width int) int {
	best, count := 0, 0
	var previous rune
	for i, r := range text {
		if count >= width && best > 0 {
			return best
		}
		if f.delSp && i > 0 && isBreakable(previous) && isBreakable(r) {
			best = i
		}
		if r == ' ' && i+1 < len(text) && text[:i+1] != signature {
			best = i + 1
		}
		previous = r
		count++
	}
	return len(text)
}

func isBreakable(r rune) bool { return r >= 0x2E80 && !unicode.Is(unicode.M, r) }

// hasLongRun reports whether text has more characters without a blank than a line can
// hold, and of a script that is written so.
func hasLongRun(text string) bool {
	run := 0
	for _, r := range text {
		if run++; !isBreakable(r) || r == utf8.RuneError {
			run = 0
		}
		if run >= flowedWidth-1 {
			return true
		}
	}
	return false
}
