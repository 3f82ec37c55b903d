package msg_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/archive/msg"
	"github.com/okapi-mail/okapi/archive/msg/internal/cfb"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
)

// document is a compound file of another program: with a class, a storage in it, and
// names that are no ASCII.
func document(t testing.TB, size int) []byte {
	return file(t, func(root *cfb.Storage) {
		root.Attrs = cfb.Attrs{Class: mapi.GUID{1, 2, 3}, State: 7, Modified: 99}
		root.Add("\x01CompObj", cfb.Bytes("okapi"))
		root.Add("Größe", cfb.Bytes(bytes.Repeat([]byte("x"), size)))
		sub := root.Sub("_1234567890")
		sub.Class = mapi.GUID{4, 5}
		sub.Add("\x03ObjInfo", cfb.Bytes("y"))
	})
}

func withObject(v mapi.Value) *mapi.Message {
	a := &mapi.Attachment{}
	props.PidTagAttachMethod.Set(a, mapi.AttachStorage)
	a.Set(props.PidTagAttachDataObject.Prop(), v)
	return &mapi.Message{Attachments: []*mapi.Attachment{a}}
}

func TestObjectsOfOtherProgramsStayCompoundFiles(t *testing.T) {
	for _, size := range []int{10, 100_000} {
		doc := document(t, size)
		for name, v := range map[string]mapi.Value{"in memory": mapi.Object(doc), "a stream": stream(doc), "random access": seekable(doc)} {
			t.Run(name, func(t *testing.T) {
				m := withObject(v)
				got := comesBack(t, m, nil)
				object, err := props.PidTagAttachDataObject.Read(got.Attachments[0])
				require.NoError(t, err)
				assert.True(t, bytes.Equal(doc, object))

				inside := streams(t, encode(t, m, nil))
				const at = "__attach_version1.0_#00000000/__substg1.0_3701000D/"
				assert.Equal(t, "y", string(inside[at+"_1234567890/ObjInfo"]), "its storages are storages of the file")
				again := comesBack(t, got, nil)
				require.Empty(t, propstest.Diff(m, again))
				drain(t, got) // what was written again can still be read
			})
		}
	}
}

// seekable is a stream with random access.
type seekable []byte

func (s seekable) Size() int64                  { return int64(len(s)) }
func (s seekable) Open() (io.ReadCloser, error) { return closer{bytes.NewReader(s)}, nil }

type closer struct{ *bytes.Reader }

func (closer) Close() error { return nil }

func TestObjectsThatAreNoSoundCompoundFilesStayBytes(t *testing.T) {
	damaged := document(t, 10)
	damaged[len(damaged)/2] ^= 0xFF
	for name, b := range map[string][]byte{
		"bytes":           []byte("bytes of some program"),
		"a header":        damaged[:600],
		"cut off":         document(t, 100_000)[:90_000],
		"a .msg file":     encode(t, &mapi.Message{}, nil),
		"of large pieces": bytes.Repeat([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), 9000),
	} {
		got := comesBack(t, withObject(mapi.Object(b)), nil)
		object, err := props.PidTagAttachDataObject.Read(got.Attachments[0])
		require.NoError(t, err)
		assert.True(t, bytes.Equal(b, object), name)
	}
}

func TestObjectWithoutRandomAccessIsBounded(t *testing.T) {
	m := withObject(stream(document(t, 100_000)))
	assert.ErrorIs(t, msg.Encode(io.Discard, m, &msg.EncodeOptions{MemoryLimit: 50_000}), mapi.ErrTooBig)
}

func TestStreamThatLiesAboutItsSizeIsAnError(t *testing.T) {
	m := &mapi.Message{}
	props.PidTagHtml.SetStream(m, liar{seekable("okapi")})
	assert.ErrorIs(t, msg.Encode(io.Discard, m, nil), mapi.ErrCorruptData)
}

type liar struct{ seekable }

func (l liar) Size() int64 { return 9999 }

func TestNothingIsAMessageToo(t *testing.T) {
	comesBack(t, nil, nil)
	m := &mapi.Message{Recipients: []*mapi.Recipient{nil}, Attachments: []*mapi.Attachment{nil}}
	got, err := decode(encode(t, m, nil), sound(t))
	require.NoError(t, err)
	assert.Len(t, got.Recipients, 1)
	assert.Len(t, got.Attachments, 1)
	assert.Zero(t, got.Len())
}

func TestAttachedMessageSaysThatItIsOne(t *testing.T) {
	inner := &mapi.Message{}
	props.PidTagSubject.Set(inner, "giraffe")
	got := comesBack(t, &mapi.Message{Attachments: []*mapi.Attachment{{Embedded: inner}}}, nil, props.PidTagAttachMethod.Prop())
	method, _ := props.PidTagAttachMethod.Get(got.Attachments[0])
	assert.Equal(t, mapi.AttachEmbeddedMessage, method)
}

func TestValuesKeepTheirBytes(t *testing.T) {
	m := &mapi.Message{}
	long := bytes.Repeat([]byte("a𝄞é\uFEFF"), 20_000)
	props.PidTagBody.Set(m, string(long))
	props.PidTagSubject.Set(m, "")
	props.PidTagHtml.Set(m, []byte{})
	props.PidTagTransportMessageHeaders.SetStream(m, stream(long[1:])) // begins within no character
	got := comesBack(t, m, nil)
	assert.Equal(t, "", got.Get(props.PidTagSubject.Prop()))
	body := got.Get(props.PidTagBody.Prop())
	assert.Implements(t, (*mapi.Stream)(nil), body)
	assert.EqualValues(t, len(long), mapi.SizeOf(mapi.PtypString, body))
}
