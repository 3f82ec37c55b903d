package cfb

import (
	"errors"
	"io"
	"math"

	"github.com/okapi-mail/okapi/mapi"
)

// Options bound and watch [Open].
type Options struct {
	// MaxEntries is how many storages and streams a file may have. 0 means 262,144,
	// which take up to 100 MB of memory.
	MaxEntries int

	// Report is told of damage that did not keep the file from being opened. nil means
	// nobody.
	Report func(path, detail string)
}

// MaxDepth is how deep storages are nested at most. What is below is left out.
const MaxDepth = 256

// A File is a compound file that is open for reading.
type File struct {
	// Root is the storage at the top. It and what is below must not be changed.
	Root *Entry

	opt   Options
	r     io.ReaderAt
	size  int64
	head  header
	fat   table
	mini  table
	small chain // the mini stream
}

// Open reads the structure of a compound file of size bytes. r is used for as long as
// streams of it are. The error is [mapi.ErrCorruptData] for what is no such file,
// [mapi.ErrTooBig] for more than MaxEntries, and that of r otherwise.
func Open(r io.ReaderAt, size int64, opt Options) (*File, error) {
	if opt.MaxEntries <= 0 {
		opt.MaxEntries = 1 << 18
	}
	if opt.Report == nil {
		opt.Report = func(string, string) {}
	}
	f := &File{opt: opt, r: r, size: size}
	var err error
	if f.head, err = readHeader(r, size); err != nil {
		return nil, err
	}
	f.fat.steps = 64 + 2*f.sectors()
	if err := f.loadFAT(); err != nil {
		return nil, err
	}
	if err := f.loadDirectory(); err != nil {
		return nil, err
	}
	return f, nil
}

// sectors is the number of sectors, the last of which may be cut off.
func (f *File) sectors() int64 {
	return max(0, (f.size-1)>>f.head.shift)
}

// sector is where a sector is.
func (f *File) sector(n uint32) int64 { return (int64(n) + 1) << f.head.shift }

// maxFAT is how many sectors of the FAT are used: for 64 GiB in small sectors, and 4 TiB
// in large ones.
const maxFAT = 1 << 20

// loadFAT finds the sectors of the FAT, as far as the file needs one (MS-CFB 2.5).
// So neither loops nor counts in the header matter.
func (f *File) loadFAT() error {
	f.fat.r = f.r
	need := min(f.sectors()*4, maxFAT<<f.head.shift)
	for _, n := range f.head.fat {
		f.addFAT(n, need)
	}
	per := int64(1)<<f.head.shift/4 - 1
	b := make([]byte, 1<<f.head.shift)
	for n, most := f.head.difat, need>>f.head.shift/per+1; f.fat.size < need && most > 0; most-- {
		if n > maxRegular || f.sector(n)+int64(len(b)) > f.size {
			break
		}
		if err := readFull(f.r, b, f.sector(n)); err != nil {
			return err
		}
		for i := range per {
			f.addFAT(le.Uint32(b[4*i:]), need)
		}
		n = le.Uint32(b[4*per:])
	}
	if f.fat.size < need {
		f.opt.Report("", "the FAT does not cover the file")
	}
	return nil
}

// addFAT appends a sector of the FAT. One that is not there leaves a hole, so that those
// behind it keep their places.
func (f *File) addFAT(n uint32, need int64) {
	if n == free || f.fat.size >= need {
		return
	}
	off, room := f.sector(n), int64(1)<<f.head.shift
	if n > maxRegular || off+room > f.size {
		f.opt.Report("", "a sector of the FAT is not there")
		off = hole
	}
	f.fat.add(off, room)
}

// follow is a chain of whole sectors.
func (f *File) follow(start uint32, want int64) (c chain, err error) {
	c.r = f.r
	w := walk{&f.fat, f.head.shift, f.sector(0), f.size}
	err = w.follow(&c, start, want)
	return c, err
}

// loadDirectory reads the directory, and what the root says about the mini stream.
func (f *File) loadDirectory() error {
	most := int64(f.opt.MaxEntries) * entrySize
	c, err := f.follow(f.head.directory, most+1)
	if err != nil && (!damage(err) || c.size < entrySize) {
		return err
	}
	if err != nil {
		f.opt.Report("", err.Error())
	}
	if c.size > most {
		return &mapi.Error{Op: "cfb.Open", Code: mapi.ErrTooBig}
	}
	dir := make([]byte, c.size/entrySize*entrySize)
	if err := readFull(&c, dir, 0); err != nil {
		return err
	}
	if f.Root = f.tree(dir); f.Root == nil {
		return corrupt("a compound file without root")
	}
	return f.loadMini()
}

func (f *File) loadMini() error {
	if f.Root.Size == 0 {
		return nil
	}
	small, err := f.follow(f.Root.start, f.Root.Size)
	if err == nil {
		small.cut(f.Root.Size)
		f.small = small
		// More of the mini FAT than there are mini sectors is of no use.
		n := (small.size + miniSize - 1) / miniSize
		f.mini.steps = 64 + 2*n
		f.mini.chain, err = f.follow(f.head.miniFAT, 4*n)
	}
	if err != nil && !damage(err) {
		return err
	}
	if err != nil {
		f.opt.Report("", "mini stream: "+err.Error())
	}
	return nil
}

// A Content is the bytes of a stream.
type Content interface {
	Size() int64
	Open() (io.ReadCloser, error)
}

// A Stream is the content of a stream in a [File]. It can be read at random, and by
// several goroutines at once.
type Stream interface {
	Content
	io.ReaderAt
}

// Stream returns the content of a stream. When sectors of it are missing, the error
// is [mapi.ErrCorruptData] and the content is what is there: nothing, of a chain that
// loops. Stream should be called once for each entry: files whose streams share
// sectors are refused, by counting. Stream itself is for one goroutine.
func (f *File) Stream(e *Entry) (Stream, error) {
	if e.Kind != KindStream {
		return &chain{}, corrupt("%s is no stream", e.Path())
	}
	c := chain{r: &f.small}
	w := walk{&f.mini, miniShift, 0, f.small.size}
	if e.Size >= cutoff {
		c.r = f.r
		w = walk{&f.fat, f.head.shift, f.sector(0), f.size}
	}
	if err := w.follow(&c, e.start, e.Size); err != nil {
		return &chain{}, err // what a loop has read is mostly the same again
	}
	c.cut(e.Size)
	if c.size < e.Size {
		return &c, corrupt("%d of %d bytes are there", c.size, e.Size)
	}
	return &c, nil
}

// ReadAll returns the bytes of a stream, like [File.Stream]. It reports
// [mapi.ErrTooBig] when there are more than most.
func (f *File) ReadAll(e *Entry, most int64) ([]byte, error) {
	s, err := f.Stream(e)
	if err != nil && !damage(err) {
		return nil, err
	}
	if n := s.Size(); n > most || n > math.MaxInt32 {
		return nil, mapi.ErrTooBig
	}
	b := make([]byte, s.Size())
	if e := readFull(s, b, 0); e != nil {
		return nil, e
	}
	return b, err
}

// damage reports whether an error is the file's rather than the source's.
func damage(err error) bool { return errors.Is(err, mapi.ErrCorruptData) }
