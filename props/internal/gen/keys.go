package main

import (
	"fmt"
	"slices"
	"strings"
)

// kinds are the groups in which the keys are written.
var kinds = []struct{ name, doc string }{
	{"tag", "Properties with an id of their own."},
	{"lid", "Named properties with a number (LID) in a property set."},
	{"name", "Named properties with a string in a property set."},
}

func emitKeys(p *printer, t *tables) {
	p.header("props", "time", "github.com/okapi-mail/okapi/mapi")
	for _, kind := range kinds {
		p.line("// %s\nvar (", kind.doc)
		for _, k := range t.keys {
			if k.kind == kind.name {
				emitKey(p, k)
			}
		}
		p.line(")\n")
	}
}

func emitKey(p *printer, k key) {
	from, to := conversions(k)
	p.line("// %s", keyDoc(k))
	p.line("%s = Key[%s]{Name: %q, prop: %s, from: %s, to: %s}\n",
		k.name, k.goType, k.name, propLiteral(k), from, to)
}

func keyDoc(k key) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s.", k.name, k.get("meaning"))
	if s := k.get("spec"); s != "" {
		b.WriteString(" " + s + ".")
	}
	if slices.Contains(k.list("flags"), "nspi") {
		b.WriteString(" Address book only.")
	}
	if a := k.list("aliases"); len(a) > 0 {
		b.WriteString(" Also " + strings.Join(a, ", ") + ".")
	}
	return b.String()
}

func propLiteral(k key) string {
	typ := "mapi." + k.typ.String()
	switch k.kind {
	case "tag":
		return fmt.Sprintf("mapi.Prop{ID: 0x%04X, Type: %s}", k.id, typ)
	case "lid":
		return fmt.Sprintf("mapi.Prop{Set: %s, ID: 0x%04X, Type: %s}", k.set.ident, k.id, typ)
	}
	name := k.str
	if k.set.name == "PS_INTERNET_HEADERS" {
		name = strings.ToLower(name)
	}
	return fmt.Sprintf("mapi.Prop{Set: %s, Name: %q, Type: %s}", k.set.ident, name, typ)
}

func emitSets(p *printer, t *tables) {
	p.header("props", "github.com/okapi-mail/okapi/mapi")
	p.line("// The property sets (MS-OXPROPS 1.3.2 and those of other programs).\nvar (")
	for _, s := range t.sets {
		p.line("// %s: %s. %s", s.ident, lowerFirst(s.get("meaning")), s.name)
		p.line("%s = mapi.GUID{%s} // %s", s.ident, byteList(s.guid[:]), s.guid)
	}
	p.line(")\n")
}

func byteList(b []byte) string {
	s := make([]string, len(b))
	for i, c := range b {
		s[i] = fmt.Sprintf("0x%02X", c)
	}
	return strings.Join(s, ", ")
}

func lowerFirst(s string) string {
	if len(s) > 1 && strings.ToUpper(s[:2]) == s[:2] {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
