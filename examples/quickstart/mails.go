package main

import (
	"embed"
	"io/fs"
)

//go:embed mails/*.eml
var embedded embed.FS

// A sample is a mail of the tour.
type sample struct {
	name string
	data []byte
}

// samples are the mails of the tour, in the order of their names.
func samples() ([]sample, error) {
	names, err := fs.Glob(embedded, "mails/*.eml")
	if err != nil {
		return nil, err
	}
	var list []sample
	for _, name := range names {
		data, err := embedded.ReadFile(name)
		if err != nil {
			return nil, err
		}
		list = append(list, sample{name[len("mails/"):], data})
	}
	return list, nil
}
