// Package msg reads and writes .msg files: one message with its recipients,
// attachments and the messages in them, as Outlook saves it (MS-OXMSG), in a compound
// file (MS-CFB).
//
//	m, err := msg.Decode(file, size, nil)
//	…
//	err = msg.Encode(os.Stdout, m, nil)
//
// # Reading
//
// [Decode] takes what there is: values that are damaged are left out, or end where the
// damage begins, and are told to [DecodeOptions].Report; only what is no message in a
// compound file at all is an error. Large values stay in the file: they are [mapi.Stream]s that read it when they
// are read themselves, at random and from several goroutines, so the file must stay
// open and unchanged for as long as they are used. Closing it is the caller's business.
//
// Files of older programs hold 8-bit strings. They are read by PidTagMessageCodepage,
// else by the code page of PidTagMessageLocaleId, else by PidTagInternetCodepage; all
// strings of the message are PtypString.
//
// OLE objects, which are storages in the file, become PidTagAttachDataObject: the bytes
// of a compound file of their own.
//
// # Writing
//
// [Encode] writes to something that need not seek, and reads each stream of the message
// once, when its turn comes; texts that are streams it reads twice. Reading back gives
// the same message in canonical names, but for what no .msg file has:
//
//   - PtypString8 comes back as PtypString, and without the NULs at its end
//   - PidTagStoreSupportMask describes the file, not the message: it is written anew
//   - the properties of [mapi.PSOkapi], which never leave, nor come in
//   - properties that have no identity: tagged ones without id or from 0x8000 up
//   - an attached message without PidTagAttachMethod: it gets it
//
// The same message gives the same bytes.
package msg
