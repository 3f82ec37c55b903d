package ical

import (
	"encoding/base64"
	"path"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// notException are the exception times of a file, which is none.
var notException = mapi.FromFileTime(mapi.NoDate)

// files makes attachments of ATTACH.
func (it *item) files() {
	for i := range it.c.Props {
		p := &it.c.Props[i]
		if p.Name != "ATTACH" {
			continue
		}
		var a *mapi.Attachment
		if isBinary(p) {
			data, ok := decodeBase64(p.Value)
			if !ok && it.d.fresh {
				it.d.report(line.RuleEncoding, p.Offset, "ATTACH")
			}
			a = file(fileName(p), data)
			if t := p.Param("FMTTYPE"); t != "" {
				props.PidTagAttachMimeTag.Set(a, t)
			}
		} else {
			if strings.TrimSpace(p.Value) == "" {
				continue
			}
			a = link(p.Value, fileName(p))
		}
		it.m.Attachments = append(it.m.Attachments, a)
	}
}

func isBinary(p *Prop) bool {
	return strings.EqualFold(p.Param("VALUE"), "BINARY") || p.Has("ENCODING", "BASE64") || p.Has("ENCODING", "B")
}

func fileName(p *Prop) string {
	for _, name := range []string{"X-FILENAME", "FILENAME", "X-APPLE-FILENAME", "X-ORACLE-FILENAME", "X-LABEL"} {
		if s := p.Param(name); s != "" {
			return s
		}
	}
	return ""
}

func decodeBase64(s string) ([]byte, bool) {
	s = strings.TrimRight(strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, s), "=")
	b, err := base64.RawStdEncoding.DecodeString(s)
	return b, err == nil // what came before the fault is kept
}

func file(name string, data []byte) *mapi.Attachment {
	if name == "" {
		name = "attachment"
	}
	a := &mapi.Attachment{}
	props.PidTagAttachMethod.Set(a, mapi.AttachByValue)
	props.PidTagAttachLongFilename.Set(a, name)
	props.PidTagAttachFilename.Set(a, name)
	props.PidTagDisplayName.Set(a, name)
	if ext := path.Ext(name); ext != "" {
		props.PidTagAttachExtension.Set(a, ext)
	}
	if data == nil {
		data = []byte{}
	}
	props.PidTagAttachDataBinary.Set(a, data)
	return plain(a)
}

// plain says that an attachment is no instance of a series.
func plain(a *mapi.Attachment) *mapi.Attachment {
	props.PidTagAttachmentFlags.Set(a, 0)
	props.PidTagAttachmentHidden.Set(a, false)
	props.PidTagAttachmentLinkId.Set(a, 0)
	props.PidTagExceptionStartTime.Set(a, notException)
	props.PidTagExceptionEndTime.Set(a, notException)
	return a
}

// link is an attachment by web reference.
func link(uri, name string) *mapi.Attachment {
	if name == "" {
		name = path.Base(strings.TrimRight(uri, "/"))
	}
	a := &mapi.Attachment{}
	props.PidTagAttachMethod.Set(a, mapi.AttachByWebReference)
	props.PidTagAttachLongPathname.Set(a, uri)
	props.PidTagAttachLongFilename.Set(a, name)
	props.PidTagDisplayName.Set(a, name)
	return plain(a)
}

func isException(a *mapi.Attachment) bool {
	return a.Embedded != nil && props.PidTagAttachmentFlags.Or(a, 0)&mapi.AttachmentFlagException != 0
}
