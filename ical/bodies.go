package ical

import (
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/body"
	"github.com/okapi-mail/okapi/props"
)

// bodies writes the text and the HTML. One that is missing is made from the body that there
// is: Outlook has those of appointments in RTF, and few programs read X-ALT-DESC.
func (k *maker) bodies() {
	from := k.get
	if hasBody(k.m) { // an instance has all bodies from its series, or none
		from = k.m
	} else if k.series == nil || !hasBody(k.series) {
		return
	}
	name := "DESCRIPTION"
	if k.about.answer {
		name = "COMMENT"
	}
	text, err := body.Text(from, nil)
	if from.Get(props.PidTagBody.Prop()) == nil { // the end of the last paragraph is none of the text
		text = strings.TrimRight(text, "\r\n")
	}
	if k.isRead(err) && text != "" {
		k.addText(name, text)
	}
	if from.Get(props.PidTagHtml.Prop()) == nil && body.NativeOf(from) != mapi.NativeBodyRTF {
		return
	}
	html, err := body.HTMLText(from, nil)
	if k.isRead(err) && html != "" {
		k.addText("X-ALT-DESC", html, k.e.oneParam("FMTTYPE", "text/html")...)
	}
}

// hasBody reports whether a message has any body.
func hasBody(m *mapi.Message) bool {
	return m.Has(props.PidTagBody.Prop()) || m.Has(props.PidTagHtml.Prop()) || m.Has(props.PidTagRtfCompressed.Prop())
}

// isRead reports whether a body could be read. A damaged one is left out and reported.
func (k *maker) isRead(err error) bool {
	switch {
	case err == nil:
		return true
	case mapi.CodeOf(err) == mapi.ErrCorruptData || mapi.CodeOf(err) == mapi.ErrTooBig:
		k.e.report(RuleBody, err.Error())
	case k.e.err == nil:
		k.e.err = err
	}
	return false
}

// sameHTML compares the code pages of HTML that has the same bytes.
func sameHTML(a, b mapi.Getter) bool {
	html, _ := resolved(a.Get(props.PidTagHtml.Prop())).([]byte)
	for _, c := range html {
		if c >= 0x80 {
			return props.PidTagInternetCodepage.Or(a, 65001) == props.PidTagInternetCodepage.Or(b, 65001)
		}
	}
	return true
}
