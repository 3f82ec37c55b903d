package vcard

import (
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
)

// formed is a property in the form that another version has for its value: RFC 6350
// numbers telephones by URIs, takes a link for the usual picture and has its own words for
// the types of values. What both versions understand stays as it is.
func formed(p Prop, from, to Version) Prop {
	p = withTypeList(p)
	kind := strings.ToLower(p.Param("VALUE"))
	switch {
	case isMedia(p.Name) && !isBase64(&p):
		p = mediaLink(p, kind, from, to)
	case p.Name == "TEL":
		p = telephone(p, kind, to)
	case p.Name == "TZ":
		p = zone(p, kind, to)
	case kind == "uri" && isURI(p.Name) && to != V4:
		p = p.Without("VALUE")
	}
	switch kind = strings.ToLower(p.Param("VALUE")); {
	case kind == "uri" && to == V21:
		p = p.With("VALUE", "URL")
	case kind == "url" && to != V21:
		p = p.With("VALUE", "uri")
	case kind == "inline" && from == V21, slices.Contains([]string{"date-and-or-time", "timestamp", "language-tag"}, kind) && to != V4:
		p = p.Without("VALUE")
	}
	return p
}

// withTypeList takes types apart that stand in quotes together, as the examples of RFC 6350
// 6.4.1 have them.
func withTypeList(p Prop) Prop {
	if !slices.ContainsFunc(typeValues(&p), func(v string) bool { return strings.Contains(v, ",") }) {
		return p
	}
	var list []string
	for _, v := range typeValues(&p) {
		for t := range strings.SplitSeq(v, ",") {
			if t = strings.TrimSpace(t); t != "" {
				list = append(list, t)
			}
		}
	}
	if list == nil {
		return p.Without("TYPE")
	}
	return p.With("TYPE", list...)
}

// telephone is a number, which is a text before 4.0 (RFC 2426 3.3.1). Other URIs than tel:
// stay.
func telephone(p Prop, kind string, to Version) Prop {
	if kind == "phone-number" || kind == "text" {
		return p.Without("VALUE")
	}
	if to == V4 {
		return p
	}
	number, ok := phoneNumber(&p)
	plain := Prop{Name: p.Name, Value: line.Escape(number)}
	if again, same := phoneNumber(&plain); !ok || !same || again != number || number == strings.TrimSpace(p.Text()) {
		return p
	}
	p.Value = plain.Value
	return p.Without("VALUE")
}

// isMedia reports whether a property is data or a link to them: the link is what version
// 4.0 expects, the data what 2.1 and 3.0 do.
func isMedia(name string) bool {
	switch name {
	case "PHOTO", "LOGO", "SOUND", "KEY":
		return true
	}
	return false
}

// mediaLink says that a value is a link, and of what type the data are.
func mediaLink(p Prop, kind string, from, to Version) Prop {
	scheme, _, ok := strings.Cut(p.Value, ":")
	if _, _, data := dataURI(p.Value); data || !ok || !isScheme(scheme) {
		return p
	}
	switch {
	case from == V4 && (kind == "" || kind == "uri"):
		p = p.With("VALUE", "uri")
		if media := mediaKind(p.Param("MEDIATYPE")); media != "" {
			p = p.Without("MEDIATYPE")
			p = p.With("TYPE", append(slices.Clone(typeValues(&p)), media)...)
		}
	case to == V4 && (kind == "url" || kind == "uri") && p.Param("MEDIATYPE") == "":
		types := typeValues(&p)
		i := slices.IndexFunc(types, func(t string) bool { return mediaOf(t) != "" })
		if i < 0 {
			break
		}
		media := mediaOf(types[i])
		if types = slices.Delete(slices.Clone(types), i, i+1); len(types) > 0 {
			p = p.With("TYPE", types...)
		} else {
			p = p.Without("TYPE")
		}
		p = p.With("MEDIATYPE", media)
	}
	return p
}

// zone is a time zone: a text in version 4.0 and an offset before, unless VALUE says
// otherwise (RFC 6350 6.5.1, RFC 2426 3.4.1). Version 2.1 has no words for either.
func zone(p Prop, kind string, to Version) Prop {
	if kind != "" && kind != "text" && kind != "utc-offset" {
		return p
	}
	s := strings.TrimSpace(p.Value)
	offset := isOffset(s)
	p = p.Without("VALUE")
	switch {
	case to == V4 && offset:
		p.Value = strings.Replace(s, ":", "", 1)
		return p.With("VALUE", "utc-offset")
	case offset && len(s) == 5:
		p.Value = s[:3] + ":" + s[3:]
	case !offset && to == V3:
		return p.With("VALUE", "text")
	}
	return p
}

// isOffset reports whether s is as "-0500", "-05:00" or "-05".
func isOffset(s string) bool {
	if len(s) < 3 || s[0] != '+' && s[0] != '-' {
		return false
	}
	digits := strings.Replace(s[1:], ":", "", 1)
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return false
		}
	}
	return len(digits) == 2 && len(s) == 3 || len(digits) == 4 && (len(s) == 5 || s[3] == ':')
}
