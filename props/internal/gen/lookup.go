package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
)

// emitLookup writes the table of all properties and its two indexes. They are
// arrays that need no code at start, and only the look-up functions refer to
// them.
func emitLookup(p *printer, t *tables) {
	p.header("props", "github.com/okapi-mail/okapi/mapi")
	p.line("// catalogue has all properties in the order of their names.")
	p.line("var catalogue = [...]Info{")
	for _, k := range t.keys {
		p.line("%s", infoLiteral(k))
	}
	p.line("}\n")
	p.line("// byProp has the places in catalogue in the order of mapi.Prop.Compare without")
	p.line("// types; among equals the one that gives the name comes first.")
	p.line("var byProp = [...]uint16{")
	for _, i := range orderByProp(t.keys) {
		p.line("%d, // %s", i, t.keys[i].name)
	}
	p.line("}\n")
	p.line("// byAlias has the other names, sorted.")
	p.line("var byAlias = [...]alias{")
	for _, a := range aliases(t.keys) {
		p.line("{%q, %d},", a.name, a.at)
	}
	p.line("}")
}

func infoLiteral(k key) string {
	var b strings.Builder
	fmt.Fprintf(&b, "{Name: %q, Prop: %s, Meaning: %q, Area: %q", k.name, propLiteral(k), k.get("meaning"), k.get("area"))
	if s := k.get("spec"); s != "" {
		fmt.Fprintf(&b, ", Spec: %q", s)
	}
	for _, l := range []struct{ field, column string }{{"Aliases", "aliases"}, {"Objects", "objects"}} {
		if v := k.list(l.column); len(v) > 0 {
			fmt.Fprintf(&b, ", %s: %#v", l.field, v)
		}
	}
	for _, f := range k.list("flags") {
		fmt.Fprintf(&b, ", %s: true", infoFlags[f])
	}
	if k.enum != nil {
		fmt.Fprintf(&b, ", show: show%s%s[%s]", strings.ToUpper(k.enum.base[:1]), k.enum.base[1:], k.goType)
	}
	return b.String() + "},"
}

// infoFlags has the field of Info for each word of the column flags.
var infoFlags = map[string]string{
	"computed": "Computed",
	"readonly": "ReadOnly",
	"local":    "Local",
	"nspi":     "AddressBookOnly",
}

func prop(k key) mapi.Prop {
	p := mapi.Prop{ID: k.id, Name: k.str}
	if k.set != nil {
		p.Set = k.set.guid
	}
	if p.Set == mapi.PSInternetHeaders {
		p.Name = strings.ToLower(p.Name)
	}
	return p
}

func orderByProp(keys []key) []int {
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(prop(keys[i]).Compare(prop(keys[j])), cmp.Compare(rank(keys[i]), rank(keys[j])))
	})
	return order
}

// rank prefers what the specification has to what only programs have.
func rank(k key) int {
	return slices.Index([]string{"oxprops", "oxprops-old", "odc", "impl"}, k.get("status"))
}

type alias struct {
	name string
	at   int
}

func aliases(keys []key) []alias {
	var list []alias
	for i, k := range keys {
		for _, a := range k.list("aliases") {
			list = append(list, alias{a, i})
		}
	}
	slices.SortStableFunc(list, func(a, b alias) int {
		return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(rank(keys[a.at]), rank(keys[b.at])))
	})
	return list
}
