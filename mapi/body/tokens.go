package body

import (
	"bytes"
	"io"
	"strconv"

	"golang.org/x/net/html"
)

// eachToken reads HTML token by token in bounded memory: text that is very long
// comes in pieces, and tags that are longer than MaxTag are left out.
func eachToken(src io.Reader, o *Options, take func(*html.Tokenizer, html.TokenType) error) error {
	told := false
	for {
		z := html.NewTokenizer(src)
		z.SetMaxBuf(o.MaxTag)
		var last html.TokenType
		for {
			t := z.Next()
			if t == html.ErrorToken {
				break
			}
			last = t
			if err := take(z, t); err != nil {
				return err
			}
		}
		if z.Err() != html.ErrBufferExceeded {
			return ended(z, take)
		}
		src = io.MultiReader(bytes.NewReader(bytes.Clone(z.Buffered())), src)
		if last != html.TextToken || bytes.HasPrefix(z.Raw(), []byte("<")) {
			if !told {
				told = true
				o.Report(Issue{Rule: RuleTag, Detail: strconv.Itoa(o.MaxTag)})
			}
			src = &afterTag{src: src}
		}
	}
}

// ended deals with the end of the source: what is left of an unfinished tag is
// given as an error token.
func ended(z *html.Tokenizer, take func(*html.Tokenizer, html.TokenType) error) error {
	if z.Err() != io.EOF {
		return z.Err()
	}
	if len(z.Raw()) == 0 {
		return nil
	}
	return take(z, html.ErrorToken)
}

// afterTag leaves out the rest of a tag.
type afterTag struct {
	src  io.Reader
	done bool
}

func (a *afterTag) Read(b []byte) (int, error) {
	for !a.done {
		n, err := a.src.Read(b)
		if i := bytes.IndexByte(b[:n], '>'); i >= 0 {
			a.done = true
			return copy(b, b[i+1:n]), err
		}
		if err != nil {
			return 0, err
		}
	}
	return a.src.Read(b)
}
