package rfc822

import (
	"encoding/binary"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A wish is in which form somebody wants a mail (MS-OXCMAIL 2.1).
type wish struct {
	body wishedBody
	tnef wishedTNEF
}

type wishedBody uint8

const (
	anyBody wishedBody = iota
	textOnly
	htmlOnly
	textAndHTML
)

type wishedTNEF uint8

const (
	anyTNEF wishedTNEF = iota
	noTNEF
	withTNEF
)

// bodyOf reads PidTagSendInternetEncoding and its kin. Who wants no MIME gets text:
// attachments are never written as uuencode.
func bodyOf(e mapi.InternetEncoding) wishedBody {
	switch {
	case e&mapi.EncodingPreference == 0:
		return anyBody
	case e&mapi.EncodingMIME == 0:
		return textOnly
	case e&mapi.EncodingBodyTextAndHTML != 0:
		return textAndHTML
	case e&mapi.EncodingBodyHTML != 0:
		return htmlOnly
	}
	return textOnly
}

// wishOf is what a recipient, or the message for all of them, asks for.
func wishOf(obj mapi.Getter) (w wish) {
	if e, ok := props.PidTagSendInternetEncoding.Get(obj); ok {
		w.body = bodyOf(e)
	}
	if rich, ok := props.PidTagSendRichInfo.Get(obj); ok {
		w.tnef = noTNEF
		if rich {
			w.tnef = withTNEF
		}
	}
	return w
}

// recipientWish is that of a recipient. The entry id of a one-off recipient has the same
// bits about the body (MS-OXCDATA 2.2.5.1).
//
// QUIRK: its M bit, which MS-OXCMAIL 2.1 takes for the wish to get no TNEF, is not
// looked at. MAPI sets it for each Internet address, whatever is behind that.
func recipientWish(r *mapi.Recipient) wish {
	w := wishOf(r)
	id, _ := props.PidTagEntryId.Get(r)
	if w.body == anyBody && mapi.EntryID(id).Kind() == mapi.KindOneOff && len(id) >= 24 {
		const bodyBits = 0x001E
		w.body = bodyOf(mapi.InternetEncoding(binary.LittleEndian.Uint16(id[22:])&bodyBits) << 16)
	}
	return w
}

// wish is what the mail is to be: what the message says for all, else what those want
// who get it. When they disagree about the body it has both forms; one who cannot read
// TNEF is enough for none.
func (o *EncodeOptions) wish(msg *mapi.Message) wish {
	w := wishOf(msg)
	if format, ok := props.PidTagInternetMailOverrideFormat.Get(msg); ok && bodyOf(format) != anyBody {
		w.body = bodyOf(format)
	}
	if use, _ := props.PidLidUseTnef.Get(msg); use {
		w.tnef = withTNEF
	}
	if w.body != anyBody && w.tnef != anyTNEF {
		return w
	}
	list := o.For
	if list == nil {
		list = msg.Recipients
	}
	var theirs wish
	for i, r := range list {
		one := recipientWish(r)
		if one.tnef == noTNEF {
			theirs.tnef = noTNEF
		}
		switch {
		case i == 0:
			theirs.body = one.body
		case one.body != theirs.body:
			theirs.body = textAndHTML
		}
	}
	if w.body == anyBody {
		w.body = theirs.body
	}
	if w.tnef == anyTNEF {
		w.tnef = theirs.tnef
	}
	return w
}

// Copies groups the recipients of a message by the form in which they want mail, in the
// order of the first of each. A spooler that writes one mail for each group, with
// [EncodeOptions].For, gives everybody what he can read; others write one for all.
func Copies(msg *mapi.Message) [][]*mapi.Recipient {
	var groups [][]*mapi.Recipient
	at := map[wish]int{}
	for _, r := range msg.Recipients {
		w := recipientWish(r)
		i, ok := at[w]
		if !ok {
			i = len(groups)
			at[w] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}
