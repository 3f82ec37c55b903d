package report

import "github.com/okapi-mail/okapi/rfc822/entity"

// Found is which part of a mail is which; all may be nil.
type Found struct {
	Human    *entity.Part // the part that people read, of whatever type
	Content  *entity.Part // of a type that IsMachine knows
	Returned *entity.Part // the original message, or its header
}

// Find looks for the parts of a report. The mail need not be a multipart/report: a
// machine-readable part within a multipart/mixed, or as the whole mail, is found
// too, because programs write that; one within an attached message is not. Content
// is nil when there is no report.
func Find(root *entity.Part) Found {
	if IsMachine(root.Type.Type) {
		return Found{Content: root}
	}
	return findIn(root, maxFind)
}

// maxFind is how deep a report is looked for: within a disclaimer's or a mailing
// list's multipart.
const maxFind = 3

func findIn(p *entity.Part, depth int) (f Found) {
	if !p.Type.IsMultipart() || depth == 0 {
		return f
	}
	for i, c := range p.Parts {
		if IsMachine(c.Type.Type) {
			f.Content = c
			if i > 0 {
				f.Human = p.Parts[0]
			}
			f.Returned = returned(p.Parts[i+1:])
			if f.Returned == nil && i > 0 {
				f.Returned = returned(p.Parts[:i])
			}
			return f
		}
	}
	for _, c := range p.Parts {
		if f = findIn(c, depth-1); f.Content != nil {
			return f
		}
	}
	return f
}

func returned(list []*entity.Part) *entity.Part {
	for _, p := range list {
		if IsReturned(p.Type.Type) {
			return p
		}
	}
	return nil
}

// IsReturned reports whether a part of a report with that media type is the
// original message or its header.
func IsReturned(mediaType string) bool {
	switch mediaType {
	case messageType, globalType, headersType, globalHeadersType, "text/rfc822-header", "text/rfc822":
		return true
	}
	return false
}
