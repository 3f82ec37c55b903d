package wire

import (
	"fmt"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"github.com/okapi-mail/okapi/mapi"
)

// A Form is one of the ways in which the structures are laid out.
type Form uint8

const (
	// ROP is the form of remote operations: counts have 16 bits.
	ROP Form = iota

	// Extended is the form of extended rules: counts have 32 bits.
	Extended

	// SearchFolder is the form of search folder definitions (MS-OXOSRCH 2.2.1.2.8):
	// restrictions have 32-bit types, operators and counts, strings a 16-bit size,
	// booleans two bytes.
	SearchFolder
)

// Options say how structures are laid out. The zero value and nil mean [ROP], without
// named properties, with 8-bit strings in windows-1252.
type Options struct {
	Form  Form
	Names Names             // ids of named properties
	Text  encoding.Encoding // of PtypString8
}

// Names maps named properties to the ids from 0x8000 up that stand for them.
type Names interface {
	Prop(id uint16, t mapi.Type) (mapi.Prop, error)
	ID(p mapi.Prop) (uint16, error)
}

func (o *Options) withDefaults() Options {
	var c Options
	if o != nil {
		c = *o
	}
	if c.Text == nil {
		c.Text = charmap.Windows1252
	}
	return c
}

// prop is the property of a tag. Without Names an id of a named property stays as it
// is.
func (o *Options) prop(t mapi.Tag) (mapi.Prop, error) {
	if t.ID() < 0x8000 || o.Names == nil {
		return mapi.Tagged(t), nil
	}
	return o.Names.Prop(t.ID(), t.Type())
}

func (o *Options) tag(p mapi.Prop) (mapi.Tag, error) {
	if !p.IsNamed() {
		if p.ID > 0xFFFF {
			return 0, fmt.Errorf("%w: property id %#x", mapi.ErrInvalidParameter, p.ID)
		}
		return p.Tag(), nil
	}
	if o.Names == nil {
		return 0, fmt.Errorf("%w: no id for %v", mapi.ErrNoSupport, p)
	}
	id, err := o.Names.ID(p)
	return mapi.MakeTag(id, p.Type), err
}
