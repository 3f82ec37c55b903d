package main

import "strings"

func emitCodes(p *printer, t *tables) {
	p.header("mapi")
	p.line("// codeName returns the name of a status code, or \"\".")
	p.line("func codeName(c Code) string {\nswitch c {")
	seen := map[uint32]bool{}
	for _, c := range t.codes {
		if !seen[c.n] {
			seen[c.n] = true
			p.line("case 0x%08X:\nreturn %q", c.n, c.name)
		}
	}
	p.line("}\nreturn \"\"\n}\n")
	p.line("// codeText returns what a status code means, or \"\".")
	p.line("func codeText(c Code) string {\nswitch c {")
	clear(seen)
	for _, c := range t.codes {
		if m := c.get("meaning"); m != "" && !strings.HasPrefix(m, "(") && !seen[c.n] {
			seen[c.n] = true
			p.line("case 0x%08X:\nreturn %q", c.n, m)
		}
	}
	p.line("}\nreturn \"\"\n}\n")
}
