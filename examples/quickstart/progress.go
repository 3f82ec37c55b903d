package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// A progress tells how far an import is: as a bar that moves on a terminal, as a
// line now and then elsewhere.
type progress struct {
	out      io.Writer
	terminal bool
	total    int64 // bytes
	start    time.Time
	shown    time.Time

	mails, bytes int64
}

func newProgress(out io.Writer, total int64) *progress {
	now := time.Now()
	return &progress{out: out, terminal: isTerminal(out), total: total, start: now, shown: now}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// add counts a mail.
func (p *progress) add(bytes int64) {
	p.mails++
	p.bytes += bytes
	every := 5 * time.Second
	if p.terminal {
		every = 100 * time.Millisecond
	}
	if now := time.Now(); now.Sub(p.shown) >= every {
		p.shown = now
		p.show()
	}
}

func (p *progress) show() {
	const width = 30
	done := int(width * min(p.bytes, p.total) / max(p.total, 1))
	line := fmt.Sprintf("%s mails, %s of %s, %s", number(p.mails), size(p.bytes), size(p.total), p.rate())
	if !p.terminal {
		fmt.Fprintln(p.out, line)
		return
	}
	bar := strings.Repeat("█", done) + strings.Repeat("░", width-done)
	fmt.Fprintf(p.out, "\r%s %s\x1b[K", bar, line)
}

// end takes the bar away.
func (p *progress) end() {
	if p.terminal {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// rate is the speed so far.
func (p *progress) rate() string {
	s := max(time.Since(p.start).Seconds(), 1e-3)
	return fmt.Sprintf("%s mails/s, %s/s", number(int64(float64(p.mails)/s)), size(int64(float64(p.bytes)/s)))
}
