package recur

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
)

// An Issue is something in a rule that breaks the standard. It is an error, with the
// code mapi.ErrCorruptData.
type Issue struct {
	Part   string // its name: "BYDAY"
	Offset int    // in bytes, in the text of the rule
	Detail string
}

// Error says what is wrong, and where.
func (i *Issue) Error() string {
	return fmt.Sprintf("recurrence rule: %s at byte %d: %s", i.Part, i.Offset, i.Detail)
}

// Unwrap returns the code.
func (i *Issue) Unwrap() error { return mapi.ErrCorruptData }

// ParseOptions say how strict a parser is. The zero value and nil are lenient.
type ParseOptions struct {
	Strict bool        // the first issue is the error
	Report func(Issue) // is told of issues that were passed over. nil: nobody
}

const (
	maxRule     = 64 << 10 // bytes of text
	maxInterval = 1 << 30
	maxCount    = 1 << 30
)

// ParseRule reads the value of an RRULE, with or without its name in front. Without
// Strict values that mean nothing are left out, and everything is read that can be
// understood in one way only: lower case, blanks, repeated parts, dates with hyphens. A
// rule without a frequency, or whose end cannot be read, is an error always, because
// what is left of it would be another series. The error is an *[Issue].
func ParseRule(s string, opts *ParseOptions) (Rule, error) {
	p := parser{text: s}
	if opts != nil {
		p.opts = *opts
	}
	if err := p.parse(); err != nil {
		return Rule{}, err
	}
	return p.rule, nil
}

type parser struct {
	opts   ParseOptions
	text   string
	ofYear int // months, once it is known
	rule   Rule
	seen   map[string]bool

	part string
	at   int // offset of what is being read
}

func (p *parser) fail(format string, args ...any) error {
	return &Issue{Part: p.part, Offset: p.at, Detail: fmt.Sprintf(format, args...)}
}

// pass reports an issue, which is an error when strict.
func (p *parser) pass(format string, args ...any) error {
	err := p.fail(format, args...)
	if p.opts.Strict {
		return err
	}
	if p.opts.Report != nil {
		p.opts.Report(*err.(*Issue))
	}
	return nil
}

func (p *parser) parse() error {
	if len(p.text) > maxRule {
		p.part = "rule"
		return p.fail("%d bytes of text", len(p.text))
	}
	p.seen = map[string]bool{}
	begin := 0
	if len(p.text) > 6 && strings.EqualFold(p.text[:6], "RRULE:") {
		begin = 6
	}
	for at := begin; at <= len(p.text); {
		part, _, _ := strings.Cut(p.text[at:], ";")
		if err := p.onePart(part, at); err != nil {
			return err
		}
		at += len(part) + 1
	}
	if p.rule.Freq == 0 {
		p.part, p.at = "FREQ", len(p.text)
		return p.fail("is missing")
	}
	return p.whole()
}

func (p *parser) onePart(part string, at int) error {
	p.part, p.at = "rule", at
	if strings.TrimSpace(part) == "" {
		return p.pass("an empty part")
	}
	name, value, ok := strings.Cut(part, "=")
	p.part = strings.ToUpper(strings.TrimSpace(name))
	if !ok {
		return p.pass("a part without =")
	}
	p.at += len(name) + 1
	if p.seen[p.part] {
		if err := p.pass("is there twice"); err != nil {
			return err
		}
	}
	p.seen[p.part] = true
	return p.value(strings.TrimSpace(value))
}

func (p *parser) value(v string) (err error) {
	r := &p.rule
	switch p.part {
	case "FREQ":
		f := slices.Index(freqNames[:], strings.ToUpper(v))
		if f <= 0 {
			return p.fail("no frequency: %q", clip(v))
		}
		r.Freq = Freq(f)
	case "INTERVAL":
		return p.interval(v)
	case "COUNT":
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			return p.fail("no count: %q", clip(v))
		}
		r.Count = min(n, maxCount)
	case "UNTIL":
		r.Until, err = p.until(v)
	case "BYSECOND":
		r.BySecond, err = p.numbers(r.BySecond, v, 0, 60)
	case "BYMINUTE":
		r.ByMinute, err = p.numbers(r.ByMinute, v, 0, 59)
	case "BYHOUR":
		r.ByHour, err = p.numbers(r.ByHour, v, 0, 23)
	case "BYDAY":
		return p.days(v)
	case "BYMONTHDAY":
		r.ByMonthDay, err = p.numbers(r.ByMonthDay, v, -31, 31)
	case "BYYEARDAY":
		r.ByYearDay, err = p.numbers(r.ByYearDay, v, -366, 366)
	case "BYWEEKNO":
		r.ByWeekNo, err = p.numbers(r.ByWeekNo, v, -53, 53)
	case "BYMONTH":
		r.ByMonth, err = p.numbers(r.ByMonth, v, 1, p.months())
	case "BYSETPOS":
		r.BySetPos, err = p.numbers(r.BySetPos, v, -366, 366)
	case "WKST":
		d := weekday(v)
		if d == 0 {
			return p.pass("no day of the week: %q", clip(v))
		}
		r.WeekStart = d
	case "RSCALE":
		r.Scale = strings.ToUpper(v)
	case "SKIP":
		return p.skip(v)
	default:
		if !strings.HasPrefix(p.part, "X-") {
			err = p.pass("is not known")
		}
		r.Extra = append(r.Extra, Part{p.part, v})
	}
	return err
}

// months is how many a year may have: some calendars have one more, which may be named
// after them.
func (p *parser) months() int {
	if p.ofYear > 0 {
		return p.ofYear
	}
	p.ofYear = 12
	for part := range strings.SplitSeq(p.text, ";") {
		if name, value, _ := strings.Cut(part, "="); strings.EqualFold(strings.TrimSpace(name), "RSCALE") {
			if r := (Rule{Scale: strings.TrimSpace(value)}); !r.gregorian() {
				p.ofYear = 13
			}
		}
	}
	return p.ofYear
}

func (p *parser) interval(v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return p.pass("no interval: %q", clip(v))
	}
	p.rule.Interval = min(n, maxInterval)
	return nil
}

func (p *parser) skip(v string) error {
	for _, s := range []Skip{Omit, Backward, Forward} {
		if strings.EqualFold(v, s.String()) {
			p.rule.Skip = s
			return nil
		}
	}
	return p.pass("not known: %q", clip(v))
}

var untilForms = []struct {
	layout string
	form   Form
	strict bool
}{
	{"20060102", Date, true},
	{"20060102T150405Z", UTC, true},
	{"20060102T150405", Local, true},
	{"20060102T1504Z", UTC, false},
	{"20060102T1504", Local, false},
	{"2006-01-02", Date, false},
	{"2006-01-02T15:04:05Z", UTC, false},
	{"2006-01-02T15:04:05", Local, false},
	{"20060102T150405Z07:00", UTC, false},
}

func (p *parser) until(v string) (Until, error) {
	for _, f := range untilForms {
		t, err := time.Parse(f.layout, strings.ToUpper(v))
		if err != nil || t.IsZero() {
			continue
		}
		if !f.strict {
			if err := p.pass("not a date of the standard: %q", clip(v)); err != nil {
				return Until{}, err
			}
		}
		return Until{Time: t.UTC(), Form: f.form}, nil
	}
	return Until{}, p.fail("no date: %q", clip(v))
}

// items calls f for each value of a list, with its place.
func (p *parser) items(v string, f func(item string) error) error {
	base := p.at
	for at := 0; at <= len(v); {
		item, _, _ := strings.Cut(v[at:], ",")
		p.at = base + at
		at += len(item) + 1
		if item = strings.TrimSpace(item); item == "" {
			if err := p.pass("an empty value"); err != nil {
				return err
			}
			continue
		}
		if err := f(item); err != nil {
			return err
		}
	}
	return nil
}

// numbers adds a list of numbers, of which 0 is none where negative ones are. Values
// that are there already do not come again.
func (p *parser) numbers(list []int, v string, lo, hi int) ([]int, error) {
	err := p.items(v, func(item string) error {
		leap := 0
		if p.part == "BYMONTH" && (strings.HasSuffix(item, "L") || strings.HasSuffix(item, "l")) {
			item, leap = item[:len(item)-1], LeapMonth
			hi = 13
		}
		n, err := strconv.Atoi(item)
		if err != nil || n < lo || n > hi || n == 0 && lo != 0 {
			return p.pass("out of range: %q", clip(item))
		}
		if n += leap; !slices.Contains(list, n) {
			list = append(list, n)
		}
		return nil
	})
	return list, err
}

func (p *parser) days(v string) error {
	return p.items(v, func(item string) error {
		if len(item) < 2 {
			return p.pass("no day: %q", clip(item))
		}
		number, name := strings.TrimSpace(item[:len(item)-2]), item[len(item)-2:]
		d := Day{Weekday: weekday(name)}
		if d.Weekday == 0 {
			return p.pass("no day: %q", clip(item))
		}
		if number != "" {
			n, err := strconv.Atoi(number)
			if err != nil || n == 0 || n < -53 || n > 53 {
				return p.pass("no day: %q", clip(item))
			}
			d.N = n
		}
		if !slices.Contains(p.rule.ByDay, d) {
			p.rule.ByDay = append(p.rule.ByDay, d)
		}
		return nil
	})
}

func weekday(s string) Weekday {
	return Weekday(max(0, slices.Index(dayNames[:], strings.ToUpper(s))))
}

// whole finds what is wrong with a rule as a whole.
func (p *parser) whole() error {
	for _, i := range p.rule.issues() {
		p.part, p.at = i.Part, len(p.text)
		if err := p.pass("%s", i.Detail); err != nil {
			return err
		}
	}
	return nil
}

func clip(s string) string { return s[:min(len(s), 40)] }
