package mapi_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/okapi-mail/okapi/mapi"
)

func TestCodePrintsItsTextOrName(t *testing.T) {
	for _, c := range []struct {
		promise string
		code    mapi.Code
		want    string
	}{
		{"a known code has a text", mapi.ErrNotFound, "not found (0x8004010F)"},
		{"success too", mapi.Success, "success (0x00000000)"},
		{"a warning too", mapi.WarnSyncProgress, "synchronisation step done, more to do (0x00040820)"},
		{"a code without a text has its name", 0x80030103, "STG_E_CANTSAVE (0x80030103)"},
		{"a server code has a text", mapi.ErrQuotaExceeded, "quota exceeded (0x000004D9)"},
		{"an unknown code is a number", 0x8BADF00D, "MAPI status 0x8BADF00D"},
	} {
		t.Run(c.promise, func(t *testing.T) { assert.Equal(t, c.want, c.code.Error()) })
	}
}

func TestCodeKnowsItsMAPIName(t *testing.T) {
	assert.Equal(t, "MAPI_E_NOT_FOUND", mapi.ErrNotFound.Name())
	assert.Equal(t, "SYNC_E_CONFLICT", mapi.ErrSyncConflict.Name())
	assert.Equal(t, "STG_E_ACCESSDENIED", mapi.Code(0x80030005).Name())
	assert.Equal(t, "", mapi.Code(0x8BADF00D).Name())
}

func TestCodeMatchesPackageFS(t *testing.T) {
	err := fmt.Errorf("open: %w", mapi.ErrNotFound)
	assert.True(t, errors.Is(err, fs.ErrNotExist))
	assert.True(t, errors.Is(mapi.ErrCollision, fs.ErrExist))
	assert.True(t, errors.Is(mapi.ErrNoAccess, fs.ErrPermission))
	assert.False(t, errors.Is(mapi.ErrBusy, fs.ErrNotExist))
}

func ExampleCode() {
	err := fmt.Errorf("reading the folder: %w", mapi.ErrNotFound)
	fmt.Println(err)
	fmt.Println(errors.Is(err, fs.ErrNotExist), mapi.CodeOf(err).Name())
	// Output:
	// reading the folder: not found (0x8004010F)
	// true MAPI_E_NOT_FOUND
}
