package tnef_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
	"github.com/okapi-mail/okapi/rfc822/tnef"
)

// measured are messages as they come: a text with properties only, and with files.
func measured(b *testing.B) map[string]*mapi.Message {
	small := propstest.Random(rand.New(rand.NewPCG(4, 4)), &propstest.RandomOptions{Properties: 120})
	small.Attachments = nil
	file := func(size int) *mapi.Message {
		m := &mapi.Message{Properties: small.Properties.Clone(), Recipients: small.Recipients}
		data := make([]byte, size)
		_, err := io.ReadFull(randomReader{rand.New(rand.NewPCG(1, 1))}, data)
		require.NoError(b, err)
		a := &mapi.Attachment{}
		props.PidTagAttachLongFilename.Set(a, "report.pdf")
		props.PidTagAttachDataBinary.Set(a, data)
		m.Attachments = []*mapi.Attachment{a}
		return m
	}
	return map[string]*mapi.Message{"properties": small, "file=64KiB": file(64 << 10), "file=16MiB": file(16 << 20)}
}

// BenchmarkDecode decodes streams, also with reading the files in them. copy is the
// reference: the same bytes from the same reader into memory, or into a file where
// decoding makes one.
func BenchmarkDecode(b *testing.B) {
	for name, msg := range measured(b) {
		data := encode(b, msg)
		run := func(what string, f func()) {
			b.Run("stream="+name+"/"+what, func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				for b.Loop() {
					f()
				}
			})
		}
		run("decode", func() {
			m, err := tnef.Decode(bytes.NewReader(data), nil)
			require.NoError(b, err)
			for _, a := range m.Attachments {
				r, _, err := mapi.OpenValue(a, props.PidTagAttachDataBinary.Prop())
				require.NoError(b, err)
				_, err = io.Copy(io.Discard, r)
				require.NoError(b, err)
				r.Close()
			}
			tnef.Release(m)
		})
		run("copy", func() {
			if len(data) <= 8<<20 {
				_ = bytes.Clone(data)
				return
			}
			f, err := os.CreateTemp(b.TempDir(), "")
			require.NoError(b, err)
			_, err = io.Copy(f, struct{ io.Reader }{bytes.NewReader(data)})
			require.NoError(b, err)
			_, err = f.Seek(0, io.SeekStart)
			require.NoError(b, err)
			_, err = io.Copy(io.Discard, f)
			require.NoError(b, err)
			f.Close()
			os.Remove(f.Name())
		})
	}
}

// BenchmarkEncode writes messages. copy is the reference: the bytes that result.
func BenchmarkEncode(b *testing.B) {
	for name, msg := range measured(b) {
		data := encode(b, msg)
		for _, c := range []struct {
			name string
			f    func(w io.Writer) error
		}{
			{"encode", func(w io.Writer) error { return tnef.Encode(w, msg, nil) }},
			{"copy", func(w io.Writer) error { _, err := w.Write(data); return err }},
		} {
			b.Run("message="+name+"/"+c.name, func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				var out bytes.Buffer
				for b.Loop() {
					out.Reset()
					require.NoError(b, c.f(&out))
				}
			})
		}
	}
}
