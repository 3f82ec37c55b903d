package rfc822

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// Files of a Macintosh have a data fork, which is what other systems know as the
// file, and what the Finder knows of it. MIME has both in a multipart/appledouble,
// or in one application/applefile (RFC 1740) or application/mac-binhex40 (RFC 1741);
// MAPI has the data fork as the file, and the rest in PidNameAttachmentMacInfo
// (MS-OXCMAIL 2.2.3.4.3).

// Numbers of AppleSingle and AppleDouble files.
const (
	appleSingle  = 0x00051600
	appleDouble  = 0x00051607
	appleVersion = 0x00020000

	forkData     = 1
	forkResource = 2
	entryName    = 3
	entryFinder  = 9
)

// macBinary is the value of PidTagAttachEncoding for contents in MacBinary form:
// the OID {1 2 840 113556 3 11 1}.
const macBinary = "\x2A\x86\x48\x86\xF7\x14\x03\x0B\x01"

// maxMacInfo bounds what is read into memory of a Macintosh file: 4 MiB.
const maxMacInfo = 4 << 20

// RuleMacintosh: a file in a form of the Macintosh stays as it came, because it is
// damaged or too large.
const RuleMacintosh entity.Rule = "macintosh"

// An appleFile is an AppleSingle or AppleDouble file.
type appleFile struct {
	magic   uint32
	entries []appleEntry
}

type appleEntry struct {
	id   uint32
	data []byte
}

// parseApple reads a file; ok is false when it is none. The entries are parts of b.
func parseApple(b []byte) (f appleFile, ok bool) {
	if len(b) < 26 {
		return f, false
	}
	f.magic = binary.BigEndian.Uint32(b)
	if f.magic != appleSingle && f.magic != appleDouble {
		return f, false
	}
	count := int(binary.BigEndian.Uint16(b[24:]))
	for i := range count {
		at := 26 + 12*i
		if at+12 > len(b) {
			return f, false
		}
		id, off, n := binary.BigEndian.Uint32(b[at:]), uint64(binary.BigEndian.Uint32(b[at+4:])), uint64(binary.BigEndian.Uint32(b[at+8:]))
		if off+n > uint64(len(b)) {
			return f, false
		}
		f.entries = append(f.entries, appleEntry{id, b[off : off+n]})
	}
	return f, true
}

func (f appleFile) entry(id uint32) []byte {
	for _, e := range f.entries {
		if e.id == id {
			return e.data
		}
	}
	return nil
}

// double is the AppleDouble header: all entries but the data fork.
func (f appleFile) double() []byte {
	var kept []appleEntry
	for _, e := range f.entries {
		if e.id != forkData {
			kept = append(kept, e)
		}
	}
	b := binary.BigEndian.AppendUint32(nil, appleDouble)
	b = binary.BigEndian.AppendUint32(b, appleVersion)
	b = append(b, make([]byte, 16)...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(kept)))
	off := len(b) + 12*len(kept)
	for _, e := range kept {
		b = binary.BigEndian.AppendUint32(b, e.id)
		b = binary.BigEndian.AppendUint32(b, uint32(off))
		b = binary.BigEndian.AppendUint32(b, uint32(len(e.data)))
		off += len(e.data)
	}
	for _, e := range kept {
		b = append(b, e.data...)
	}
	return b
}

// creatorAndType is the value of PidTagAttachAdditionalInformation: ":CREA:TYPE".
func creatorAndType(finder []byte) []byte {
	if len(finder) < 8 || bytes.Equal(finder[:8], make([]byte, 8)) {
		return nil
	}
	return []byte(":" + string(finder[4:8]) + ":" + string(finder[:4]))
}

func setMacInfo(at *mapi.Attachment, f appleFile) {
	props.PidNameAttachmentMacInfo.Set(at, f.double())
	if info := creatorAndType(f.entry(entryFinder)); info != nil {
		props.PidTagAttachAdditionalInformation.Set(at, info)
	}
}

// attachDouble makes one attachment of a multipart/appledouble. It reports false
// when that is damaged: its parts are files then.
func (m *message) attachDouble(p *entity.Part) bool {
	if len(p.Parts) != 2 || p.Truncated || p.Parts[1].Type.IsMultipart() {
		return false
	}
	f, ok := m.apple(p.Parts[0])
	if !ok {
		return false
	}
	index := len(m.Attachments)
	m.attach(attached{part: p.Parts[1]})
	if len(m.Attachments) != index+1 {
		return true
	}
	at := m.Attachments[index]
	setMacInfo(at, f)
	props.PidNameAttachmentMacContentType.Set(at, mediaType(p.Parts[1]))
	m.nameOfMac(at, p.Parts[1], f)
	m.keepPart(index, p)
	return true
}

// nameOfMac takes the name that the Finder knows when MIME has none.
func (m *message) nameOfMac(at *mapi.Attachment, p *entity.Part, f appleFile) {
	disp := disposition(p)
	name := f.entry(entryName)
	if fileName(p, &disp) == "" && len(name) > 0 && len(name) < 256 {
		props.PidTagDisplayName.Delete(at)
		props.PidTagAttachExtension.Delete(at)
		m.name(at, entity.DecodeText("macintosh", name), mediaType(p))
	}
}

// apple reads an application/applefile or BinHex part.
func (m *message) apple(p *entity.Part) (appleFile, bool) {
	parse := parseApple
	if strings.HasPrefix(p.Type.Type, "application/mac-binhex") {
		parse = parseBinHex
	} else if p.Type.Type != "application/applefile" {
		return appleFile{}, false
	}
	if p.Body.Len() > 2*maxMacInfo {
		return appleFile{}, false
	}
	raw, err := m.src.read(p.Body)
	if m.failed(err) {
		return appleFile{}, false
	}
	b, _, _, _ := entity.DecodeBytes(encodingOf(p), raw)
	f, ok := parse(b)
	if !ok {
		m.report(RuleMacintosh, p, p.Type.Type)
	}
	return f, ok
}

// macFile looks into a file that is of a Macintosh in whole, after it was attached.
// It reports whether the content is now another one.
func (m *message) macFile(at *mapi.Attachment, p *entity.Part) bool {
	switch p.Type.Type {
	case "application/applefile", "application/mac-binhex40", "application/mac-binhex":
		f, ok := m.apple(p)
		if !ok || f.magic != appleSingle {
			return false
		}
		setMacInfo(at, f)
		props.PidTagAttachMimeTag.Set(at, "application/octet-stream")
		props.PidNameAttachmentMacContentType.Set(at, "application/octet-stream")
		at.Set(props.PidTagAttachDataBinary.Prop(), append([]byte{}, f.entry(forkData)...))
		m.nameOfMac(at, p, f)
		return true
	case "application/macbinary", "application/x-macbinary":
		head := headOf(at)
		if !isMacBinary(head) {
			return false
		}
		props.PidTagAttachEncoding.Set(at, []byte(macBinary))
		if info := creatorAndType(head[65:97]); info != nil {
			props.PidTagAttachAdditionalInformation.Set(at, info)
		}
	}
	return false
}

// headOf is the first 128 bytes of an attachment, or what there is.
func headOf(at *mapi.Attachment) []byte {
	r, _, err := mapi.OpenValue(at, props.PidTagAttachDataBinary.Prop())
	if err != nil {
		return nil
	}
	defer r.Close()
	head := make([]byte, 128)
	n, _ := io.ReadFull(r, head)
	return head[:n]
}

// isMacBinary: the fixed zeros, a name, and forks of possible lengths.
func isMacBinary(head []byte) bool {
	return len(head) == 128 && head[0] == 0 && head[74] == 0 && head[82] == 0 && head[1] > 0 && head[1] < 64 &&
		binary.BigEndian.Uint32(head[83:]) < 1<<31 && binary.BigEndian.Uint32(head[87:]) < 1<<31
}

// macintosh writes an attachment with a Macintosh part as multipart/appledouble. It
// returns nil for others.
func (g *generator) macintosh(n *node, a *mapi.Attachment) *node {
	info, _ := props.PidNameAttachmentMacInfo.Get(a)
	if encoding, _ := props.PidTagAttachEncoding.Get(a); len(info) == 0 && string(encoding) == macBinary {
		info = g.unpackMacBinary(n, a)
	}
	if len(info) == 0 {
		return nil
	}
	header := &node{}
	header.header.add("Content-Type", "application/applefile")
	header.header.add("Content-Transfer-Encoding", "base64")
	header.body = func(w io.Writer) error { return writeBase64(w, bytes.NewReader(info)) }
	double := &node{boundary: g.boundary(), children: []*node{header, n}}
	m := entity.Media{Type: "multipart/appledouble", Params: []entity.Param{{Name: "boundary", Value: double.boundary}}}
	double.header.add("Content-Type", m.String())
	return double
}

// unpackMacBinary makes n the data fork, and returns the rest as AppleDouble. It
// returns nil when the content is no MacBinary, or its resource fork is too large.
func (g *generator) unpackMacBinary(n *node, a *mapi.Attachment) []byte {
	head := headOf(a)
	if !isMacBinary(head) {
		return nil
	}
	data, resource := int64(binary.BigEndian.Uint32(head[83:])), int64(binary.BigEndian.Uint32(head[87:]))
	start := 128 + (int64(binary.BigEndian.Uint16(head[120:]))+127)&^127
	if resource > maxMacInfo {
		return nil
	}
	rest, err := readAt(a, start+(data+127)&^127, resource)
	if err != nil {
		return nil
	}
	f := appleFile{entries: []appleEntry{{entryFinder, append(append([]byte{}, head[65:81]...), make([]byte, 16)...)}}}
	f.entries = append(f.entries, appleEntry{entryName, head[2 : 2+head[1]]})
	if resource > 0 {
		f.entries = append(f.entries, appleEntry{forkResource, rest})
	}
	n.body = func(w io.Writer) error {
		r, _, err := mapi.OpenValue(a, props.PidTagAttachDataBinary.Prop())
		if err != nil {
			return err
		}
		defer r.Close()
		if err := skip(r, start); err != nil {
			return err
		}
		return writeBase64(w, io.LimitReader(r, data))
	}
	if m := entity.ParseMedia([]byte(n.header.get("Content-Type"))); m.Type == "application/macbinary" || m.Type == "application/x-macbinary" {
		m.Type = typeOfFile(a, m.Param("name"))
		n.header.set("Content-Type", m.String())
	}
	return f.double()
}

func readAt(a *mapi.Attachment, off, n int64) ([]byte, error) {
	r, _, err := mapi.OpenValue(a, props.PidTagAttachDataBinary.Prop())
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err := skip(r, off); err != nil {
		return nil, err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(r, b)
	return b, err
}
