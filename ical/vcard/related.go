package vcard

import (
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// related takes spouse, children, manager and assistant, by the type of RELATED (RFC
// 6350 6.6.6) or the label that Apple gives a name. Others stay as they came.
func (d *decoder) related(p *Prop) slot {
	name := p.Text()
	words := types(p)
	if p.Name == "X-ABRELATEDNAMES" {
		words = []string{d.label(p)}
	} else if scheme, _, ok := strings.Cut(name, ":"); ok && isScheme(scheme) && !strings.EqualFold(p.Param("VALUE"), "text") {
		return ""
	}
	for _, t := range words {
		switch t {
		case "spouse":
			return d.first("X-MS-SPOUSE", props.PidTagSpouseName.Prop(), name)
		case "child":
			return d.child(name)
		case "manager", "x-manager":
			return d.first("X-MS-MANAGER", props.PidTagManagerName.Prop(), name)
		case "assistant", "x-assistant":
			return d.first("X-MS-ASSISTANT", props.PidTagAssistant.Prop(), name)
		case "referred_by":
			return d.first("X-OKAPI-REFERRED-BY", props.PidTagReferredByName.Prop(), name)
		}
	}
	return ""
}

func (d *decoder) child(name string) slot {
	name = strings.ReplaceAll(name, "\x00", "")
	if name == "" {
		return ""
	}
	d.kids = append(d.kids, name)
	return "children"
}

func (d *decoder) gender(p *Prop) slot {
	if d.has("gender") {
		return ""
	}
	switch strings.ToLower(strings.TrimSpace(p.Value)) {
	case "m", "male":
		props.PidTagGender.Set(d.msg, mapi.GenderMale)
	case "f", "female":
		props.PidTagGender.Set(d.msg, mapi.GenderFemale)
	default:
		return ""
	}
	return "gender"
}

func userFields() [4]mapi.Prop {
	return [4]mapi.Prop{
		props.PidLidContactUserField1.Prop(), props.PidLidContactUserField2.Prop(),
		props.PidLidContactUserField3.Prop(), props.PidLidContactUserField4.Prop(),
	}
}

// userField takes X-MS-TEXT: the first four are the user fields, also empty ones.
func (d *decoder) userField(p *Prop) slot {
	if d.fields == len(userFields()) {
		return ""
	}
	d.set(userFields()[d.fields], p.Text())
	d.fields++
	return "fields"
}

// url takes a web page, by its type or label.
func (d *decoder) url(p *Prop) slot {
	words := types(p)
	switch l := d.label(p); {
	case slices.Contains(words, "work"):
		return d.first("url.work", props.PidTagBusinessHomePage.Prop(), p.Text())
	case slices.Contains(words, "home"), l == "homepage":
		return d.first("url.home", props.PidTagPersonalHomePage.Prop(), p.Text())
	case l != "": // a profile, a blog
		return ""
	}
	return d.first("url", props.PidLidHtml.Prop(), p.Text())
}

// urls writes web pages. Outlook keeps a copy of one of them in PidLidHtml.
func (g *generator) urls() {
	work, home := text(g.msg, props.PidTagBusinessHomePage.Prop()), text(g.msg, props.PidTagPersonalHomePage.Prop())
	if work != "" {
		g.add("url.work", withTypes(Prop{Name: "URL", Value: uri(work)}, []string{"WORK"}))
	}
	if home != "" {
		g.add("url.home", withTypes(Prop{Name: "URL", Value: uri(home)}, []string{"HOME"}))
	}
	if html := text(g.msg, props.PidLidHtml.Prop()); html != "" && html != work && html != home {
		g.add("url", Prop{Name: "URL", Value: uri(html)})
	}
}

// uri is the value of a URI, which has no escapes unless it is none.
func uri(s string) string {
	if strings.ContainsAny(s, "\\\r\n") {
		return line.Escape(s)
	}
	return s
}

// people writes spouse and children, whom version 4.0 has properties for.
func (g *generator) people() {
	relation := func(s slot, old, typ, name string) {
		p := Prop{Name: old, Value: line.Escape(name)}
		if g.version == V4 {
			p.Name = "RELATED"
			p.Params = []line.Param{{Name: "TYPE", Values: []string{typ}}, {Name: "VALUE", Values: []string{"text"}}}
		}
		g.add(s, p)
	}
	if name := text(g.msg, props.PidTagSpouseName.Prop()); name != "" {
		relation("X-MS-SPOUSE", "X-MS-SPOUSE", "spouse", name)
	}
	for _, name := range props.PidTagChildrensNames.Or(g.msg, nil) {
		relation("children", "X-MS-CHILD", "child", name)
	}
	if v, ok := props.PidTagGender.Get(g.msg); ok {
		short, long := "", ""
		switch v {
		case mapi.GenderMale:
			short, long = "M", "male"
		case mapi.GenderFemale:
			short, long = "F", "female"
		}
		switch {
		case short == "":
		case g.version == V4:
			g.add("gender", Prop{Name: "GENDER", Value: short})
		default:
			g.add("gender", Prop{Name: "X-GENDER", Value: long})
		}
	}
}

// fields writes the user fields, up to the last that has a text.
func (g *generator) fields() {
	list := userFields()
	last := -1
	for i, p := range list {
		if text(g.msg, p) != "" {
			last = i
		}
	}
	for _, p := range list[:last+1] {
		g.add("fields", Prop{Name: "X-MS-TEXT", Value: line.Escape(text(g.msg, p))})
	}
}
