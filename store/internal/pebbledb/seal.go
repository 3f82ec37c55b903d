package pebbledb

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"strings"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/okapi-mail/okapi/store/driver"
)

// A seal is a file that Close leaves behind and Open takes away. It lists the
// small files that say which tables make up the store, with their checksums,
// so that damage to them is found before Pebble takes it for a torn write and
// forgets the tables. Tables carry checksums of their own; the log is empty
// after Close. Without a seal the store was not closed, and its log is looked
// through instead.
//
//	okapi store, closed
//	000000c3 5ae5ab12 MANIFEST-000007
//	…
//	sum 6e3fd2a1
//
// Fields are the size and the CRC-32C of the file, and its name. The last line
// is the CRC-32C of the lines before.
const (
	sealName  = "SEAL"
	sealTitle = "okapi store, closed\n"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// writeSeal is called when Pebble is closed and its last write has succeeded.
func writeSeal(d *disk) error {
	text, err := sealText(d)
	if err != nil {
		return err
	}
	name := d.PathJoin(d.dir, sealName)
	f, err := d.FS.Create(name+".new", vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = f.Write(bytes.Clone(text)) // a vfs.File may modify what it writes
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := d.FS.Rename(name+".new", name); err != nil {
		return err
	}
	return syncDir(d.FS, d.dir)
}

// breakSeal checks and removes the seal. It reports false when there is none
// that can be read. With force it does not mind what the seal says.
func breakSeal(d *disk, force bool) (sealed bool, err error) {
	name := d.PathJoin(d.dir, sealName)
	text, err := readFile(d.FS, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	sealed = intact(text)
	if sealed && !force {
		if err := compareSeal(d, text); err != nil {
			return false, err
		}
	}
	if err := d.FS.Remove(name); err != nil {
		return false, err
	}
	return sealed, syncDir(d.FS, d.dir)
}

func compareSeal(d *disk, text []byte) error {
	now, err := sealText(d)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && bytes.Equal(now, text) {
		return nil
	}
	return fmt.Errorf("%w: files are not as they were when the store was closed\nthen:\n%snow:\n%s", driver.ErrDamaged, text, now)
}

// sealText describes the files as they are.
func sealText(d *disk) ([]byte, error) {
	desc, err := pebble.Peek(d.dir, d.FS)
	if err != nil {
		return nil, err
	}
	if !desc.Exists {
		return nil, fs.ErrNotExist
	}
	names := []string{d.PathBase(desc.ManifestFilename)}
	if desc.OptionsFilename != "" {
		names = append(names, d.PathBase(desc.OptionsFilename))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%sformat %s\n", sealTitle, desc.FormatMajorVersion)
	for _, name := range names {
		content, err := readFile(d.FS, d.PathJoin(d.dir, name))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%08x %08x %s\n", len(content), crc32.Checksum(content, castagnoli), name)
	}
	fmt.Fprintf(&b, "sum %08x\n", crc32.Checksum(b.Bytes(), castagnoli))
	return b.Bytes(), nil
}

// intact reports whether text was written by writeSeal.
func intact(text []byte) bool {
	i := bytes.LastIndex(text, []byte("sum "))
	if i < 0 || !strings.HasPrefix(string(text), sealTitle) {
		return false
	}
	return string(text[i:]) == fmt.Sprintf("sum %08x\n", crc32.Checksum(text[:i], castagnoli))
}

func readFile(fs vfs.FS, name string) ([]byte, error) {
	f, err := fs.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}
