package cfb

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/okapi-mail/okapi/mapi"
)

var le = binary.LittleEndian

// Numbers of sectors that are none (MS-CFB 2.1), and of entries.
const (
	maxRegular = 0xFFFFFFFA
	difatMark  = 0xFFFFFFFC
	fatMark    = 0xFFFFFFFD
	endOfChain = 0xFFFFFFFE
	free       = 0xFFFFFFFF
	noEntry    = 0xFFFFFFFF
)

const (
	headerSize   = 512
	headerDIFAT  = 109  // numbers of FAT sectors that the header has room for
	miniSize     = 64   // bytes of a mini sector
	miniShift    = 6    // its logarithm
	cutoff       = 4096 // streams below this size are in the mini stream
	entrySize    = 128
	nameUnits    = 32 // UTF-16 units of a name with its NUL
	smallShift   = 9
	largeShift   = 12
	lockOffset   = 0x7FFFFF00 // a byte that Windows locks; its sector stays empty
	minorVersion = 0x3E
)

const signature = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

// IsCompoundFile reports whether b begins like a compound file.
func IsCompoundFile(b []byte) bool {
	return len(b) >= len(signature) && string(b[:len(signature)]) == signature
}

// A header is the beginning of a file (MS-CFB 2.2).
type header struct {
	major     uint16
	shift     uint
	directory uint32
	miniFAT   uint32
	difat     uint32
	fat       [headerDIFAT]uint32
}

func readHeader(r io.ReaderAt, size int64) (h header, err error) {
	if size < headerSize {
		return h, corrupt("%d bytes are no compound file", size)
	}
	var b [headerSize]byte
	if err := readFull(r, b[:], 0); err != nil {
		return h, err
	}
	if !IsCompoundFile(b[:]) {
		return h, corrupt("no compound file: it begins with %x", b[:8])
	}
	h.major, h.shift = le.Uint16(b[26:]), uint(le.Uint16(b[30:]))
	if h.shift != smallShift && h.shift != largeShift {
		return h, corrupt("sectors of 2^%d bytes", h.shift)
	}
	if mini := le.Uint16(b[32:]); mini != miniShift {
		return h, corrupt("mini sectors of 2^%d bytes", mini)
	}
	h.directory, h.miniFAT, h.difat = le.Uint32(b[48:]), le.Uint32(b[60:]), le.Uint32(b[68:])
	for i := range h.fat {
		h.fat[i] = le.Uint32(b[76+4*i:])
	}
	return h, nil
}

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{mapi.ErrCorruptData}, args...)...)
}

// readFull reads len(p) bytes. A source that ends early is damage; other errors are
// the source's own.
func readFull(r io.ReaderAt, p []byte, off int64) error {
	n, err := r.ReadAt(p, off)
	switch {
	case n == len(p):
		return nil
	case err == nil || err == io.EOF || err == io.ErrUnexpectedEOF:
		return corrupt("the file ends at %d", off+int64(n))
	}
	return err
}
