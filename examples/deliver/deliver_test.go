package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

const mail = "From: joseph@forest.example\r\nTo: ada@zoo.example\r\nSubject: Leaves\r\n\r\nTwelve bundles.\r\n"

// deliver runs the program and returns its exit code and what it says.
func deliver(in io.Reader, args ...string) (int, string) {
	var errs bytes.Buffer
	code := run(context.Background(), args, in, &errs)
	return code, errs.String()
}

// stored returns the mails in a folder of a mailbox.
func stored(t *testing.T, data, mailbox string, path ...string) (mails []string) {
	t.Helper()
	ctx := context.Background()
	st, err := pebblestore.Open(data, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, st.Close()) }()
	box, err := st.OpenMailbox(ctx, mailbox)
	require.NoError(t, err)
	folder, err := box.OpenPath(ctx, path...)
	require.NoError(t, err)
	for row, err := range folder.Contents(nil).Rows(ctx) {
		require.NoError(t, err)
		m, err := folder.OpenMessage(ctx, row.Message, nil)
		require.NoError(t, err)
		var out bytes.Buffer
		require.NoError(t, rfc822.Encode(&out, m.Message, nil))
		mails = append(mails, out.String())
	}
	report, err := st.Check(ctx, &store.CheckOptions{Deep: true})
	require.NoError(t, err)
	require.NoError(t, report.Err())
	return mails
}

func TestDeliversIntoFoldersMadeOnDemand(t *testing.T) {
	data := t.TempDir()
	code, says := deliver(strings.NewReader(mail), "-data", data, "-mailbox", "ada")
	assert.Equal(t, exOK, code, says)
	code, says = deliver(strings.NewReader(mail), "-data", data, "-mailbox", "ada", "-folder", "Lists/Leaves", "-existing")
	assert.Equal(t, exOK, code, says)
	assert.Empty(t, says, "a mail server takes output for a complaint")

	assert.Equal(t, []string{mail}, stored(t, data, "ada", "Inbox"))
	assert.Equal(t, []string{mail}, stored(t, data, "ada", "Lists", "Leaves"))
}

func TestSameDeliveryIsStoredOnce(t *testing.T) {
	data := t.TempDir()
	for _, id := range []string{"4f21", "4f21", "4f22"} {
		code, says := deliver(strings.NewReader(mail), "-data", data, "-mailbox", "ada", "-id", id)
		require.Equal(t, exOK, code, says)
	}
	assert.Len(t, stored(t, data, "ada", "Inbox"), 2)
}

func TestExitCodes(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	good := strings.NewReader(mail)
	for name, tc := range map[string]struct {
		in   io.Reader
		args []string
		code int
	}{
		"no arguments":             {good, nil, exUsage},
		"no mailbox":               {good, []string{"-data", data}, exUsage},
		"an unknown flag":          {good, []string{"-data", data, "-mailbox", "ada", "-zebra"}, exUsage},
		"a word left over":         {good, []string{"-data", data, "-mailbox", "ada", "Inbox"}, exUsage},
		"an unknown mailbox":       {good, []string{"-data", data, "-mailbox", "bob", "-existing"}, exSoftware},
		"a name that cannot be":    {good, []string{"-data", data, "-mailbox", "ada", "-folder", strings.Repeat("x", 600)}, exSoftware},
		"the mail breaks off":      {iotest.ErrReader(errors.New("pipe burst")), []string{"-data", data, "-mailbox", "ada"}, exTempFail},
		"the store is not a store": {good, []string{"-data", file, "-mailbox", "ada"}, exTempFail},
	} {
		t.Run(name, func(t *testing.T) {
			code, says := deliver(tc.in, tc.args...)
			assert.Equal(t, tc.code, code, says)
			assert.NotEmpty(t, says)
		})
	}
}

func TestStoreInUseIsTriedAgainLater(t *testing.T) {
	data := t.TempDir()
	st, err := pebblestore.Open(data, nil)
	require.NoError(t, err)
	code, says := deliver(strings.NewReader(mail), "-data", data, "-mailbox", "ada")
	assert.Equal(t, exTempFail, code, says)
	require.NoError(t, st.Close())
}
