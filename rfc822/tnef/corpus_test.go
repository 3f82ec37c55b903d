package tnef_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/mapi/rtf"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
	"github.com/okapi-mail/okapi/rfc822/entity"
	"github.com/okapi-mail/okapi/rfc822/tnef"
)

// A sample is a stream of the corpus.
type sample struct {
	name string
	data []byte
}

// corpusStreams returns all streams of the corpus, those in mails too.
func corpusStreams(t testing.TB) (list []sample) {
	t.Helper()
	dir := mapitest.Corpus(t, "tnef")
	for _, pattern := range []string{"*/*.tnef", "*/*.dat", "*/*.eml"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		require.NoError(t, err)
		for _, f := range files {
			data, err := os.ReadFile(f)
			require.NoError(t, err)
			name, _ := filepath.Rel(dir, f)
			if strings.HasSuffix(f, ".eml") {
				data = winmail(t, data)
				require.NotEmpty(t, data, "%s carries a stream", name)
			}
			list = append(list, sample{name, data})
		}
	}
	require.NotEmpty(t, list)
	return list
}

// winmail is the TNEF stream in a mail.
func winmail(t testing.TB, mail []byte) (data []byte) {
	root, err := entity.Parse(entity.Bytes(mail), int64(len(mail)), nil)
	require.NoError(t, err)
	var walk func(p *entity.Part)
	walk = func(p *entity.Part) {
		if p.Type.Type == "application/ms-tnef" || strings.EqualFold(p.Type.Param("name"), "winmail.dat") {
			enc := entity.EncodingOf(&p.Header)
			data, _, _, _ = entity.DecodeBytes(enc, mail[p.Body.Start:p.Body.End])
		}
		for _, c := range p.Parts {
			walk(c)
		}
	}
	walk(root)
	return data
}

// decode reads a stream and returns what was reported too.
func decode(t testing.TB, data []byte) (*mapi.Message, []tnef.Issue) {
	t.Helper()
	var issues []tnef.Issue
	msg, err := tnef.Decode(bytes.NewReader(data), &tnef.Options{Report: func(i tnef.Issue) { issues = append(issues, i) }})
	require.NoError(t, err)
	return msg, issues
}

func encode(t testing.TB, msg *mapi.Message) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, tnef.Encode(&b, msg, nil))
	return b.Bytes()
}

// fileName is what programs that unpack streams call an attachment.
func fileName(a *mapi.Attachment) string {
	for _, key := range []props.Key[string]{props.PidTagAttachLongFilename, props.PidTagAttachFilename, props.PidTagDisplayName} {
		if s := key.Or(a, ""); s != "" {
			return s
		}
	}
	return ""
}

// contents is what an attachment holds.
func contents(t testing.TB, a *mapi.Attachment) []byte {
	t.Helper()
	p := props.PidTagAttachDataBinary.Prop()
	if a.Get(p) == nil {
		p = props.PidTagAttachDataObject.Prop()
	}
	return opened(t, a, p)
}

func opened(t testing.TB, obj mapi.Getter, p mapi.Prop) []byte {
	t.Helper()
	if obj.Get(p) == nil {
		return nil
	}
	r, size, err := mapi.OpenValue(obj, p)
	require.NoError(t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	require.EqualValues(t, size, len(b))
	return b
}

// body is the body that a file of the expected results stands for.
func body(t testing.TB, msg *mapi.Message, ext string) []byte {
	t.Helper()
	switch ext {
	case ".rtf":
		packed := opened(t, msg, props.PidTagRtfCompressed.Prop())
		if packed == nil {
			return nil
		}
		b, err := rtf.Decompress(packed, 64<<20)
		require.NoError(t, err)
		return b
	case ".html":
		return opened(t, msg, props.PidTagHtml.Prop())
	}
	return opened(t, msg, props.PidTagBody.Prop())
}

// disagreements are the expected results that we do not share, with the reason.
var disagreements = map[string]string{
	"mimekit/christmas.tnef/Untitled Attachment.1": "the text that stands beside an embedded message for programs that know none",
	"mimekit/christmas.tnef/Untitled Attachment.3": "the same",
}

// TestCorpusIsReadAsOthersDo compares names and bytes with what other programs
// unpack. Files of text came to them with LF at line ends, so that CR does not
// count; objects are there with the interface before their bytes, and embedded
// messages as a stream.
func TestCorpusIsReadAsOthersDo(t *testing.T) {
	dir := mapitest.Corpus(t, "tnef")
	compared, agreeing, known := 0, 0, 0
	for _, s := range corpusStreams(t) {
		folder := filepath.Join(dir, strings.TrimSuffix(s.name, ".tnef"))
		if strings.HasSuffix(s.name, "quick-winmail.dat") {
			folder = filepath.Join(dir, "poi-hmef", "quick-contents")
		}
		if !strings.HasSuffix(s.name, ".tnef") && !strings.HasSuffix(s.name, ".dat") || !isDir(folder) {
			continue
		}
		files, err := os.ReadDir(folder)
		require.NoError(t, err)
		msg, _ := decode(t, s.data)
		for _, f := range files {
			want, err := os.ReadFile(filepath.Join(folder, f.Name()))
			require.NoError(t, err)
			compared++
			name := s.name + "/" + f.Name()
			switch _, isKnown := disagreements[name]; {
			case isKnown:
				known++
			case assert.True(t, holds(t, msg, f.Name(), want), "%s: %d bytes", name, len(want)):
				agreeing++
			}
		}
	}
	t.Logf("%d files compared, %d agree, %d differ for a known reason", compared, agreeing, known)
	assert.Equal(t, len(disagreements), known)
}

func isDir(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

// holds reports whether a message has a body or an attachment with these bytes.
func holds(t testing.TB, msg *mapi.Message, name string, want []byte) bool {
	if ext, ok := strings.CutPrefix(name, "message"); ok {
		return sameText(want, body(t, msg, ext))
	}
	bare := func(s string) string { return strings.ReplaceAll(s, "_", " ") }
	return slices.ContainsFunc(msg.Attachments, func(a *mapi.Attachment) bool {
		if !strings.HasPrefix(bare(name), bare(fileName(a))) {
			return false
		}
		if a.Embedded != nil && bytes.HasPrefix(want, []byte("\x78\x9f\x3e\x22")) {
			inner, err := tnef.Decode(bytes.NewReader(want), nil)
			return err == nil && propstest.Diff(inner, a.Embedded) == ""
		}
		got := contents(t, a)
		return sameText(want, got) || a.Get(props.PidTagAttachDataObject.Prop()) != nil && bytes.Equal(want[16:], got)
	})
}

func sameText(a, b []byte) bool {
	return bytes.Equal(bytes.ReplaceAll(a, []byte("\r\n"), []byte("\n")), bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")))
}

// TestCorpusNames compares with the lists of names beside the streams.
func TestCorpusNames(t *testing.T) {
	dir := mapitest.Corpus(t, "tnef")
	compared := 0
	for _, s := range corpusStreams(t) {
		list, err := os.ReadFile(filepath.Join(dir, strings.TrimSuffix(s.name, ".tnef")+".list"))
		if err != nil {
			continue
		}
		msg, _ := decode(t, s.data)
		var names []string
		for _, a := range msg.Attachments {
			names = append(names, strings.ReplaceAll(fileName(a), " ", "_"))
		}
		for _, name := range strings.Fields(strings.ReplaceAll(string(list), " ", "_")) {
			compared++
			if ext, ok := strings.CutPrefix(name, "body"); ok {
				assert.NotEmpty(t, body(t, msg, ext), "%s: %s", s.name, name)
			} else {
				assert.Contains(t, names, name, s.name)
			}
		}
	}
	t.Logf("%d names compared", compared)
}

// TestCorpusCorrelates compares the keys of mails and of the streams in them.
func TestCorpusCorrelates(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(mapitest.Corpus(t, "tnef"), "*/*.eml"))
	require.NoError(t, err)
	compared := 0
	for _, f := range files {
		mail, err := os.ReadFile(f)
		require.NoError(t, err)
		root, err := entity.Parse(entity.Bytes(mail), int64(len(mail)), nil)
		require.NoError(t, err)
		if field := root.Header.Text("X-MS-TNEF-Correlator"); field != "" {
			msg, _ := decode(t, winmail(t, mail))
			assert.Equal(t, strings.TrimSpace(field), tnef.CorrelationKey(msg), f)
			compared++
		}
	}
	t.Logf("%d keys compared", compared)
}

// TestCorpusComesBack reads, writes and reads again.
func TestCorpusComesBack(t *testing.T) {
	for _, s := range corpusStreams(t) {
		t.Run(s.name, func(t *testing.T) {
			if strings.HasSuffix(s.name, "badchecksum.tnef") {
				// It is the signature that is damaged there, and its authors refuse it too.
				_, err := tnef.Decode(bytes.NewReader(s.data), nil)
				require.ErrorIs(t, err, mapi.ErrCorruptData)
				s.data[3] = 0x22
			}
			first, issues := decode(t, s.data)
			for _, i := range issues {
				t.Log(i)
			}
			if !props.PidTagMessageClass.Has(first) {
				props.PidTagMessageClass.Set(first, "IPM.Note") // as the package comment says
			}
			written := encode(t, first)
			second, issues := decode(t, written)
			assert.Empty(t, issues, "what we write breaks no rule")
			assert.Empty(t, propstest.Diff(first, second))
			assert.True(t, bytes.Equal(written, encode(t, second)), "the same bytes again")
		})
	}
}
