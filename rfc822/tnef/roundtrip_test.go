package tnef_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
	"github.com/okapi-mail/okapi/rfc822/tnef"
)

// carried reports whether a property comes back as it is, as the package comment
// says.
func carried(p mapi.Prop) bool {
	switch {
	case p.Type == mapi.PtypServerId, p.Type.Base() == mapi.PtypString8:
		return false
	case p.IsNamed():
		return p.Set != mapi.PSOkapi
	case p.ID >= 0x6600 && p.ID <= 0x67FF:
		return false
	}
	switch p.ID {
	case 0x0E09, 0x0E0A, 0x0FF4, 0x0FF6, 0x0FF7, 0x0FF8, 0x0FF9, 0x0FFA, 0x0FFB, 0x0FFF, 0x340D, 0x3414, 0x65E0, 0x65E1, 0x65E2, 0x65E3:
		return false
	}
	return true
}

// TestWhatIsWrittenIsReadAgain is about random messages: properties of all types,
// recipients, embedded messages, objects, streams.
func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	for seed := range uint64(300) {
		opts := &propstest.RandomOptions{Depth: int(seed % 4), Keep: carried}
		if seed%3 == 0 {
			opts.Large = 100_000
		}
		want := propstest.Random(rand.New(rand.NewPCG(seed, 0)), opts)
		written := encode(t, want)
		for _, limit := range []int64{0, 1000} { // in memory, and in a file
			var issues []tnef.Issue
			got, err := tnef.Decode(bytes.NewReader(written), &tnef.Options{
				MemoryLimit: limit,
				TempDir:     t.TempDir(),
				Report:      func(i tnef.Issue) { issues = append(issues, i) },
			})
			require.NoError(t, err)
			require.Empty(t, issues)
			require.Empty(t, propstest.Diff(want, got), "seed %d", seed)
			require.True(t, bytes.Equal(written, encode(t, got)), "the same bytes, seed %d", seed)
			tnef.Release(got)
		}
	}
}

func TestStoreLocalPropertiesStayBehind(t *testing.T) {
	msg := &mapi.Message{}
	props.PidTagMessageClass.Set(msg, "IPM.Note")
	rcpt := &mapi.Recipient{}
	file := &mapi.Attachment{}
	props.PidTagAttachMethod.Set(file, mapi.AttachByValue)
	props.PidTagRenderingPosition.Set(file, -1)
	want := msg.Clone()
	want.Attachments = []*mapi.Attachment{{Properties: file.Properties.Clone()}}
	for _, bag := range []*mapi.Properties{&msg.Properties, &rcpt.Properties, &file.Properties} {
		for id := uint32(0x6600); id < 0x6800; id += 0x1F {
			bag.Set(mapi.Prop{ID: id, Type: mapi.PtypInteger32}, int32(1))
		}
		bag.Set(mapi.NamedString(mapi.PSOkapi, "Source", mapi.PtypBinary), []byte{1})
		props.PidTagStoreEntryId.Set(bag, []byte{2})
	}
	for _, bag := range []*mapi.Properties{&msg.Properties, &file.Properties} {
		for _, key := range []props.Key[[]byte]{props.PidTagEntryId, props.PidTagParentEntryId, props.PidTagRecordKey,
			props.PidTagSourceKey, props.PidTagParentSourceKey, props.PidTagChangeKey, props.PidTagPredecessorChangeList} {
			key.Set(bag, []byte{3})
		}
	}
	props.PidTagEntryId.Set(rcpt, []byte{4}) // says who it is
	msg.Recipients, msg.Attachments = []*mapi.Recipient{rcpt}, []*mapi.Attachment{file}
	want.Recipients = []*mapi.Recipient{{}}
	props.PidTagEntryId.Set(want.Recipients[0], []byte{4})

	got, issues := decode(t, encode(t, msg))
	assert.Empty(t, issues)
	assert.Empty(t, propstest.Diff(want, got))
}

func TestWhatHasNoFormIsTold(t *testing.T) {
	msg := &mapi.Message{}
	props.PidTagMessageClass.Set(msg, "IPM.Note")
	msg.Set(mapi.NamedString(mapi.PSPublicStrings, "Rule", mapi.PtypRestriction), mapi.And())
	msg.Set(mapi.NamedString(mapi.PSPublicStrings, "Id", mapi.PtypServerId), mapi.ServerID{1})
	msg.Set(mapi.Prop{ID: 0x8001, Type: mapi.PtypInteger32}, int32(1))
	msg.Set(mapi.Prop{ID: 0x12345, Type: mapi.PtypInteger32}, int32(1))
	msg.Set(mapi.Prop{Set: mapi.PSPublicStrings, Name: "a\x00b", Type: mapi.PtypInteger32}, int32(1))
	msg.Set(mapi.Prop{Set: mapi.PSInternetHeaders, Name: "X-Upper", Type: mapi.PtypInteger32}, int32(1))
	var rules []string
	var b bytes.Buffer
	require.NoError(t, tnef.Encode(&b, msg, &tnef.EncodeOptions{Report: func(i tnef.Issue) { rules = append(rules, string(i.Rule)) }}))
	assert.Equal(t, []string{"tnef-type", "tnef-type", "tnef-name", "tnef-name", "tnef-name", "tnef-name"}, rules)
	got, issues := decode(t, b.Bytes())
	assert.Empty(t, issues)
	assert.Equal(t, 1, got.Len())
}
