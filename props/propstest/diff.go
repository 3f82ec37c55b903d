package propstest

import "strings"

// diff compares two dumps line by line. Each line is first written with the path
// that its indentation means, so that lines stand for themselves:
//
//	attachment 1/embedded message/PidTagSubject: "x"
func diff(a, b string) string {
	left, right := paths(a), paths(b)
	inLeft, inRight := count(left), count(right)
	var out strings.Builder
	for len(left) > 0 || len(right) > 0 {
		switch {
		case len(left) > 0 && inRight[left[0]] == 0:
			out.WriteString("- " + left[0] + "\n")
			left = left[1:]
		case len(right) > 0 && inLeft[right[0]] == 0:
			out.WriteString("+ " + right[0] + "\n")
			right = right[1:]
		default: // both lines are in both: their order is that of the dump
			left, right = skip(left, inRight), skip(right, inLeft)
		}
	}
	return out.String()
}

// skip drops the first line, which the other side has too.
func skip(lines []string, other map[string]int) []string {
	if len(lines) == 0 {
		return lines
	}
	other[lines[0]]--
	return lines[1:]
}

func count(lines []string) map[string]int {
	m := make(map[string]int, len(lines))
	for _, l := range lines {
		m[l]++
	}
	return m
}

// paths replaces indentation by the titles above.
func paths(dump string) []string {
	if dump == "" {
		return nil
	}
	var out, titles []string
	for line := range strings.SplitSeq(strings.TrimSuffix(dump, "\n"), "\n") {
		text := strings.TrimLeft(line, " ")
		depth := (len(line) - len(text)) / 2
		titles = append(titles[:min(depth, len(titles))], text)
		out = append(out, strings.Join(titles, "/"))
	}
	return out
}
