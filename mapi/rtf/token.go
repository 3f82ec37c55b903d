package rtf

// A Kind says what a [Token] is.
type Kind uint8

// The kinds of tokens.
const (
	Open   Kind = iota + 1 // "{"
	Close                  // "}"
	Word                   // a control word, or a control symbol other than an escape
	Hex                    // \'hh: Data is the byte
	Text                   // literal bytes and escaped "\", "{", "}", in the code page of the place
	Binary                 // a piece of the data after \binN
)

// String returns the name of the kind.
func (k Kind) String() string {
	switch k {
	case Open:
		return "Open"
	case Close:
		return "Close"
	case Word:
		return "Word"
	case Hex:
		return "Hex"
	case Text:
		return "Text"
	case Binary:
		return "Binary"
	}
	return "Kind(?)"
}

// A Token is the smallest thing in an RTF document.
type Token struct {
	Kind Kind

	// Name is what stands behind the backslash of a Word: letters, at most 32 of
	// them, or the one character of a symbol such as "~" or "*". A backslash before
	// a line end is "par", before a tab "tab".
	Name string

	// Param is the number behind a control word, and HasParam says whether there
	// was one. Numbers beyond 32 bits become the largest or smallest of them.
	Param    int
	HasParam bool

	// Ignorable says that \* stood before a Word, so that a destination of that
	// name is left out by who does not know it. Only a [Parser] sets it.
	Ignorable bool

	// Data are the bytes of Hex, Text and Binary, valid until the next token.
	Data []byte
}

// On is what a control word that switches something on or off says: \b and \b1 on,
// \b0 off.
func (t *Token) On() bool { return !t.HasParam || t.Param != 0 }
