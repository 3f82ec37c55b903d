package msg_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/archive/msg"
	"github.com/okapi-mail/okapi/archive/msg/internal/cfb"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

var le = binary.LittleEndian

// drain reads everything of a message that is a stream.
func drain(t testing.TB, m *mapi.Message) {
	if m == nil {
		return
	}
	bags := []*mapi.Properties{&m.Properties}
	for _, r := range m.Recipients {
		bags = append(bags, &r.Properties)
	}
	for _, a := range m.Attachments {
		bags = append(bags, &a.Properties)
		drain(t, a.Embedded)
	}
	for _, b := range bags {
		for p, v := range b.All() {
			if s, ok := v.(mapi.Stream); ok {
				r, err := s.Open()
				require.NoError(t, err)
				n, err := io.Copy(io.Discard, r)
				require.NoError(t, err, p)
				require.Equal(t, s.Size(), n, p)
				require.NoError(t, r.Close())
			}
		}
	}
}

// A file is a compound file that a test writes by hand.
func file(t testing.TB, fill func(root *cfb.Storage)) []byte {
	root := &cfb.Storage{}
	fill(root)
	m, err := cfb.Plan(root, false)
	require.NoError(t, err)
	var b bytes.Buffer
	_, err = m.WriteTo(&b)
	require.NoError(t, err)
	return b.Bytes()
}

// rows is a list of properties: tags with eight bytes each.
func rows(header int, list ...uint64) cfb.Bytes {
	b := make(cfb.Bytes, header)
	for i := 0; i+1 < len(list); i += 2 {
		b = le.AppendUint32(b, uint32(list[i]))
		b = le.AppendUint32(b, 6)
		b = le.AppendUint64(b, list[i+1])
	}
	return b
}

const list = "__properties_version1.0"

func TestDamageIsReportedAndTheRestIsRead(t *testing.T) {
	subject := func(s *cfb.Storage) { s.Add("__substg1.0_0037001F", cfb.Bytes(wide("okapi"))) }
	for _, c := range []struct {
		name string
		fill func(s *cfb.Storage)
		rule msg.Rule
		want int // properties besides the subject
	}{
		{"a list that is cut off", func(s *cfb.Storage) {
			s.Add(list, append(rows(32, 0x0037001F, 14, 0x0E070003, 1), 1, 2, 3))
		}, msg.RuleProperties, 1},
		{"no list", func(s *cfb.Storage) {}, msg.RuleUnlisted, 0},
		{"a list that is a storage", func(s *cfb.Storage) { s.Sub(list) }, msg.RuleProperties, 0},
		{"a type that none has", func(s *cfb.Storage) { s.Add(list, rows(32, 0x0037001F, 14, 0x0E070777, 1)) }, msg.RuleType, 0},
		{"an id without a name", func(s *cfb.Storage) { s.Add(list, rows(32, 0x0037001F, 14, 0x80000003, 1)) }, msg.RuleName, 0},
		{"a property twice", func(s *cfb.Storage) { s.Add(list, rows(32, 0x0037001F, 14, 0x0037001F, 14)) }, msg.RuleTwice, 0},
		{"a value that is not there", func(s *cfb.Storage) { s.Add(list, rows(32, 0x0037001F, 14, 0x1000001F, 99)) }, msg.RuleValue, 0},
		{"a value that is a storage", func(s *cfb.Storage) {
			s.Add(list, rows(32, 0x0037001F, 14, 0x1000001F, 99))
			s.Sub("__substg1.0_1000001F")
		}, msg.RuleValue, 0},
		{"a GUID of fifteen bytes", func(s *cfb.Storage) {
			s.Add(list, rows(32, 0x0037001F, 14, 0x10000048, 16))
			s.Add("__substg1.0_10000048", make(cfb.Bytes, 15))
		}, msg.RuleValue, 0},
		{"sizes of a billion values", func(s *cfb.Storage) {
			s.Add(list, rows(32, 0x0037001F, 14, 0x1000101F, 1<<31))
			s.Add("__substg1.0_1000101F", make(cfb.Bytes, 400_000))
			s.Add("__substg1.0_1000101F-00000001", cfb.Bytes(wide("x")))
		}, msg.RuleValue, 1},
		{"names that lead nowhere", func(s *cfb.Storage) {
			s.Add(list, rows(32, 0x0037001F, 14))
			names := s.Sub("__nameid_version1.0")
			names.Add("__substg1.0_00020102", make(cfb.Bytes, 7))
			names.Add("__substg1.0_00030102", cfb.Bytes("\xff\xff\xff\xff\x05\x00\x00\x00"+"\x01\x00\x00\x00\xfe\xff\x01\x00"+
				"\x01\x00\x00\x00\x06\x00\xff\xff"+"\x00\x00\x00\x00\x05\x00\x02\x00"))
			names.Add("__substg1.0_00040102", cfb.Bytes("\xff\xff\xff\xff"))
		}, msg.RuleName, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules := map[msg.Rule]int{}
			m, err := decode(file(t, func(s *cfb.Storage) { subject(s); c.fill(s) }), &msg.DecodeOptions{
				Report: func(i msg.Issue) { rules[i.Rule]++; assert.NotEmpty(t, i.String()) }})
			require.NoError(t, err)
			assert.Contains(t, rules, c.rule)
			got, _ := props.PidTagSubject.Get(m)
			assert.Equal(t, "okapi", got)
			assert.Equal(t, c.want, m.Len()-1)
		})
	}
}

func TestWhatIsNoMessageIsAnError(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing":                      nil,
		"a mail":                       []byte(strings.Repeat("Subject: okapi\r\n", 100)),
		"a compound file with nothing": file(t, func(*cfb.Storage) {}),
		"a compound file of another program": file(t, func(s *cfb.Storage) {
			s.Add("WordDocument", cfb.Bytes("x"))
		}),
	} {
		m, err := decode(b, nil)
		assert.ErrorIs(t, err, mapi.ErrCorruptData, name)
		assert.Nil(t, m)
	}
}

func TestErrorsOfTheSourceAreItsOwn(t *testing.T) {
	b := encode(t, random(rand.New(rand.NewPCG(1, 9)), 2, 50_000), nil)
	for n := int64(0); n < int64(len(b)); n += 997 {
		if _, err := msg.Decode(failing{bytes.NewReader(b), n}, int64(len(b)), nil); err != nil {
			assert.ErrorIs(t, err, io.ErrClosedPipe)
			assert.Equal(t, mapi.ErrCallFailed, mapi.CodeOf(err))
		}
	}
	m, err := decode(b[:len(b)/2], nil)
	if err == nil {
		drain(t, m)
	}
}

// A failing source cannot be read from a place on.
type failing struct {
	*bytes.Reader
	from int64
}

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.from {
		return 0, io.ErrClosedPipe
	}
	return f.Reader.ReadAt(p, off)
}

func TestCorpusCutOffAnywhere(t *testing.T) {
	for _, s := range corpus(t) {
		for n := 0; n < len(s.data); n += len(s.data)/23 + 1 {
			m, err := decode(s.data[:n], nil)
			if err != nil {
				require.ErrorIs(t, err, mapi.ErrCorruptData)
				continue
			}
			drain(t, m)
			_ = encode(t, m, nil)
		}
	}
}

// TestDamagedCorpus changes bytes at random, mostly where structures are.
func TestDamagedCorpus(t *testing.T) {
	rounds := 12
	if testing.Short() {
		rounds = 2
	}
	if os.Getenv("OKAPI_LONG") != "" {
		rounds = 500
	}
	for _, s := range corpus(t) {
		rnd := rand.New(rand.NewPCG(uint64(len(s.data)), 1))
		for range rounds {
			b := bytes.Clone(s.data)
			for range 1 + rnd.IntN(30) {
				i := rnd.IntN(len(b))
				if rnd.IntN(2) == 0 {
					i = rnd.IntN(min(len(b), 4096))
				}
				b[i] = []byte{0, 1, 0xFF, 0xFE, byte(rnd.Uint32())}[rnd.IntN(5)]
			}
			m, err := decode(b, nil)
			if err != nil {
				require.True(t, errors.Is(err, mapi.ErrCorruptData) || errors.Is(err, mapi.ErrTooBig), err)
				continue
			}
			drain(t, m)
			comesBack(t, m, nil)
		}
	}
}

func TestLimits(t *testing.T) {
	inner := &mapi.Message{}
	props.PidTagSubject.Set(inner, "innermost")
	m := inner
	for range 5 {
		a := &mapi.Attachment{Embedded: m}
		props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
		m = &mapi.Message{Attachments: []*mapi.Attachment{a, {}, {}}, Recipients: []*mapi.Recipient{{}, {}, {}}}
		props.PidTagSubject.Set(m, "okapi")
		props.PidTagBody.Set(m, strings.Repeat("x", 1000))
	}
	b := encode(t, m, nil)
	rules := map[msg.Rule]int{}
	opts := &msg.DecodeOptions{MaxDepth: 3, MaxRecipients: 2, MaxAttachments: 1, MaxProperties: 2,
		Report: func(i msg.Issue) { rules[i.Rule]++ }}
	got, err := decode(b, opts)
	require.NoError(t, err)
	assert.Len(t, got.Recipients, 2)
	assert.Len(t, got.Attachments, 1)
	assert.Equal(t, map[msg.Rule]int{msg.RuleDepth: 1, msg.RuleRecipients: 3, msg.RuleAttach: 3, msg.RuleProperties: 3}, rules)

	deepest := got.Attachments[0].Embedded.Attachments[0].Embedded.Attachments[0]
	require.Nil(t, deepest.Embedded)
	object, err := props.PidTagAttachDataObject.Read(deepest)
	require.NoError(t, err)
	left, err := decode(object, nil)
	require.NoError(t, err, "what is nested too deep stays what it is")
	subject, _ := props.PidTagSubject.Get(left)
	assert.Equal(t, "okapi", subject)

	_, err = decode(b, &msg.DecodeOptions{MemoryLimit: 3000})
	assert.ErrorIs(t, err, mapi.ErrTooBig)
	_, err = decode(b, &msg.DecodeOptions{MaxEntries: 20})
	assert.ErrorIs(t, err, mapi.ErrTooBig)
	assert.ErrorIs(t, msg.Encode(io.Discard, m, &msg.EncodeOptions{MaxDepth: 5}), mapi.ErrTooComplex)
	assert.NoError(t, msg.Encode(io.Discard, m, &msg.EncodeOptions{MaxDepth: 6}))

	m = &mapi.Message{}
	for i := range uint32(32_768) {
		m.Set(mapi.NamedID(mapi.PSETIDCommon, i, mapi.PtypBoolean), true)
	}
	assert.ErrorIs(t, msg.Encode(io.Discard, m, nil), mapi.ErrNamedPropQuota)
	m.Delete(mapi.NamedID(mapi.PSETIDCommon, 7, mapi.PtypBoolean))
	assert.NoError(t, msg.Encode(io.Discard, m, nil))
}

// TestOneTextForThousandsOfNames has entries that all lead to one long name.
func TestOneTextForThousandsOfNames(t *testing.T) {
	b := file(t, func(s *cfb.Storage) {
		s.Add(list, rows(32, 0x0E070003, 1))
		names := s.Sub("__nameid_version1.0")
		var entries cfb.Bytes
		for i := range uint64(0x7FFF) {
			entries = le.AppendUint64(entries, i<<48|5<<32)
		}
		names.Add("__substg1.0_00020102", cfb.Bytes(nil))
		names.Add("__substg1.0_00030102", entries)
		names.Add("__substg1.0_00040102", cfb.Bytes(append(le.AppendUint32(nil, 1<<20), make([]byte, 1<<20)...)))
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := decode(b, nil)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(32<<20))
}

func FuzzDecode(f *testing.F) {
	rnd := rand.New(rand.NewPCG(1, 5))
	for range 5 {
		f.Add(encode(f, random(rnd, 2, 0), nil))
	}
	f.Add(encode(f, random(rnd, 1, 0), &msg.EncodeOptions{Codepage: 932, LargeSectors: true}))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decode(b, &msg.DecodeOptions{Report: func(i msg.Issue) { _ = i.String() }})
		if err != nil {
			if !errors.Is(err, mapi.ErrCorruptData) && !errors.Is(err, mapi.ErrTooBig) {
				t.Fatal(err)
			}
			return
		}
		drain(t, m)
		comesBack(t, m, nil)
	})
}

func ExampleIssue() {
	i := msg.Issue{Rule: msg.RuleValue, Path: "__recip_version1.0_#00000000", Prop: props.PidTagDisplayName.Prop(), Detail: "the value is missing"}
	fmt.Println(i)
	// Output: value in __recip_version1.0_#00000000, 0x3001001F: the value is missing
}
