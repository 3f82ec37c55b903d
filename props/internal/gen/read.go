package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
)

type tables struct {
	keys  []key  // by name
	sets  []set  // in the order of the table
	enums []enum // in the order of the table
	codes []code // by value
}

type key struct {
	row
	name, kind string
	id         uint32
	str        string // string name
	set        *set
	typ        mapi.Type
	goType     string
	enum       *enum
}

type set struct {
	row
	name, ident string
	guid        mapi.GUID
}

type enum struct {
	row
	name, kind, base, prefix string
	values                   []value
}

type value struct {
	row
	ident string
	n     uint32
}

type code struct {
	row
	name string
	n    uint32
}

// readTables reads and checks all tables. The error has one line per mistake.
func readTables(dir string) (*tables, error) {
	t := &tables{}
	var errs []error
	for _, read := range []struct {
		name    string
		columns string
		add     func(row) error
	}{
		{"sets.tsv", "name go guid aliases meaning", t.addSet},
		{"enumtypes.tsv", "type kind base prefix spec meaning", t.addEnum},
		{"enumvalues.tsv", "type constant value original meaning", t.addValue},
		{"codes.tsv", "name value group severity meaning aliases", t.addCode},
		{"catalogue.tsv", "name kind id set type go aliases area objects flags spec status meaning", t.addKey},
	} {
		tab, err := readTable(dir, read.name, strings.Fields(read.columns)...)
		if err != nil {
			return nil, err
		}
		for _, r := range tab.rows {
			if err := read.add(r); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return t, errors.Join(errs...)
}

func (t *tables) addSet(r row) error {
	g, err := mapi.ParseGUID(r.get("guid"))
	if err != nil {
		return r.errorf("%v", err)
	}
	for _, s := range t.sets {
		if s.guid == g || s.ident == r.get("go") || s.name == r.get("name") {
			return r.errorf("%s is also in line %d", r.get("name"), s.line)
		}
	}
	t.sets = append(t.sets, set{r, r.get("name"), r.get("go"), g})
	return nil
}

func (t *tables) addEnum(r row) error {
	e := enum{row: r, name: r.get("type"), kind: r.get("kind"), base: r.get("base"), prefix: r.get("prefix")}
	if !slices.Contains([]string{"enum", "flag", "custom"}, e.kind) {
		return r.errorf("unknown kind %q", e.kind)
	}
	if e.base != "int16" && e.base != "int32" {
		return r.errorf("unknown base type %q", e.base)
	}
	if t.enum(e.name) != nil {
		return r.errorf("%s twice", e.name)
	}
	t.enums = append(t.enums, e)
	return nil
}

func (t *tables) enum(name string) *enum {
	for i := range t.enums {
		if t.enums[i].name == name {
			return &t.enums[i]
		}
	}
	return nil
}

func (t *tables) addValue(r row) error {
	e := t.enum(r.get("type"))
	if e == nil {
		return r.errorf("no type %q", r.get("type"))
	}
	n, err := strconv.ParseUint(r.get("value"), 0, 32)
	if err != nil {
		return r.errorf("%v", err)
	}
	v := value{r, r.get("constant"), uint32(n)}
	if !strings.HasPrefix(v.ident, e.prefix) {
		return r.errorf("%s does not begin with %s", v.ident, e.prefix)
	}
	for _, o := range e.values {
		if o.n == v.n || o.ident == v.ident {
			return r.errorf("%s is also in line %d", v.ident, o.line)
		}
	}
	e.values = append(e.values, v)
	return nil
}

func (t *tables) addCode(r row) error {
	n, err := strconv.ParseUint(r.get("value"), 16, 32)
	if err != nil {
		return r.errorf("%v", err)
	}
	t.codes = append(t.codes, code{r, r.get("name"), uint32(n)})
	return nil
}

func (t *tables) addKey(r row) error {
	k := key{row: r, name: r.get("name"), kind: r.get("kind"), goType: r.get("go")}
	if n := len(t.keys); n > 0 && t.keys[n-1].name >= k.name {
		return r.errorf("%s is not in the order of names", k.name)
	}
	var ok bool
	if k.typ, ok = typesByName[r.get("type")]; !ok {
		return r.errorf("unknown property type %q", r.get("type"))
	}
	if err := t.identify(&k); err != nil {
		return r.errorf("%v", err)
	}
	if err := t.resolve(&k); err != nil {
		return r.errorf("%v", err)
	}
	if err := checkWords(k); err != nil {
		return r.errorf("%v", err)
	}
	t.keys = append(t.keys, k)
	return nil
}

// identify sets the identity of k.
func (t *tables) identify(k *key) error {
	prefix := map[string]string{"tag": "PidTag", "lid": "PidLid", "name": "PidName"}[k.kind]
	if prefix == "" || !strings.HasPrefix(k.name, prefix) {
		return fmt.Errorf("%s cannot be a %q", k.name, k.kind)
	}
	if k.kind == "name" {
		k.str = k.get("id")
	} else {
		n, err := strconv.ParseUint(k.get("id"), 16, 32)
		if err != nil {
			return err
		}
		k.id = uint32(n)
	}
	if (k.kind == "tag") != (k.get("set") == "") {
		return fmt.Errorf("a %s with the set %q", k.kind, k.get("set"))
	}
	if k.kind == "tag" {
		return nil
	}
	for i := range t.sets {
		if t.sets[i].name == k.get("set") {
			k.set = &t.sets[i]
			return nil
		}
	}
	return fmt.Errorf("no set %q", k.get("set"))
}

// resolve checks the Go type of k against its property type.
func (t *tables) resolve(k *key) error {
	want := goType(k.typ)
	if k.goType == want {
		return nil
	}
	k.enum = t.enum(strings.TrimPrefix(k.goType, "mapi."))
	if k.enum == nil || k.enum.base != want {
		return fmt.Errorf("%s as %s, not %s", k.typ, k.goType, want)
	}
	return nil
}

// checkWords checks the cells whose words have a meaning, and that every
// property says what it is.
func checkWords(k key) error {
	if rank(k) < 0 {
		return fmt.Errorf("unknown status %q", k.get("status"))
	}
	for _, f := range k.list("flags") {
		if infoFlags[f] == "" {
			return fmt.Errorf("unknown flag %q", f)
		}
	}
	if k.get("meaning") == "" || k.get("area") == "" {
		return fmt.Errorf("%s has no meaning or no area", k.name)
	}
	return nil
}
