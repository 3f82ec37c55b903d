package rtf

// searchDepth is how many earlier places are tried for each reference. More finds
// hardly longer ones.
const searchDepth = 64

// Compress returns rtf compressed.
func Compress(rtf []byte) []byte {
	c := compressor{text: append([]byte(preset), rtf...), out: make([]byte, headerSize, headerSize+len(rtf)/2+16)}
	for i := range c.head {
		c.head[i] = -1
	}
	for i := range len(preset) {
		c.remember(i)
	}
	c.run()
	body := c.out[headerSize:]
	appendHeader(c.out[:0], len(body), len(rtf), typeLZFu, updateCRC(0, body))
	return c.out
}

// A compressor works on the text as if the preset stood before it: the place of a byte
// in the dictionary is then its position modulo the dictionary's size.
type compressor struct {
	text    []byte
	out     []byte
	control int // where the control byte is
	bits    int // how many of its bits are in use

	head [1 << 16]int32  // last place of two bytes
	prev [dictSize]int32 // the place before with the same two bytes
}

func (c *compressor) run() {
	for i := len(preset); i < len(c.text); {
		from, n := c.longest(i)
		if n < minMatch {
			n = 1
			c.token(false, c.text[i])
		} else {
			c.reference(from%dictSize, n)
		}
		for ; n > 0; n-- {
			c.remember(i)
			i++
		}
	}
	c.reference(len(c.text)%dictSize, minMatch) // the end mark
}

// longest finds the longest earlier text equal to that at i. The place a whole
// dictionary before i is that of i itself, which marks the end.
func (c *compressor) longest(i int) (from, n int) {
	limit := min(maxMatch, len(c.text)-i)
	if limit < minMatch {
		return 0, 0
	}
	tries := searchDepth
	for j := int(c.head[c.pair(i)]); j >= 0 && j > i-dictSize && tries > 0; tries-- {
		l := minMatch
		for l < limit && c.text[j+l] == c.text[i+l] {
			l++
		}
		if l >= n { // of equal ones the oldest, as in the examples of the specification
			from, n = j, l
		}
		if n == limit {
			break
		}
		j = int(c.prev[j%dictSize])
	}
	return from, n
}

func (c *compressor) pair(i int) int { return int(c.text[i])<<8 | int(c.text[i+1]) }

func (c *compressor) remember(i int) {
	if i+1 < len(c.text) {
		p := c.pair(i)
		c.prev[i%dictSize] = c.head[p]
		c.head[p] = int32(i)
	}
}

func (c *compressor) reference(offset, n int) {
	c.token(true, byte(offset>>4), byte(offset<<4)|byte(n-minMatch))
}

// token appends a literal or a reference, and a control byte before each eight.
func (c *compressor) token(isReference bool, b ...byte) {
	if c.bits%8 == 0 {
		c.control, c.bits = len(c.out), 0
		c.out = append(c.out, 0)
	}
	if isReference {
		c.out[c.control] |= 1 << c.bits
	}
	c.bits++
	c.out = append(c.out, b...)
}
