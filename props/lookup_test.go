package props_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

func TestLookupFindsPropertiesByAllTheirNames(t *testing.T) {
	for _, c := range []struct{ promise, name, want string }{
		{"canonical name", "PidTagSubject", "PidTagSubject"},
		{"name of the headers", "PR_SUBJECT", "PidTagSubject"},
		{"its wide form", "PR_SUBJECT_W", "PidTagSubject"},
		{"its narrow form", "PR_SUBJECT_A", "PidTagSubject"},
		{"name of a dispatch id", "dispidReminderSet", "PidLidReminderSet"},
		{"older spelling", "PidTag7BitDisplayName", "PidTagAddressBookDisplayNamePrintable"},
		{"first name in the order", "PidLidAddressBookProviderArrayType", "PidLidAddressBookProviderArrayType"},
		{"last name in the order", "PidTagWlinkType", "PidTagWlinkType"},
		{"unknown name", "PidTagGiraffe", ""},
		{"unknown header name with a width", "PR_GIRAFFE_W", ""},
		{"empty name", "", ""},
		{"names compare exactly", "pidtagsubject", ""},
	} {
		t.Run(c.promise, func(t *testing.T) {
			info, ok := props.Lookup(c.name)
			assert.Equal(t, c.want != "", ok)
			assert.Equal(t, c.want, info.Name)
		})
	}
}

func TestEveryPropertyIsFound(t *testing.T) {
	n := 0
	for info := range props.All() {
		n++
		byName, ok := props.Lookup(info.Name)
		require.True(t, ok, info.Name)
		require.Equal(t, info.Prop, byName.Prop)
		has := func(i props.Info) bool { return i.Name == info.Name }
		require.True(t, slices.ContainsFunc(props.ByProp(info.Prop), has), info.Name)
		require.True(t, slices.ContainsFunc(props.ByProp(info.Prop.Untyped()), has), info.Name)
		for _, a := range info.Aliases {
			_, ok := props.Lookup(a)
			require.True(t, ok, a)
		}
		if !info.Prop.IsNamed() {
			require.True(t, slices.ContainsFunc(props.ByTag(info.Prop.Tag()), has), info.Name)
		}
	}
	assert.Greater(t, n, 1500)
}

func TestWhatTheDictionaryKnows(t *testing.T) {
	size, ok := props.Lookup("PidTagMessageSize")
	require.True(t, ok)
	assert.True(t, size.Computed && size.ReadOnly && size.Local)
	assert.Contains(t, size.Objects, "message")

	subject, ok := props.Lookup("PidTagSubject")
	require.True(t, ok)
	assert.False(t, subject.Computed || subject.ReadOnly || subject.Local)
	assert.Equal(t, "mail", subject.Area)
	assert.Contains(t, subject.Spec, "MS-OXCMSG")
	assert.Contains(t, subject.Aliases, "PR_SUBJECT")
}

func TestInfoBelongsToTheCaller(t *testing.T) {
	info, _ := props.Lookup("PidTagSubject")
	info.Aliases[0] = "overwritten"
	again, _ := props.Lookup("PidTagSubject")
	assert.NotEqual(t, "overwritten", again.Aliases[0])
}

func TestNameOfAProperty(t *testing.T) {
	for _, c := range []struct {
		promise string
		prop    mapi.Prop
		want    string
	}{
		{"tagged", mapi.Prop{ID: 0x0037, Type: mapi.PtypString}, "PidTagSubject"},
		{"the other width of a string has the same name", mapi.Prop{ID: 0x0037, Type: mapi.PtypString8}, "PidTagSubject"},
		{"a request for any type has it too", mapi.Prop{ID: 0x0037}, "PidTagSubject"},
		{"another type has not", mapi.Prop{ID: 0x0037, Type: mapi.PtypInteger32}, "0x00370003"},
		{"the type decides between two", mapi.Prop{ID: 0x1013, Type: mapi.PtypBinary}, "PidTagHtml"},
		{"the specification comes before other sources", mapi.Prop{ID: 0x0FFF, Type: mapi.PtypBinary}, "PidTagEntryId"},
		{"number in a set", mapi.NamedID(props.PSETIDAppointment, 0x820D, mapi.PtypTime), "PidLidAppointmentStartWhole"},
		{"string in a set", mapi.NamedString(mapi.PSPublicStrings, "Keywords", mapi.PtypMultipleString), "PidNameKeywords"},
		{"header names are lower case", mapi.NamedString(mapi.PSInternetHeaders, "Content-Class", mapi.PtypString), "PidNameContentClass"},
		{"unknown", mapi.NamedString(mapi.PSPublicStrings, "giraffe", mapi.PtypString), "{00020329-0000-0000-C000-000000000046}/giraffe:PtypString"},
	} {
		t.Run(c.promise, func(t *testing.T) { assert.Equal(t, c.want, props.Name(c.prop)) })
	}
}

func TestByPropSeparatesTypes(t *testing.T) {
	p := mapi.Prop{ID: 0x0E08, Type: mapi.PtypInteger64}
	require.Len(t, props.ByProp(p), 1)
	assert.Equal(t, "PidTagMessageSizeExtended", props.ByProp(p)[0].Name)
	assert.Len(t, props.ByProp(p.Untyped()), 2)
	assert.Empty(t, props.ByProp(p.As(mapi.PtypBoolean)))
	assert.Empty(t, props.ByTag(0x7FFE001F))
}
