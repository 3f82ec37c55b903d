package rfc822

import (
	"bytes"
	"crypto/sha256"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// attach makes a part an attachment (MS-OXCMAIL 2.2.3.4).
func (m *message) attach(a attached) {
	p := a.part
	disp := disposition(p)
	switch {
	case p.Type.IsMessage() && m.attachMessage(p, &disp):
		return
	case isCard(p, &disp) && m.attachCard(p, &disp):
		return
	case p.Type.Type == "multipart/appledouble" && len(p.Parts) > 0:
		if !m.attachDouble(p) {
			for _, c := range p.Parts {
				m.attach(attached{c, a.related})
			}
		}
		return
	}
	at := &mapi.Attachment{}
	at.Grow(16)
	index := len(m.Attachments)
	m.describe(at, p, &disp)
	props.PidTagAttachMethod.Set(at, mapi.AttachByValue)
	m.name(at, fileName(p, &disp), mediaType(p))
	m.inline(at, a, &disp)
	if m.external(at, p) {
		m.keepPart(index, p)
		m.Attachments = append(m.Attachments, at)
		return
	}
	data, layout, exact := m.data(p)
	if name, _ := props.PidTagAttachLongFilename.Get(at); m.inner != nil && m.alsoInside(name, data) {
		return
	}
	m.Attachments = append(m.Attachments, at)
	at.Set(props.PidTagAttachDataBinary.Prop(), data)
	m.keepPart(index, p)
	if other := m.macFile(at, p); exact > 0 && !other {
		m.recipe.attachment(index, p.Body.Start, layout, exact, 0)
	}
}

// data is the decoded body of p: bytes when it is small, else a stream.
func (m *message) data(p *entity.Part) (v mapi.Value, l entity.Layout, exact int64) {
	enc := encodingOf(p)
	if enc == entity.Unknown {
		m.report(entity.RuleEncoding, p, p.Header.Text("Content-Transfer-Encoding"))
	}
	if p.Body.Len() <= int64(m.opts.InlineLimit) {
		raw, err := m.src.read(p.Body)
		if m.failed(err) {
			return []byte{}, l, 0
		}
		b, l, exact, damaged := entity.DecodeBytes(enc, raw)
		if damaged {
			m.report(entity.RuleEncoding, p, enc.String())
		}
		if enc == entity.Identity || enc == entity.Unknown {
			b = bytes.Clone(b)
		}
		if b == nil {
			b = []byte{}
		}
		return b, l, exact
	}
	c, l, exact := m.measure(p.Body, enc, nil)
	if m.decoder.content.Damaged() {
		m.report(entity.RuleEncoding, p, enc.String())
	}
	return c, l, exact
}

// describe sets what the part's header says beside its name.
func (m *message) describe(at *mapi.Attachment, p *entity.Part, disp *entity.Media) {
	set := func(key props.Key[string], s string) {
		if s = oneLine(strings.TrimSpace(s)); s != "" {
			at.Set(key.Prop(), s)
		}
	}
	set(props.PidTagAttachMimeTag, mediaType(p))
	if strings.HasPrefix(p.Type.Type, "text/") {
		set(props.PidTagTextAttachmentCharset, p.Type.Param("charset"))
	}
	for f := range p.Header.All() {
		switch {
		case f.Is("Content-ID"):
			set(props.PidTagAttachContentId, trimID(f.Text()))
		case f.Is("Content-Location"):
			set(props.PidTagAttachContentLocation, f.Text())
		case f.Is("Content-Base"):
			set(props.PidTagAttachContentBase, f.Text())
		case f.Is("Content-Description"):
			set(props.PidTagDisplayName, f.Text())
		case f.Is("X-Payload-Class"):
			set(props.PidTagAttachPayloadClass, f.Text())
		}
	}
	if t, ok := entity.ParseDate([]byte(disp.Param("creation-date"))); ok {
		props.PidTagCreationTime.Set(at, t)
	}
	if t, ok := entity.ParseDate([]byte(disp.Param("modification-date"))); ok {
		props.PidTagLastModificationTime.Set(at, t)
	}
	at.Set(props.PidTagRenderingPosition.Prop(), noRendering)
}

// mediaType is the type of a part as it can be written. A multipart that was not
// taken apart is only bytes.
func mediaType(p *entity.Part) string {
	t := p.Type.Type
	if isMediaType(t) {
		if !p.Type.IsMultipart() {
			return t
		}
		if len(p.Parts) == 0 && !p.Truncated {
			return "text/plain"
		}
		return "application/octet-stream"
	}
	t = strings.Map(func(r rune) rune {
		if r != '/' && !entity.IsToken(string(r)) {
			return -1
		}
		return r
	}, t)
	if isMediaType(t) {
		return t
	}
	return "application/octet-stream"
}

// noRendering: the attachment has no place in a text (MS-OXCMSG 2.2.2.16).
var noRendering mapi.Value = int32(-1)

// inline marks an attachment that belongs to the HTML: a part of a
// multipart/related, or one that is shown inline, has an id, and is referred to.
func (m *message) inline(at *mapi.Attachment, a attached, disp *entity.Media) {
	cid, _ := props.PidTagAttachContentId.Get(at)
	location, _ := props.PidTagAttachContentLocation.Get(at)
	if m.bodies.html.part == nil || cid == "" && location == "" {
		return
	}
	html, _ := m.Get(props.PidTagHtml.Prop()).([]byte)
	if !mentions(html, cid, location) {
		if a.related && disp.Type != "attachment" {
			props.PidTagAttachFlags.Set(at, mapi.AttachFlagRenderedInBody)
		}
		return
	}
	props.PidTagAttachFlags.Set(at, mapi.AttachFlagRenderedInBody)
	props.PidTagAttachmentHidden.Set(at, true)
}

// name sets the file name properties.
func (m *message) name(at *mapi.Attachment, name, mediaType string) {
	name = cleanName(name)
	if name == "" {
		name = "attachment" + extensionOf(mediaType)
	}
	v := mapi.Value(name)
	at.Set(props.PidTagAttachLongFilename.Prop(), v)
	at.Set(props.PidTagAttachFilename.Prop(), v)
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		props.PidTagAttachExtension.Set(at, name[i:])
	}
	if !props.PidTagDisplayName.Has(at) {
		at.Set(props.PidTagDisplayName.Prop(), v)
	}
}

// fileName is the name that a part gives itself.
func fileName(p *entity.Part, disp *entity.Media) string {
	if s := disp.Param("filename"); s != "" {
		return s
	}
	return p.Type.Param("name")
}

// cleanName makes a name that is safe as the name of a file: without a path,
// characters that some systems forbid, or blanks and dots at its end.
func cleanName(s string) string {
	if i := strings.LastIndexAny(s, `/\`); i >= 0 && i < len(s)-1 {
		s = s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`<>:"/\|?*`, r) {
			return '_'
		}
		return r
	}, validString(s))
	s = strings.TrimSpace(strings.TrimRight(s, ". "))
	const most = 255
	if len(s) > most {
		ext := ""
		if i := strings.LastIndexByte(s, '.'); i > 0 && len(s)-i < 32 {
			ext = s[i:]
		}
		s = strings.ToValidUTF8(s[:most-len(ext)], "") + ext
	}
	return s
}

// extensionOf is the usual extension of a media type, or ".dat". It asks no
// table of the system, so that the same mail gives the same name everywhere.
func extensionOf(mediaType string) string {
	switch mediaType {
	case "text/plain":
		return ".txt"
	case "text/html":
		return ".htm"
	case "text/calendar":
		return ".ics"
	case "text/vcard", "text/x-vcard", "text/directory":
		return ".vcf"
	case "text/csv":
		return ".csv"
	case "text/xml", "application/xml":
		return ".xml"
	case "text/rtf", "application/rtf":
		return ".rtf"
	case "image/jpeg", "image/jpg", "image/pjpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	case "image/gif":
		return ".gif"
	case "image/bmp":
		return ".bmp"
	case "image/tiff":
		return ".tif"
	case "image/svg+xml":
		return ".svg"
	case "image/webp":
		return ".webp"
	case "audio/mpeg":
		return ".mp3"
	case "audio/wav", "audio/x-wav":
		return ".wav"
	case "video/mp4":
		return ".mp4"
	case "application/pdf":
		return ".pdf"
	case "application/zip", "application/x-zip-compressed":
		return ".zip"
	case "application/json":
		return ".json"
	case "application/msword":
		return ".doc"
	case "application/vnd.ms-excel":
		return ".xls"
	case "application/vnd.ms-powerpoint":
		return ".ppt"
	case "application/pgp-signature":
		return ".asc"
	case "application/pkcs7-signature", "application/x-pkcs7-signature":
		return ".p7s"
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		return ".p7m"
	case "message/rfc822", "message/global", "message/news":
		return ".eml"
	case "message/delivery-status", "message/disposition-notification", "text/rfc822-headers":
		return ".txt"
	}
	return ".dat"
}

// attachMessage makes an embedded message of a message part. One that is encoded,
// which RFC 2046 forbids, is decoded when it is of moderate size. It reports
// false when the part is to be kept as a file.
func (m *message) attachMessage(p *entity.Part, disp *entity.Media) bool {
	var inner *mapi.Message
	var ref func(index int)
	switch enc := encodingOf(p); {
	case len(p.Parts) == 1:
		inner = m.message(p.Parts[0])
		ref = func(index int) { m.recipe.embedded(index, p.Body) }
	case p.Truncated || enc == entity.Identity || enc == entity.Unknown ||
		p.Body.Len() > maxEncodedMessage || m.nested >= maxEncodedNesting:
		return false
	default:
		raw, err := m.src.read(p.Body)
		if m.failed(err) {
			return false
		}
		b, layout, exact, _ := entity.DecodeBytes(enc, raw)
		if inner = m.encodedMessage(b); inner == nil {
			return false
		}
		ref = func(index int) { m.recipe.encodedMessage(index, p.Body.Start, layout, exact) }
	}
	at := &mapi.Attachment{Embedded: inner}
	at.Grow(12)
	index := len(m.Attachments)
	m.Attachments = append(m.Attachments, at)
	m.describe(at, p, disp)
	props.PidTagAttachMethod.Set(at, mapi.AttachEmbeddedMessage)
	name := fileName(p, disp)
	if name == "" {
		name, _ = props.PidTagSubject.Get(inner)
		if name = cleanName(name); name != "" && !props.PidTagDisplayName.Has(at) {
			props.PidTagDisplayName.Set(at, name)
		}
		name += ".eml"
		if name == ".eml" {
			name = ""
		}
	}
	m.name(at, name, p.Type.Type)
	m.keepPart(index, p)
	ref(index)
	return true
}

// keepPart lets the part be written as it came as long as the attachment is the
// same. The whole mail is no part.
func (m *message) keepPart(index int, p *entity.Part) {
	if p != m.part {
		m.recipe.part(index, p)
	}
}

// Messages that are encoded are decoded into memory: up to 4 MiB, and not more
// than three in each other.
const (
	maxEncodedMessage = 4 << 20
	maxEncodedNesting = 3
)

func (m *message) encodedMessage(b []byte) *mapi.Message {
	src := &source{ra: entity.Bytes(b), size: int64(len(b))}
	part, err := entity.Parse(src.ra, src.size, &entity.Options{
		MaxHeaderBytes: m.opts.MaxHeaderBytes, MaxParts: m.opts.MaxParts, MaxDepth: m.opts.MaxDepth,
	})
	if err != nil {
		return nil
	}
	quiet := m.opts
	quiet.Report = func(Issue) {} // its places mean nothing in this mail
	d := &decoder{src: src, opts: quiet, nested: m.nested + 1}
	return d.message(part)
}

// secured turns a mail that is signed or encrypted with S/MIME as a whole into a
// message with exactly one attachment that keeps it (MS-OXOSMIME 2.1). It reports
// false for all other mails.
func (m *message) secured() bool {
	p := m.part
	switch {
	case p.Type.Type == "multipart/signed" && isPKCS7(p.Type.Param("protocol"), "signature") && len(p.Parts) > 0 && !p.Truncated:
		m.clearSigned()
	case isPKCS7(p.Type.Type, "mime") && !markedCertificates(&p.Type):
		m.opaque()
	default:
		return false
	}
	return true
}

func isPKCS7(t, kind string) bool {
	return strings.EqualFold(t, "application/pkcs7-"+kind) || strings.EqualFold(t, "application/x-pkcs7-"+kind)
}

// markedCertificates: a bag of certificates is no message.
func markedCertificates(t *entity.Media) bool {
	return strings.EqualFold(t.Param("smime-type"), "certs-only")
}

// clearSigned keeps the whole multipart with its own content fields, byte for
// byte; the text is read from the signed part for display and search.
func (m *message) clearSigned() {
	p := m.part
	props.PidTagMessageClass.Set(m, "IPM.Note.SMIME.MultipartSigned")
	m.bodies.walk(p.Parts[0], true, false)
	m.bodies.others = nil
	m.texts()

	eol := "\r\n"
	var head []byte
	for f := range p.Header.All() {
		if key := f.Key(); len(key) > 8 && strings.EqualFold(string(key[:8]), "content-") {
			head = append(head, f.Raw...)
			if bytes.HasSuffix(f.Raw, []byte("\n")) && !bytes.HasSuffix(f.Raw, []byte("\r\n")) {
				eol = "\n"
			}
		}
	}
	head = append(head, eol...)
	m.wholeAttachment(head)
}

// wholeAttachment adds smime.p7m, which is head and the body of the mail.
func (m *message) wholeAttachment(head []byte) {
	p := m.part
	at := m.securedAttachment("multipart/signed")
	d := &digested{segments: segments{src: m.src}}
	d.add(segment{bytes: head})
	d.add(segment{at: p.Body})
	if d.size <= int64(m.opts.InlineLimit) {
		b, err := d.load()
		m.failed(err)
		props.PidTagAttachDataBinary.Set(at, b)
	} else {
		h := sha256.New()
		r, _ := d.Open()
		_, err := copyAll(h, r)
		m.failed(err)
		h.Sum(d.sum[:0])
		props.PidTagAttachDataBinary.SetStream(at, d)
	}
	m.recipe.attachment(0, p.Body.Start, entity.Layout{Encoding: entity.Identity}, p.Body.Len(), int64(len(head)))
}

// opaque keeps the CMS blob; the original Content-Type stays for export.
func (m *message) opaque() {
	props.PidTagMessageClass.Set(m, "IPM.Note.SMIME")
	at := m.securedAttachment("application/pkcs7-mime")
	data, layout, exact := m.data(m.part)
	at.Set(props.PidTagAttachDataBinary.Prop(), data)
	if f := m.part.Header.Find("Content-Type"); f != nil {
		m.set(contentType, f.Text())
	}
	if exact > 0 {
		m.recipe.attachment(0, m.part.Body.Start, layout, exact, 0)
	}
}

// contentType keeps the Content-Type of an S/MIME mail.
var contentType = internetHeader("content-type")

func (m *message) securedAttachment(mediaType string) *mapi.Attachment {
	at := &mapi.Attachment{}
	props.PidTagAttachMimeTag.Set(at, mediaType)
	props.PidTagAttachMethod.Set(at, mapi.AttachByValue)
	at.Set(props.PidTagRenderingPosition.Prop(), noRendering)
	m.name(at, "smime.p7m", mediaType)
	m.Attachments = append(m.Attachments, at)
	return at
}
