package rfc822_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

// An expectedMail is what another parser reads from a mail of the corpus.
type expectedMail struct {
	HTML  []int `json:"html_body"`
	Files []int `json:"attachments"`
	Text  []int `json:"text_body"`
	Parts []struct {
		Headers []struct {
			Name  any `json:"name"`
			Value any `json:"value"` // an object, or "Empty"
		} `json:"headers"`
		Body map[string]any `json:"body"`
	} `json:"parts"`
}

func (e *expectedMail) header(name string) map[string]any {
	for _, h := range e.Parts[0].Headers {
		if s, ok := h.Name.(string); ok && s == name {
			v, _ := h.Value.(map[string]any)
			return v
		}
	}
	return nil
}

// fileName is the name that part i gives itself.
func (e *expectedMail) fileName(i int) string {
	for _, field := range []string{"content_disposition", "content_type"} {
		for _, h := range e.Parts[i].Headers {
			v, _ := h.Value.(map[string]any)
			ct, _ := v["ContentType"].(map[string]any)
			attributes, _ := ct["attributes"].([]any)
			for _, a := range attributes {
				m, _ := a.(map[string]any)
				if n := m["name"]; h.Name == field && (n == "filename" || n == "name") {
					s, _ := m["value"].(string)
					return s
				}
			}
		}
	}
	return ""
}

// sizeOf is the size of the attachment of that name, in msg or in a message
// within it.
func sizeOf(t *testing.T, msg *mapi.Message, name string) string {
	for _, a := range msg.Attachments {
		if n, _ := props.PidTagAttachLongFilename.Get(a); n == name && a.Embedded == nil {
			r, size, err := mapi.OpenValue(a, props.PidTagAttachDataBinary.Prop())
			require.NoError(t, err)
			r.Close()
			return fmt.Sprint(size)
		}
		if a.Embedded != nil {
			if s := sizeOf(t, a.Embedded, name); s != "none" {
				return s
			}
		}
	}
	return "none"
}

// TestAgreesWithAnotherParser compares subject, date, sender, recipients and
// bodies with the results that a corpus states. Differences that are decisions
// stand in the list below; all others fail.
func TestAgreesWithAnotherParser(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpusDir(t), "eml", "stalwart-mail-parser", "*", "*.json"))
	require.NoError(t, err)
	compared, agreed := 0, 0
	check := func(name, what, want, got string) {
		compared++
		if want == got {
			agreed++
			return
		}
		if reason := ours[name+" "+what] + ours[name]; reason != "" || strings.Contains(want+what, "\uFFFD") {
			return // stray 8-bit bytes: we read them as windows-1252
		}
		assert.Fail(t, "differs", "%s: %s\nwant %.300q\n got %.300q", name, what, want, got)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Join(filepath.Base(filepath.Dir(f)), filepath.Base(f)), ".json")
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		var e expectedMail
		require.NoError(t, json.Unmarshal(b, &e), f)
		data, err := os.ReadFile(strings.TrimSuffix(f, ".json") + ".eml")
		if os.IsNotExist(err) {
			continue // the corpus has a result without its mail
		}
		require.NoError(t, err)
		compareMail(t, check, name, &e, decodeBytes(t, data))
	}
	t.Logf("%d values compared, %d agree, %d decided otherwise", compared, agreed, compared-agreed)
}

// compareMail compares one message, and those in it.
func compareMail(t *testing.T, check func(name, what, want, got string), name string, e *expectedMail, msg *mapi.Message) {
	if v, ok := e.header("subject")["Text"].(string); ok {
		got, _ := props.PidTagSubject.Get(msg)
		check(name, "subject", fold(v), fold(got))
	}
	if v, ok := e.header("date")["DateTime"].(map[string]any); ok {
		got, _ := props.PidTagClientSubmitTime.Get(msg)
		check(name, "date", expectedTime(v).String(), got.String())
	}
	if list := expectedAddresses(e.header("from")); len(list) > 0 {
		n, _ := props.PidTagSentRepresentingName.Get(msg)
		a, _ := props.PidTagSentRepresentingSmtpAddress.Get(msg)
		check(name, "from", list[0], shown(n, a))
	}
	for _, kind := range []struct {
		header string
		t      mapi.RecipientType
	}{{"to", mapi.RecipientTo}, {"cc", mapi.RecipientCc}} {
		if list := expectedAddresses(e.header(kind.header)); len(list) > 0 {
			check(name, kind.header, strings.Join(list, "\n"), strings.Join(recipientsOf(msg, kind.t), "\n"))
		}
	}
	for _, i := range e.Files {
		data, isBinary := e.Parts[i].Body["Binary"].([]any)
		fileName := e.fileName(i)
		if isBinary && fileName != "" {
			check(name, "file "+fileName, fmt.Sprint(len(data)), sizeOf(t, msg, fileName))
		}
	}
	if len(e.Text) > 0 {
		var want []string
		for _, i := range e.Text {
			if v, ok := e.Parts[i].Body["Text"].(string); ok {
				want = append(want, v)
			}
		}
		if len(want) > 0 {
			got, _ := props.PidTagBody.Get(msg)
			check(name, "text", fold(strings.Join(want, "\n")), fold(got))
		}
	}
	if len(e.HTML) > 0 {
		if v, ok := e.Parts[e.HTML[0]].Body["Html"].(string); ok {
			got, _ := props.PidTagHtml.Get(msg)
			cp, _ := props.PidTagInternetCodepage.Get(msg)
			check(name, "html", fold(v), fold(rfc822.DecodeHTML(string(got), cp)))
		}
	}
	if v, ok := e.header("message_id")["Text"].(string); ok {
		got, _ := props.PidTagInternetMessageId.Get(msg)
		check(name, "message id", v, strings.Trim(got, "<>"))
	}
	for _, h := range e.Parts[0].Headers {
		n, _ := h.Name.(map[string]any)
		other, _ := n["other"].(string)
		v, _ := h.Value.(map[string]any)
		text, ok := v["Text"].(string)
		if got, kept := msg.Get(header(other)).(string); ok && kept {
			check(name, other, fold(text), fold(got))
		}
	}
	var embedded []*mapi.Message
	contents := map[string]bool{}
	for _, a := range msg.Attachments {
		if a.Embedded != nil {
			embedded = append(embedded, a.Embedded)
			continue
		}
		data, err := mapi.ReadValue(mapi.PtypBinary, a.Get(props.PidTagAttachDataBinary.Prop()), 64<<20)
		require.NoError(t, err)
		b, _ := data.([]byte)
		contents[string(b)] = true
		contents[strings.ReplaceAll(string(b), "\r\n", "\n")] = true
	}
	for _, i := range e.Files {
		switch part := e.Parts[i].Body; {
		case part["Message"] != nil:
			var inner expectedMail
			again, err := json.Marshal(part["Message"])
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(again, &inner))
			if len(embedded) == 0 {
				check(name, fmt.Sprint("message ", i), "a message", "none")
				continue
			}
			compareMail(t, check, fmt.Sprintf("%s/%d", name, i), &inner, embedded[0])
			embedded = embedded[1:]
		case part["Binary"] != nil || part["InlineBinary"] != nil:
			list, _ := part["Binary"].([]any)
			if list == nil {
				list, _ = part["InlineBinary"].([]any)
			}
			var b []byte
			for _, v := range list {
				n, _ := v.(float64)
				b = append(b, byte(n))
			}
			got := "other content"
			if contents[string(b)] {
				got = "that content"
			}
			check(name, fmt.Sprint("content ", i), "that content", got)
		}
	}
}

// ours are the differences that are meant, with the reason.
var ours = map[string]string{
	"malformed/001 text": "the text of the first part that has some",
	"malformed/007 text": "the text of the first part that has some",

	"malformed/009 text":  "an outer boundary ends the inner multipart (RFC 2046 5.1.2); joined it is the same",
	"malformed/013 text":  "nested multiparts with the same boundary are no continuation",
	"malformed/016 text":  "boundaries that begin alike are told apart by their whole length",
	"rfc/007 text":        "a nested multipart with a choice of texts is an attachment each, not joined",
	"thirdparty/005 text": "what follows on the line of the last boundary belongs to the text: it is no boundary",
	"malformed/019 text":  "garbage; all of it is kept",
	"malformed/019 html":  "the last alternative of a kind",
	"malformed/020 text":  "of two Content-Type fields the first holds",
	"malformed/021 text":  "of two Content-Type fields the first holds",
	"thirdparty/000 text": "the last alternative of a kind",
	"thirdparty/001 text": "the last alternative of a kind",

	"legacy/017 content 2": "uuencode is decoded",
	"legacy/017 content 3": "uuencode is decoded",
	"legacy/048 content 2": "uuencode is decoded",
	"legacy/048 content 3": "uuencode is decoded",
	"legacy/048 content 4": "uuencode is decoded",

	"malformed/012/3 text":          "the boundary of the outer multipart ends the message in it (RFC 2046 5.1.2)",
	"rfc/000/7 from":                "a comment is no name: there is no address",
	"rfc/000/7 to":                  "a comment is no address",
	"rfc/002/2 to":                  "a comment behind an address with a name is no part of the name",
	"thirdparty/008/2 text":         "of nested alternatives the last",
	"thirdparty/015/2":              "a header that ends at a boundary is a message: the other parser loses it",
	"legacy/016 file blueball.png":  "CRLF stays CRLF",
	"legacy/017 file greenball.png": "uuencode is decoded",
	"legacy/017 file blueball.png":  "uuencode is decoded",

	"rfc/001 file BodyFormats.ps":                  "what is on an FTP server is a shortcut to it",
	"rfc/001 file /u/nsb/writing/rfcs/RFC-MIME.ps": "the path is cut off",
	"legacy/035 file C:TEMPnsmailEG.png":           "the path is cut off",
	"legacy/035 file C:TEMPnsmail39.png":           "the path is cut off",
	"legacy/039 file C:TEMPnsmailV0.png":           "the path is cut off",
	"legacy/039 file C:TEMPnsmailNM.png":           "the path is cut off",
}

func fold(s string) string { return strings.Join(strings.Fields(s), " ") }

func expectedTime(v map[string]any) time.Time {
	n := func(k string) int { f, _ := v[k].(float64); return int(f) }
	zone := n("tz_hour")*3600 + n("tz_minute")*60
	if v["tz_before_gmt"] == true {
		zone = -zone
	}
	return time.Date(n("year"), time.Month(n("month")), n("day"), n("hour"), n("minute"), n("second"), 0,
		time.FixedZone("", zone)).UTC()
}

func expectedAddresses(v map[string]any) []string {
	a, ok := v["Address"].(map[string]any)
	if !ok {
		return nil
	}
	var out []string
	add := func(list any) {
		l, _ := list.([]any)
		for _, e := range l {
			m, _ := e.(map[string]any)
			name, _ := m["name"].(string)
			addr, _ := m["address"].(string)
			out = append(out, shown(name, addr))
		}
	}
	add(a["List"])
	groups, _ := a["Group"].([]any)
	for _, g := range groups {
		m, _ := g.(map[string]any)
		add(m["addresses"])
	}
	return out
}

func shown(name, addr string) string {
	if name == addr {
		name = ""
	}
	return fmt.Sprintf("%s <%s>", fold(name), addr)
}

func recipientsOf(msg *mapi.Message, kind mapi.RecipientType) []string {
	var out []string
	for _, r := range msg.Recipients {
		if k, _ := props.PidTagRecipientType.Get(r); k == kind {
			n, _ := props.PidTagDisplayName.Get(r)
			a, _ := props.PidTagSmtpAddress.Get(r)
			out = append(out, shown(n, a))
		}
	}
	return out
}
