package main

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/okapi-mail/okapi/rfc822/mbox"
)

// A mail is one that can be imported.
type mail struct {
	name   string   // for people: the file, and the place in it
	folder []string // where it was, when the source has folders
	flags  string   // letters as in Maildir: S seen, F flagged
	size   int64    // bytes
	open   func() (io.ReadCloser, error)
}

// A source is a place with mails.
type source struct {
	kind  string // for people
	size  int64  // bytes, about
	mails iter.Seq2[mail, error]
}

// find looks at what is at a path: a Maildir, a folder of mails, an mbox file or
// a single mail.
func find(place, match string) (*source, error) {
	info, err := os.Stat(place)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return file(place, info.Size())
	}
	if _, err := path.Match(match, ""); err != nil {
		return nil, err
	}
	root := os.DirFS(place)
	s := &source{}
	if mbox.IsMaildir(root) {
		s.kind, s.mails = "a Maildir", slice(s.maildir(root))
	} else {
		s.kind, s.mails = "a folder of mails", slice(s.walk(root, match))
	}
	return s, nil
}

// A result is a mail, or the reason why there is none.
type result struct {
	mail
	err error
}

func slice(list []result) iter.Seq2[mail, error] {
	return func(yield func(mail, error) bool) {
		for _, r := range list {
			if !yield(r.mail, r.err) {
				return
			}
		}
	}
}

// walk lists every file below root whose name matches: any bytes are a mail, some
// are only more damaged than others. Hidden files are passed over.
func (s *source) walk(root fs.FS, match string) (list []result) {
	visit := func(name string, d fs.DirEntry, err error) error {
		hidden := name != "." && strings.HasPrefix(path.Base(name), ".")
		switch {
		case err != nil:
			list = append(list, result{mail{name: name}, err})
		case hidden && d.IsDir():
			return fs.SkipDir
		case d.Type().IsRegular() && !hidden:
			if ok, _ := path.Match(match, path.Base(name)); ok {
				list = append(list, s.entry(root, mail{name: name}))
			}
		}
		return nil
	}
	if err := fs.WalkDir(root, ".", visit); err != nil {
		list = append(list, result{mail{name: "."}, err})
	}
	return list
}

// maildir lists the mails of a Maildir with the folders they are in.
func (s *source) maildir(root fs.FS) (list []result) {
	for f, err := range mbox.Maildir(root) {
		m := mail{name: f.Path, flags: f.Flags}
		if f.Folder != "" {
			m.folder = steps(f.Folder)
		}
		if err != nil {
			list = append(list, result{m, err})
			continue
		}
		list = append(list, s.entry(root, m))
	}
	return list
}

// entry completes a mail that is a file of its own.
func (s *source) entry(root fs.FS, m mail) result {
	info, err := fs.Stat(root, m.name)
	if err != nil {
		return result{m, err}
	}
	m.size = info.Size()
	m.open = func() (io.ReadCloser, error) { return root.Open(m.name) }
	s.size += m.size
	return result{m, nil}
}

// file is an mbox when it begins as one, and otherwise a single mail.
func file(place string, size int64) (*source, error) {
	f, err := os.Open(place)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	begin, err := bufio.NewReader(f).Peek(5)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(begin) == "From " || strings.HasSuffix(place, ".mbox") {
		return &source{kind: "an mbox file", size: size, mails: mailsOf(place)}, nil
	}
	s := &source{kind: "a mail"}
	s.mails = slice([]result{s.entry(os.DirFS(filepath.Dir(place)), mail{name: filepath.Base(place)})})
	return s, nil
}

// mailsOf reads the mails of an mbox file one after the other.
func mailsOf(place string) iter.Seq2[mail, error] {
	return func(yield func(mail, error) bool) {
		f, err := os.Open(place)
		if err != nil {
			yield(mail{name: place}, err)
			return
		}
		defer f.Close()
		for r, n := mbox.NewReader(f, mbox.RD), 1; ; n++ {
			next, err := r.Next()
			if err == io.EOF {
				return
			}
			m := mail{name: filepath.Base(place) + " mail " + number(int64(n))}
			m.open = func() (io.ReadCloser, error) { return io.NopCloser(next), nil }
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}
