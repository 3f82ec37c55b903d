package ical_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi/mapitest"
)

// The corpus has few files that say what is to come out: here they are compared.

func expectedDir(t testing.TB) string {
	return filepath.Join(mapitest.Corpus(t), "ics", "collective-icalendar", "calendars")
}

func TestExpectedOutput(t *testing.T) {
	dir := expectedDir(t)
	in, err := os.ReadFile(filepath.Join(dir, "issue_168_input.ics"))
	require.NoError(t, err)
	want, err := os.ReadFile(filepath.Join(dir, "issue_168_expected_output.ics"))
	require.NoError(t, err)
	got, broken := parse(t, string(in))
	expected, _ := parse(t, string(want))
	assert.Equal(t, outline(expected), outline(got), "a line without a colon is left out")
	assert.Len(t, broken, 1)
	back, _ := parse(t, encode(t, decode(t, in)))
	assert.Empty(t, lost(statements(expected), statements(back)))
}

// jCal (RFC 7265) says what each value is; the same calendar in both forms says the
// same.
func TestExpectedJCal(t *testing.T) {
	dir := expectedDir(t)
	for _, name := range []string{"rfc_7265_appendix_example_1", "rfc_7265_appendix_example_2"} {
		text, err := os.ReadFile(filepath.Join(dir, name+"_ical.ics"))
		require.NoError(t, err)
		data, err := os.ReadFile(filepath.Join(dir, name+"_jcal.jcal"))
		require.NoError(t, err)
		var cal []any
		require.NoError(t, json.Unmarshal(data, &cal))
		list, err := ical.Parse(bytes.NewReader(text), nil)
		require.NoError(t, err)
		assert.Equal(t, jcal(cal), plainTree(list[0]), name)
		back, err := ical.Parse(strings.NewReader(encode(t, decode(t, text))), nil)
		require.NoError(t, err)
		kept := strings.Split(plainTree(back[0]), "\n")
		for l := range strings.SplitSeq(jcal(cal), "\n") {
			if !strings.HasPrefix(l, "vcalendar prodid") && !strings.Contains(l, "vtimezone") && !strings.HasPrefix(l, "vcalendar calscale") {
				assert.Contains(t, kept, l, name)
			}
		}
	}
}

// jcal writes a component of jCal, one line for each property.
func jcal(c []any) string {
	var lines []string
	name := c[0].(string)
	for _, p := range c[1].([]any) {
		f := p.([]any)
		var values []string
		for _, v := range f[3:] {
			values = append(values, jcalValue(f[2].(string), v))
		}
		var params []string
		for k, v := range f[1].(map[string]any) {
			params = append(params, fmt.Sprint(k, "=", v))
		}
		sort.Strings(params)
		lines = append(lines, fmt.Sprintf("%s %s %v %s", name, f[0], params, strings.Join(values, ",")))
	}
	for _, child := range c[2].([]any) {
		for l := range strings.SplitSeq(jcal(child.([]any)), "\n") {
			lines = append(lines, name+" "+l)
		}
	}
	return strings.Join(lines, "\n")
}

func jcalValue(kind string, v any) string {
	switch kind {
	case "date", "date-time", "utc-offset", "period":
		if list, ok := v.([]any); ok {
			return jcalValue(kind, list[0]) + "/" + jcalValue(kind, list[1])
		}
		return strings.NewReplacer("-", "", ":", "").Replace(strings.Replace(fmt.Sprint(v), "-P", "~P", 1))
	case "recur":
		var parts []string
		for k, v := range v.(map[string]any) {
			parts = append(parts, strings.ToUpper(k)+"="+fmt.Sprint(v))
		}
		sort.Strings(parts)
		return strings.Join(parts, ";")
	}
	return fmt.Sprint(v)
}

// plainTree writes a component in the same way.
func plainTree(c *ical.Component) string {
	var lines []string
	name := strings.ToLower(c.Name)
	for i := range c.Props {
		p := &c.Props[i]
		var params []string
		for _, q := range p.Params {
			if q.Name != "VALUE" {
				params = append(params, strings.ToLower(q.Name)+"="+strings.Join(q.Values, " "))
			}
		}
		sort.Strings(params)
		value := p.Text()
		switch {
		case p.Name == "RRULE":
			parts := strings.Split(value, ";")
			sort.Strings(parts)
			value = strings.Join(parts, ";")
		case strings.HasPrefix(p.Name, "TZOFFSET"):
			value = strings.TrimPrefix(value, "-")
		}
		lines = append(lines, fmt.Sprintf("%s %s %v %s", name, strings.ToLower(p.Name), params, value))
	}
	for _, child := range c.Children {
		for l := range strings.SplitSeq(plainTree(child), "\n") {
			lines = append(lines, name+" "+l)
		}
	}
	return strings.Join(lines, "\n")
}
