package vcard

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// digestParam is, in the source form, the SHA-256 of a photo whose data are left
// out.
const digestParam = "X-OKAPI-SHA256"

// inline is the data of a property, and whether it has them in itself.
func inline(p *Prop) (data []byte, media string, ok bool, err error) {
	value := ""
	if isBase64(p) {
		value, media = p.Value, mediaType(p)
	} else if media, value, ok = dataURI(p.Value); !ok {
		return nil, "", false, nil
	}
	data, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
	return data, media, true, err
}

// data is inline, with damage reported.
func (d *decoder) data(p *Prop) (data []byte, media string, ok bool) {
	data, media, ok, err := inline(p)
	if err != nil {
		d.report(Issue{Rule: RuleValue, Offset: p.Offset, Detail: p.Name})
	}
	return data, media, ok && err == nil && len(data) > 0
}

// contactPhoto takes a photo with its data. One that is elsewhere stays a link.
func (d *decoder) contactPhoto(p *Prop) slot {
	if d.photo != "" {
		return ""
	}
	if digest := p.Param(digestParam); digest != "" { // of the source form
		d.photo, d.media = digest, mediaType(p)
		if media, _, ok := dataURI(p.Value); ok {
			d.media = media
		}
		return "photo"
	}
	data, media, ok := d.data(p)
	if !ok {
		return ""
	}
	d.photo, d.media, d.picture = digest(data), media, data
	return "photo"
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// attachPhoto makes the attachment that Outlook shows (MS-OXOCNTC 2.2.1.8).
func (d *decoder) attachPhoto() {
	const name, ext = "ContactPicture.jpg", ".jpg" // whatever its type
	a := &mapi.Attachment{}
	props.PidTagAttachMimeTag.Set(a, d.media)
	props.PidTagAttachMethod.Set(a, mapi.AttachByValue)
	props.PidTagAttachDataBinary.Set(a, d.picture)
	props.PidTagAttachLongFilename.Set(a, name)
	props.PidTagAttachFilename.Set(a, name)
	props.PidTagAttachExtension.Set(a, ext)
	props.PidTagDisplayName.Set(a, name)
	props.PidTagRenderingPosition.Set(a, -1)
	props.PidTagAttachNumber.Set(a, 0)
	props.PidTagAttachmentContactPhoto.Set(a, true)
	d.msg.Attachments = append(d.msg.Attachments, a)
}

// photoOf is the attachment with the contact's photo, or nil.
func photoOf(m *mapi.Message) *mapi.Attachment {
	for _, a := range m.Attachments {
		if props.PidTagAttachmentContactPhoto.Or(a, false) {
			return a
		}
	}
	for _, a := range m.Attachments {
		if strings.EqualFold(props.PidTagAttachLongFilename.Or(a, ""), "ContactPicture.jpg") {
			return a
		}
	}
	return nil
}

// cardPicture takes the picture of Outlook's business card.
func (d *decoder) cardPicture(p *Prop) slot {
	data, _, ok := d.data(p)
	if !ok || d.has("cardpicture") {
		return ""
	}
	props.PidLidBusinessCardCardPicture.Set(d.msg, data)
	return "cardpicture"
}

// key takes X.509 certificates.
func (d *decoder) key(p *Prop) slot {
	data, media, ok := d.data(p)
	if !ok || media != "application/pkix-cert" {
		return ""
	}
	list := props.PidTagUserX509Certificate.Or(d.msg, nil)
	props.PidTagUserX509Certificate.Set(d.msg, append(slices.Clip(list), data))
	return "key"
}

// binaries writes photo, card picture and certificates.
func (g *generator) binaries() error {
	for _, cert := range props.PidTagUserX509Certificate.Or(g.msg, nil) {
		g.add("key", inlineProp("KEY", "X509", base64.StdEncoding.EncodeToString(cert)))
	}
	if b := props.PidLidBusinessCardCardPicture.Or(g.msg, nil); len(b) > 0 {
		g.add("cardpicture", inlineProp("X-MS-CARDPICTURE", "JPEG", base64.StdEncoding.EncodeToString(b)))
	}
	a := photoOf(g.msg)
	if a == nil {
		return nil
	}
	v, err := mapi.ReadValue(mapi.PtypBinary, a.Get(props.PidTagAttachDataBinary.Prop()), props.MaxValue)
	if err != nil {
		return err
	}
	b, _ := v.([]byte)
	if len(b) == 0 {
		return nil
	}
	media := props.PidTagAttachMimeTag.Or(a, "image/jpeg")
	g.photo = b
	g.add("photo", inlineProp("PHOTO", mediaKind(media), digest(b)))
	return nil
}

func inlineProp(name, kind, value string) Prop {
	return Prop{Name: name, Value: value, Params: []line.Param{{Name: "ENCODING", Values: []string{"b"}}, {Name: "TYPE", Values: []string{kind}}}}
}

// withData puts the photo into a property that has its digest, or nothing, in place
// of the data.
func withData(p Prop, photo []byte) Prop {
	data := base64.StdEncoding.EncodeToString(photo)
	p = p.Without(digestParam)
	p.Value = dataHead(p.Value) + data
	return p
}

// withoutData is a property of a photo for the source form.
func withoutData(p Prop, digest string) Prop {
	p = p.With(digestParam, digest)
	p.Value = dataHead(p.Value)
	return p
}

// dataHead is what stands before the data of a URI; nothing when value is none.
func dataHead(value string) string {
	if _, _, ok := dataURI(value); !ok {
		return ""
	}
	return value[:strings.IndexByte(value, ',')+1]
}
