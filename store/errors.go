package store

import (
	"context"
	"errors"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
)

// fail wraps an error at the exported boundary: once, with the operation and the
// MAPI code that it carries. nil stays nil.
func fail(op string, err error) error {
	if err == nil {
		return nil
	}
	var e *mapi.Error
	if errors.As(err, &e) {
		return err
	}
	return &mapi.Error{Op: op, Code: codeOf(err), Err: err}
}

func codeOf(err error) mapi.Code {
	var c mapi.Code
	switch {
	case errors.As(err, &c):
		return c
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return mapi.ErrUserCancel
	case errors.Is(err, driver.ErrDamaged):
		return mapi.ErrCorruptData
	case errors.Is(err, driver.ErrPoisoned):
		return mapi.ErrDisk
	case errors.Is(err, driver.ErrConflict), errors.Is(err, driver.ErrInUse):
		return mapi.ErrBusy
	case errors.Is(err, driver.ErrTooBig):
		return mapi.ErrTooBig
	case errors.Is(err, driver.ErrClosed):
		return mapi.ErrInvalidObject
	}
	return mapi.ErrCallFailed
}
