package store_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

func TestStream(t *testing.T) {
	body, data := props.PidTagBody.Prop(), props.PidTagAttachDataBinary.Prop()
	write, create := &store.StreamOptions{Write: true}, &store.StreamOptions{Create: true}
	open := func(s *scene, obj store.Bag, p mapi.Prop, opts *store.StreamOptions) *store.Stream {
		stream, err := store.OpenStream(obj, p, opts)
		s.NoError(err)
		return stream
	}
	all := func(s *scene, r io.Reader) string {
		b, err := io.ReadAll(r)
		s.NoError(err)
		return string(b)
	}
	// stored has a body of 26 letters and an attachment of 1 MiB.
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	stored := func(s *scene) *store.Message {
		m := note("x")
		props.PidTagBody.Set(m, "abcdefghijklmnopqrstuvwxyz")
		m.Attachments = []*mapi.Attachment{file("a", string(big))}
		return s.open(s.inbox, s.put(s.inbox, m, nil))
	}
	promises(t,
		promise{"STR-001 strings, binaries and objects are streams, other types are not", func(s *scene) {
			m := stored(s)
			s.Equal("abcdefghijklmnopqrstuvwxyz", all(s, open(s, m, body, nil)))
			s.Equal(string(big), all(s, open(s, m.Attachments[0], data, nil)))
			_, err := store.OpenStream(m, props.PidTagMessageSize.Prop(), nil)
			s.is(mapi.ErrNoSupport, err)
			_, err = store.OpenStream(m, props.PidNameKeywords.Prop(), create)
			s.is(mapi.ErrNoSupport, err)
		}},
		promise{"STR-002 an absent property is not found", func(s *scene) {
			m := stored(s)
			_, err := store.OpenStream(m, props.PidTagHtml.Prop(), nil)
			s.is(mapi.ErrNotFound, err)
			_, err = store.OpenStream(m, props.PidTagHtml.Prop(), write)
			s.is(mapi.ErrNotFound, err)
		}},
		promise{"STR-003 create makes the property empty, and may change it", func(s *scene) {
			m := stored(s)
			stream := open(s, m, body, create) // STR-004
			s.Zero(stream.Size())
			_, err := stream.Write([]byte("new"))
			s.NoError(err)
			s.NoError(stream.Close())
			s.save(m)
			s.Equal("new", props.PidTagBody.Or(s.open(s.inbox, m.ID()), ""))
		}},
		promise{"STR-005 a stream for reading is not written to", func(s *scene) {
			stream := open(s, stored(s), body, nil)
			_, err := stream.Write([]byte("x"))
			s.is(store.ErrStreamAccessDenied, err)
			s.is(store.ErrStreamAccessDenied, stream.SetSize(1))
		}},
		promise{"STR-006 a message opened for reading has no streams for writing", func(s *scene) {
			id := stored(s).ID()
			m, err := s.inbox.OpenMessage(s.ctx, id, &store.OpenMessageOptions{ReadOnly: true})
			s.NoError(err)
			for _, opts := range []*store.StreamOptions{write, create} {
				_, err := store.OpenStream(m, body, opts)
				s.is(mapi.ErrNoAccess, err)
			}
			s.Equal("abcdefghijklmnopqrstuvwxyz", all(s, open(s, m, body, nil)))
		}},
		promise{"STR-007 reading and writing move the position", func(s *scene) {
			stream := open(s, stored(s), body, write)
			b := make([]byte, 3)
			_, err := io.ReadFull(stream, b)
			s.NoError(err)
			s.Equal("abc", string(b))
			_, err = stream.Write([]byte("DEF"))
			s.NoError(err)
			s.Equal("ghijklmnopqrstuvwxyz", all(s, stream))
			n, err := stream.Read(b) // STR-008
			s.Zero(n)
			s.Equal(io.EOF, err)
		}},
		promise{"random access reads and writes anywhere in a large value, in place", func(s *scene) {
			m := stored(s)
			stream := open(s, m.Attachments[0], data, write)
			b := make([]byte, 16)
			for _, at := range []int64{1<<20 - 16, 0, 512 << 10, 16} {
				_, err := stream.ReadAt(b, at)
				s.NoError(err)
				s.Equal("0123456789abcdef", string(b))
			}
			_, err := stream.WriteAt([]byte("XYZ"), 1<<19)
			s.NoError(err)
			s.NoError(stream.Close())
			s.save(m)
			want := bytes.Clone(big)
			copy(want[1<<19:], "XYZ")
			s.Equal(string(want), all(s, open(s, s.open(s.inbox, m.ID()).Attachments[0], data, nil)))
		}},
		promise{"STR-009 seeking behind the end fills with zeros", func(s *scene) {
			stream := open(s, stored(s), body, write)
			at, err := stream.Seek(10, io.SeekEnd)
			s.NoError(err)
			s.EqualValues(36, at)
			s.EqualValues(36, stream.Size())
			_, err = stream.Seek(-1, io.SeekStart) // STR-010
			s.is(store.ErrStreamSeek, err)
			_, err = stream.Seek(0, 7) // STR-011
			s.is(store.ErrStreamInvalidParameter, err)
		}},
		promise{"STR-012 the size can be set, the position stays", func(s *scene) {
			stream := open(s, stored(s), body, write)
			_, err := stream.Seek(2, io.SeekStart)
			s.NoError(err)
			s.NoError(stream.SetSize(4))
			s.NoError(stream.SetSize(6))
			s.Equal("cd\x00\x00", all(s, stream))
		}},
		promise{"STR-013 a stream grows to its limit only", func(s *scene) {
			stream := open(s, stored(s), body, &store.StreamOptions{Create: true, MaxSize: 10})
			_, err := stream.Write([]byte("0123456789"))
			s.NoError(err)
			_, err = stream.Write([]byte("x"))
			s.is(mapi.ErrTooBig, err)
			s.is(mapi.ErrTooBig, stream.SetSize(11))
		}},
		promise{"STR-014 what is written shows on the handle at once, elsewhere after the save", func(s *scene) {
			m := stored(s)
			stream := open(s, m, body, create)
			_, err := stream.Write([]byte("new"))
			s.NoError(err)
			s.Equal("new", props.PidTagBody.Or(m, ""))
			s.NoError(stream.Close())
			s.Equal("abcdefghijklmnopqrstuvwxyz", props.PidTagBody.Or(s.open(s.inbox, m.ID()), ""))
			s.save(m)
			s.Equal("new", props.PidTagBody.Or(s.open(s.inbox, m.ID()), ""))
		}},
		promise{"STR-014 a stream that is still open is saved as it is, and goes on", func(s *scene) {
			m := stored(s)
			stream := open(s, m, body, create)
			_, err := stream.Write([]byte("one"))
			s.NoError(err)
			s.save(m)
			s.Equal("one", props.PidTagBody.Or(s.open(s.inbox, m.ID()), ""))
			_, err = stream.Write([]byte(" two"))
			s.NoError(err)
			s.NoError(stream.Close())
			s.save(m)
			s.Equal("one two", props.PidTagBody.Or(s.open(s.inbox, m.ID()), ""))
		}},
		promise{"STR-015 an attachment's stream lasts with the message's save", func(s *scene) {
			m := stored(s)
			stream := open(s, m.Attachments[0], data, create)
			_, err := io.Copy(stream, strings.NewReader("small"))
			s.NoError(err)
			s.NoError(stream.Close())
			s.EqualValues(len(big), open(s, s.open(s.inbox, m.ID()).Attachments[0], data, nil).Size())
			s.save(m)
			s.Equal("small", all(s, open(s, s.open(s.inbox, m.ID()).Attachments[0], data, nil)))
			stats, err := s.st.Stats(s.ctx)
			s.NoError(err)
			s.Zero(stats.Contents, "the former content is given back")
		}},
		promise{"STR-016 copying moves both positions and tells how much", func(s *scene) {
			m := stored(s)
			from, to := open(s, m, body, nil), open(s, m, props.PidTagHtml.Prop(), create)
			read, written, err := from.CopyTo(to, 10)
			s.NoError(err)
			s.EqualValues(10, read)
			s.EqualValues(10, written)
			read, _, err = from.CopyTo(to, 99) // STR-017
			s.NoError(err)
			s.EqualValues(16, read)
			s.NoError(to.Close())
			s.Equal("abcdefghijklmnopqrstuvwxyz", string(props.PidTagHtml.Or(m, nil)))
		}},
		promise{"STR-018 a clone has a position of its own on the same bytes", func(s *scene) {
			stream := open(s, stored(s), body, write)
			clone, err := stream.Clone()
			s.NoError(err)
			_, err = stream.Write([]byte("ABC"))
			s.NoError(err)
			b := make([]byte, 4)
			_, err = io.ReadFull(clone, b)
			s.NoError(err)
			s.Equal("ABCd", string(b))
			s.NoError(clone.Close())
			s.NoError(stream.Close())
			s.NoError(stream.Close())
		}},
		promise{"STR-020 a string can be seen as UTF-16", func(s *scene) {
			m := stored(s)
			stream := open(s, m, body, &store.StreamOptions{Create: true, UTF16: true})
			_, err := stream.Write([]byte{'G', 0, 0xFC, 0, 0x3D, 0xD8, 0x0A, 0xDE})
			s.NoError(err)
			s.NoError(stream.Close())
			s.Equal("Gü\U0001F60A", props.PidTagBody.Or(m, ""))
			s.EqualValues(8, open(s, m, body, &store.StreamOptions{UTF16: true}).Size())
		}},
		promise{"STR-021 a property deleted while its stream is open comes back with the commit", func(s *scene) {
			m := stored(s)
			stream := open(s, m, body, create)
			_, err := stream.Write([]byte("back"))
			s.NoError(err)
			m.Delete(body)
			s.NoError(stream.Close())
			s.Equal("back", props.PidTagBody.Or(m, ""))
		}},
		promise{"STR-022 of two streams for writing the last commit wins", func(s *scene) {
			m := stored(s)
			a, b := open(s, m, body, create), open(s, m, body, create)
			_, err := a.Write([]byte("aaaa"))
			s.NoError(err)
			_, err = b.Write([]byte("bb"))
			s.NoError(err)
			s.NoError(b.Close())
			s.NoError(a.Close())
			s.Equal("aaaa", props.PidTagBody.Or(m, ""))
		}},
		promise{"STR-023 an empty stream is an empty value, not an absent one", func(s *scene) {
			m := stored(s)
			s.NoError(open(s, m, props.PidTagHtml.Prop(), create).Close())
			s.save(m)
			html, ok := props.PidTagHtml.Get(s.open(s.inbox, m.ID()))
			s.True(ok)
			s.Empty(html)
		}},
		promise{"large values go through a file, not through memory", func(s *scene) {
			m := stored(s)
			stream := open(s, m.Attachments[0], data, &store.StreamOptions{Create: true, Memory: 1 << 10, TempDir: s.t.TempDir()})
			for range 64 {
				_, err := stream.Write(big[:64<<10])
				s.NoError(err)
			}
			s.NoError(stream.Close())
			s.Implements((*mapi.Stream)(nil), m.Attachments[0].Get(data))
			s.save(m)
			s.EqualValues(4<<20, open(s, s.open(s.inbox, m.ID()).Attachments[0], data, nil).Size())
		}},
		promise{"detached messages have streams too", func(s *scene) {
			m := note("x")
			stream := open(s, m, body, create)
			_, err := stream.Write([]byte("streamed"))
			s.NoError(err)
			s.NoError(stream.Close())
			s.Equal("streamed", props.PidTagBody.Or(m, ""))
		}},
	)
}
