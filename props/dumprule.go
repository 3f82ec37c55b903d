package props

import (
	"fmt"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
)

// Restrictions nested deeper than this are shown as "…".
const maxRestrictionDepth = 64

// restriction formats a condition as functions of package mapi would be written:
// And(Equal(PidTagSubject, "x"), Not(Exists(PidTagBody))).
func (d *dumper) restriction(r mapi.Restriction, depth int) string {
	if depth > maxRestrictionDepth {
		return "…"
	}
	sub := func(r mapi.Restriction) string { return d.restriction(r, depth+1) }
	switch r := r.(type) {
	case nil:
		return "always"
	case *mapi.AndRestriction:
		return call("And", each(r.Of, sub))
	case *mapi.OrRestriction:
		return call("Or", each(r.Of, sub))
	case *mapi.NotRestriction:
		return "Not(" + sub(r.Of) + ")"
	case *mapi.SubRestriction:
		return "Any(" + Name(r.Object) + ", " + sub(r.Of) + ")"
	case *mapi.CountRestriction:
		return fmt.Sprintf("Count(%d, %s)", r.Count, sub(r.Of))
	case *mapi.CommentRestriction:
		return "Comment(" + each(r.Props, d.property) + ", " + sub(r.Of) + ")"
	}
	return d.condition(r)
}

// condition formats a restriction that has no parts.
func (d *dumper) condition(r mapi.Restriction) string {
	switch r := r.(type) {
	case *mapi.ContentRestriction:
		return fmt.Sprintf("Contains(%s, %s, 0x%X)", Name(r.Prop), d.format(r.Value), uint32(r.Fuzzy))
	case *mapi.PropertyRestriction:
		return fmt.Sprintf("%s %s %s", Name(r.Prop), operator(r.Op), d.format(r.Value))
	case *mapi.ComparePropsRestriction:
		return fmt.Sprintf("%s %s %s", Name(r.Left), operator(r.Op), Name(r.Right))
	case *mapi.BitmaskRestriction:
		if r.NonZero {
			return fmt.Sprintf("%s & 0x%X != 0", Name(r.Prop), r.Mask)
		}
		return fmt.Sprintf("%s & 0x%X == 0", Name(r.Prop), r.Mask)
	case *mapi.SizeRestriction:
		return fmt.Sprintf("Size(%s) %s %d", Name(r.Prop), operator(r.Op), r.Size)
	case *mapi.ExistRestriction:
		return "Exists(" + Name(r.Prop) + ")"
	}
	return fmt.Sprintf("%T", r)
}

// call replaces the brackets of a list by those of a call.
func call(name, list string) string { return name + "(" + list[1:len(list)-1] + ")" }

func operator(op mapi.RelOp) string {
	switch op {
	case mapi.LessThan:
		return "<"
	case mapi.LessOrEqual:
		return "<="
	case mapi.GreaterThan:
		return ">"
	case mapi.GreaterOrEqual:
		return ">="
	case mapi.EqualTo:
		return "=="
	case mapi.NotEqualTo:
		return "!="
	case mapi.MatchesRegexp:
		return "=~"
	case mapi.MemberOfDL:
		return "member of"
	}
	return fmt.Sprintf("op%d", op)
}

// property formats a property that stands within a value.
func (d *dumper) property(p mapi.Property) string {
	l := newLine(p.Prop, p.Value)
	return l.name + "=" + d.value(l)
}

// actions formats what a rule does: its fields that are not zero.
func (d *dumper) actions(list mapi.RuleActions) string { return each(list, d.action) }

func (d *dumper) action(a mapi.RuleAction) string {
	parts := []string{actionName(a.Type)}
	add := func(used bool, name, value string) {
		if used {
			parts = append(parts, name+"="+value)
		}
	}
	add(a.Flavor != 0, "flavor", fmt.Sprintf("0x%X", a.Flavor))
	add(a.Flags != 0, "flags", fmt.Sprintf("0x%X", a.Flags))
	add(a.Store != nil, "store", d.hex(a.Store))
	add(a.Folder != nil, "folder", d.hex(a.Folder))
	add(a.Template != nil, "template", d.hex(a.Template))
	add(!a.TemplateID.IsZero(), "id", a.TemplateID.String())
	add(a.Code != 0, "code", fmt.Sprintf("0x%X", a.Code))
	add(len(a.Recipients) > 0, "recipients", each(a.Recipients, d.row))
	if a.Tag != nil {
		parts = append(parts, d.property(*a.Tag))
	}
	add(a.Data != nil, "data", d.hex(a.Data))
	return strings.Join(parts, " ")
}

// row formats the properties of a recipient in one line.
func (d *dumper) row(b mapi.Properties) string {
	return "{" + strings.Join(d.lines(&b), ", ") + "}"
}

func actionName(t mapi.ActionType) string {
	names := [...]string{
		mapi.ActionMove: "Move", mapi.ActionCopy: "Copy", mapi.ActionReply: "Reply",
		mapi.ActionOOFReply: "OOFReply", mapi.ActionDefer: "Defer", mapi.ActionBounce: "Bounce",
		mapi.ActionForward: "Forward", mapi.ActionDelegate: "Delegate", mapi.ActionTag: "Tag",
		mapi.ActionDelete: "Delete", mapi.ActionMarkAsRead: "MarkAsRead",
	}
	if int(t) < len(names) && names[t] != "" {
		return names[t]
	}
	return fmt.Sprintf("action %d", t)
}
