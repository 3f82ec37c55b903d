package rfc822

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/body"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// A view is which bodies a message is written with.
type view struct {
	msg      *mapi.Message
	want     wishedBody
	plain    mapi.Value // nil: none
	html     bool       // that of the message
	made     []byte     // HTML that was made instead, in UTF-8
	pictures []*node    // which that shows
}

// fill decides which bodies there are, and makes those that are missing. id gives
// names to pictures.
func (v *view) fill(id func() string) error {
	m := v.msg
	v.plain = m.Get(props.PidTagBody.Prop())
	v.html = m.Has(props.PidTagHtml.Prop())
	wantText, wantHTML := v.wanted()
	if wantHTML && !v.html && body.NativeOf(m) == mapi.NativeBodyRTF {
		if err := v.fromRTF(id); err != nil {
			return err
		}
	}
	if wantText && v.plain == nil {
		s, err := body.Text(m, &body.Options{MaxSize: largeText})
		if err != nil && !isMissing(err) {
			return err
		}
		if s != "" {
			v.plain = s
		}
	}
	if !wantText {
		v.plain = nil
	}
	if !wantHTML {
		v.html = false
	}
	return nil
}

// wanted is which bodies there should be. Without anybody's wish a mail keeps those that
// it came with.
func (v *view) wanted() (text, html bool) {
	switch v.want {
	case textOnly:
		return true, false
	case htmlOnly:
		return !v.html && v.plain != nil, true
	case textAndHTML:
		return true, true
	}
	return v.plain != nil || !v.msg.Has(SourceForm()), true
}

// fromRTF makes HTML of the RTF. RTF that cannot be read leaves the text.
func (v *view) fromRTF(id func() string) error {
	var out bytes.Buffer
	codepage, err := body.WriteHTML(&limited{w: &out, left: maxMadeHTML}, v.msg, &body.Options{
		Picture: func(p body.Picture) string {
			cid := fmt.Sprintf("%s@okapi", id())
			v.pictures = append(v.pictures, pictureNode(p, cid))
			return "cid:" + cid
		},
	})
	switch {
	case err == nil:
		v.made = out.Bytes()
		if c, ok := entity.CharsetOf(int32(codepage)); ok && c != entity.UTF8 {
			v.made = recode(v.made, c)
		}
	case isMissing(err):
		v.pictures = nil
	default:
		return err
	}
	return nil
}

// maxMadeHTML bounds HTML that is made in memory.
const maxMadeHTML = 32 << 20

type limited struct {
	w    io.Writer
	left int
}

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, mapi.ErrTooBig
	}
	return l.w.Write(p)
}

func pictureNode(p body.Picture, cid string) *node {
	n := &node{}
	n.header.add("Content-Type", p.Type)
	n.header.add("Content-Transfer-Encoding", "base64")
	n.header.add("Content-Disposition", "inline")
	n.header.add("Content-ID", "<"+cid+">")
	n.body = func(w io.Writer) error { return writeBase64(w, bytes.NewReader(p.Data)) }
	return n
}

// isMissing: a body that is not there, is damaged or too large to make another
// from is no reason not to write the mail.
func isMissing(err error) bool {
	return errors.Is(err, mapi.ErrNotFound) || errors.Is(err, mapi.ErrCorruptData) ||
		errors.Is(err, mapi.ErrTooBig) || errors.Is(err, mapi.ErrTooComplex)
}
