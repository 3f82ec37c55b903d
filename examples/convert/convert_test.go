package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const invitation = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:lunch@x.org\r\n" +
	"DTSTAMP:20260101T000000Z\r\nDTSTART:20260310T110000Z\r\nDTEND:20260310T120000Z\r\n" +
	"SUMMARY:Lunch with the okapi\r\nX-ZOO:Antwerp\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

const team = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Lovelace\r\nN:Lovelace;Ada;;;\r\nEND:VCARD\r\n" +
	"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Charles Babbage\r\nN:Babbage;Charles;;;\r\nEND:VCARD\r\n"

const letter = "From: Ada <ada@x.org>\r\nTo: zoo@y.org\r\nSubject: A letter\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nDear okapi\r\n" +
	"--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=stripes.png\r\n" +
	"Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n--b--\r\n"

// convert runs the program and returns what it printed.
func convert(t *testing.T, args ...string) string {
	t.Helper()
	var out, notes strings.Builder
	require.NoError(t, run(args, &out, &notes))
	assert.Empty(t, notes.String())
	return out.String()
}

func write(t *testing.T, name, data string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(data), 0o666))
	return path
}

func TestAMailIsShown(t *testing.T) {
	out := convert(t, write(t, "letter.eml", letter))
	assert.Contains(t, out, `PidTagSubject: "A letter"`)
	assert.Contains(t, out, `PidTagAttachLongFilename: "stripes.png"`)
}

func TestAMailSurvivesOtherForms(t *testing.T) {
	mail := write(t, "letter.eml", letter)
	for _, form := range []string{"letter.msg", "winmail.dat"} {
		other := filepath.Join(t.TempDir(), form)
		convert(t, mail, other)
		back := filepath.Join(t.TempDir(), "back.eml")
		convert(t, other, back)
		out := convert(t, back)
		assert.Contains(t, out, `PidTagSubject: "A letter"`, form)
		assert.Contains(t, out, `PidTagBody: "Dear okapi`, form)
		assert.Contains(t, out, `PidTagAttachLongFilename: "stripes.png"`, form)
	}
}

func TestACalendarComesBackFromMsg(t *testing.T) {
	other := filepath.Join(t.TempDir(), "lunch.msg")
	convert(t, write(t, "lunch.ics", invitation), other)
	assert.Contains(t, convert(t, other), `PidTagMessageClass: "IPM.Appointment"`)
	back := filepath.Join(t.TempDir(), "lunch.ics")
	convert(t, other, back)
	data, err := os.ReadFile(back)
	require.NoError(t, err)
	assert.Contains(t, string(data), "UID:lunch@x.org\r\n")
	assert.Contains(t, string(data), "SUMMARY:Lunch with the okapi\r\n")
}

func TestSeveralContactsBecomeSeveralFiles(t *testing.T) {
	dir := t.TempDir()
	convert(t, write(t, "team.vcf", team), filepath.Join(dir, "team.msg"))
	assert.Contains(t, convert(t, filepath.Join(dir, "team-1.msg")), `"Ada Lovelace"`)
	assert.Contains(t, convert(t, filepath.Join(dir, "team-2.msg")), `"Charles Babbage"`)
}

func TestNoFileIsWrittenOver(t *testing.T) {
	mail, there := write(t, "letter.eml", letter), write(t, "there.msg", "mine")
	assert.ErrorIs(t, run([]string{mail, there}, nil, nil), os.ErrExist)
	data, err := os.ReadFile(there)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(data))
}

func TestUnknownFormsAreRefused(t *testing.T) {
	assert.ErrorContains(t, run([]string{"letter.doc"}, nil, nil), "letter.doc")
	assert.ErrorContains(t, run(nil, nil, nil), "usage")
}
