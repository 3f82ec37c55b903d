package msg_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/richardlehane/mscfb"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/archive/msg"
	"github.com/okapi-mail/okapi/archive/msg/internal/cfb"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// benchFiles are the small files of the corpus together, and one of 64 MiB.
func benchFiles(b *testing.B) map[string][][]byte {
	var small [][]byte
	for _, s := range corpus(b) {
		if _, err := mscfb.New(bytes.NewReader(s.data)); err == nil {
			small = append(small, s.data)
		}
	}
	m := &mapi.Message{Attachments: []*mapi.Attachment{{}}}
	props.PidTagAttachDataBinary.Set(m.Attachments[0], make([]byte, 64*mib))
	return map[string][][]byte{"corpus": small, "64MiB": {encode(b, m, nil)}}
}

func total(files [][]byte) (n int64) {
	for _, f := range files {
		n += int64(len(f))
	}
	return n
}

// BenchmarkRead compares decoding, with all streams read, with bare walks over the
// compound file that read all of it: ours and another one.
func BenchmarkRead(b *testing.B) {
	for name, files := range benchFiles(b) {
		for how, read := range map[string]func([]byte) error{
			"decode": func(f []byte) error {
				m, err := decode(f, nil)
				drain(b, m)
				return err
			},
			"walk": func(f []byte) error {
				file, err := cfb.Open(bytes.NewReader(f), int64(len(f)), cfb.Options{})
				if err != nil {
					return err
				}
				return walk(file, file.Root)
			},
			"mscfb": walkElsewhere,
		} {
			b.Run("files="+name+"/how="+how, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(total(files))
				for b.Loop() {
					for _, f := range files {
						require.NoError(b, read(f))
					}
				}
			})
		}
	}
}

func walk(f *cfb.File, e *cfb.Entry) error {
	for _, c := range e.Children {
		if c.Kind == cfb.KindStorage {
			if err := walk(f, c); err != nil {
				return err
			}
			continue
		}
		s, err := f.Stream(c)
		if err != nil && s.Size() == 0 {
			continue // damaged
		}
		r, err := s.Open()
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
	}
	return nil
}

func walkElsewhere(f []byte) error {
	r, err := mscfb.New(bytes.NewReader(f))
	if err != nil {
		return err
	}
	for _, e := range r.File {
		_, _ = io.Copy(io.Discard, e) // damaged files are of the corpus too
	}
	return nil
}

// BenchmarkWrite compares encoding with a copy of the same bytes.
func BenchmarkWrite(b *testing.B) {
	for name, files := range benchFiles(b) {
		var list []*mapi.Message
		for _, f := range files {
			m, err := decode(f, nil)
			require.NoError(b, err)
			list = append(list, m)
		}
		b.Run("files="+name+"/how=encode", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(total(files))
			for b.Loop() {
				for _, m := range list {
					require.NoError(b, msg.Encode(io.Discard, m, nil))
				}
			}
		})
		b.Run("files="+name+"/how=copy", func(b *testing.B) {
			b.SetBytes(total(files))
			var to bytes.Buffer
			for b.Loop() {
				for _, f := range files {
					to.Reset()
					_, _ = to.Write(f)
				}
			}
		})
	}
}
