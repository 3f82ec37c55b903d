// Package line reads and writes content lines, the syntax that iCalendar
// (RFC 5545 3.1), vCard (RFC 6350 3.2) and their older forms share.
//
//	r := line.NewReader(os.Stdin, nil)
//	for {
//		l, err := r.Next()
//		if err == io.EOF {
//			break
//		}
//		…
//	}
//
// A [Reader] takes what programs really write: any line ends, broken folding,
// values that run on without a fold, charsets that nobody declared, quotes in odd
// places, parameters without a name. What it cannot read it reports and leaves
// out. Its time is linear in the length of the input, its memory bounded by the
// longest line. Bytes are no error; the only errors are those of the source.
//
// A [Writer] writes lines that every reader understands: folded at 75 octets, not
// within a character, parameters quoted where they must be.
//
// Values stay as they were written, because what their backslashes mean depends on
// the property: see [Unescape], [Escape] and [Split].
package line
