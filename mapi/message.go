package mapi

// A Message is a message, appointment, contact, task or other item that is not
// tied to a store: its properties, recipients and attachments. Converters make
// and read it; stores save and load it.
//
// Large values in it may be [Stream]s, which live as long as their origin.
type Message struct {
	Properties
	Recipients  []*Recipient
	Attachments []*Attachment
}

// A Recipient is a row of a message's recipient table. PidTagRecipientType says
// whether it is To, Cc or Bcc.
type Recipient struct {
	Properties
}

// An Attachment is a file, an embedded message or a link in a message.
// PidTagAttachMethod says which. A file's bytes are PidTagAttachDataBinary.
type Attachment struct {
	Properties

	// Embedded is the attached message when the method is
	// afEmbeddedMessage, and nil otherwise.
	Embedded *Message
}

// Clone returns a copy whose bags and lists can be changed without changing m.
// Values are shared.
func (m *Message) Clone() *Message {
	if m == nil {
		return nil
	}
	c := &Message{Properties: m.Properties.Clone()}
	if n := len(m.Recipients); n > 0 {
		rows := make([]Recipient, n)
		c.Recipients = make([]*Recipient, n)
		for i, r := range m.Recipients {
			rows[i].Properties = r.Properties.Clone()
			c.Recipients[i] = &rows[i]
		}
	}
	for _, a := range m.Attachments {
		c.Attachments = append(c.Attachments, &Attachment{a.Properties.Clone(), a.Embedded.Clone()})
	}
	return c
}
