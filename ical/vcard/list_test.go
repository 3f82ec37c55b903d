package vcard_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/vcard"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
)

func members(t *testing.T, m *mapi.Message) []string {
	t.Helper()
	var list []string
	for _, b := range props.PidLidDistributionListMembers.Or(m, nil) {
		e, err := mapi.ParseOneOffEntryID(b, nil)
		require.NoError(t, err)
		list = append(list, e.DisplayName+" <"+e.AddressType+":"+e.Address+">")
	}
	assert.Equal(t, props.PidLidDistributionListMembers.Or(m, nil), props.PidLidDistributionListOneOffMembers.Or(m, nil))
	return list
}

func TestGroupIsADistributionList(t *testing.T) {
	for _, c := range []struct {
		version vcard.Version
		prefix  string
	}{{"4.0", ""}, {"3.0", "X-ADDRESSBOOKSERVER-"}} {
		m := one(t, c.version, c.prefix+"KIND:group", "FN:Keepers", c.prefix+"MEMBER:mailto:a@x", c.prefix+"MEMBER;X-CN=Bob:mailto:b@x",
			c.prefix+"MEMBER:urn:uuid:1", "NOTE:n", "CATEGORIES:zoo")
		assert.Equal(t, "IPM.DistList", props.PidTagMessageClass.Or(m, ""))
		assert.Equal(t, "Keepers", props.PidLidDistributionListName.Or(m, ""))
		assert.Equal(t, "Keepers", props.PidTagDisplayName.Or(m, ""))
		assert.Equal(t, mapi.IconDistributionList, props.PidTagIconIndex.Or(m, 0))
		assert.Equal(t, "n", props.PidTagBody.Or(m, ""))
		assert.Equal(t, []string{"a@x <SMTP:a@x>", "Bob <SMTP:b@x>"}, members(t, m))
		assert.Contains(t, encode(t, "4.0", m), "MEMBER:urn:uuid:1\r\n", "members without an address stay")
		m.Delete(vcard.SourceForm())
		for _, v := range []vcard.Version{"2.1", "3.0", "4.0"} {
			back := decode(t, encode(t, v, m))[0]
			assert.Equal(t, "IPM.DistList", props.PidTagMessageClass.Or(back, ""))
			assert.Equal(t, members(t, m), members(t, back))
		}
		assert.Contains(t, encode(t, "4.0", m), "KIND:group\r\nFN:Keepers\r\nMEMBER:mailto:a@x\r\nMEMBER;X-CN=Bob:mailto:b@x\r\n")
	}
}

func TestMembersByUIDGetNamesAndAddresses(t *testing.T) {
	const book = "BEGIN:VCARD\nVERSION:3.0\nUID:L\nFN:List\nX-ADDRESSBOOKSERVER-KIND:group\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:A:ABPerson\n" +
		"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:gone\nEND:VCARD\n" +
		"BEGIN:VCARD\nVERSION:3.0\nUID:A\nFN:Ada\nEMAIL:other@x\nEMAIL;TYPE=pref:ada@x\nEND:VCARD\n"
	msgs := decode(t, book)
	assert.Equal(t, []string{"Ada <SMTP:ada@x>"}, members(t, msgs[0]))
	out := encode(t, "", msgs...)
	assert.Contains(t, out, "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:A:ABPerson\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:gone\r\n", "as they came")
	list := props.PidLidDistributionListMembers.Or(msgs[0], nil)
	list = append(list, mapi.NewOneOff("Eve", "SMTP", "eve@x").EntryID())
	props.PidLidDistributionListMembers.Set(msgs[0], list)
	out = encode(t, "", msgs[0])
	assert.Contains(t, out, "MEMBER;X-CN=Ada:mailto:ada@x\r\nX-ADDRESSBOOKSERVER-MEMBER;X-CN=Eve:mailto:eve@x\r\n")
	assert.Contains(t, out, "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:gone\r\n")
}

func TestMembersOfOutlook(t *testing.T) {
	one := mapi.NewOneOff("Ada", "SMTP", "ada@x").EntryID()
	wrap := "\x00\x00\x00\x00\xC0\x91\xAD\xD3\x51\x9D\xCF\x11\xA4\xA9\x00\xAA\x00\x47\xFA\xA4"
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, "IPM.DistList")
	props.PidTagDisplayName.Set(m, "L")
	props.PidLidDistributionListMembers.Set(m, [][]byte{append([]byte(wrap+"\x80"), one...), []byte(wrap + "\xC3contact"), {1}})
	props.PidLidDistributionListOneOffMembers.Set(m, [][]byte{one, mapi.NewOneOff("Bob", "SMTP", "bob@x").EntryID(), {2}})
	assert.Contains(t, encode(t, "4.0", m), "MEMBER;X-CN=Ada:mailto:ada@x\r\nMEMBER;X-CN=Bob:mailto:bob@x\r\nEND")
	reported := 0
	_, err := vcard.FromMessage(m, &vcard.EncodeOptions{Report: func(i vcard.Issue) { reported++ }})
	require.NoError(t, err)
	assert.Equal(t, 1, reported, "the third has no address")
}

func TestMembersAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:big\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "MEMBER:mailto:member%d@example.org\n", i)
	}
	b.WriteString("END:VCARD\n")
	reported := 0
	msgs, err := vcard.Decode(strings.NewReader(b.String()), &vcard.DecodeOptions{ReadOptions: vcard.ReadOptions{Report: func(i vcard.Issue) {
		if i.Rule == vcard.RuleMembers {
			reported++
		}
	}}})
	require.NoError(t, err)
	size := 0
	for _, e := range props.PidLidDistributionListMembers.Or(msgs[0], nil) {
		size += len(e)
	}
	assert.Less(t, size, 15_000, "MS-OXOCNTC 2.2.2.2.1")
	assert.Positive(t, reported)
	assert.Equal(t, 1000, strings.Count(encode(t, "", msgs...), "MEMBER:mailto:"), "none is lost")
}

// TestMembersOfStreamedCards: lists come last, and know their members whether these come
// before or after them.
func TestMembersOfStreamedCards(t *testing.T) {
	text := "BEGIN:VCARD\nVERSION:4.0\nFN:Ada\nUID:urn:uuid:a\nEMAIL:ada@x\nEND:VCARD\n" +
		"BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:all\nMEMBER:urn:uuid:a\nMEMBER:urn:uuid:b\nMEMBER:urn:uuid:nobody\nEND:VCARD\n" +
		"BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:named\nMEMBER:mailto:eve@x\nEND:VCARD\n" +
		"BEGIN:VCARD\nVERSION:4.0\nFN:Bob\nUID:urn:uuid:b\nEMAIL:bob@x\nEND:VCARD\n"
	var streamed []*mapi.Message
	for m, err := range vcard.All(strings.NewReader(text), nil) {
		require.NoError(t, err)
		streamed = append(streamed, m)
	}
	names := func(msgs []*mapi.Message) (list []string) {
		for _, m := range msgs {
			list = append(list, props.PidTagDisplayName.Or(m, ""))
		}
		return list
	}
	assert.Equal(t, []string{"Ada", "named", "Bob", "all"}, names(streamed))
	whole, err := vcard.Decode(strings.NewReader(text), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"Ada", "all", "named", "Bob"}, names(whole))
	assert.Equal(t, propstest.Dump(t, whole[1]), propstest.Dump(t, streamed[3]))
	assert.Len(t, props.PidLidDistributionListMembers.Or(streamed[3], nil), 2)
	assert.Contains(t, encode(t, "4.0", streamed[3]), "MEMBER:urn:uuid:nobody\r\n", "who is not there stays a name")

	n := 0
	for range vcard.All(strings.NewReader(text+text), nil) {
		if n++; n == 7 { // in the middle of the lists
			break
		}
	}
	assert.Equal(t, 7, n)
}
