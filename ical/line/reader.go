package line

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/okapi-mail/okapi/ical/internal/blocks"
)

// Options bound and watch a [Reader]. The zero value and nil mean the defaults.
type Options struct {
	// MaxLine is the largest length of a line without its folds, in bytes.
	// 0 means 64 MiB: attachments are lines too.
	MaxLine int

	// MaxParams is how many values the parameters of a line may have together.
	// 0 means 1,000.
	MaxParams int

	// Charset is what the transport says about the whole text: the charset of
	// "text/calendar; charset=…". "" and UTF-8 mean UTF-8. A byte-order mark is
	// believed more.
	Charset string

	// Fallback is the charset of lines that are not valid UTF-8 and declare no
	// other. "" means windows-1252.
	Fallback string

	// Groups cuts "item1." off names, as vCard wants.
	Groups bool

	// Report is told what could not be read. nil means nobody.
	Report func(Issue)
}

func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.MaxLine <= 0 {
		d.MaxLine = 64 << 20
	}
	if d.MaxParams <= 0 {
		d.MaxParams = 1000
	}
	if d.Fallback == "" {
		d.Fallback = "windows-1252"
	}
	if d.Report == nil {
		d.Report = func(Issue) {}
	}
	return d
}

// A Reader reads content lines. It is used by one goroutine.
type Reader struct {
	src  source
	opts Options

	acc      []byte // a line of several pieces
	names    map[string]string
	recent   [128]string // names, by what tells most of them apart
	raw      []byte      // the present line
	whole    string      // the same, when it is UTF-8
	strings  blocks.Strings
	params   []Param // a block, of which lines have their parts
	first    int     // where those of the present line begin
	values   []string
	pending  *Line  // read, but its text may go on
	next     *Line  // where the one after it is read
	tail     []byte // of pending
	last     int    // length of the last line of pending, as written
	waiting  bool   // pending is one
	tailed   bool   // tail is what pending.Value becomes
	finished error
}

// NewReader returns a reader of the lines of r.
func NewReader(r io.Reader, opts *Options) *Reader {
	o := opts.withDefaults()
	return &Reader{src: source{r: r, charset: o.Charset, limit: o.MaxLine}, opts: o, names: map[string]string{}, pending: &Line{}, next: &Line{}}
}

// Reset makes r read src from its beginning, as a new Reader with the same options
// would. It keeps its memory, which is what counts for many short texts. Lines that r
// returned before stay as they are.
func (r *Reader) Reset(src io.Reader) {
	r.src = source{r: src, charset: r.opts.Charset, limit: r.opts.MaxLine, buf: r.src.buf[:0]}
	r.acc, r.tail = r.acc[:0], r.tail[:0]
	r.waiting, r.tailed, r.finished = false, false, nil
}

// Next returns the next line, and io.EOF after the last. The line does not change
// with later calls. Any other error is that of the source.
func (r *Reader) Next() (Line, error) {
	for r.finished == nil {
		raw, at, err := r.logical()
		if err != nil {
			r.finished = err
			break
		}
		raw = bytes.TrimPrefix(raw, []byte("\uFEFF")) // of files that were joined
		plain := isPlain(raw)
		if !plain {
			raw = r.printable(raw, at)
		}
		*r.next = Line{}
		if !r.parse(r.next, raw, plain, at) {
			r.stray(raw, at)
			continue
		}
		had := r.complete()
		r.pending, r.next = r.next, r.pending
		r.waiting, r.last = true, r.src.lineLen
		if had {
			return *r.next, nil
		}
	}
	if r.complete() {
		return *r.pending, nil
	}
	return Line{}, r.finished
}

// complete ends the pending line, if there is one.
func (r *Reader) complete() bool {
	if !r.waiting {
		return false
	}
	if r.tailed {
		r.pending.Value = string(r.tail)
		r.tail, r.tailed = r.tail[:0], false
	}
	r.waiting = false
	return true
}

// stray takes a line that is no property. Some programs write texts with bare line
// breaks, others fold without a space: both belong to the text before.
func (r *Reader) stray(raw []byte, at int64) {
	raw = trimRight(raw)
	if len(raw) == 0 {
		return
	}
	s := r.decode(raw, "", at)
	r.opts.Report(Issue{RuleSyntax, at, Excerpt(s)})
	if !r.waiting || !goesOn(r.pending, s) || len(r.tail)+len(s) > r.opts.MaxLine {
		return
	}
	if !r.tailed {
		r.tail, r.tailed = append(r.tail[:0], r.pending.Value...), true
	}
	if r.last < MaxOctets-5 && !isBase64(r.pending) {
		r.tail = append(r.tail, '\\', 'n')
	}
	r.tail = append(r.tail, s...)
	r.last = r.src.lineLen
}

// goesOn reports whether a line without a colon can be more of a property.
func goesOn(l *Line, s string) bool {
	if i := strings.IndexByte(s, ';'); i > 0 && isName(s[:i]) && strings.IndexByte(s, '=') > i {
		return false // a property whose value was lost
	}
	switch l.Name {
	case "DESCRIPTION", "SUMMARY", "COMMENT", "LOCATION", "CONTACT", "NOTE", "LABEL", "ADR", "X-ALT-DESC", "ATTACH", "PHOTO", "LOGO", "SOUND", "KEY":
		return true
	}
	return strings.HasPrefix(l.Name, "X-") || isBase64(l)
}

func isBase64(l *Line) bool { return l.Has("ENCODING", "BASE64") || l.Has("ENCODING", "B") }

// logical is the next line with its folds undone, valid until the next call.
func (r *Reader) logical() (raw []byte, at int64, err error) {
	raw, at, err = r.src.line()
	for err == nil && len(raw) == 0 {
		if r.src.tooLong {
			r.opts.Report(Issue{RuleLineSize, at, ""})
		}
		raw, at, err = r.src.line()
	}
	if err != nil {
		return nil, at, err
	}
	if raw[len(raw)-1] != '=' && r.src.buffered() && !r.src.peek() {
		return trimLeft(raw), at, nil // most lines
	}
	r.acc = append(r.acc[:0], raw...) // a look further may move the buffer
	size := r.src.lineLen
	for {
		soft := softBreak(r.acc)
		if soft {
			r.acc = r.acc[:len(r.acc)-1]
		} else if !r.src.folded() {
			break
		} else {
			r.src.skip()
		}
		more, _, err := r.src.line()
		if err != nil {
			break // the source's error comes again
		}
		size = r.src.lineLen
		if r.src.tooLong || len(r.acc)+len(more) > r.opts.MaxLine {
			r.opts.Report(Issue{RuleLineSize, at, Excerpt(string(r.acc[:min(len(r.acc), 80)]))})
			r.acc = r.acc[:0]
			r.skipFolds()
			break
		}
		r.acc = append(r.acc, more...)
	}
	r.src.lineLen = size
	return trimLeft(r.acc), at, nil
}

func trimLeft(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	return b
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// skipFolds passes over the rest of a line that is too long.
func (r *Reader) skipFolds() {
	for r.src.folded() {
		if _, _, err := r.src.line(); err != nil {
			return
		}
	}
}

// softBreak reports whether a line in quoted-printable goes on.
func softBreak(b []byte) bool {
	if len(b) == 0 || b[len(b)-1] != '=' {
		return false
	}
	colon := bytes.IndexByte(b, ':')
	if colon < 0 {
		return false
	}
	const word = "QUOTED-PRINTABLE"
	for head := b[:colon]; len(head) > len(word); head = head[1:] {
		begins := head[0] == ';' || head[0] == '=' || head[0] == '"' // a parameter or its value
		if begins && bytes.EqualFold(head[1:1+len(word)], []byte(word)) {
			return true
		}
	}
	return false
}

// decode is b as UTF-8: it is that, or in the declared charset, or in the
// fallback.
func (r *Reader) decode(b []byte, charset string, at int64) string {
	if utf8.Valid(b) && (charset == "" || isUTF8(charset) || isASCII(b)) {
		return string(b)
	}
	if s, ok := convert(b, charset); ok {
		return s
	}
	if charset != "" || !utf8.Valid(b) {
		r.opts.Report(Issue{RuleCharset, at, charset})
	}
	if utf8.Valid(b) {
		return string(b)
	}
	if s, ok := convert(b, r.opts.Fallback); ok {
		return s
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
