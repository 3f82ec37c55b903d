package main

func emitLookup(p *printer, t *tables) {
	p.header("props")
}
