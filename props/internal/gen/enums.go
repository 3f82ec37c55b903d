package main

import (
	"fmt"
	"math/bits"
	"strings"
)

func emitEnums(p *printer, t *tables) {
	p.header("mapi")
	for _, e := range t.enums {
		emitEnum(p, e)
	}
}

func emitEnum(p *printer, e enum) {
	p.line("// %s is %s%s.", e.name, e.get("meaning"), inSpec(e.get("spec")))
	p.line("type %s %s\n", e.name, e.base)
	p.line("const (")
	for _, v := range e.values {
		comment := strings.Join(v.list("original"), ", ")
		if m := v.get("meaning"); m != "" {
			comment += ": " + m
		}
		p.line("%s %s = %s // %s", v.ident, e.name, literal(e, v), comment)
	}
	p.line(")\n")
	switch e.kind {
	case "enum":
		emitEnumString(p, e)
	case "flag":
		emitFlagString(p, e)
	}
}

func emitEnumString(p *printer, e enum) {
	p.line("// String returns the name without its prefix, or the number.")
	p.line("func (v %s) String() string {\nswitch v {", e.name)
	for _, v := range e.values {
		p.line("case %s:\nreturn %q", v.ident, strings.TrimPrefix(v.ident, e.prefix))
	}
	p.line("}\nreturn enumString(int64(v))\n}\n")
}

func emitFlagString(p *printer, e enum) {
	p.line("// String returns the names of the bits without their prefix, and unknown bits as")
	p.line("// a number: %q.", exampleFlags(e))
	p.line("func (v %s) String() string {\nreturn flagString(uint%s(v), []flagName{", e.name, strings.TrimPrefix(e.base, "int"))
	for _, v := range e.values {
		if bits.OnesCount32(v.n) == 1 {
			p.line("{0x%X, %q},", v.n, strings.TrimPrefix(v.ident, e.prefix))
		}
	}
	p.line("})\n}\n")
}

func exampleFlags(e enum) string {
	var s []string
	for _, v := range e.values {
		if bits.OnesCount32(v.n) == 1 && len(s) < 2 {
			s = append(s, strings.TrimPrefix(v.ident, e.prefix))
		}
	}
	return strings.Join(s, "|")
}

// literal is the value in Go: types are signed, so that the highest bit needs a
// negative number.
func literal(e enum, v value) string {
	switch {
	case e.base == "int16" && v.n > 0x7FFF:
		return fmt.Sprint(int16(v.n))
	case v.n == 0x80000000:
		return "-0x80000000"
	case v.n > 0xFFFFFF00:
		return fmt.Sprint(int32(v.n))
	case v.n > 0x7FFFFFFF:
		return fmt.Sprintf("0x%X - 1<<32", v.n)
	case e.kind == "enum":
		if v.n >= 0x100 {
			return fmt.Sprintf("0x%X", v.n)
		}
		return fmt.Sprint(v.n)
	}
	return fmt.Sprintf("0x%X", v.n)
}

func inSpec(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}
