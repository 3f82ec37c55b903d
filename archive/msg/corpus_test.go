package msg_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/richardlehane/mscfb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/archive/msg"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props/propstest"
)

func TestCorpusIsReadWrittenAndReadAgain(t *testing.T) {
	for _, s := range corpus(t) {
		t.Run(s.name, func(t *testing.T) {
			issues := 0
			m, err := decode(s.data, &msg.DecodeOptions{Report: func(i msg.Issue) {
				if issues++; issues < 10 {
					t.Log(i)
				}
			}})
			require.NoError(t, err)
			for _, opts := range []*msg.EncodeOptions{nil, {LargeSectors: true}} {
				file := encode(t, m, opts)
				again, err := decode(file, &msg.DecodeOptions{Report: func(i msg.Issue) { t.Errorf("what we write is sound: %v", i) }})
				require.NoError(t, err)
				assert.Empty(t, propstest.Diff(m, again))
				assert.Equal(t, file, encode(t, again, opts), "the same message gives the same bytes")
				opensElsewhere(t, file)
			}
		})
	}
}

// opensElsewhere reads all streams of a compound file with a reader that is not ours.
func opensElsewhere(t testing.TB, file []byte) {
	r, err := mscfb.New(bytes.NewReader(file))
	require.NoError(t, err)
	for _, f := range r.File {
		if f.Size > 0 {
			b, err := io.ReadAll(f)
			require.NoError(t, err, f.Name)
			require.Len(t, b, int(f.Size), f.Name)
		}
	}
}

// streams are the contents of all streams, by path, as a reader that is not ours has
// them.
func streams(t testing.TB, file []byte) map[string][]byte {
	all := map[string][]byte{}
	r, err := mscfb.New(bytes.NewReader(file))
	if err != nil {
		return nil
	}
	for _, f := range r.File {
		b, err := io.ReadAll(f)
		require.NoError(t, err)
		all[strings.Join(append(slices.Clone(f.Path), f.Name), "/")] = b
	}
	return all
}

// TestEveryStreamIsAProperty takes all strings and binaries of all files, on each level,
// with a reader that is not ours, and looks for them in the message.
func TestEveryStreamIsAProperty(t *testing.T) {
	compared := 0
	for _, s := range corpus(t) {
		if strings.Contains(s.name, "clusterfuzz") {
			continue // damaged: one stream has the name of another property
		}
		m, err := decode(s.data, nil)
		require.NoError(t, err)
		names, err := msg.NamesOf(s.data)
		require.NoError(t, err)
		for path, raw := range streams(t, s.data) {
			folder, name := "", path
			if i := strings.LastIndexByte(path, '/'); i >= 0 {
				folder, name = path[:i], path[i+1:]
			}
			var tag uint32
			digits, ok := strings.CutPrefix(name, "__substg1.0_")
			if _, err := fmt.Sscanf(digits, "%08X", &tag); !ok || err != nil || len(digits) != 8 ||
				strings.HasPrefix(path, "__nameid") || mapi.Tag(tag).Type() == mapi.PtypObject {
				continue
			}
			bag := bagAt(t, m, folder)
			if bag == nil {
				continue // within an object of another program
			}
			p := mapi.Tagged(mapi.Tag(tag))
			if p.ID >= 0x8000 {
				p = names[p.ID-0x8000].As(p.Type)
			}
			v, err := mapi.ReadValue(p.Type, bag.Get(p), 1<<24)
			require.NoError(t, err)
			switch p.Type {
			case mapi.PtypBinary:
				assert.Equal(t, raw, v, "%s: %s", s.name, path)
			case mapi.PtypString:
				units := make([]uint16, len(raw)/2)
				for i := range units {
					units[i] = le.Uint16(raw[2*i:])
				}
				assert.Equal(t, strings.TrimRight(string(utf16.Decode(units)), "\x00"), v, "%s: %s", s.name, path)
			case mapi.PtypString8:
				want := strings.TrimRight(string(raw), "\x00")
				if strings.IndexFunc(want, func(r rune) bool { return r >= 0x80 }) >= 0 {
					continue // TestAgreesWithAnotherReader has these
				}
				assert.Equal(t, want, v, "%s: %s", s.name, path)
			default:
				assert.NotNil(t, v, "%s: %s", s.name, path)
			}
			compared++
		}
	}
	t.Logf("%d streams", compared)
	assert.Greater(t, compared, 3000)
}

// bagAt is what is at a storage of a file: the message itself, a recipient, an
// attachment, or those of a message in an attachment.
func bagAt(t testing.TB, m *mapi.Message, folder string) *mapi.Properties {
	bag := &m.Properties
	for name := range strings.SplitSeq(folder, "/") {
		var i int
		switch {
		case name == "":
		case strings.HasPrefix(name, "__recip_version1.0_#"):
			_, err := fmt.Sscanf(name[len("__recip_version1.0_#"):], "%X", &i)
			require.NoError(t, err)
			bag = &m.Recipients[i].Properties
		case strings.HasPrefix(name, "__attach_version1.0_#"):
			_, err := fmt.Sscanf(name[len("__attach_version1.0_#"):], "%X", &i)
			require.NoError(t, err)
			bag = &m.Attachments[i].Properties
			m = m.Attachments[i].Embedded
		case name == "__substg1.0_3701000D" && m != nil:
			bag = &m.Properties
		default:
			return nil
		}
	}
	return bag
}
