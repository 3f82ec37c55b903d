package mapi

import (
	"bytes"
	"reflect"
	"slices"
	"time"
)

// Parts returns the restrictions that r consists of, one level down; nil ones are
// left out.
func Parts(r Restriction) []Restriction {
	var parts []Restriction
	switch r := r.(type) {
	case *AndRestriction:
		parts = r.Of
	case *OrRestriction:
		parts = r.Of
	case *NotRestriction:
		parts = []Restriction{r.Of}
	case *SubRestriction:
		parts = []Restriction{r.Of}
	case *CommentRestriction:
		parts = []Restriction{r.Of}
	case *CountRestriction:
		parts = []Restriction{r.Of}
	}
	return slices.DeleteFunc(slices.Clone(parts), func(r Restriction) bool { return r == nil })
}

// RestrictionProps returns the properties of the object itself that evaluation of r
// reads, and the tables of rows ([MessageRecipients], [MessageAttachments]) that it
// looks into, each once in the order of [Prop.Compare]. Properties of the rows are
// not among them, nor are those in comments. The restriction must have passed
// [CheckRestriction].
func RestrictionProps(r Restriction) (props, tables []Prop) {
	c := propCollector{}
	c.collect(r)
	return sortedProps(c.props), sortedProps(c.tables)
}

type propCollector struct{ props, tables []Prop }

func (c *propCollector) collect(r Restriction) {
	switch r := r.(type) {
	case *ContentRestriction:
		c.props = append(c.props, r.Prop)
	case *PropertyRestriction:
		if r.Prop.Same(ambiguousName) {
			c.props = append(append(c.props, entryNames...), messageNames...)
			return
		}
		c.props = append(c.props, r.Prop)
	case *ComparePropsRestriction:
		c.props = append(c.props, r.Left, r.Right)
	case *BitmaskRestriction:
		c.props = append(c.props, r.Prop)
	case *SizeRestriction:
		c.props = append(c.props, r.Prop)
	case *ExistRestriction:
		c.props = append(c.props, r.Prop)
	case *SubRestriction:
		c.tables = append(c.tables, r.Object)
	default:
		for _, part := range Parts(r) {
			c.collect(part)
		}
	}
}

func sortedProps(props []Prop) []Prop {
	slices.SortFunc(props, Prop.Compare)
	return slices.Compact(props)
}

// EqualRestriction reports whether a and b are the same condition part by part:
// order, flags, properties, values and comments. Conditions that mean the same but
// are written differently are not equal. Restrictions deeper than
// [MaxRestrictionDepth] are equal to none.
func EqualRestriction(a, b Restriction) bool { return equalRestriction(a, b, 1) }

func equalRestriction(a, b Restriction, depth int) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if depth > MaxRestrictionDepth || reflect.TypeOf(a) != reflect.TypeOf(b) {
		return false
	}
	equal := func(a, b Restriction) bool { return equalRestriction(a, b, depth+1) }
	switch a := a.(type) {
	case *AndRestriction:
		return slices.EqualFunc(a.Of, b.(*AndRestriction).Of, equal)
	case *OrRestriction:
		return slices.EqualFunc(a.Of, b.(*OrRestriction).Of, equal)
	case *NotRestriction:
		return equal(a.Of, b.(*NotRestriction).Of)
	case *SubRestriction:
		b := b.(*SubRestriction)
		return a.Object == b.Object && equal(a.Of, b.Of)
	case *CountRestriction:
		b := b.(*CountRestriction)
		return a.Count == b.Count && equal(a.Of, b.Of)
	case *CommentRestriction:
		b := b.(*CommentRestriction)
		return slices.EqualFunc(a.Props, b.Props, equalProperty) && equal(a.Of, b.Of)
	case *ContentRestriction:
		b := b.(*ContentRestriction)
		return a.Fuzzy == b.Fuzzy && a.Prop == b.Prop && equalValue(a.Value, b.Value, depth)
	case *PropertyRestriction:
		b := b.(*PropertyRestriction)
		return a.Op == b.Op && a.Prop == b.Prop && equalValue(a.Value, b.Value, depth)
	case *ComparePropsRestriction:
		return *a == *b.(*ComparePropsRestriction)
	case *BitmaskRestriction:
		return *a == *b.(*BitmaskRestriction)
	case *SizeRestriction:
		return *a == *b.(*SizeRestriction)
	case *ExistRestriction:
		return *a == *b.(*ExistRestriction)
	}
	return false
}

func equalProperty(a, b Property) bool { return a.Prop == b.Prop && EqualValues(a.Value, b.Value) }

// EqualValues reports whether a and b are the same value exactly: of one Go type,
// strings and binaries byte for byte, floats bit for bit up to NaN, times at one
// instant. A [Stream] equals only itself.
func EqualValues(a, b Value) bool { return equalValue(a, b, 1) }

func equalValue(a, b Value, depth int) bool {
	switch a := a.(type) {
	case []byte:
		b, ok := b.([]byte)
		return ok && bytes.Equal(a, b)
	case Object:
		b, ok := b.(Object)
		return ok && bytes.Equal(a, b)
	case ServerID:
		b, ok := b.(ServerID)
		return ok && bytes.Equal(a, b)
	case time.Time:
		b, ok := b.(time.Time)
		return ok && a.Equal(b)
	case []time.Time:
		b, ok := b.([]time.Time)
		return ok && slices.EqualFunc(a, b, time.Time.Equal)
	case [][]byte:
		b, ok := b.([][]byte)
		return ok && slices.EqualFunc(a, b, bytes.Equal)
	case Restriction:
		b, ok := b.(Restriction)
		return ok && equalRestriction(a, b, depth+1)
	case RuleActions:
		b, ok := b.(RuleActions)
		return ok && slices.EqualFunc(a, b, equalAction)
	case float32, float64, FloatingTime:
		return a == b || isNaN(a) && reflect.TypeOf(a) == reflect.TypeOf(b) && isNaN(b)
	case []float32:
		b, ok := b.([]float32)
		return ok && slices.EqualFunc(a, b, sameFloat)
	case []float64:
		b, ok := b.([]float64)
		return ok && slices.EqualFunc(a, b, sameFloat)
	case []FloatingTime:
		b, ok := b.([]FloatingTime)
		return ok && slices.EqualFunc(a, b, sameFloat)
	}
	return reflect.DeepEqual(a, b)
}

func sameFloat[T ~float32 | ~float64](a, b T) bool { return a == b || a != a && b != b }

func equalAction(a, b RuleAction) bool {
	if (a.Tag == nil) != (b.Tag == nil) || a.Tag != nil && !equalProperty(*a.Tag, *b.Tag) {
		return false
	}
	return a.Type == b.Type && a.Flavor == b.Flavor && a.Flags == b.Flags && a.InStore == b.InStore &&
		a.TemplateID == b.TemplateID && a.Code == b.Code &&
		bytes.Equal(a.Store, b.Store) && bytes.Equal(a.Folder, b.Folder) &&
		bytes.Equal(a.Template, b.Template) && bytes.Equal(a.Data, b.Data) &&
		slices.EqualFunc(a.Recipients, b.Recipients, equalBags)
}

func equalBags(a, b Properties) bool { return slices.EqualFunc(a.list, b.list, equalProperty) }
