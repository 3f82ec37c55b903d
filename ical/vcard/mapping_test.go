package vcard_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/vcard"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

type want map[mapi.Prop]mapi.Value

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// Each property of a card is where Outlook looks for it. nil means absent.
func TestCardToContact(t *testing.T) {
	for _, c := range []struct {
		promise string
		version vcard.Version
		lines   string
		want    want
	}{
		{"FN is the display name and subject", "3.0", `FN:Ada\, Countess`, want{
			props.PidTagDisplayName.Prop(): "Ada, Countess", props.PidTagSubject.Prop(): "Ada, Countess", props.PidTagNormalizedSubject.Prop(): "Ada, Countess",
			props.PidTagConversationTopic.Prop(): "Ada, Countess", props.PidTagMessageClass.Prop(): "IPM.Contact", props.PidTagIconIndex.Prop(): int32(0x200)}},
		{"N has five parts", "3.0", "N:Doe;John;Q;Mr.;Sr.", want{
			props.PidTagSurname.Prop(): "Doe", props.PidTagGivenName.Prop(): "John", props.PidTagMiddleName.Prop(): "Q",
			props.PidTagDisplayNamePrefix.Prop(): "Mr.", props.PidTagGeneration.Prop(): "Sr.",
			props.PidTagDisplayName.Prop(): "Mr. John Q Doe Sr.", props.PidLidFileUnder.Prop(): "Doe, John Q", props.PidLidFileUnderId.Prop(): int32(0x8017)}},
		{"several values of a part become one", "4.0", "N:Perreault;Simon;;;ing. jr,M.Sc.", want{props.PidTagGeneration.Prop(): "ing. jr M.Sc."}},
		{"an escaped comma and semicolon in N", "3.0", `N:Doe\, Jr\;;John`, want{props.PidTagSurname.Prop(): "Doe, Jr;", props.PidTagGivenName.Prop(): "John"}},
		{"a comma in N of 2.1", "2.1", "N:Doe;John;Richter,James", want{props.PidTagMiddleName.Prop(): "Richter,James"}},
		{"the generation of RFC 9554", "4.0", "N:Doe;John;;;;;III", want{props.PidTagGeneration.Prop(): "III"}},
		{"FN without N", "3.0", "FN:Ada Lovelace", want{props.PidLidFileUnder.Prop(): "Ada Lovelace", props.PidTagSurname.Prop(): nil}},
		{"ORG gives a name to a card without", "3.0", "ORG:Zoo;Hoofed;Giraffes", want{
			props.PidTagCompanyName.Prop(): "Zoo", props.PidTagDepartmentName.Prop(): "Hoofed; Giraffes", props.PidTagDisplayName.Prop(): "Zoo"}},
		{"NICKNAME, TITLE, ROLE", "3.0", "NICKNAME:Addie\nTITLE:Analyst\nROLE:Countess", want{
			props.PidTagNickname.Prop(): "Addie", props.PidTagTitle.Prop(): "Analyst", props.PidTagProfession.Prop(): "Countess"}},
		{"pronunciations", "3.0", "X-PHONETIC-FIRST-NAME:a\nX-PHONETIC-LAST-NAME:b\nX-PHONETIC-ORG:c", want{
			props.PidLidYomiFirstName.Prop(): "a", props.PidLidYomiLastName.Prop(): "b", props.PidLidYomiCompanyName.Prop(): "c"}},
		{"pronunciations of RFC 9554", "4.0", "N;ALTID=1;PHONETIC=script;SCRIPT=Kana:あんどう;ろいど\nN;ALTID=1:安藤;ロイド", want{
			props.PidLidYomiFirstName.Prop(): "ろいど", props.PidLidYomiLastName.Prop(): "あんどう", props.PidTagSurname.Prop(): "安藤"}},
		{"pronunciations of Japanese phones", "2.1", "SOUND;X-IRMC-N;CHARSET=UTF-8:あんどう;ろいど;;;", want{
			props.PidLidYomiFirstName.Prop(): "ろいど", props.PidLidYomiLastName.Prop(): "あんどう"}},
		{"pronunciations of Japanese phones, as one word", "3.0", "SOUND;TYPE=X-IRMC-N:あんどう ろいど", want{
			props.PidLidYomiFirstName.Prop(): nil, props.PidLidYomiLastName.Prop(): "あんどう ろいど"}},
		{"the first pronunciation counts", "3.0", "X-PHONETIC-LAST-NAME:a\nSOUND;TYPE=X-IRMC-N:b;c", want{
			props.PidLidYomiFirstName.Prop(): nil, props.PidLidYomiLastName.Prop(): "a"}},
		{"a sound is none", "3.0", "SOUND;TYPE=WAVE;ENCODING=b:AQID\nSOUND;TYPE=X-IRMC-N:;;;;", want{
			props.PidLidYomiFirstName.Prop(): nil, props.PidLidYomiLastName.Prop(): nil}},
		{"the name to sort by", "3.0", "N:Doe;John\nX-EVOLUTION-FILE-AS:Zoo Doe", want{
			props.PidLidFileUnder.Prop(): "Zoo Doe", props.PidLidFileUnderId.Prop(): int32(-1)}},
		{"a home address", "3.0", "ADR;TYPE=HOME:PF 1;;Zoo\\; 5;Berlin;BE;10787;Germany", want{
			props.PidTagHomeAddressPostOfficeBox.Prop(): "PF 1", props.PidTagHomeAddressStreet.Prop(): "Zoo; 5", props.PidTagHomeAddressCity.Prop(): "Berlin",
			props.PidTagHomeAddressStateOrProvince.Prop(): "BE", props.PidTagHomeAddressPostalCode.Prop(): "10787", props.PidTagHomeAddressCountry.Prop(): "Germany",
			props.PidLidHomeAddress.Prop(): "PF 1\r\nZoo; 5\r\nBerlin, BE  10787\r\nGermany", props.PidLidPostalAddressId.Prop(): int32(1)}},
		{"a work address is the one for letters", "2.1", "ADR;HOME:;;a;b\nADR;WORK;PREF:PF;;s;c;r;p;l", want{
			props.PidLidWorkAddressPostOfficeBox.Prop(): "PF", props.PidLidWorkAddressStreet.Prop(): "s", props.PidLidWorkAddressCity.Prop(): "c", props.PidLidWorkAddressState.Prop(): "r",
			props.PidLidWorkAddressPostalCode.Prop(): "p", props.PidLidWorkAddressCountry.Prop(): "l", props.PidLidPostalAddressId.Prop(): int32(2),
			props.PidTagStreetAddress.Prop(): "s", props.PidTagLocality.Prop(): "c", props.PidTagStateOrProvince.Prop(): "r", props.PidTagPostalCode.Prop(): "p",
			props.PidTagCountry.Prop(): "l", props.PidTagPostOfficeBox.Prop(): "PF", props.PidTagHomeAddressStreet.Prop(): "a"}},
		{"another address", "4.0", "ADR;CC=DE;LABEL=Zoo^nBerlin:;;s;c;r;p;l", want{
			props.PidTagOtherAddressStreet.Prop(): "s", props.PidTagOtherAddressCity.Prop(): "c", props.PidTagOtherAddressStateOrProvince.Prop(): "r",
			props.PidTagOtherAddressPostalCode.Prop(): "p", props.PidTagOtherAddressCountry.Prop(): "l",
			props.PidLidOtherAddressCountryCode.Prop(): "DE", props.PidLidOtherAddress.Prop(): "Zoo\r\nBerlin"}},
		{"a label as RFC 6350 6.3.1 writes it", "4.0", `ADR;LABEL="Zoo\nBerlin\, C:\\new":;;s;c;r;p;l`, want{props.PidLidOtherAddress.Prop(): "Zoo\r\nBerlin, C:\\new"}},
		{"Outlook says which is for letters", "2.1", "ADR;WORK:;;w\nADR;HOME:;;h\nX-MS-OL-DEFAULT-POSTAL-ADDRESS:1", want{
			props.PidLidPostalAddressId.Prop(): int32(1), props.PidTagStreetAddress.Prop(): "h"}},
		{"LABEL", "2.1", "LABEL;WORK;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab\nLABEL;HOME:c\nLABEL;DOM:d", want{
			props.PidLidWorkAddress.Prop(): "a\r\nb", props.PidLidHomeAddress.Prop(): "c", props.PidLidOtherAddress.Prop(): "d"}},
		{"numbers of home and work, two each", "3.0", "TEL;TYPE=HOME:1\nTEL;TYPE=WORK,VOICE:2\nTEL;TYPE=home:3\nTEL;TYPE=work:4", want{
			props.PidTagHomeTelephoneNumber.Prop(): "1", props.PidTagBusinessTelephoneNumber.Prop(): "2",
			props.PidTagHome2TelephoneNumber.Prop(): "3", props.PidTagBusiness2TelephoneNumber.Prop(): "4"}},
		{"numbers of other kinds", "2.1", "TEL;CELL:1\nTEL;PAGER:2\nTEL;CAR:3\nTEL;ISDN:4\nTEL;PREF:5\nTEL;VOICE:6", want{
			props.PidTagMobileTelephoneNumber.Prop(): "1", props.PidTagPagerTelephoneNumber.Prop(): "2", props.PidTagCarTelephoneNumber.Prop(): "3",
			props.PidTagIsdnNumber.Prop(): "4", props.PidTagPrimaryTelephoneNumber.Prop(): "5", props.PidTagOtherTelephoneNumber.Prop(): "6"}},
		{"fax", "2.1", "TEL;HOME;FAX:1\nTEL;WORK;FAX:2\nTEL;FAX:3", want{
			props.PidTagHomeFaxNumber.Prop(): "1", props.PidTagBusinessFaxNumber.Prop(): "2", props.PidTagPrimaryFaxNumber.Prop(): "3"}},
		{"numbers that only Outlook has", "2.1", "X-MS-TEL;VOICE;ASSISTANT:1\nX-MS-TEL;VOICE;CALLBACK:2\nX-MS-TEL;COMPANY:3\nX-MS-TEL;RADIO:4\nX-MS-TEL;TTYTDD:5\nX-EVOLUTION-TELEX:6", want{
			props.PidTagAssistantTelephoneNumber.Prop(): "1", props.PidTagCallbackTelephoneNumber.Prop(): "2", props.PidTagCompanyMainTelephoneNumber.Prop(): "3",
			props.PidTagRadioTelephoneNumber.Prop(): "4", props.PidTagTelecommunicationsDeviceForDeafTelephoneNumber.Prop(): "5", props.PidTagTelexNumber.Prop(): "6"}},
		{"labels of Apple", "3.0", "item1.TEL:1\nitem1.X-ABLabel:_$!<AssistantPhone>!$_", want{props.PidTagAssistantTelephoneNumber.Prop(): "1"}},
		{"a telephone number as URI", "4.0", `TEL;VALUE=uri;TYPE="work,voice";PREF=1:tel:+1-418-656-9254;ext=102`, want{
			props.PidTagBusinessTelephoneNumber.Prop(): "+1-418-656-9254 x102"}},
		{"an e-mail address", "3.0", "FN:Ada\nEMAIL:ada@example.org", want{
			props.PidLidEmail1EmailAddress.Prop(): "ada@example.org", props.PidLidEmail1AddressType.Prop(): "SMTP",
			props.PidLidEmail1DisplayName.Prop(): "Ada (ada@example.org)", props.PidLidEmail1OriginalDisplayName.Prop(): "ada@example.org",
			props.PidLidEmail1OriginalEntryId.Prop():        []byte(mapi.NewOneOff("Ada (ada@example.org)", "SMTP", "ada@example.org").EntryID()),
			props.PidLidAddressBookProviderEmailList.Prop(): []int32{0}, props.PidLidAddressBookProviderArrayType.Prop(): int32(1)}},
		{"three addresses, the preferred first", "4.0", "EMAIL:a@x\nEMAIL;PREF=2:b@x\nEMAIL;PREF=1:c@x\nEMAIL:d@x", want{
			props.PidLidEmail1EmailAddress.Prop(): "c@x", props.PidLidEmail2EmailAddress.Prop(): "b@x", props.PidLidEmail3EmailAddress.Prop(): "a@x",
			props.PidLidAddressBookProviderEmailList.Prop(): []int32{0, 1, 2}, props.PidLidAddressBookProviderArrayType.Prop(): int32(7)}},
		{"an address with a name", "2.1", "EMAIL;INTERNET:\"Omega\"\n  <omega@example.com>", want{
			props.PidLidEmail1EmailAddress.Prop(): "omega@example.com", props.PidLidEmail1DisplayName.Prop(): "Omega"}},
		{"instant messages", "3.0", "X-AIM:a\nIMPP:sip:b@c", want{props.PidLidInstantMessagingAddress.Prop(): "a"}},
		{"instant messages of 4.0", "4.0", "IMPP;PREF=1:xmpp:alice@example.com", want{props.PidLidInstantMessagingAddress.Prop(): "xmpp:alice@example.com"}},
		{"web pages", "2.1", "URL;HOME:http://h\nURL;WORK:http://w\nURL:http://o", want{
			props.PidTagPersonalHomePage.Prop(): "http://h", props.PidTagBusinessHomePage.Prop(): "http://w", props.PidLidHtml.Prop(): "http://o"}},
		{"free/busy", "3.0", "FBURL:http://example.org/fb?a=1,2", want{props.PidLidFreeBusyLocation.Prop(): "http://example.org/fb?a=1,2"}},
		{"a birthday", "2.1", "BDAY:19800322", want{props.PidTagBirthday.Prop(): day(1980, 3, 22), props.PidLidBirthdayLocal.Prop(): day(1980, 3, 22)}},
		{"a birthday with a time", "3.0", "BDAY;VALUE=date-time:1953-10-15T23:10:00Z", want{props.PidTagBirthday.Prop(): day(1953, 10, 15)}},
		{"a birthday without a year", "4.0", "BDAY:--0203", want{props.PidTagBirthday.Prop(): day(1604, 2, 3)}},
		{"a birthday without a year, as Apple writes it", "3.0", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29", want{props.PidTagBirthday.Prop(): day(1604, 2, 29)}},
		{"a birthday in words", "4.0", "BDAY;VALUE=text:circa 1800", want{props.PidTagBirthday.Prop(): nil}},
		{"anniversaries", "4.0", "ANNIVERSARY:20090808T1430-0500", want{
			props.PidTagWeddingAnniversary.Prop(): day(2009, 8, 8), props.PidLidWeddingAnniversaryLocal.Prop(): day(2009, 8, 8)}},
		{"anniversaries of Outlook", "2.1", "X-MS-ANNIVERSARY:20110113", want{props.PidTagWeddingAnniversary.Prop(): day(2011, 1, 13)}},
		{"anniversaries of Apple", "3.0", "item4.X-ABDATE:1970-06-02\nitem4.X-ABLabel:_$!<Anniversary>!$_", want{props.PidTagWeddingAnniversary.Prop(): day(1970, 6, 2)}},
		{"NOTE", "3.0", `NOTE:one\ntwo`, want{props.PidTagBody.Prop(): "one\r\ntwo"}},
		{"two notes", "3.0", "NOTE:one\nNOTE:two", want{props.PidTagBody.Prop(): "one\r\ntwo"}},
		{"CATEGORIES", "3.0", `CATEGORIES:a,b\,c` + "\nCATEGORIES:d", want{props.PidNameKeywords.Prop(): []string{"a", "b,c", "d"}}},
		{"CLASS", "3.0", "CLASS:CONFIDENTIAL", want{props.PidTagSensitivity.Prop(): int32(3), props.PidLidPrivate.Prop(): true}},
		{"REV", "2.1", "REV:20120305T131933Z", want{props.PidTagLastModificationTime.Prop(): time.Date(2012, 3, 5, 13, 19, 33, 0, time.UTC)}},
		{"GENDER", "4.0", "GENDER:F", want{props.PidTagGender.Prop(): int16(1)}},
		{"gender of before 4.0", "3.0", "X-GENDER:male", want{props.PidTagGender.Prop(): int16(2)}},
		{"LANG and HOBBY", "4.0", "LANG:de\nHOBBY:giraffes", want{props.PidTagLanguage.Prop(): "de", props.PidTagHobbies.Prop(): "giraffes"}},
		{"people as Outlook has them", "2.1", "X-MS-SPOUSE:s\nX-MS-MANAGER:m\nX-MS-ASSISTANT:a\nX-MS-CHILD:k1\nX-MS-CHILD:k2\nX-MS-INTERESTS:i", want{
			props.PidTagSpouseName.Prop(): "s", props.PidTagManagerName.Prop(): "m", props.PidTagAssistant.Prop(): "a", props.PidTagChildrensNames.Prop(): []string{"k1", "k2"}, props.PidTagHobbies.Prop(): "i"}},
		{"people as Evolution has them", "3.0", "X-EVOLUTION-SPOUSE:s\nX-EVOLUTION-MANAGER:m\nX-EVOLUTION-ASSISTANT:a", want{
			props.PidTagSpouseName.Prop(): "s", props.PidTagManagerName.Prop(): "m", props.PidTagAssistant.Prop(): "a"}},
		{"people as Apple has them", "3.0", "a.X-ABRELATEDNAMES:s\na.X-ABLabel:_$!<Spouse>!$_\nb.X-ABRELATEDNAMES:k\nb.X-ABLabel:_$!<Child>!$_", want{
			props.PidTagSpouseName.Prop(): "s", props.PidTagChildrensNames.Prop(): []string{"k"}}},
		{"people of 4.0", "4.0", "RELATED;TYPE=spouse;VALUE=text:s\nRELATED;TYPE=child;VALUE=text:k\nRELATED;TYPE=spouse:urn:uuid:1", want{
			props.PidTagSpouseName.Prop(): "s", props.PidTagChildrensNames.Prop(): []string{"k"}}},
		{"user fields", "2.1", "X-MS-TEXT:a\nX-MS-TEXT:\nX-MS-TEXT:c\nX-MS-TEXT:d\nX-MS-TEXT:e", want{
			props.PidLidContactUserField1.Prop(): "a", props.PidLidContactUserField2.Prop(): nil, props.PidLidContactUserField3.Prop(): "c", props.PidLidContactUserField4.Prop(): "d"}},
		{"a certificate", "2.1", "KEY;X509;ENCODING=BASE64:AQID", want{props.PidTagUserX509Certificate.Prop(): [][]byte{{1, 2, 3}}}},
		{"a certificate of 4.0", "4.0", "KEY:data:application/pkix-cert;base64,AQID", want{props.PidTagUserX509Certificate.Prop(): [][]byte{{1, 2, 3}}}},
		{"the picture of a business card", "2.1", "X-MS-CARDPICTURE;TYPE=JPEG;ENCODING=BASE64:AQID", want{props.PidLidBusinessCardCardPicture.Prop(): []byte{1, 2, 3}}},
		{"Shift_JIS in quoted-printable", "2.1", "N;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=88=C0=93=A1;=83=8D=83C=83h", want{
			props.PidTagSurname.Prop(): "安藤", props.PidTagGivenName.Prop(): "ロイド"}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			m := one(t, c.version, strings.Split(c.lines, "\n")...)
			for k, v := range c.want {
				assert.Equal(t, v, m.Get(k), props.Name(k))
			}
			// and back, in every version: the same values again
			for _, v := range []vcard.Version{"2.1", "3.0", "4.0"} {
				m.Delete(vcard.SourceForm())
				out := encode(t, v, m)
				back := decode(t, out)[0]
				for k, v := range c.want {
					assert.Equal(t, v, back.Get(k), "%s in\n%s", props.Name(k), out)
				}
			}
		})
	}
}

// What a contact has is written under the names that each version has.
func TestContactToCard(t *testing.T) {
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, "IPM.Contact")
	props.PidTagDisplayName.Set(m, "Ada Lovelace")
	props.PidTagGivenName.Set(m, "Ada")
	props.PidTagSurname.Set(m, "Lovelace")
	props.PidTagMobileTelephoneNumber.Set(m, "+44 1")
	props.PidLidEmail1EmailAddress.Set(m, "ada@example.org")
	props.PidLidBirthdayLocal.Set(m, day(1815, 12, 10))
	props.PidTagSpouseName.Set(m, "William")
	props.PidTagBody.Set(m, "first\r\nprogrammer")
	props.PidTagGender.Set(m, mapi.GenderFemale)
	common := "FN:Ada Lovelace\r\nN:Lovelace;Ada;;;\r\n"
	assert.Equal(t, "BEGIN:VCARD\r\nVERSION:2.1\r\n"+common+
		"TEL;CELL;VOICE:+44 1\r\nEMAIL;INTERNET;PREF:ada@example.org\r\nBDAY:18151210\r\nX-MS-SPOUSE:William\r\nX-GENDER:female\r\n"+
		"NOTE;ENCODING=QUOTED-PRINTABLE:first=0D=0Aprogrammer\r\nEND:VCARD\r\n", encode(t, "2.1", m))
	assert.Equal(t, "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//okapi//vcard//EN\r\n"+common+
		"TEL;TYPE=CELL,VOICE:+44 1\r\nEMAIL;TYPE=INTERNET,PREF:ada@example.org\r\nBDAY:1815-12-10\r\nX-MS-SPOUSE:William\r\nX-GENDER:female\r\n"+
		"NOTE:first\\nprogrammer\r\nEND:VCARD\r\n", encode(t, "3.0", m))
	assert.Equal(t, "BEGIN:VCARD\r\nVERSION:4.0\r\nPRODID:-//okapi//vcard//EN\r\n"+common+
		"TEL;TYPE=CELL,VOICE:+44 1\r\nEMAIL;TYPE=INTERNET;PREF=1:ada@example.org\r\nBDAY:18151210\r\nRELATED;TYPE=spouse;VALUE=text:William\r\nGENDER:F\r\n"+
		"NOTE:first\\nprogrammer\r\nEND:VCARD\r\n", encode(t, "4.0", m))
}

// Outlook keeps a birthday as the midnight of its zone.
func TestBirthdayOfAnyZone(t *testing.T) {
	for _, hours := range []int{-11, -5, 0, 1, 11} {
		m := &mapi.Message{}
		props.PidTagBirthday.Set(m, day(1980, 3, 22).Add(-time.Duration(hours)*time.Hour))
		assert.Contains(t, encode(t, "3.0", m), "BDAY:1980-03-22\r\n", hours)
	}
}

// The example of MS-OXVCARD 3.2: a contact with the address for letters only.
func TestExampleOfTheSpecification(t *testing.T) {
	m := &mapi.Message{}
	for k, v := range map[mapi.Prop]string{
		props.PidLidEmail1EmailAddress.Prop(): "dan.fennell@contoso.com", props.PidLidEmail2EmailAddress.Prop(): "dfennell@fabrikam.com",
		props.PidTagAssistant.Prop(): "Jeff Price", props.PidTagAssistantTelephoneNumber.Prop(): "+1-206-555-0188",
		props.PidTagBusinessTelephoneNumber.Prop(): "+1-206-555-0102", props.PidTagCompanyMainTelephoneNumber.Prop(): "+1-206-555-0100",
		props.PidTagCompanyName.Prop(): "Contoso, Ltd.", props.PidTagGivenName.Prop(): "Dan", props.PidTagSurname.Prop(): "Fennell",
		props.PidTagStreetAddress.Prop(): "7890 Elm Street", props.PidTagLocality.Prop(): "Boulder", props.PidTagStateOrProvince.Prop(): "CO",
		props.PidTagPostalCode.Prop(): "33041", props.PidTagCountry.Prop(): "USA", props.PidTagMobileTelephoneNumber.Prop(): "+1-425-555-0199",
	} {
		m.Set(k, v)
	}
	out := encode(t, "3.0", m)
	for _, l := range []string{
		"FN:Dan Fennell", "N:Fennell;Dan;;;", `ORG:Contoso\, Ltd.`, "ADR;TYPE=WORK:;;7890 Elm Street;Boulder;CO;33041;USA",
		"EMAIL;TYPE=INTERNET,PREF:dan.fennell@contoso.com", "EMAIL;TYPE=INTERNET:dfennell@fabrikam.com", "TEL;TYPE=WORK,VOICE:+1-206-555-0102",
		"TEL;TYPE=CELL,VOICE:+1-425-555-0199", "X-MS-TEL;TYPE=VOICE,COMPANY:+1-206-555-0100", "X-MS-ASSISTANT:Jeff Price",
		"X-MS-TEL;TYPE=VOICE,ASSISTANT:+1-206-555-0188",
	} {
		assert.Contains(t, out, "\r\n"+l+"\r\n")
	}
}

// generated is a contact with a value in every property that cards have.
func generated(n int) *mapi.Message {
	m := &mapi.Message{}
	texts := []props.Key[string]{
		props.PidTagDisplayName, props.PidTagSurname, props.PidTagGivenName, props.PidTagMiddleName, props.PidTagDisplayNamePrefix,
		props.PidTagGeneration, props.PidTagNickname, props.PidLidYomiFirstName, props.PidLidYomiLastName, props.PidLidYomiCompanyName,
		props.PidLidFileUnder, props.PidTagCompanyName, props.PidTagDepartmentName, props.PidTagTitle, props.PidTagProfession,
		props.PidTagOfficeLocation, props.PidTagLanguage, props.PidLidFreeBusyLocation, props.PidTagSpouseName, props.PidTagManagerName,
		props.PidTagAssistant, props.PidTagHobbies, props.PidTagReferredByName, props.PidTagAccount, props.PidLidBilling, props.PidLidMileage,
		props.PidTagComputerNetworkName, props.PidTagCustomerId, props.PidTagFtpSite, props.PidTagGovernmentIdNumber,
		props.PidTagOrganizationalIdNumber, props.PidTagInitials, props.PidTagLocation,
		props.PidLidWorkAddressPostOfficeBox, props.PidLidWorkAddressStreet, props.PidLidWorkAddressCity, props.PidLidWorkAddressState,
		props.PidLidWorkAddressPostalCode, props.PidLidWorkAddressCountry, props.PidLidWorkAddressCountryCode, props.PidLidWorkAddress,
		props.PidTagHomeAddressPostOfficeBox, props.PidTagHomeAddressStreet, props.PidTagHomeAddressCity, props.PidTagHomeAddressStateOrProvince,
		props.PidTagHomeAddressPostalCode, props.PidTagHomeAddressCountry, props.PidLidHomeAddressCountryCode, props.PidLidHomeAddress,
		props.PidTagOtherAddressPostOfficeBox, props.PidTagOtherAddressStreet, props.PidTagOtherAddressCity, props.PidTagOtherAddressStateOrProvince,
		props.PidTagOtherAddressPostalCode, props.PidTagOtherAddressCountry, props.PidLidOtherAddressCountryCode, props.PidLidOtherAddress,
		props.PidTagBusinessTelephoneNumber, props.PidTagBusiness2TelephoneNumber, props.PidTagHomeTelephoneNumber, props.PidTagHome2TelephoneNumber,
		props.PidTagMobileTelephoneNumber, props.PidTagPrimaryTelephoneNumber, props.PidTagOtherTelephoneNumber, props.PidTagPagerTelephoneNumber,
		props.PidTagCarTelephoneNumber, props.PidTagIsdnNumber, props.PidTagBusinessFaxNumber, props.PidTagHomeFaxNumber, props.PidTagPrimaryFaxNumber,
		props.PidTagAssistantTelephoneNumber, props.PidTagCallbackTelephoneNumber, props.PidTagCompanyMainTelephoneNumber,
		props.PidTagRadioTelephoneNumber, props.PidTagTelecommunicationsDeviceForDeafTelephoneNumber, props.PidTagTelexNumber,
		props.PidLidEmail1EmailAddress, props.PidLidEmail2EmailAddress, props.PidLidEmail3EmailAddress,
		props.PidLidEmail1DisplayName, props.PidLidEmail2DisplayName, props.PidLidEmail3DisplayName,
		props.PidLidInstantMessagingAddress, props.PidTagPersonalHomePage, props.PidTagBusinessHomePage, props.PidLidHtml,
		props.PidTagBody, props.PidLidContactUserField1, props.PidLidContactUserField2, props.PidLidContactUserField3, props.PidLidContactUserField4,
	}
	odd := []string{"plain %d", "a;b,c\\d %d", "zwölf Öltöpfe 😀 %d", "%d " + strings.Repeat("long ", 40) + "end", "C:\\new\\table\\%d", "%d=3D\"q\" ^n"}
	for i, k := range texts {
		if (i*7+n)%9 < n%9 && !strings.Contains(k.Name, "EmailAddress") { // some are absent
			continue
		}
		k.Set(m, fmt.Sprintf(odd[(i+n)%len(odd)], i))
	}
	props.PidTagMessageClass.Set(m, "IPM.Contact")
	if props.PidTagDisplayName.Or(m, "") == "" {
		props.PidTagDisplayName.Set(m, "Ada")
	}
	props.PidTagBirthday.Set(m, day(1950+n, 3, 22))
	props.PidTagWeddingAnniversary.Set(m, day(1604, 2, 1+n%28))
	props.PidTagChildrensNames.Set(m, []string{"Ann", "Bob; Jr", "Cé,cile"})
	props.PidNameKeywords.Set(m, []string{"zoo", "a,b", "c;d\\"})
	props.PidTagGender.Set(m, mapi.Gender(1+n%2))
	props.PidTagSensitivity.Set(m, mapi.SensitivityPrivate)
	props.PidTagLastModificationTime.Set(m, time.Date(2026, 1, 2, 3, 4, n%60, 0, time.UTC))
	props.PidTagUserX509Certificate.Set(m, [][]byte{{1, 2, byte(n)}, {3}})
	props.PidLidPostalAddressId.Set(m, mapi.PostalAddressID(1+n%3))
	m.Set(vcard.UID(), fmt.Sprintf("urn:uuid:%d", n))
	a := &mapi.Attachment{}
	props.PidTagAttachMethod.Set(a, mapi.AttachByValue)
	props.PidTagAttachDataBinary.Set(a, []byte{0xFF, 0xD8, byte(n), 0})
	props.PidTagAttachmentContactPhoto.Set(a, true)
	props.PidTagAttachMimeTag.Set(a, "image/png")
	m.Attachments = append(m.Attachments, a)
	return m
}

// A contact survives the way through a card of any version.
func TestGeneratedContactsComeBack(t *testing.T) {
	for n := range 60 {
		m := generated(n)
		for _, v := range []vcard.Version{"2.1", "3.0", "4.0"} {
			out := encode(t, v, m)
			back := decode(t, out)
			require.Len(t, back, 1)
			for p, value := range m.All() {
				if p.Same(props.PidLidEmail1DisplayName.Prop()) || p.Same(props.PidLidEmail2DisplayName.Prop()) || p.Same(props.PidLidEmail3DisplayName.Prop()) {
					continue // of an address that may be absent, or in another place
				}
				if !mapi.EqualValues(value, back[0].Get(p)) {
					assert.Equal(t, value, back[0].Get(p), "%d %s: %s in\n%s", n, v, props.Name(p), out)
				}
			}
			require.Len(t, back[0].Attachments, 1)
			assert.Equal(t, m.Attachments[0].Get(props.PidTagAttachDataBinary.Prop()), back[0].Attachments[0].Get(props.PidTagAttachDataBinary.Prop()))
			assert.Equal(t, out, encode(t, v, back...), "%d %s: the second card differs", n, v)
			for _, other := range []vcard.Version{"2.1", "3.0", "4.0"} { // and on to another version
				onward := encode(t, other, back...)
				third := decode(t, onward)[0]
				for p, value := range m.All() {
					if _, ok := value.(string); ok && !strings.Contains(props.Name(p), "Email") && !mapi.EqualValues(value, third.Get(p)) {
						assert.Equal(t, value, third.Get(p), "%d %s to %s: %s in\n%s", n, v, other, props.Name(p), onward)
					}
				}
			}
			if t.Failed() {
				return
			}
		}
	}
}
