package rfc822

import (
	"io"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// external makes an attachment of a message/external-body part, which has no data
// of its own (RFC 2046 5.2.3, RFC 2017): a shortcut for a file on an FTP server
// (MS-OXCMAIL 2.2.3.4.2), a link for one on the web. A path of the sender's own
// network is no link: to open it would tell that network who reads here. It
// reports false for what is to be kept as it is.
func (m *message) external(at *mapi.Attachment, p *entity.Part) bool {
	if p.Type.Type != "message/external-body" {
		return false
	}
	param := p.Type.Param
	switch strings.ToLower(param("access-type")) {
	case "anon-ftp", "ftp":
		if param("site") == "" || param("name") == "" {
			return false
		}
		url := "ftp://" + param("site") + "/" + strings.TrimPrefix(strings.Trim(param("directory"), "/")+"/"+param("name"), "/")
		if len(url) > maxLink {
			return false
		}
		props.PidTagAttachMimeTag.Set(at, "application/internet-shortcut")
		m.rename(at, param("name")+".url")
		props.PidTagAttachDataBinary.Set(at, []byte("[InternetShortcut]\r\nURL="+oneLine(strings.ReplaceAll(url, " ", "%20"))+"\r\n"))
		return true
	case "url":
		url := strings.Join(strings.Fields(param("url")), "") // it may be folded
		if !isWebLink(url) {
			return false
		}
		props.PidTagAttachMethod.Set(at, mapi.AttachByWebReference)
		props.PidTagAttachLongPathname.Set(at, url)
		if param("name") == "" {
			m.rename(at, url[strings.LastIndexByte(url, '/')+1:])
		}
		m.phantom(at, p)
		return true
	}
	return false
}

// phantom sets the type of what is elsewhere, which the body of p says in a header of
// its own (RFC 2046 5.2.3), and not that of p.
func (m *message) phantom(at *mapi.Attachment, p *entity.Part) {
	props.PidTagAttachMimeTag.Delete(at)
	body := p.Body
	body.End = min(body.End, body.Start+maxPhantom)
	head, err := m.src.read(body)
	if m.failed(err) {
		return
	}
	inner, err := entity.Parse(entity.Bytes(head), int64(len(head)), nil)
	if err != nil {
		return
	}
	media := entity.ParseMedia(inner.Header.Get("Content-Type"))
	if !isMediaType(media.Type) {
		return
	}
	props.PidTagAttachMimeTag.Set(at, media.Type)
	if cs := oneLine(media.Param("charset")); cs != "" && strings.HasPrefix(media.Type, "text/") {
		props.PidTagTextAttachmentCharset.Set(at, cs)
	}
}

// maxPhantom is how far the header of what is elsewhere is read.
const maxPhantom = 16 << 10

// maxLink is the length of a URL that is taken.
const maxLink = 2048

func isWebLink(url string) bool {
	return (hasPrefixFold(url, "http://") || hasPrefixFold(url, "https://")) && len(url) <= maxLink && isASCII(url)
}

func (m *message) rename(at *mapi.Attachment, name string) {
	props.PidTagDisplayName.Delete(at)
	props.PidTagAttachExtension.Delete(at)
	m.name(at, name, "application/octet-stream")
}

// link writes an attachment that is only a reference. Who gets the mail can follow
// one to the web; paths of the own network are not told to others.
func (g *generator) link(n *node, a *mapi.Attachment, name string) bool {
	url, _ := props.PidTagAttachLongPathname.Get(a)
	if !isWebLink(url) {
		return false
	}
	m := entity.Media{Type: "message/external-body", Params: []entity.Param{{Name: "access-type", Value: "URL"}, {Name: "url", Value: url}}}
	if name != "" {
		m.Params = append(m.Params, entity.Param{Name: "name", Value: name})
	}
	n.header.add("Content-Type", m.String())
	n.body = func(w io.Writer) error { return phantomHeader(a, name).write(w) }
	return true
}

// phantomHeader is the body that RFC 2046 5.2.3 wants: the header of what is elsewhere.
func phantomHeader(a *mapi.Attachment, name string) (h fields) {
	m := entity.Media{}
	if m.Type, _ = props.PidTagAttachMimeTag.Get(a); !isMediaType(m.Type) {
		m.Type = typeOfFile(a, name)
	}
	m.Params = charsetParam(a, m.Type)
	h.add("Content-Type", m.String())
	return h
}
