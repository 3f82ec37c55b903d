package vcard

import (
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A textual is a property of a card that is a text in MAPI too. Its name is the one
// that is written, and its slot; those of how a name is spoken share one.
type textual struct {
	name string
	prop mapi.Prop
}

// textProp is the text that a property is, under the names that programs give it.
// X-OKAPI- properties are for what Outlook has and no vCard has a name for.
func textProp(name string) (textual, bool) {
	switch name {
	case "X-PHONETIC-ORGANIZATION", "X-PHONETIC-COMPANY-NAME":
		name = "X-PHONETIC-ORG"
	case "X-EVOLUTION-SPOUSE", "X-SPOUSE":
		name = "X-MS-SPOUSE"
	case "X-EVOLUTION-MANAGER", "X-MANAGER":
		name = "X-MS-MANAGER"
	case "X-EVOLUTION-ASSISTANT", "X-ASSISTANT":
		name = "X-MS-ASSISTANT"
	case "HOBBY", "INTEREST":
		name = "X-MS-INTERESTS"
	}
	if len(name) < 4 {
		return textual{}, false
	}
	for _, t := range texts() {
		if t.name == name {
			return t, true
		}
	}
	return textual{}, false
}

// texts are all of them, in the order in which they are written.
func texts() [25]textual {
	return [...]textual{
		{"NICKNAME", props.PidTagNickname.Prop()},
		{"X-PHONETIC-FIRST-NAME", props.PidLidYomiFirstName.Prop()},
		{"X-PHONETIC-LAST-NAME", props.PidLidYomiLastName.Prop()},
		{"X-PHONETIC-ORG", props.PidLidYomiCompanyName.Prop()},
		{"X-EVOLUTION-FILE-AS", props.PidLidFileUnder.Prop()},
		{"TITLE", props.PidTagTitle.Prop()},
		{"ROLE", props.PidTagProfession.Prop()},
		{"X-EVOLUTION-OFFICE", props.PidTagOfficeLocation.Prop()},
		{"LANG", props.PidTagLanguage.Prop()},
		{"FBURL", props.PidLidFreeBusyLocation.Prop()},
		{"X-MS-SPOUSE", props.PidTagSpouseName.Prop()},
		{"X-MS-MANAGER", props.PidTagManagerName.Prop()},
		{"X-MS-ASSISTANT", props.PidTagAssistant.Prop()},
		{"X-MS-INTERESTS", props.PidTagHobbies.Prop()},
		{"X-OKAPI-REFERRED-BY", props.PidTagReferredByName.Prop()},
		{"X-OKAPI-ACCOUNT", props.PidTagAccount.Prop()},
		{"X-OKAPI-BILLING", props.PidLidBilling.Prop()},
		{"X-OKAPI-MILEAGE", props.PidLidMileage.Prop()},
		{"X-OKAPI-COMPUTER", props.PidTagComputerNetworkName.Prop()},
		{"X-OKAPI-CUSTOMER-ID", props.PidTagCustomerId.Prop()},
		{"X-OKAPI-FTP-SITE", props.PidTagFtpSite.Prop()},
		{"X-OKAPI-GOVERNMENT-ID", props.PidTagGovernmentIdNumber.Prop()},
		{"X-OKAPI-ORGANIZATION-ID", props.PidTagOrganizationalIdNumber.Prop()},
		{"X-OKAPI-INITIALS", props.PidTagInitials.Prop()},
		{"X-OKAPI-LOCATION", props.PidTagLocation.Prop()},
	}
}
