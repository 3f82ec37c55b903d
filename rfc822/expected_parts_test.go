package rfc822_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
	"github.com/okapi-mail/okapi/rfc822/mbox"
)

// leaves are the decoded bodies of a mail in their order, also of those in
// messages within it, and behind these the whole of such a message.
func leaves(t testing.TB, data []byte) (list [][]byte) {
	root, err := entity.Parse(entity.Bytes(data), int64(len(data)), nil)
	require.NoError(t, err)
	var walk func(p *entity.Part)
	walk = func(p *entity.Part) {
		for _, c := range p.Parts {
			walk(c)
		}
		if len(p.Parts) > 0 && p.Type.IsMessage() {
			list = append(list, data[p.Body.Start:p.Body.End])
		}
		if len(p.Parts) > 0 {
			return
		}
		b, _, _, _ := entity.DecodeBytes(entity.EncodingOf(&p.Header), data[p.Body.Start:p.Body.End])
		if p.Type.IsMessage() {
			list = append(list, leaves(t, b)...)
			return
		}
		list = append(list, b)
	}
	walk(root)
	return list
}

// TestAgreesWithDecodedParts compares the decoded bodies of all parts with those
// that another parser has written into files.
func TestAgreesWithDecodedParts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(mapitest.Corpus(t), "eml", "mime4j-testmsgs", "*.msg"))
	require.NoError(t, err)
	compared, agreed := 0, 0
	for _, f := range files {
		expected, err := filepath.Glob(strings.TrimSuffix(f, ".msg") + "_decoded_*")
		require.NoError(t, err)
		if len(expected) == 0 {
			continue
		}
		slices.Sort(expected)
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		got := leaves(t, data)
		for _, name := range expected {
			want, err := os.ReadFile(name)
			require.NoError(t, err)
			compared++
			at := slices.IndexFunc(got, func(b []byte) bool { return sameText(want, b) })
			switch {
			case at >= 0:
				agreed++
				got = slices.Delete(got, at, at+1)
			case otherParts[filepath.Base(name)] != "":
			default:
				assert.Fail(t, "no such part", "%s: %.200q\nof %.300q", filepath.Base(name), want, got)
			}
		}
	}
	t.Logf("%d bodies compared, %d agree", compared, agreed)
}

func sameText(a, b []byte) bool {
	n := func(s []byte) []byte { return bytes.ReplaceAll(s, []byte("\r\n"), []byte("\n")) }
	return bytes.Equal(n(a), n(b))
}

// otherParts are the files that are not meant to agree, with the reason.
var otherParts = map[string]string{
	"basic-plain-with-bad-header-separator_decoded_1.txt": "RFC 5322 4.2 takes a line of one blank for a fold; what follows is no field, " +
		"so it is the text (2.2), of which nothing is lost",
}

var dateInSummary = regexp.MustCompile(`(?m)^Date: (.*)$`)

// TestAgreesWithSummaries compares senders, subjects and structures of the mails
// of an mbox with the list that another program made of it.
func TestAgreesWithSummaries(t *testing.T) {
	dir := filepath.Join(mapitest.Corpus(t), "eml", "mimekit", "mbox")
	want, err := os.ReadFile(filepath.Join(dir, "issue1189-summary.txt"))
	require.NoError(t, err)
	f, err := os.Open(filepath.Join(dir, "issue1189.mbox.txt"))
	require.NoError(t, err)
	defer f.Close()
	var out strings.Builder
	r := mbox.NewReader(f, mbox.O)
	for {
		mail, err := r.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		data, err := io.ReadAll(mail)
		require.NoError(t, err)
		root, err := entity.Parse(entity.Bytes(data), int64(len(data)), nil)
		require.NoError(t, err)
		msg := decodeBytes(t, data)
		from, _ := props.PidTagSenderSmtpAddress.Get(msg)
		subject, _ := props.PidTagSubject.Get(msg)
		fmt.Fprintf(&out, "%s|%s|%s\n", from, subject, strings.Join(recipientsOf(msg, mapi.RecipientTo), ","))
		structure(&out, root, 0)
	}
	var expected strings.Builder
	for block := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSpace(string(want)), "\r\n", "\n"), "\n\n") {
		var from, subject, to string
		for line := range strings.SplitSeq(block, "\n") {
			name, value, _ := strings.Cut(line, ": ")
			switch strings.TrimSpace(name) {
			case "From":
				from = entity.ParseAddresses([]byte(value))[0].Addr
			case "To":
				var list []string
				for _, a := range entity.ParseAddresses([]byte(value)) {
					list = append(list, shown(a.Name, a.Addr))
				}
				to = strings.Join(list, ",")
			case "Subject":
				subject = value
			case "Content-Type":
				if from != "" {
					fmt.Fprintf(&expected, "%s|%s|%s\n", from, subject, to)
					from = ""
				}
				fmt.Fprintf(&expected, "%s\n", line)
			}
		}
	}
	assert.NotEmpty(t, dateInSummary.FindAll(want, -1))
	assert.Equal(t, expected.String(), out.String())
}

func structure(out *strings.Builder, p *entity.Part, depth int) {
	fmt.Fprintf(out, "%sContent-Type: %s\n", strings.Repeat("   ", depth), p.Type.Type)
	for _, c := range p.Parts {
		structure(out, c, depth+1)
	}
}
