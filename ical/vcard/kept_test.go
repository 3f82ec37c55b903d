package vcard_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/okapi-mail/okapi/ical/vcard"
)

// Lines that are written in another version than they came in have its form, also those
// that the contact has no place for: here after another of their kind.
func TestLinesInTheFormOfTheVersion(t *testing.T) {
	const v21, v3, v4 = vcard.V21, vcard.V3, vcard.V4
	for _, c := range []struct {
		promise string
		from    vcard.Version
		line    string
		want    map[vcard.Version]string
	}{
		{"a number is no URI before 4.0, and its types are a list", v4, `TEL;VALUE=uri;TYPE="voice,cell":tel:+1-555-0100`,
			map[vcard.Version]string{v3: "TEL;TYPE=voice,cell:+1-555-0100", v21: "TEL;voice;cell:+1-555-0100", v4: `TEL;VALUE=uri;TYPE="voice,cell":tel:+1-555-0100`}},
		{"an extension is written as people do", v4, `TEL;VALUE=uri;PREF=1:tel:+1-555-0100;ext=7`, map[vcard.Version]string{v3: "TEL;TYPE=pref:+1-555-0100 x7", v21: "TEL;pref:+1-555-0100 x7"}},
		{"another URI stays one", v4, "TEL;VALUE=uri:sip:ada@zoo.example", map[vcard.Version]string{v3: "TEL;VALUE=uri:sip:ada@zoo.example", v21: "TEL;VALUE=URL:sip:ada@zoo.example"}},
		{"also one within", v4, "TEL;VALUE=uri:tel:sip:ada", map[vcard.Version]string{v3: "TEL;VALUE=uri:tel:sip:ada"}},
		{"a number that 3.0 calls one", v3, "TEL;VALUE=phone-number;TYPE=cell:1", map[vcard.Version]string{v4: "TEL;TYPE=cell:1", v21: "TEL;cell:1"}},
		{"types of a mail address", v4, `EMAIL;TYPE="home,work":x@y`, map[vcard.Version]string{v3: "EMAIL;TYPE=home,work:x@y"}},
		{"a link to a picture", v4, "LOGO;MEDIATYPE=image/png:http://zoo.example/logo", map[vcard.Version]string{v3: "LOGO;VALUE=uri;TYPE=PNG:http://zoo.example/logo", v21: "LOGO;VALUE=URL;PNG:http://zoo.example/logo"}},
		{"and of old programs", v21, "LOGO;VALUE=URL;TYPE=GIF:http://zoo.example/logo", map[vcard.Version]string{v3: "LOGO;VALUE=uri;TYPE=GIF:http://zoo.example/logo", v4: "LOGO;VALUE=uri;MEDIATYPE=image/gif:http://zoo.example/logo"}},
		{"a key elsewhere, at work", v4, "KEY;TYPE=work:http://zoo.example/key", map[vcard.Version]string{v3: "KEY;TYPE=work;VALUE=uri:http://zoo.example/key"}},
		{"a key as text stays one", v4, "KEY;VALUE=text:a:b", map[vcard.Version]string{v3: "KEY;VALUE=text:a:b"}},
		{"data within", v4, "LOGO:data:image/png;base64,AQID", map[vcard.Version]string{v3: "LOGO;ENCODING=b;TYPE=PNG:AQID", v21: "LOGO;ENCODING=BASE64;PNG:AQID"}},
		{"what is a URI needs no word for it", v4, "SOURCE;VALUE=uri:http://zoo.example", map[vcard.Version]string{v3: "SOURCE:http://zoo.example", v21: "SOURCE:http://zoo.example"}},
		{"a zone by its offset", v4, "TZ;VALUE=utc-offset:-0500", map[vcard.Version]string{v3: "TZ:-05:00", v21: "TZ:-05:00"}},
		{"a zone by its name", v4, "TZ:Europe/Berlin", map[vcard.Version]string{v3: "TZ;VALUE=text:Europe/Berlin", v21: "TZ:Europe/Berlin"}},
		{"an offset of old programs", v21, "TZ:+01:00", map[vcard.Version]string{v3: "TZ:+01:00", v4: "TZ;VALUE=utc-offset:+0100"}},
		{"a name of old programs", v3, "TZ;VALUE=text:Europe/Berlin", map[vcard.Version]string{v4: "TZ:Europe/Berlin", v21: "TZ:Europe/Berlin"}},
		{"a year alone", v4, "BDAY;VALUE=date-and-or-time:1985", map[vcard.Version]string{v3: "BDAY:1985"}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			m := one(t, c.from, "FN:Ada", "TEL:0", "EMAIL:a@b", c.line)
			for v, want := range c.want {
				out := encode(t, v, m)
				assert.Contains(t, out, "\r\n"+want+"\r\n", v)
				if v != c.from { // also after it was there and back
					back := encode(t, v, decode(t, encode(t, c.from, decode(t, out)...))...)
					assert.Contains(t, back, "\r\n"+want+"\r\n", v)
				}
			}
		})
	}
}
