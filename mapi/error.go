package mapi

import (
	"context"
	"errors"
	"strings"
)

// An Error says which operation failed, with which MAPI code, and why. The code
// and the cause are found with errors.Is and errors.As.
type Error struct {
	Op   string // the operation: "store.Folder.Open"
	Code Code   // what a MAPI client is told
	Prop Prop   // the property concerned, or zero
	Err  error  // the cause, or nil
}

// Error returns the operation, the object and the cause in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Prop != (Prop{}) {
		b.WriteString(" " + e.Prop.String())
	}
	switch {
	case e.Err == nil:
		b.WriteString(": " + e.Code.Error())
	case errors.Is(e.Err, e.Code):
		b.WriteString(": " + e.Err.Error())
	default:
		b.WriteString(": " + e.Code.Error() + ": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the code, and the cause when there is one.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Err}
}

// CodeOf returns the MAPI code that err carries: Success for nil,
// ErrUserCancel for a context that ended, and ErrCallFailed for an error that
// carries none.
func CodeOf(err error) Code {
	if err == nil {
		return Success
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	var c Code
	if errors.As(err, &c) {
		return c
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return ErrUserCancel
	}
	return ErrCallFailed
}
