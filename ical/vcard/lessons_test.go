package vcard_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/vcard"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// Mistakes that other programs shipped.

func TestAddressPartsDoNotShift(t *testing.T) {
	m := one(t, "3.0", "ADR;TYPE=HOME:box;further;street;city;region;code;country")
	for k, v := range map[mapi.Prop]string{
		props.PidTagHomeAddressPostOfficeBox.Prop(): "box", props.PidTagHomeAddressCity.Prop(): "city",
		props.PidTagHomeAddressStateOrProvince.Prop(): "region", props.PidTagHomeAddressPostalCode.Prop(): "code",
		props.PidTagHomeAddressCountry.Prop(): "country",
	} {
		assert.Equal(t, v, m.Get(k), props.Name(k))
	}
	m.Delete(vcard.SourceForm())
	assert.Contains(t, encode(t, "3.0", m), ";city;region;code;country\r\n")
}

func TestFurtherLineAndStreetBothGoToTheStreet(t *testing.T) {
	m := one(t, "3.0", "ADR;TYPE=WORK:;Suite 5;1 Main St;City", "ADR;TYPE=HOME:;Only further;;City")
	assert.Equal(t, "Suite 5\r\n1 Main St", props.PidLidWorkAddressStreet.Or(m, ""))
	assert.Equal(t, "Only further", props.PidTagHomeAddressStreet.Or(m, ""))
}

func TestOrganisationIsCompanyAndDepartment(t *testing.T) {
	m := one(t, "2.1", "ORG:Company, The;Sales\\; Dept.")
	assert.Equal(t, "Company, The", props.PidTagCompanyName.Or(m, ""))
	assert.Equal(t, "Sales; Dept.", props.PidTagDepartmentName.Or(m, ""))
	m.Delete(vcard.SourceForm())
	assert.Contains(t, encode(t, "3.0", m), `ORG:Company\, The;Sales\; Dept.`)
}

func TestFaxIsNoTelephone(t *testing.T) {
	m := one(t, "3.0", "TEL;TYPE=FAX,HOME:1", "TEL;TYPE=WORK;TYPE=FAX:2", "TEL;TYPE=fax:3")
	assert.Equal(t, "1", props.PidTagHomeFaxNumber.Or(m, ""))
	assert.Equal(t, "2", props.PidTagBusinessFaxNumber.Or(m, ""))
	assert.Equal(t, "3", props.PidTagPrimaryFaxNumber.Or(m, ""))
	assert.False(t, m.Has(props.PidTagHomeTelephoneNumber.Prop()))
	assert.False(t, m.Has(props.PidTagBusinessTelephoneNumber.Prop()))
}

func TestUnknownTelephoneIsNoRadio(t *testing.T) {
	m := one(t, "2.1", "TEL;X-NEC-SECRET:9", "TEL;MODEM:13", "TEL;X-NEC-HOTEL:10")
	assert.False(t, m.Has(props.PidTagRadioTelephoneNumber.Prop()))
	assert.Equal(t, "9", props.PidTagOtherTelephoneNumber.Or(m, ""))
	out := encode(t, "", m)
	for _, l := range []string{"TEL;X-NEC-SECRET:9", "TEL;MODEM:13", "TEL;X-NEC-HOTEL:10"} {
		assert.Contains(t, out, l+"\r\n")
	}
}

func TestNameIsMadeWhereNoneIs(t *testing.T) {
	for _, c := range []struct{ lines, want string }{
		{"N:Doe;John;Q;Dr.;Jr.", "Dr. John Q Doe Jr."},
		{"ORG:Zoo", "Zoo"},
		{"NICKNAME:Joe", "Joe"},
		{"EMAIL:a@b.c", "a@b.c"},
		{"TEL;CELL:1", "1"},
		{"FN:\nN:Doe", "Doe"},
	} {
		m := one(t, "3.0", strings.Split(c.lines, "\n")...)
		assert.Equal(t, c.want, props.PidTagDisplayName.Or(m, ""), c.lines)
		assert.Contains(t, encode(t, "", m), "\r\nFN:"+c.want+"\r\n", c.lines)
	}
}

func TestEachAddressHasATypeAndAnEntry(t *testing.T) {
	m := one(t, "3.0", "EMAIL:a@x", "EMAIL:b@x", "EMAIL:c@x")
	for _, k := range []props.Key[string]{props.PidLidEmail1AddressType, props.PidLidEmail2AddressType, props.PidLidEmail3AddressType} {
		assert.Equal(t, "SMTP", k.Or(m, ""), k.Name)
	}
	for i, k := range []props.Key[[]byte]{props.PidLidEmail1OriginalEntryId, props.PidLidEmail2OriginalEntryId, props.PidLidEmail3OriginalEntryId} {
		e, err := mapi.ParseOneOffEntryID(k.Or(m, nil), nil)
		require.NoError(t, err, k.Name)
		assert.Equal(t, string(rune('a'+i))+"@x", e.Address)
	}
}

func TestVersionIsTheFirstProperty(t *testing.T) {
	m := one(t, "3.0", "FN:a")
	late := decode(t, "BEGIN:VCARD\nFN:a\nVERSION:4.0\nEND:VCARD\n")[0]
	for _, v := range []vcard.Version{"", "2.1", "3.0", "4.0"} {
		assert.True(t, strings.HasPrefix(encode(t, v, m), "BEGIN:VCARD\r\nVERSION:"))
		assert.True(t, strings.HasPrefix(encode(t, v, late), "BEGIN:VCARD\r\nVERSION:"))
	}
}

func TestLineBreaksAreOneEscape(t *testing.T) {
	m := &mapi.Message{}
	props.PidTagDisplayName.Set(m, "a")
	props.PidTagBody.Set(m, "one\r\ntwo\nthree\rfour")
	assert.Contains(t, encode(t, "3.0", m), `NOTE:one\ntwo\nthree\nfour`+"\r\n")
	assert.Equal(t, "one\r\ntwo\r\nthree\r\nfour", props.PidTagBody.Or(decode(t, encode(t, "2.1", m))[0], ""))
}

func TestPhotoIsAnAttachmentOfTheContact(t *testing.T) {
	for _, l := range []string{
		"PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ", "PHOTO;TYPE=JPEG;ENCODING=BASE64:\r\n /9j/\r\n 4AAQ\r\n", "PHOTO;BASE64:\r\n  /9j/4AAQ",
		"PHOTO:data:image/jpeg;base64,/9j/4AAQ", "PHOTO;X-X=1:data:image/jpeg;base64\\,/9j/4AAQ",
	} {
		m := one(t, "3.0", "FN:a", l)
		require.Len(t, m.Attachments, 1, l)
		a := m.Attachments[0]
		assert.Equal(t, []byte{0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10}, props.PidTagAttachDataBinary.Or(a, nil), l)
		assert.True(t, props.PidTagAttachmentContactPhoto.Or(a, false), l)
		assert.Equal(t, "ContactPicture.jpg", props.PidTagAttachLongFilename.Or(a, ""), l)
		assert.Equal(t, "image/jpeg", props.PidTagAttachMimeTag.Or(a, ""), l)
		assert.True(t, props.PidLidHasPicture.Or(m, false), l)
		assert.NotContains(t, m.Get(vcard.SourceForm()), "/9j/4AAQ", "the data are kept once")
		assert.Contains(t, encode(t, "", m), "/9j/4AAQ\r\n", l)
	}
	m := one(t, "4.0", "FN:a", "PHOTO:http://example.org/a.jpg")
	assert.Empty(t, m.Attachments, "a photo elsewhere is a link")
	assert.Contains(t, encode(t, "4.0", m), "PHOTO:http://example.org/a.jpg\r\n")
}

func TestSeveralChildrenAreWritten(t *testing.T) {
	m := one(t, "3.0", "FN:a", "X-MS-CHILD:b", "X-MS-CHILD:c")
	assert.Equal(t, []string{"b", "c"}, props.PidTagChildrensNames.Or(m, nil))
	m.Delete(vcard.SourceForm())
	assert.Contains(t, encode(t, "3.0", m), "X-MS-CHILD:b\r\nX-MS-CHILD:c\r\n")
	assert.Contains(t, encode(t, "4.0", m), "RELATED;TYPE=child;VALUE=text:b\r\nRELATED;TYPE=child;VALUE=text:c\r\n")
	props.PidTagHobbies.Set(m, "a, b") // multi-valued in other programs
	assert.Contains(t, encode(t, "3.0", m), `X-MS-INTERESTS:a\, b`)
}
