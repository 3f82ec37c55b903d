package vcard_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/ical/vcard"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
)

// meaning writes a property so that two with the same meaning are the same text:
// types in any order and case, values without escapes and encodings.
func meaning(p vcard.Prop, version vcard.Version) string {
	var params []string
	for _, a := range p.Params {
		var values []string
		for _, v := range a.Values {
			if a.Name == "TYPE" {
				for t := range strings.SplitSeq(strings.ToLower(v), ",") {
					values = append(values, strings.TrimSpace(t))
				}
			} else {
				values = append(values, v)
			}
		}
		if a.Name == "TYPE" {
			slices.Sort(values)
			values = slices.Compact(values)
		}
		params = append(params, a.Name+"="+strings.Join(values, "+"))
	}
	slices.Sort(params)
	value := ""
	if p.Param("ENCODING") == "b" {
		b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(p.Value, "="))
		value = string(b)
		if err != nil {
			value = p.Value
		}
	} else if head, data, ok := strings.Cut(p.Value, ","); ok && strings.HasPrefix(strings.ToLower(head), "data:") {
		b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.ReplaceAll(data, `\n`, ""), "="))
		value = head + "," + string(b)
		if err != nil {
			value = p.Value
		}
	} else {
		for i, part := range line.Split(p.Value, ';') {
			if i > 0 {
				value += " | "
			}
			if version == vcard.V21 {
				value += line.Unescape(part)
				continue
			}
			for j, v := range line.Split(part, ',') {
				if j > 0 {
					value += " + "
				}
				value += line.Unescape(v)
			}
		}
	}
	return strings.ToLower(p.Group) + "." + p.Name + "{" + strings.Join(params, " ") + "}" + value
}

func meanings(c *vcard.Card) map[string]int {
	m := map[string]int{}
	for _, p := range c.Props {
		m[meaning(p, c.Version)]++
	}
	return m
}

// lost are the properties of a that b has not.
func lost(a, b *vcard.Card) []string {
	var list []string
	have := meanings(b)
	for _, p := range a.Props {
		k := meaning(p, a.Version)
		if have[k]--; have[k] < 0 {
			list = append(list, k)
		}
	}
	return list
}

func decode(t testing.TB, s string) []*mapi.Message {
	t.Helper()
	msgs, err := vcard.Decode(strings.NewReader(s), nil)
	require.NoError(t, err)
	return msgs
}

// one decodes the properties of a card.
func one(t testing.TB, version vcard.Version, lines ...string) *mapi.Message {
	t.Helper()
	msgs := decode(t, "BEGIN:VCARD\r\nVERSION:"+string(version)+"\r\n"+strings.Join(lines, "\r\n")+"\r\nEND:VCARD\r\n")
	require.Len(t, msgs, 1)
	return msgs[0]
}

func encode(t testing.TB, version vcard.Version, msgs ...*mapi.Message) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, vcard.Encode(&b, msgs, &vcard.EncodeOptions{Version: version}))
	return b.String()
}

func parse(t testing.TB, s string) []*vcard.Card {
	t.Helper()
	cards, err := vcard.Parse(strings.NewReader(s), nil)
	require.NoError(t, err)
	return cards
}

// corpus are the files of the shared corpus, by their path within it.
func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	dir := mapitest.Corpus(t, "vcf")
	files := map[string][]byte{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			name, _ := filepath.Rel(dir, path)
			files[filepath.ToSlash(name)], err = os.ReadFile(path)
		}
		return err
	}))
	require.NotEmpty(t, files)
	return files
}
