package vcard

import (
	"slices"
	"strconv"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
)

// Convert returns the card in another version: preferences, telephones, inline data,
// links to data, positions and zones in the form of that version, lists and separators
// escaped as it has them. Properties that it does not define stay.
func (c *Card) Convert(to Version) *Card {
	d := &Card{Version: to, Props: make([]Prop, 0, len(c.Props))}
	from := c.Version
	for _, p := range c.Props {
		d.Props = append(d.Props, convert(p, from.form(), to.form()))
	}
	return d
}

func convert(p Prop, from, to Version) Prop {
	if from == to {
		return p
	}
	switch {
	case from == V21 && !isBase64(&p):
		p.Value = withCommas(p.Name, p.Value, `\,`)
	case to == V21 && p.Name == "N":
		p.Value = withCommas(p.Name, p.Value, " ") // it knows no lists
	}
	switch {
	case to == V4:
		p = toV4(p)
	case from == V4:
		p = fromV4(p)
	}
	return formed(p, from, to)
}

// withCommas puts something in the place of the commas that are not escaped: they
// separate values after version 2.1, and are text in it.
func withCommas(name, s, comma string) string {
	if name == "CATEGORIES" || name == "NICKNAME" || name == "GEO" || !strings.Contains(s, ",") || isURI(name) {
		return s
	}
	b := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			b = append(b, s[i], s[i+1])
			i++
			continue
		}
		if s[i] == ',' {
			b = append(b, comma...)
			continue
		}
		b = append(b, s[i])
	}
	return string(b)
}

// isURI reports whether a property's value is a URI, which has no escapes.
func isURI(name string) bool {
	switch name {
	case "URL", "FBURL", "CALURI", "CALADRURI", "SOURCE", "UID", "IMPP", "MEMBER", "X-ADDRESSBOOKSERVER-MEMBER":
		return true
	}
	return false
}

// toV4 makes PREF a number, inline data a URI and a position a URI.
func toV4(p Prop) Prop {
	if i := slices.IndexFunc(p.Params, func(a line.Param) bool { return a.Name == "TYPE" }); i >= 0 {
		types := slices.DeleteFunc(slices.Clone(p.Params[i].Values), func(v string) bool { return strings.EqualFold(v, "pref") })
		if len(types) < len(p.Params[i].Values) {
			p.Params = slices.Clone(p.Params)
			p.Params[i].Values = types
			if len(types) == 0 {
				p.Params = slices.Delete(p.Params, i, i+1)
			}
			if p.Param("PREF") == "" {
				p = p.With("PREF", "1")
			}
		}
	}
	switch {
	case isBase64(&p):
		media := mediaType(&p)
		p = p.Without("ENCODING", "TYPE", "VALUE")
		p.Value = "data:" + media + ";base64," + p.Value
	case p.Name == "GEO":
		if at, ok := position(p.Value); ok {
			p.Value = "geo:" + at[0] + "," + at[1]
		}
	}
	switch p.Name {
	case "X-ADDRESSBOOKSERVER-KIND":
		p.Name = "KIND"
	case "X-ADDRESSBOOKSERVER-MEMBER":
		p.Name = "MEMBER"
	}
	return p
}

// fromV4 is the inverse.
func fromV4(p Prop) Prop {
	if pref := p.Param("PREF"); pref != "" {
		p = p.Without("PREF")
		if n, err := strconv.Atoi(pref); err == nil && n == 1 {
			p = p.With("TYPE", append(slices.Clone(typeValues(&p)), "pref")...)
		}
	}
	if media, data, ok := dataURI(p.Value); ok {
		p = p.Without("VALUE", "MEDIATYPE").With("ENCODING", "b")
		if kind := mediaKind(media); kind != "" {
			p = p.With("TYPE", kind)
		}
		p.Value = data
	}
	switch p.Name {
	case "GEO":
		if at, ok := position(p.Value); ok {
			p.Value = at[0] + ";" + at[1]
		}
	case "KIND":
		p.Name = "X-ADDRESSBOOKSERVER-KIND"
	case "MEMBER":
		p.Name = "X-ADDRESSBOOKSERVER-MEMBER"
	}
	return p
}

// position reads "geo:1,2", "1;2" and "1,2".
func position(s string) (at [2]string, ok bool) {
	if len(s) > 4 && strings.EqualFold(s[:4], "geo:") {
		s = s[4:]
	}
	a, b, ok := strings.Cut(s, ";")
	if _, err := strconv.ParseFloat(strings.TrimSpace(a), 64); !ok || err != nil {
		if a, b, ok = strings.Cut(s, ","); !ok {
			return at, false
		}
	}
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	for _, n := range []string{a, b} {
		if _, err := strconv.ParseFloat(n, 64); err != nil {
			return at, false
		}
	}
	return [2]string{a, b}, true
}

// typeValues are the values of TYPE as written.
func typeValues(p *Prop) []string {
	for i := range p.Params {
		if p.Params[i].Name == "TYPE" {
			return p.Params[i].Values
		}
	}
	return nil
}

// dataURI takes a URI apart that holds its data in base64 (RFC 2397).
func dataURI(s string) (media, data string, ok bool) {
	if len(s) < 5 || !strings.EqualFold(s[:5], "data:") {
		return "", "", false
	}
	head, data, ok := strings.Cut(strings.NewReplacer(`\n`, "", `\N`, "", `\`, "").Replace(s[5:]), ",")
	media, base64, _ := strings.Cut(head, ";")
	return media, data, ok && isPlain(data) && strings.HasSuffix(";"+strings.ToLower(base64), ";base64")
}

// mediaType is the media type of inline data.
func mediaType(p *Prop) string {
	if m := p.Param("MEDIATYPE"); m != "" {
		return m
	}
	for _, t := range typeValues(p) {
		if m := mediaOf(t); m != "" {
			return m
		}
	}
	switch p.Name {
	case "PHOTO", "LOGO", "X-MS-CARDPICTURE":
		return "image/jpeg"
	}
	return "application/octet-stream"
}

// mediaOf is the media type that a word of versions before 4.0 stands for, or "".
func mediaOf(t string) string {
	switch t = strings.ToLower(t); t {
	case "jpeg", "jpg":
		return "image/jpeg"
	case "png", "gif", "bmp", "tiff", "webp":
		return "image/" + t
	case "x509":
		return "application/pkix-cert"
	case "pgp":
		return "application/pgp-keys"
	case "basic", "wave", "mpeg", "ogg":
		return "audio/" + t
	}
	if strings.Contains(t, "/") {
		return t
	}
	return ""
}

// mediaKind is a media type as versions before 4.0 say it.
func mediaKind(media string) string {
	media = strings.ToLower(media)
	switch media {
	case "application/pkix-cert":
		return "X509"
	case "application/pgp-keys":
		return "PGP"
	}
	if kind, sub, ok := strings.Cut(media, "/"); ok && (kind == "image" || kind == "audio") {
		return strings.ToUpper(sub)
	}
	return media
}
