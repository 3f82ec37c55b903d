package msg

import (
	"bytes"
	"errors"

	"github.com/okapi-mail/okapi/archive/msg/internal/cfb"
	"github.com/okapi-mail/okapi/mapi"
)

// NamesOf are the named properties of a file, in the order of their ids.
func NamesOf(file []byte) ([]mapi.Prop, error) {
	d := &decoder{opts: (*DecodeOptions)(nil).withDefaults()}
	if _, err := d.file(bytes.NewReader(file), int64(len(file))); err != nil {
		return nil, err
	}
	return d.names, nil
}

// FileOfNames is a compound file with the storage of names for a list of properties.
func FileOfNames(list []mapi.Prop) ([]byte, error) {
	var table nameTable
	for _, p := range list {
		if p == (mapi.Prop{}) {
			return nil, errors.New("an id without a name")
		}
		if _, err := table.id(p); err != nil {
			return nil, err
		}
	}
	root := &cfb.Storage{}
	table.write(root.Sub(namesName))
	image, err := cfb.Plan(root, false)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = image.WriteTo(&b)
	return b.Bytes(), err
}

// CodepageOf is the code page of a locale.
func CodepageOf(locale int) int { return codepageOf(locale) }
