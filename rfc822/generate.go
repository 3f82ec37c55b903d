package rfc822

import (
	"io"

	"github.com/okapi-mail/okapi/mapi"
)

func hasBcc(msg *mapi.Message) bool { return false }

func generate(w io.Writer, msg *mapi.Message, o *EncodeOptions) error { return mapi.ErrNoSupport }
