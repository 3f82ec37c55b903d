package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A table is a file of tab-separated values with one header line.
type table struct {
	file string
	rows []row
}

// A row is one line of a table, its cells by column name.
type row struct {
	file  string
	line  int
	cells map[string]string
}

func (r row) get(column string) string { return r.cells[column] }

// list splits a cell of several values.
func (r row) list(column string) []string {
	if r.cells[column] == "" {
		return nil
	}
	return strings.Split(r.cells[column], ";")
}

// errorf returns an error that begins with the row's file and line.
func (r row) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", r.file, r.line, fmt.Sprintf(format, args...))
}

func readTable(dir, name string, columns ...string) (*table, error) {
	path := filepath.Join(dir, name)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if got, want := lines[0], strings.Join(columns, "\t"); got != want {
		return nil, fmt.Errorf("%s:1: the header is %q, not %q", path, got, want)
	}
	t := &table{file: path}
	for i, line := range lines[1:] {
		r := row{file: path, line: i + 2, cells: map[string]string{}}
		cells := strings.Split(line, "\t")
		if len(cells) != len(columns) {
			return nil, r.errorf("%d cells, not %d", len(cells), len(columns))
		}
		for j, c := range columns {
			r.cells[c] = cells[j]
		}
		t.rows = append(t.rows, r)
	}
	return t, nil
}
