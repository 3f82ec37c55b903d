package pebbledb

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// A logSurvey is what can be read of a log, damaged places skipped.
//
// The log is made of blocks of 32 KiB, each filled with chunks: CRC-32C
// (masked, 4 bytes), payload size (2), type (1), log number (4), for newer
// types how far the log was synced (8), and the payload. The type says whether
// a record is the whole chunk or where in it the chunk is. A log that was closed
// ends in a chunk of the next log's number. See Pebble's package record.
type logSurvey struct {
	num        uint64
	begin, end uint64 // sequence numbers of the records before the first damage; 0 when there are none
	stray      uint64 // the first one readable behind it, or 0

	durable  uint64 // the highest fact, wherever it is
	manifest manifestFact

	broken bool // behind the first unreadable place
	closed bool // at the trailer, behind which nothing is
	whole  bool // closed, and not broken before
	rec    partialRecord
}

func (s *logSurvey) name() string { return fmt.Sprintf("%06d.log", s.num) }

const (
	logBlock  = 32 << 10
	logHeader = 11

	fullChunk, firstChunk, middleChunk, lastChunk = 0, 1, 2, 3 // types modulo 4, counted from 1
)

func surveyLog(fs vfs.FS, name string, num uint64) (*logSurvey, error) {
	f, err := fs.Open(name, vfs.SequentialReadsOption)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := &logSurvey{num: num}
	var block [logBlock]byte
	for {
		n, err := io.ReadFull(f, block[:])
		s.block(block[:n])
		if s.closed {
			return s, nil
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return s, nil
		default:
			return nil, err
		}
	}
}

// block reads the chunks of one block. Behind damage it goes on wherever the
// number of the log and a checksum say that a chunk is.
func (s *logSurvey) block(b []byte) {
	for len(b) >= logHeader && !s.closed {
		if c, ok := s.parse(b); ok {
			s.chunk(c)
			b = b[c.size:]
			continue
		}
		if len(b) < logHeader+8 && zero(b) {
			return // too small for a chunk
		}
		s.closed = s.trailer(b)
		s.whole = s.closed && !s.broken
		s.broken = true
		s.rec = partialRecord{}
		next := bytes.Index(b[8:], binary.LittleEndian.AppendUint32(nil, uint32(s.num)))
		if next < 0 {
			return
		}
		b = b[1+next:] // the number is 7 bytes into a chunk
	}
}

type chunk struct {
	kind    int
	payload []byte
	size    int // with header
}

// parse reads the chunk that b begins with, if it does with one of this log.
func (s *logSurvey) parse(b []byte) (chunk, bool) {
	header := logHeader
	switch kind := b[6]; {
	case kind >= 5 && kind <= 8:
	case kind >= 9 && kind <= 12:
		header += 8
	default:
		return chunk{}, false
	}
	if binary.LittleEndian.Uint32(b[7:]) != uint32(s.num) {
		return chunk{}, false
	}
	size := header + int(binary.LittleEndian.Uint16(b[4:]))
	if size > len(b) || binary.LittleEndian.Uint32(b) != maskedCRC(b[6:size]) {
		return chunk{}, false
	}
	return chunk{kind: int(b[6]-5) % 4, payload: b[header:size], size: size}, true
}

func (s *logSurvey) trailer(b []byte) bool {
	return zero(b[:6]) && b[6] == 5 && binary.LittleEndian.Uint32(b[7:]) == uint32(s.num)+1
}

func maskedCRC(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

func zero(b []byte) bool { return len(bytes.TrimLeft(b, "\x00")) == 0 }

// chunk adds c to the record under way.
func (s *logSurvey) chunk(c chunk) {
	switch c.kind {
	case fullChunk, firstChunk:
		s.rec = partialRecord{open: true}
	}
	s.rec.add(c.payload)
	if c.kind == fullChunk || c.kind == lastChunk {
		s.record(&s.rec)
		s.rec = partialRecord{}
	}
}

// record notes a whole record: a batch of commits, which begins with its
// sequence number and its count, and ends with a fact.
func (s *logSurvey) record(r *partialRecord) {
	if !r.open || r.size < len(r.head) {
		return
	}
	begin := binary.LittleEndian.Uint64(r.head[:])
	end := begin + uint64(binary.LittleEndian.Uint32(r.head[8:]))
	switch {
	case s.broken:
		if s.stray == 0 {
			s.stray = begin
		}
	case s.begin == 0:
		s.begin, s.end = begin, end
	default:
		s.end = end
	}
	s.fact(r.tail[:])
}

// fact reads the end of a record: an entry of kind LogData.
func (s *logSurvey) fact(b []byte) {
	if b[0] != byte(pebble.InternalKeyKindLogData) || b[1] != factSize || b[2] != factMark {
		return
	}
	s.durable = max(s.durable, binary.BigEndian.Uint64(b[3:]))
	m := manifestFact{binary.BigEndian.Uint64(b[11:]), int64(binary.BigEndian.Uint64(b[19:]))}
	if m.num > s.manifest.num || m.num == s.manifest.num && m.size > s.manifest.size {
		s.manifest = m
	}
}

// A partialRecord keeps the two ends of a record.
type partialRecord struct {
	open bool // its first chunk was there
	size int
	head [12]byte
	tail [2 + factSize]byte
}

func (r *partialRecord) add(b []byte) {
	if r.size < len(r.head) {
		copy(r.head[r.size:], b)
	}
	r.size += len(b)
	if n := len(r.tail); len(b) >= n {
		copy(r.tail[:], b[len(b)-n:])
	} else {
		copy(r.tail[:], r.tail[len(b):])
		copy(r.tail[n-len(b):], b)
	}
}
