package props_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

var zoo = mapi.GUID{1}

func named(name string, t mapi.Type) mapi.Prop { return mapi.NamedString(zoo, name, t) }

func TestKeysOfYourOwn(t *testing.T) {
	var b mapi.Properties
	legs := props.NewKey[int32]("ZooLegs", named("Legs", mapi.PtypInteger32))
	names := props.NewKey[[]string]("ZooNames", named("Names", mapi.PtypMultipleString))
	photo := props.NewKey[[]byte]("ZooPhoto", named("Photo", mapi.PtypBinary))

	legs.Set(&b, 4)
	names.Set(&b, []string{"Ada"})
	photo.Set(&b, []byte{})
	assert.Equal(t, int32(4), legs.Or(&b, 0))
	assert.Equal(t, []string{"Ada"}, names.Or(&b, nil))
	assert.True(t, photo.Has(&b))

	names.Set(&b, []string{})
	photo.Set(&b, nil)
	assert.False(t, names.Has(&b) || photo.Has(&b))
	rule := props.NewKey[mapi.Restriction]("ZooRule", named("Rule", mapi.PtypRestriction))
	rule.Set(&b, mapi.Exists(legs.Prop()))
	assert.True(t, rule.Has(&b))
	rule.Set(&b, nil)
	assert.False(t, rule.Has(&b))
	photo.SetStream(&b, stream("png"))
	assert.Equal(t, []byte("png"), photo.Or(&b, nil))
}

func TestKeysOfYourOwnNeedTheRightType(t *testing.T) {
	assert.Panics(t, func() { props.NewKey[string]("ZooLegs", named("Legs", mapi.PtypInteger32)) })
	assert.Panics(t, func() { props.NewKey[[]int32]("ZooLegs", named("Legs", mapi.PtypInteger32)) })
	assert.Panics(t, func() { props.NewKey[string]("ZooLegs", named("Legs", mapi.PtypUnspecified)) })
}

func ExampleNewKey() {
	legs := props.NewKey[int32]("ZooLegs", mapi.NamedString(zoo, "Legs", mapi.PtypInteger32))
	var animal mapi.Properties
	legs.Set(&animal, 4)
	fmt.Println(legs.Get(&animal))
	// Output: 4 true
}
