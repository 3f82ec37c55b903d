package mbox

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Folders of a Maildir are directories with a dot before each level. What is not ASCII
// is written in the modified UTF-7 of IMAP (RFC 3501 5.1.3), as the servers do that
// keep their mail so.

// maxFolder is how long the name of a directory may be, in bytes.
const maxFolder = 255

// folderDir is the directory of a folder; that of the inbox is the root.
func folderDir(folder string) (string, error) {
	if folder == "" {
		return ".", nil
	}
	refuse := func(why string) (string, error) {
		return "", fmt.Errorf("mbox: folder %q: %s: %w", folder, why, fs.ErrInvalid)
	}
	if strings.EqualFold(folder, "INBOX") {
		return refuse("the inbox has no name")
	}
	var dir strings.Builder
	for level := range strings.SplitSeq(folder, "/") {
		if err := checkLevel(level); err != nil {
			return refuse(err.Error())
		}
		if strings.ContainsRune(level, '.') {
			return refuse("a dot separates levels on disk")
		}
		dir.WriteString("." + encodeLevel(level))
		if dir.Len() > maxFolder {
			return refuse("too long")
		}
	}
	return dir.String(), nil
}

// folderName is the folder that a directory is. A level that no name gives stays as it
// is on disk.
func folderName(dir string) string {
	levels := strings.Split(dir[1:], ".")
	for i, level := range levels {
		if s, ok := decodeLevel(level); ok {
			levels[i] = s
		}
	}
	return strings.Join(levels, "/")
}

// checkLevel refuses names that mean something else to a system or a server.
func checkLevel(s string) error {
	switch {
	case s == "":
		return errors.New("a level without a name")
	case s == "." || s == "..":
		return errors.New("a path is no name")
	case s[0] == '~':
		return errors.New("~ is somebody's home")
	case !utf8.ValidString(s):
		return errors.New("not UTF-8")
	case strings.ContainsFunc(s, unicode.IsControl):
		return errors.New("a control character")
	case strings.ContainsRune(s, '\\'):
		return errors.New(`\ separates directories on some systems`)
	}
	return nil
}

// modifiedBase64 has "," where base64 has "/".
var modifiedBase64 = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").
	WithPadding(base64.NoPadding).Strict()

// encodeLevel writes modified UTF-7: ASCII as it is, but "&" as "&-", and between "&"
// and "-" the rest, as UTF-16 in base64.
func encodeLevel(s string) string {
	var out strings.Builder
	for s != "" {
		n := strings.IndexFunc(s, isDirect)
		if n < 0 {
			n = len(s)
		}
		if n > 0 {
			var units []byte
			for _, u := range utf16.Encode([]rune(s[:n])) {
				units = append(units, byte(u>>8), byte(u))
			}
			out.WriteString("&" + modifiedBase64.EncodeToString(units) + "-")
			s = s[n:]
			continue
		}
		out.WriteByte(s[0])
		if s[0] == '&' {
			out.WriteByte('-')
		}
		s = s[1:]
	}
	return out.String()
}

func isDirect(r rune) bool { return r >= ' ' && r <= '~' }

// decodeLevel reads modified UTF-7. ok is false for what encodeLevel does not write of a
// name that is allowed: a path that is hidden in base64 does not get into a name.
func decodeLevel(s string) (name string, ok bool) {
	var out strings.Builder
	for rest := s; rest != ""; {
		text, coded, found := strings.Cut(rest, "&")
		out.WriteString(text)
		if !found {
			break
		}
		coded, rest, found = strings.Cut(coded, "-")
		units, err := modifiedBase64.DecodeString(coded)
		if !found || err != nil || len(units)%2 != 0 {
			return "", false
		}
		if coded == "" {
			out.WriteByte('&')
			continue
		}
		list := make([]uint16, len(units)/2)
		for i := range list {
			list[i] = uint16(units[2*i])<<8 | uint16(units[2*i+1])
		}
		out.WriteString(string(utf16.Decode(list)))
	}
	name = out.String()
	return name, encodeLevel(name) == s && checkLevel(name) == nil
}
