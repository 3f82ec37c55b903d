package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// A grid is a table of text, aligned as a terminal shows it: letters of Chinese
// and Japanese are two cells wide, combining marks none.
type grid struct {
	head  []string // a heading that begins with ">" sets its column flush right
	most  int      // cells of the widest column; 0 means 46
	lines [][]string
}

func newGrid(head ...string) *grid { return &grid{head: head} }

func (g *grid) add(cells ...string) { g.lines = append(g.lines, cells) }

// print writes the grid, indented by two spaces.
func (g *grid) print(w io.Writer) {
	if g.most == 0 {
		g.most = 46
	}
	right := make([]bool, len(g.head))
	head := make([]string, len(g.head))
	for i, h := range g.head {
		head[i], right[i] = strings.CutPrefix(h, ">")
	}
	all := [][]string{head, make([]string, len(head))}
	all = append(all, g.lines...)
	widths := make([]int, len(head))
	for _, line := range all {
		for i := range line {
			line[i] = shorten(line[i], g.most)
			widths[i] = max(widths[i], cells(line[i]))
		}
	}
	for i := range head {
		all[1][i] = strings.Repeat("─", widths[i])
	}
	for _, line := range all {
		var b strings.Builder
		for i, s := range line {
			gap := strings.Repeat(" ", widths[i]-cells(s))
			if right[i] {
				s, gap = gap+s, ""
			}
			b.WriteString("  " + s + gap)
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// cells is how many cells of a terminal s takes.
func cells(s string) int {
	n := 0
	for _, r := range s {
		n += cellsOf(r)
	}
	return n
}

func cellsOf(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// shorten makes foreign text safe to print and cuts it to most cells.
func shorten(s string, most int) string {
	s = strings.Map(printable, s)
	if cells(s) <= most {
		return s
	}
	n := 0
	for i, r := range s {
		if n += cellsOf(r); n > most-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// printable keeps control characters and changes of direction, with which a mail
// could write over other lines, away from the terminal.
func printable(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
		return ' '
	}
	return r
}

// number is n with commas: "12,345".
func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size is n bytes for people: "20.1 kB".
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.2f GB", float64(n)/1e9)
}

// An indented writer puts two spaces before each line and leaves out what a
// terminal could misunderstand.
type indented struct{ w io.Writer }

func (i indented) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		line = shorten(strings.TrimRight(line, "\r\n"), 100)
		if _, err := fmt.Fprintln(i.w, strings.TrimRight("  "+line, " ")); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
