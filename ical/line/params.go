package line

import (
	"bytes"
	"strings"
)

// parameters reads the parameters from the semicolon at i on and returns where the
// colon is, or -1.
func (r *Reader) parameters(l *Line, raw []byte, i int, at int64) int {
	r.first = len(r.params)
	count := 0
	for i < len(raw) && raw[i] == ';' {
		i++
		n := 0
		for i+n < len(raw) && raw[i+n] != '=' && raw[i+n] != ';' && raw[i+n] != ':' {
			n++
		}
		if i+n == len(raw) {
			return -1
		}
		name := bytes.TrimSpace(raw[i : i+n])
		if raw[i+n] != '=' {
			for word := range bytes.SplitSeq(name, []byte{','}) {
				if isNameBytes(word) && r.admit(&count, at) {
					r.add("", r.list(string(word)))
				}
			}
			i += n
			continue
		}
		p := Param{}
		if isNameBytes(name) {
			p.Name = r.name(name)
		}
		i += n + 1
		first := len(r.values)
		for {
			v, end, fresh := r.paramValue(p.Name, raw, i)
			i = end
			if r.admit(&count, at) {
				if fresh {
					r.push(&first, resolve(r.decode(v, "", at)))
				} else {
					r.push(&first, resolve(r.part(v, at)))
				}
			}
			if i >= len(raw) {
				return -1
			}
			if raw[i] != ',' {
				break
			}
			i++
		}
		if p.Name != "" && len(r.values) > first {
			r.add(p.Name, r.values[first:len(r.values):len(r.values)])
		}
	}
	if i >= len(raw) || raw[i] != ':' {
		return -1
	}
	l.Params = r.params[r.first:len(r.params):len(r.params)]
	return i
}

// admit counts a value.
func (r *Reader) admit(count *int, at int64) bool {
	*count++
	if *count == r.opts.MaxParams+1 {
		r.opts.Report(Issue{RuleParams, at, ""})
	}
	return *count <= r.opts.MaxParams
}

const block = 256 // parameters and values that are allocated at once

// add appends a parameter to the block; the earlier ones of its line move along
// when a new block begins.
func (r *Reader) add(name string, values []string) {
	if len(r.params) == cap(r.params) {
		mine := r.params[r.first:]
		fresh := make([]Param, len(mine), max(min(block, 2*cap(r.params)), 2*len(mine), 8))
		copy(fresh, mine)
		r.params, r.first = fresh, 0
	}
	r.params = append(r.params, Param{name, values})
}

// list is s in the block of values.
func (r *Reader) list(s string) []string {
	first := len(r.values)
	r.push(&first, s)
	return r.values[first:len(r.values):len(r.values)]
}

// push appends a value to those from first on.
func (r *Reader) push(first *int, s string) {
	if len(r.values) == cap(r.values) {
		mine := r.values[*first:]
		fresh := make([]string, len(mine), max(min(block, 2*cap(r.values)), 2*len(mine), 8))
		copy(fresh, mine)
		r.values, *first = fresh, 0
	}
	r.values = append(r.values, s)
}

// paramValue reads one value of a parameter and returns where it ended. fresh says
// that it is no part of the line.
func (r *Reader) paramValue(name string, raw []byte, i int) (v []byte, end int, fresh bool) {
	if i < len(raw) && raw[i] == '"' {
		if n := bytes.IndexByte(raw[i+1:], '"'); n >= 0 {
			v, end := raw[i+1:i+1+n], i+n+2
			if end >= len(raw) || strings.IndexByte(",;:", raw[end]) >= 0 {
				return v, end, false
			}
			rest, after := plainValue(name, raw, end) // quotes in the middle
			return bytes.ReplaceAll(append(append([]byte{}, v...), rest...), []byte{'"'}, nil), after, true
		}
	}
	v, end = plainValue(name, raw, i)
	return v, end, false
}

// plainValue reads a value without quotes. Zones as "(UTC+01:00) Berlin" or
// "tzone://Microsoft/Utc", links and addresses have colons that programs forget to quote.
func plainValue(name string, raw []byte, i int) ([]byte, int) {
	start, depth := i, 0
	for ; i < len(raw); i++ {
		switch raw[i] {
		case '(':
			depth++
		case ')':
			depth = max(depth-1, 0)
		case ',', ';':
			return raw[start:i], i
		case ':':
			inZone := name == "TZID" && depth > 0 && bytes.IndexByte(raw[i+1:], ')') >= 0
			inURI := bytes.HasPrefix(raw[i+1:], []byte("//")) && isScheme(raw[start:i])
			inMail := bytes.EqualFold(raw[start:i], []byte("mailto")) && bytes.IndexByte(raw[i+1:], ':') >= 0
			if !inZone && !inURI && !inMail {
				return raw[start:i], i
			}
			if inZone { // to the bracket at once, so that time stays linear
				i += bytes.IndexByte(raw[i+1:], ')')
			}
		}
	}
	return raw[start:i], i
}

func isScheme(b []byte) bool {
	return bytes.EqualFold(b, []byte("http")) || bytes.EqualFold(b, []byte("https")) || bytes.EqualFold(b, []byte("ldap")) || bytes.EqualFold(b, []byte("tzone"))
}

// resolve undoes RFC 6868.
func resolve(s string) string {
	if strings.IndexByte(s, '^') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '^' && i+1 < len(s) {
			switch s[i+1] {
			case 'n', 'N':
				b = append(b, '\n')
			case '\'':
				b = append(b, '"')
			case '^':
				b = append(b, '^')
			default:
				b = append(b, '^')
				continue
			}
			i++
			continue
		}
		b = append(b, s[i])
	}
	return string(b)
}
