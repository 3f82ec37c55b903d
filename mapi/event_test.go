package mapi_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
)

func TestEventTypeString(t *testing.T) {
	for want, e := range map[string]mapi.EventType{
		"none":            0,
		"created":         mapi.EventCreated,
		"new mail|moved":  mapi.EventNewMail | mapi.EventMoved,
		"overflow":        mapi.EventOverflow,
		"deleted|0x10000": mapi.EventDeleted | 0x10000,
	} {
		require.Equal(t, want, e.String())
	}
}
