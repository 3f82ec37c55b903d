package vcard_test

import (
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/ical/vcard"
	"github.com/okapi-mail/okapi/props"
)

// leaves are the name and values of a property, with what other notations write
// differently taken out: dates without hyphens and colons, parts in a row.
func leaves(name string, values []string) string {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	switch name = strings.ToLower(name); name {
	case "bday", "anniversary", "tz", "rev":
		for i, v := range values {
			values[i] = strings.NewReplacer(":00-", "", "-", "", ":", "").Replace(v) // no seconds either
		}
	}
	return name + ": " + strings.Join(values, " | ")
}

// propLeaves are those of our reading.
func propLeaves(p vcard.Prop) string {
	var values []string
	structured := p.Name == "N" || p.Name == "ADR" || p.Name == "ORG"
	if !structured {
		return leaves(p.Name, []string{p.Text()})
	}
	for _, part := range line.Split(p.Value, ';') {
		for _, v := range line.Split(part, ',') {
			values = append(values, line.Unescape(v))
		}
	}
	return leaves(p.Name, values)
}

// flat are the texts in a value of jCard.
func flat(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var list []string
		for _, e := range v {
			list = append(list, flat(e)...)
		}
		return list
	}
	return nil
}

// The corpus has the example of RFC 6350 as jCard (RFC 7095) and xCard (RFC 6351)
// too.
func TestExampleReadsAsItsOtherNotations(t *testing.T) {
	files := corpus(t)
	card := parse(t, string(files["ez-vcard/io/text/rfc6350-example.vcf"]))[0]
	var got []string
	for _, p := range card.Props {
		got = append(got, propLeaves(p))
	}
	compared, agreeing, others := 0, 0, []string{}
	compare := func(notation, want string) {
		if strings.HasPrefix(want, "version:") {
			return
		}
		compared++
		if slices.Contains(got, want) {
			agreeing++
			return
		}
		others = append(others, notation+" "+want)
	}

	var jcard []json.RawMessage
	require.NoError(t, json.Unmarshal(files["ez-vcard/io/json/jcard-example.json"], &jcard))
	var list [][]any
	require.NoError(t, json.Unmarshal(jcard[1], &list))
	for _, p := range list {
		compare("jCard", leaves(p[0].(string), flat(p[3:])))
	}

	dec := xml.NewDecoder(strings.NewReader(string(files["ez-vcard/io/xml/rfc6351-example.xml"])))
	depth, name, skip := 0, "", 0
	var values []string
	for {
		tok, err := dec.Token()
		if err != nil {
			break
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if depth++; depth == 3 {
				name, values = tok.Name.Local, nil
			}
			if tok.Name.Local == "parameters" {
				skip++
			}
		case xml.CharData:
			if s := strings.TrimSpace(string(tok)); depth > 3 && skip == 0 && s != "" {
				values = append(values, s)
			}
		case xml.EndElement:
			if tok.Name.Local == "parameters" {
				skip--
			}
			if depth == 3 {
				compare("xCard", leaves(name, values))
			}
			depth--
		}
	}
	t.Logf("%d of %d properties agree", agreeing, compared)
	assert.Equal(t, []string{ // RFC 6351 gives the example another address, position and zone
		"xCard adr: 2875 boul. Laurier, suite D2-630 | Quebec | QC | G1V 2M2 | Canada", "xCard geo: geo:46.766336,-71.28955", "xCard tz: America/Montreal",
	}, others)
}

// What programs wrote, and what their cards say.
func TestProducers(t *testing.T) {
	files := corpus(t)
	for name, w := range map[string]want{
		"ez-vcard/io/text/John_Doe_MS_OUTLOOK.vcf": {
			props.PidTagSurname.Prop(): "Doe", props.PidTagGivenName.Prop(): "John", props.PidTagMiddleName.Prop(): "Richter,James",
			props.PidTagDisplayNamePrefix.Prop(): "Mr.", props.PidTagGeneration.Prop(): "Sr.", props.PidTagNickname.Prop(): "Johny",
			props.PidTagCompanyName.Prop(): "IBM", props.PidTagDepartmentName.Prop(): "Accounting", props.PidTagTitle.Prop(): "Money Counter",
			props.PidTagBusinessTelephoneNumber.Prop(): "(905) 555-1234", props.PidTagHomeTelephoneNumber.Prop(): "(905) 666-1234",
			props.PidLidWorkAddressStreet.Prop(): "Cresent moon drive", props.PidLidWorkAddressCity.Prop(): "Albaney",
			props.PidLidWorkAddressState.Prop(): "New York", props.PidLidWorkAddressPostalCode.Prop(): "12345",
			props.PidLidWorkAddressCountry.Prop(): "United States of America", props.PidLidPostalAddressId.Prop(): int32(2),
			props.PidLidWorkAddress.Prop():       "Cresent moon drive\r\nAlbaney, New York  12345",
			props.PidTagHomeAddressStreet.Prop(): "Silicon Alley 5,", props.PidLidHomeAddress.Prop(): "Silicon Alley 5,\r\nNew York, New York  12345",
			props.PidTagBusinessHomePage.Prop(): "http://www.ibm.com", props.PidTagProfession.Prop(): "Counting Money",
			props.PidTagBirthday.Prop(): day(1980, 3, 22), props.PidTagWeddingAnniversary.Prop(): day(2011, 1, 13),
			props.PidLidEmail1EmailAddress.Prop(): "john.doe@ibm.cm", props.PidLidInstantMessagingAddress.Prop(): "johny5@aol.com",
			props.PidTagManagerName.Prop(): "Big Blue", props.PidTagAssistant.Prop(): "Jenny", props.PidLidHasPicture.Prop(): true,
		},
		"ez-vcard/io/text/outlook-2007.vcf": {
			props.PidTagCallbackTelephoneNumber.Prop(): "(111) 555-4444", props.PidTagMobileTelephoneNumber.Prop(): "(111) 555-4444",
			props.PidTagBusinessFaxNumber.Prop(): "(111) 555-3333", props.PidLidWorkAddressStreet.Prop(): "TheOffice\r\n222 Broadway",
			props.PidTagSpouseName.Prop(): "TheSpouse", props.PidLidFreeBusyLocation.Prop(): "http://website.com/mycal",
			props.PidTagPersonalHomePage.Prop(): "http://mikeangstadt.name", props.PidLidHasPicture.Prop(): true,
			props.PidTagBody.Prop(): "This is the NOTE field\t\r\nI assume it encodes this text inside a NOTE vCard type.\r\nBut I'm not sure because there's text formatting going on here.\r\nIt does not preserve the formatting",
		},
		"ez-vcard/io/text/John_Doe_IPHONE.vcf": {
			props.PidTagMobileTelephoneNumber.Prop(): "905-555-1234", props.PidTagHomeFaxNumber.Prop(): "905-888-1234",
			props.PidTagBusinessFaxNumber.Prop(): "905-999-1234", props.PidTagPagerTelephoneNumber.Prop(): "905-111-1234",
			props.PidTagAssistantTelephoneNumber.Prop(): "905-222-1234", props.PidTagPersonalHomePage.Prop(): "http://www.ibm.com",
			props.PidLidWorkAddressStreet.Prop(): "Street4\r\nBuilding 6\r\nFloor 8", props.PidTagBirthday.Prop(): day(2012, 6, 6), props.PidLidHasPicture.Prop(): true,
		},
		"ez-vcard/io/text/John_Doe_EVOLUTION.vcf": {
			props.PidLidFileUnder.Prop(): "Doe, John", props.PidTagSpouseName.Prop(): "Maria", props.PidTagManagerName.Prop(): "Big Blue",
			props.PidTagAssistant.Prop(): "Little Red", props.PidTagDepartmentName.Prop(): "Accounting; Dungeon",
			props.PidTagWeddingAnniversary.Prop(): day(1980, 3, 22), props.PidNameKeywords.Prop(): []string{"VIP"},
			props.PidLidInstantMessagingAddress.Prop(): "johnny5@aol.com", props.PidTagHomeAddressPostOfficeBox.Prop(): "ASB-123",
			vcard.UID(): "477343c8e6bf375a9bac1f96a5000837",
		},
		"ez-vcard/io/text/gmail-single.vcf": {
			props.PidLidYomiFirstName.Prop(): "Grregg", props.PidTagOtherTelephoneNumber.Prop(): "555 555 2222",
			props.PidTagHomeAddressStreet.Prop(): "123 Home St\r\nHome City, HM 12345", props.PidTagOtherAddressCity.Prop(): "Custom City",
			props.PidTagWeddingAnniversary.Prop(): day(1970, 6, 2), props.PidTagSpouseName.Prop(): "MySpouse",
		},
		"ez-vcard/io/text/John_Doe_LOTUS_NOTES.vcf": {
			props.PidLidEmail1EmailAddress.Prop(): "john.doe@ibm.com", props.PidLidEmail2EmailAddress.Prop(): "billy_bob@gmail.com",
			props.PidTagSensitivity.Prop(): int32(0), vcard.UID(): "0e7602cc-443e-4b82-b4b1-90f62f99a199",
		},
		"ez-vcard/io/text/rfc6350-example.vcf": {
			props.PidTagDisplayName.Prop(): "Simon Perreault", props.PidTagBirthday.Prop(): day(1604, 2, 3), props.PidTagGender.Prop(): int16(2),
			props.PidTagLanguage.Prop(): "fr", props.PidTagBusinessTelephoneNumber.Prop(): "+1-418-656-9254 x102", props.PidTagMobileTelephoneNumber.Prop(): "+1-418-262-6501",
			props.PidLidWorkAddressStreet.Prop(): "Suite D2-630\r\n2875 Laurier", props.PidLidWorkAddressCity.Prop(): "Quebec",
		},
		"android-vcard/v21_japanese_2.vcf": {props.PidTagBody.Prop(): "メモ", props.PidTagHomeAddressPostalCode.Prop(): "150-8512"},
		"android-vcard/v21_backslash.vcf":  {props.PidTagGivenName.Prop(): `A;B\`, props.PidTagMiddleName.Prop(): `C\;`, props.PidTagDisplayNamePrefix.Prop(): "D"},
		"android-vcard/v21_multiple_entry.vcf": {
			props.PidTagOtherTelephoneNumber.Prop(): "9", props.PidTagHomeFaxNumber.Prop(): "12", props.PidTagRadioTelephoneNumber.Prop(): nil,
		},
		"android-vcard/v30_comma_separated.vcf": {props.PidTagSurname.Prop(): "F", props.PidTagPrimaryTelephoneNumber.Prop(): "1"},
		"android-vcard/v30_pause_wait.vcf":      {props.PidTagOtherTelephoneNumber.Prop(): "p1234p5678w9"},
		"android-vcard/v40_sip.vcf":             {props.PidTagHomeTelephoneNumber.Prop(): "1", props.PidTagHome2TelephoneNumber.Prop(): nil},
		"android-vcard/v21_pref_handling.vcf": {
			props.PidTagBusinessTelephoneNumber.Prop(): "2", props.PidLidEmail1EmailAddress.Prop(): "test@example.com",
			props.PidTagCompanyName.Prop(): "Company", props.PidTagTitle.Prop(): "Engineer",
		},
		"ccs-caldavtester/sharing/access/setup/gAddressBook.vcf": {
			props.PidTagMessageClass.Prop(): "IPM.DistList", props.PidLidDistributionListName.Prop(): "Address Book",
		},
		"ez-vcard/issue/issue114.vcf": {
			props.PidTagDisplayName.Prop():           "Dummy, Dummy",
			props.PidTagMobileTelephoneNumber.Prop(): "+49 1234 56789",
		},
	} {
		in, ok := files[name]
		if !assert.True(t, ok, name) {
			continue
		}
		m := decode(t, string(in))[0]
		for k, v := range w {
			assert.Equal(t, v, m.Get(k), "%s: %s", name, props.Name(k))
		}
	}
}
