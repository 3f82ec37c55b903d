package rfc822

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// generate writes msg as new mail (MS-OXCMAIL 2.1).
func generate(w io.Writer, msg *mapi.Message, o *EncodeOptions) error {
	g := &generator{opts: o, w: w}
	return g.message(msg)
}

// A generator writes one mail with the messages in it.
type generator struct {
	opts  *EncodeOptions
	w     io.Writer
	depth int
	coder entity.Encoder // its buffers serve all attachments
}

func (g *generator) message(msg *mapi.Message) error {
	h := g.header(msg)
	o := g.pieces(msg)
	if o != nil {
		defer o.Close()
		if done, err := g.sameContent(o, msg, h); done || err != nil {
			return err
		}
	}
	if done, err := g.secured(msg, h); done || err != nil {
		return err
	}
	root, err := g.report(msg, o)
	if err == nil && root == nil {
		if g.wantsTNEF(msg) {
			return g.winmail(msg, h)
		}
		root, err = g.tree(msg, o)
	}
	if err != nil {
		return err
	}
	return g.entity(root, h)
}

// A node is an entity to write: a multipart with children, or a body.
type node struct {
	header   fields
	boundary string
	children []*node
	body     func(w io.Writer) error
	raw      func(w io.Writer) error // writes header and body; nil: the other fields tell
}

// entity writes the fields of n behind those in h, and the body.
func (g *generator) entity(n *node, h fields) error {
	if n.raw != nil && h == nil {
		return n.raw(g.w)
	}
	h = append(h, n.header...)
	if err := h.write(g.w); err != nil {
		return err
	}
	if n.children == nil {
		return n.body(g.w)
	}
	for i, c := range n.children {
		eol := "\r\n"
		if i == 0 {
			eol = "" // no preamble
		}
		if _, err := fmt.Fprintf(g.w, "%s--%s\r\n", eol, n.boundary); err != nil {
			return err
		}
		if err := g.entity(c, nil); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(g.w, "\r\n--%s--\r\n", n.boundary)
	return err
}

// multipart puts nodes in one; a single one stays alone.
func (g *generator) multipart(kind string, children ...*node) *node {
	if len(children) == 1 {
		return children[0]
	}
	n := &node{children: children, boundary: g.boundary()}
	m := entity.Media{Type: "multipart/" + kind, Params: []entity.Param{{Name: "boundary", Value: n.boundary}}}
	if kind == "related" {
		m.Params = append(m.Params, entity.Param{Name: "type", Value: rootType(children[0])})
	}
	n.header.add("Content-Type", m.String())
	return n
}

func rootType(n *node) string {
	m := entity.ParseMedia([]byte(n.header.get("Content-Type")))
	return m.Type
}

func (g *generator) boundary() string {
	if g.opts.Boundary != nil {
		return g.opts.Boundary()
	}
	return "okapi_" + rand.Text() // "_" occurs in no base64, "=_" in no quoted-printable
}

// tree is the structure of the mail: mixed( related( alternative( plain, html ),
// what the HTML shows ), attachments ), without levels of one child
// (MS-OXCMAIL 2.1.3.4).
//
// The part of an attachment that did not change is written as o has it.
func (g *generator) tree(msg *mapi.Message, o *original) (*node, error) {
	texts, html, shown, err := g.texts(msg)
	if err != nil {
		return nil, err
	}
	var attached []*node
	if isCalendar(msg) {
		n, err := g.calendar(msg)
		if err != nil {
			return nil, err
		}
		texts = append(texts, n)
	}
	for i, a := range msg.Attachments {
		if isException(a) {
			continue
		}
		inline := isInline(a, html)
		n, err := g.attachment(a, inline)
		if err != nil {
			return nil, err
		}
		if same := g.samePart(o, i); same != nil && n != nil {
			n.raw = same.raw
		}
		switch {
		case n == nil:
		case inline:
			shown = append(shown, n)
		default:
			attached = append(attached, n)
		}
	}
	if len(texts) == 0 && isEncrypted(msg) {
		return g.encrypted(attached), nil
	}
	if len(texts) == 0 && (len(attached) == 0 || len(attached) == 1 && isWinmail(attached[0])) {
		texts = append(texts, emptyText())
		texts[0].identify(msg)
	}
	var body []*node
	if len(texts) > 0 {
		text := g.multipart("alternative", texts...)
		body = append(body, g.multipart("related", append([]*node{text}, shown...)...))
	}
	return g.multipart("mixed", append(body, attached...)...), nil
}

// isEncrypted: the two parts of an OpenPGP message (RFC 3156 4).
func isEncrypted(msg *mapi.Message) bool {
	if len(msg.Attachments) != 2 {
		return false
	}
	tag, _ := props.PidTagAttachMimeTag.Get(msg.Attachments[0])
	return tag == pgpEncrypted
}

const pgpEncrypted = "application/pgp-encrypted"

func (g *generator) encrypted(children []*node) *node {
	n := &node{children: children, boundary: g.boundary()}
	m := entity.Media{Type: "multipart/encrypted", Params: []entity.Param{
		{Name: "protocol", Value: pgpEncrypted}, {Name: "boundary", Value: n.boundary},
	}}
	n.header.add("Content-Type", m.String())
	return n
}

// isInline reports whether the HTML shows an attachment: it has an id or a
// location, is marked, and is referred to (MS-OXCMAIL 2.1.3.4.1.2).
func isInline(a *mapi.Attachment, html []byte) bool {
	cid, _ := props.PidTagAttachContentId.Get(a)
	location, _ := props.PidTagAttachContentLocation.Get(a)
	flags, _ := props.PidTagAttachFlags.Get(a)
	hidden, _ := props.PidTagAttachmentHidden.Get(a)
	return (flags&mapi.AttachFlagRenderedInBody != 0 || hidden) && mentions(html, cid, location)
}

// texts makes the text parts, and returns the HTML to look for references in.
// Bodies that are missing are made from the one that was written: RTF becomes HTML,
// and HTML gets a text beside it, unless it came by mail without one (MS-OXCMAIL
// 2.1.3.3). Pictures of RTF are to stand beside the HTML.
func (g *generator) texts(msg *mapi.Message) (nodes []*node, html []byte, pictures []*node, err error) {
	v := view{msg: msg, want: g.opts.wish(msg).body}
	if err := v.fill(g.boundary); err != nil {
		return nil, nil, nil, err
	}
	if v.plain != nil {
		n, err := g.plain(msg, v.plain)
		if err != nil {
			return nil, nil, nil, err
		}
		nodes = append(nodes, n)
	}
	var n *node
	switch {
	case v.made != nil:
		n, html = textNode("html", entity.UTF8, v.made), v.made
	case v.html:
		n, html, err = htmlNode(msg)
	}
	if n != nil {
		nodes = append(nodes, n)
	}
	if len(nodes) > 0 {
		nodes[len(nodes)-1].identify(msg)
	}
	return nodes, html, v.pictures, err
}

// identify gives the best text its id and location.
func (n *node) identify(msg *mapi.Message) {
	if cid, ok := props.PidTagBodyContentId.Get(msg); ok {
		n.header.add("Content-ID", "<"+cid+">")
	}
	if loc, ok := props.PidTagBodyContentLocation.Get(msg); ok {
		n.header.add("Content-Location", loc)
	}
}

func emptyText() *node { return textNode("plain", entity.USASCII, nil) }

// plain makes the part of a plain text.
func (g *generator) plain(msg *mapi.Message, v mapi.Value) (*node, error) {
	if s, ok := v.(mapi.Stream); ok && s.Size() > largeText {
		return streamNode("text/plain", entity.UTF8, s), nil
	}
	v, err := mapi.ReadValue(mapi.PtypString, v, largeText)
	if err != nil {
		return nil, err
	}
	text, _ := v.(string)
	if g.opts.Flowed && len(text) <= largeText {
		return flowedNode(msg, text), nil
	}
	return plainNode(msg, text), nil
}

func plainNode(msg *mapi.Message, text string) *node {
	cp, ok := props.PidTagInternetCodepage.Get(msg)
	if !ok {
		cp = entity.USASCII.Codepage
	}
	if c, ok := entity.CharsetOf(cp); ok && safeForMail(c) {
		if c.Reads(bytesOf(text)) { // no copy
			return textNode("plain", c, bytesOf(text))
		}
		if b, ok := c.Encode(text); ok {
			return textNode("plain", c, b)
		}
	}
	return textNode("plain", entity.UTF8, bytesOf(text))
}

// safeForMail: charsets in which ASCII is ASCII, and ISO-2022-JP, can be the
// charset of a text part.
func safeForMail(c *entity.Charset) bool { return c.ASCIICompatible() || c.Name == "iso-2022-jp" }

// htmlNode makes the HTML part in the bytes that the property has.
func htmlNode(msg *mapi.Message) (*node, []byte, error) {
	v := msg.Get(props.PidTagHtml.Prop())
	charset := entity.UTF8
	if v == nil {
		if v = msg.Get(props.PidTagBodyHtml.Prop()); v == nil {
			return nil, nil, nil
		}
	} else {
		cp, _ := props.PidTagInternetCodepage.Get(msg)
		if c, ok := entity.CharsetOf(cp); ok {
			charset = c
		}
	}
	if s, ok := v.(mapi.Stream); ok && s.Size() > largeText {
		return streamNode("text/html", charset, s), nil, nil
	}
	v, err := mapi.ReadValue(mapi.PtypBinary, v, largeText)
	if err != nil {
		return nil, nil, err
	}
	var html []byte
	switch v := v.(type) {
	case []byte:
		html = v
	case string:
		html = bytesOf(v)
	}
	if !safeForMail(charset) || charset == entity.USASCII {
		html, charset = recode(html, charset), entity.UTF8
	}
	return textNode("html", charset, html), html, nil
}

// textNode is a text part: as it is when it is clean, else in the shorter of
// quoted-printable and base64.
func textNode(subtype string, c *entity.Charset, text []byte) *node {
	form := examine(text)
	if form.bare {
		text = crlf(text)
	}
	if !form.ascii && c == entity.USASCII {
		c = entity.UTF8
	}
	n := &node{header: make(fields, 0, 3)}
	m := entity.Media{Type: "text/" + subtype, Params: []entity.Param{{Name: "charset", Value: c.Name}}}
	n.header.add("Content-Type", m.String())
	switch {
	case form.clean && form.ascii:
		n.header.add("Content-Transfer-Encoding", "7bit")
		n.body = func(w io.Writer) error { _, err := w.Write(text); return err }
	case 3*form.special > len(text)/2:
		n.header.add("Content-Transfer-Encoding", "base64")
		n.body = func(w io.Writer) error { return writeBase64(w, bytes.NewReader(text)) }
	default:
		n.header.add("Content-Transfer-Encoding", "quoted-printable")
		n.body = func(w io.Writer) error { return entity.WriteQuoted(w, text) }
	}
	return n
}

// maxCleanLine is the longest line that is written without an encoding (RFC 5322
// 2.1.1 allows 998).
const maxCleanLine = 990

// A textForm is what decides how a text travels.
type textForm struct {
	ascii   bool
	clean   bool // apart from bytes above ASCII it can travel as it is
	bare    bool // a line ends with LF alone
	special int  // bytes that quoted-printable has to encode
}

// examine looks at the bytes of a text once.
func examine(text []byte) textForm {
	form := textForm{ascii: true, clean: true}
	line := 0 // where it begins
	for i := entity.PlainRun(text); i < len(text); i += 1 + entity.PlainRun(text[i+1:]) {
		switch c := text[i]; {
		case c == '\n':
			form.bare = form.bare || i == 0 || text[i-1] != '\r'
			form.clean = form.clean && i-line <= maxCleanLine
			line = i + 1
		case c == '\r' && i+1 < len(text) && text[i+1] == '\n':
		case c >= 0x80:
			form.ascii = false
			form.special++
		case c == '=':
			form.special++
		case c != '\t':
			form.clean = false
			form.special++
		}
	}
	form.clean = form.clean && len(text)-line <= maxCleanLine
	return form
}

// crlf makes all line ends CRLF. A CR alone stays, and gets encoded.
func crlf(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/32+16)
	for i, c := range b {
		if c == '\n' && (i == 0 || b[i-1] != '\r') {
			out = append(out, '\r')
		}
		out = append(out, c)
	}
	return out
}

// streamNode is a large text: base64, its line ends as they are.
func streamNode(mediaType string, c *entity.Charset, s mapi.Stream) *node {
	n := &node{}
	m := entity.Media{Type: mediaType, Params: []entity.Param{{Name: "charset", Value: c.Name}}}
	n.header.add("Content-Type", m.String())
	n.header.add("Content-Transfer-Encoding", "base64")
	n.body = func(w io.Writer) error {
		r, err := s.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		return writeBase64(w, r)
	}
	return n
}

// base64Lines is how new base64 is written.
var base64Lines = entity.Layout{Encoding: entity.Base64, Line: 76}

func writeBase64(w io.Writer, r io.Reader) error {
	_, err := entity.NewEncoder(base64Lines, r).WriteTo(w)
	return err
}

// attachment makes the part of an attachment.
func (g *generator) attachment(a *mapi.Attachment, inline bool) (*node, error) {
	name, ok := props.PidTagAttachLongFilename.Get(a)
	if !ok {
		name, _ = props.PidTagAttachFilename.Get(a)
	}
	n := &node{}
	switch {
	case a.Embedded == nil:
		g.file(n, a, name)
	case isContact(a.Embedded):
		if name == "" {
			name = cardName(a)
		}
		var err error
		if n, err = cardNode(a, name); err != nil {
			return nil, err
		}
	default:
		n = g.messageNode(a, name)
	}
	kind := "attachment"
	if inline {
		kind = "inline"
	}
	disp := entity.Media{Type: kind}
	if name != "" {
		disp.Params = append(disp.Params, entity.Param{Name: "filename", Value: name})
	}
	if t, ok := props.PidTagCreationTime.Get(a); ok {
		disp.Params = append(disp.Params, entity.Param{Name: "creation-date", Value: entity.FormatDate(t)})
	}
	if t, ok := props.PidTagLastModificationTime.Get(a); ok {
		disp.Params = append(disp.Params, entity.Param{Name: "modification-date", Value: entity.FormatDate(t)})
	}
	n.header.add("Content-Disposition", disp.String())
	if cid, ok := props.PidTagAttachContentId.Get(a); ok {
		n.header.add("Content-ID", "<"+cid+">")
	}
	for _, f := range []struct {
		name string
		key  props.Key[string]
	}{
		{"Content-Location", props.PidTagAttachContentLocation},
		{"Content-Base", props.PidTagAttachContentBase},
		{"X-Payload-Class", props.PidTagAttachPayloadClass},
	} {
		if s, ok := f.key.Get(a); ok {
			n.header.text(f.name, s)
		}
	}
	if s, ok := props.PidTagDisplayName.Get(a); ok && s != name {
		n.header.text("Content-Description", s)
	}
	if mac := g.macintosh(n, a); mac != nil {
		return mac, nil
	}
	return n, nil
}

// messageNode is the part of an embedded message, without its disposition.
func (g *generator) messageNode(a *mapi.Attachment, name string) *node {
	n := &node{}
	m := entity.Media{}
	if m.Type, _ = props.PidTagAttachMimeTag.Get(a); !m.IsMessage() {
		m.Type = "message/rfc822"
		if g.opts.UTF8 {
			m.Type = "message/global"
		}
	}
	if name != "" {
		m.Params = []entity.Param{{Name: "name", Value: name}}
	}
	n.header.add("Content-Type", m.String())
	n.header.add("Content-Transfer-Encoding", "8bit")
	n.body = func(w io.Writer) error { return g.embedded(w, a.Embedded) }
	return n
}

// file fills the node of an attachment that is no message.
func (g *generator) file(n *node, a *mapi.Attachment, name string) {
	tag := fileType(a, name)
	data := mapi.Prop{ID: 0x3701, Type: mapi.PtypUnspecified}
	open := func() (io.ReadCloser, error) {
		r, _, err := mapi.OpenValue(a, data)
		return r, err
	}
	if !a.Has(data) {
		if g.link(n, a, name) {
			return
		}
		open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("")), nil }
	}
	m := entity.Media{Type: tag, Params: charsetParam(a, tag)}
	if name != "" {
		m.Params = append(m.Params, entity.Param{Name: "name", Value: name})
	}
	n.header.add("Content-Type", m.String())
	n.header.add("Content-Transfer-Encoding", "base64")
	n.body = func(w io.Writer) error {
		r, err := open()
		if err != nil {
			return err
		}
		defer r.Close()
		g.coder.Reset(base64Lines, r)
		_, err = g.coder.WriteTo(w)
		return err
	}
}

// charsetParam is the charset of a text that the attachment knows.
func charsetParam(a *mapi.Attachment, mediaType string) []entity.Param {
	cs, ok := props.PidTagTextAttachmentCharset.Get(a)
	if !ok || !strings.HasPrefix(mediaType, "text/") {
		return nil
	}
	return []entity.Param{{Name: "charset", Value: cs}}
}

// isMediaType: names have at most 127 characters (RFC 6838 4.2); a line must hold them.
func isMediaType(s string) bool {
	kind, sub, ok := strings.Cut(s, "/")
	return ok && len(kind) <= 127 && len(sub) <= 127 && entity.IsToken(kind) && entity.IsToken(sub)
}

// embedded writes a message in a message: its original bytes when they hold.
func (g *generator) embedded(w io.Writer, msg *mapi.Message) error {
	if g.depth >= maxEmbedding {
		return fmt.Errorf("%w: more than %d messages in each other", mapi.ErrTooComplex, maxEmbedding)
	}
	if !g.opts.Regenerate {
		if src, err := openOriginal(msg); err == nil && src != nil {
			defer src.Close()
			_, err = src.WriteTo(w)
			return err
		}
	}
	inner := &generator{opts: g.opts, w: w, depth: g.depth + 1}
	return inner.message(msg)
}

// secured writes an S/MIME message from its one attachment, as it is: any change
// would break the signature (MS-OXOSMIME 2.1). It reports false for others.
func (g *generator) secured(msg *mapi.Message, h fields) (bool, error) {
	class, _ := props.PidTagMessageClass.Get(msg)
	if len(msg.Attachments) != 1 {
		return false, nil
	}
	a := msg.Attachments[0]
	tag, _ := props.PidTagAttachMimeTag.Get(a)
	data := mapi.Prop{ID: 0x3701, Type: mapi.PtypUnspecified}
	if !a.Has(data) {
		return false, nil
	}
	switch {
	case strings.HasSuffix(class, ".SMIME.MultipartSigned") && tag == "multipart/signed":
		r, _, err := mapi.OpenValue(a, data)
		if err != nil {
			return true, err
		}
		defer r.Close()
		signed := bufio.NewReaderSize(r, maxSignedHeader)
		head, _ := signed.Peek(maxSignedHeader) // what cannot be read is reported by the copy
		if err := h.without(head).writeOpen(g.w); err != nil {
			return true, err
		}
		_, err = signed.WriteTo(g.w)
		return true, err
	case strings.HasSuffix(class, ".SMIME") && isPKCS7(tag, "mime"):
		media, _ := msg.Get(contentType).(string)
		if media == "" {
			media = `application/pkcs7-mime; name="smime.p7m"`
		}
		h.add("Content-Type", oneLine(media))
		h.add("Content-Transfer-Encoding", "base64")
		h.add("Content-Disposition", `attachment; filename="smime.p7m"`)
		if err := h.write(g.w); err != nil {
			return true, err
		}
		return true, copyValue(g.w, a, data, true)
	}
	return false, nil
}

// maxSignedHeader is how far the header of signed content is looked for.
const maxSignedHeader = 16 << 10

func copyValue(w io.Writer, obj mapi.Getter, p mapi.Prop, encoded bool) error {
	r, _, err := mapi.OpenValue(obj, p)
	if err != nil {
		return err
	}
	defer r.Close()
	if encoded {
		return writeBase64(w, r)
	}
	_, err = copyAll(w, r)
	return err
}
