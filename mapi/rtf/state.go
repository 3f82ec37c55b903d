package rtf

import "strconv"

// apply lets a token that is no text change the state, and reports whether it is
// to be returned.
func (p *Parser) apply(t *Token) bool {
	ignorable, opened := p.ignore, p.opened
	p.ignore, p.opened = false, t.Kind == Open
	switch t.Kind {
	case Open:
		return p.open()
	case Close:
		return p.close()
	case Word:
		if t.Name == "*" {
			p.ignore = opened
			return false
		}
		if p.muted > 0 {
			return false
		}
		t.Ignorable = ignorable
		p.word(t)
		return true
	}
	return p.muted == 0
}

func (p *Parser) open() bool {
	upr := p.groups.Top.upr
	p.groups.Top.upr = false
	if !p.groups.Push() {
		p.report(RuleDepth, strconv.Itoa(p.opts.MaxDepth))
	}
	p.begun = true
	if p.muted > 0 {
		return false
	}
	if upr {
		p.muted = p.groups.Depth()
		return false
	}
	return true
}

func (p *Parser) close() bool {
	depth := p.groups.Depth()
	if !p.groups.Pop() {
		return false // one too many, before the document
	}
	p.over = p.begun && depth == 1
	if p.muted > 0 {
		if p.muted == depth {
			p.muted = 0
		}
		return false
	}
	return true
}

// word takes what a control word says about the reading of text.
func (p *Parser) word(t *Token) {
	g := &p.groups.Top
	if g.table > 0 && p.groups.Depth() <= g.table+1 {
		p.fonts.word(t)
	}
	switch t.Name {
	case "ansi":
		p.page = 1252
	case "mac":
		p.page = 10000
	case "pc":
		p.page = 437
	case "pca":
		p.page = 850
	case "ansicpg":
		if isByteCodepage(t.Param) {
			p.page = t.Param
		}
	case "deff":
		p.deff = t.Param
	case "fonttbl":
		g.table = p.groups.Depth()
	case "f":
		if g.table == 0 {
			g.font = t.Param
		}
	case "plain":
		g.font = -1
	case "htmltag":
		g.document = true
	case "upr":
		g.upr = true
	}
}

// standsForCharacter reports whether a control word is a character, so that it can
// stand in for one.
func standsForCharacter(name string) bool {
	_, ok := Character(name)
	return ok
}

// Character is the character that a control word or symbol stands for. It is not
// ok for all others; \par and \line, which end lines, are no characters.
func Character(name string) (rune, bool) {
	switch name {
	case "tab":
		return '\t', true
	case "lquote":
		return '\u2018', true
	case "rquote":
		return '\u2019', true
	case "ldblquote":
		return '\u201C', true
	case "rdblquote":
		return '\u201D', true
	case "bullet":
		return '\u2022', true
	case "endash":
		return '\u2013', true
	case "emdash":
		return '\u2014', true
	case "enspace":
		return '\u2002', true
	case "emspace":
		return '\u2003', true
	case "qmspace":
		return '\u2005', true
	case "~":
		return '\u00A0', true
	case "_":
		return '\u2011', true
	case "-":
		return '\u00AD', true
	case "zwj":
		return '\u200D', true
	case "zwnj":
		return '\u200C', true
	case "zwbo":
		return '\u200B', true
	case "zwnbo":
		return '\u2060', true
	case "ltrmark":
		return '\u200E', true
	case "rtlmark":
		return '\u200F', true
	}
	return 0, false
}
