package store

import (
	"context"
)

// A Gate is asked before a transaction commits whether it may. Its error refuses
// the whole transaction and is returned to the caller, so it should carry a MAPI
// code, such as mapi.ErrQuotaExceeded. Quota is a Gate.
//
// Admit runs under the mailbox's lock and must not use the store.
type Gate interface {
	Admit(ctx context.Context, w Write) error
}

// A Write is what a transaction is about to do, as a [Gate] sees it.
type Write struct {
	Mailbox MailboxInfo
	Created int64 // messages that come into being
	Size    int64 // bytes of the mailbox's live messages afterwards
	Growth  int64 // by how much Size changes
	Deliver bool  // it delivers mail, rather than a client saving
}
