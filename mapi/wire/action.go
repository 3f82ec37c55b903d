package wire

import "github.com/okapi-mail/okapi/mapi"

// DecodeRuleActions reads rule actions that fill b (MS-OXORULE 2.2.5).
func DecodeRuleActions(b []byte, opt *Options) (mapi.RuleActions, error) {
	d := NewDecoder(b, opt)
	as := d.RuleActions()
	if err := d.End(); err != nil {
		return nil, err
	}
	return as, nil
}

// AppendRuleActions appends rule actions.
func AppendRuleActions(dst []byte, as mapi.RuleActions, opt *Options) ([]byte, error) {
	e := encoder{dst: dst, opt: opt.withDefaults()}
	e.ruleActions(as)
	return e.end(dst)
}

// RuleActions reads rule actions; never nil without an error.
func (d *Decoder) RuleActions() mapi.RuleActions {
	defer d.up()
	if !d.down() {
		return nil
	}
	n := d.count(d.wide(), 11)
	as := mapi.RuleActions{}
	for i := 0; i < n && d.err == nil; i++ {
		as = append(as, d.action())
	}
	if d.err != nil {
		return nil
	}
	return as
}

func (d *Decoder) wide() bool { return d.opt.Form == Extended }

// action reads one action, which must fill the bytes that its length gives it.
func (d *Decoder) action() mapi.RuleAction {
	block := d.take(d.count(d.wide(), 1))
	outer := d.b
	d.b = block
	a := mapi.RuleAction{Type: mapi.ActionType(d.uint8()), Flavor: d.uint32(), Flags: d.uint32()}
	d.actionData(&a)
	if d.err == nil && len(d.b) > 0 {
		d.fail("%d bytes too many in action of type %d", len(d.b), a.Type)
	}
	if d.err == nil {
		d.b = outer
	}
	return a
}

func (d *Decoder) actionData(a *mapi.RuleAction) {
	switch a.Type {
	case mapi.ActionMove, mapi.ActionCopy:
		if !d.wide() {
			a.InStore = d.uint8() != 0
		}
		a.Store = d.bytes(d.count(d.wide(), 1))
		a.Folder = d.bytes(d.count(d.wide(), 1))
	case mapi.ActionReply, mapi.ActionOOFReply:
		if d.wide() {
			a.Template = d.bytes(d.count(true, 1))
		} else {
			a.Template = d.bytes(templateSize)
		}
		a.TemplateID = d.guid()
	case mapi.ActionDefer:
		a.Data = d.bytes(len(d.b))
	case mapi.ActionBounce:
		a.Code = d.uint32()
	case mapi.ActionForward, mapi.ActionDelegate:
		n := d.count(d.wide(), 3)
		for i := 0; i < n && d.err == nil; i++ {
			a.Recipients = append(a.Recipients, d.recipient())
		}
	case mapi.ActionTag:
		p := d.Property()
		a.Tag = &p
	case mapi.ActionDelete, mapi.ActionMarkAsRead:
	default:
		d.fail("action of type %d", a.Type)
	}
}

// templateSize is that of the folder's and the message's id together.
const templateSize = 16

func (d *Decoder) recipient() (bag mapi.Properties) {
	if v := d.uint8(); v != 1 {
		d.fail("recipient of version %d", v)
	}
	n := d.count(d.wide(), 4)
	for i := 0; i < n && d.err == nil; i++ {
		p := d.Property()
		if d.err != nil {
			break
		}
		if mapi.CheckValue(p.Prop.Type, p.Value) == nil { // not PtypNull and the like
			bag.Set(p.Prop, p.Value)
		}
	}
	return bag
}

func (e *encoder) wide() bool { return e.opt.Form == Extended }

func (e *encoder) ruleActions(as mapi.RuleActions) {
	if e.depth++; e.depth > mapi.MaxRestrictionDepth {
		e.fail(mapi.ErrTooComplex, "more than %d levels", mapi.MaxRestrictionDepth)
	}
	defer func() { e.depth-- }()
	if e.err != nil {
		return
	}
	e.count(e.wide(), len(as))
	for _, a := range as {
		block := encoder{opt: e.opt, depth: e.depth}
		block.action(a)
		if block.err != nil && e.err == nil {
			e.err = block.err
		}
		e.bytes(e.wide(), block.dst)
	}
}

func (e *encoder) action(a mapi.RuleAction) {
	e.uint8(uint8(a.Type))
	e.uint32(a.Flavor)
	e.uint32(a.Flags)
	switch a.Type {
	case mapi.ActionMove, mapi.ActionCopy:
		if !e.wide() {
			e.bool(a.InStore)
		}
		e.bytes(e.wide(), a.Store)
		e.bytes(e.wide(), a.Folder)
	case mapi.ActionReply, mapi.ActionOOFReply:
		e.template(a)
	case mapi.ActionDefer:
		e.dst = append(e.dst, a.Data...)
	case mapi.ActionBounce:
		e.uint32(a.Code)
	case mapi.ActionForward, mapi.ActionDelegate:
		e.count(e.wide(), len(a.Recipients))
		for i := range a.Recipients {
			e.recipient(&a.Recipients[i])
		}
	case mapi.ActionTag:
		if a.Tag == nil {
			e.fail(mapi.ErrInvalidParameter, "action without the property to set")
			return
		}
		e.property(*a.Tag)
	case mapi.ActionDelete, mapi.ActionMarkAsRead:
	default:
		e.fail(mapi.ErrInvalidParameter, "action of type %d", a.Type)
	}
}

func (e *encoder) template(a mapi.RuleAction) {
	switch {
	case e.wide():
		e.bytes(true, a.Template)
	case len(a.Template) == templateSize:
		e.dst = append(e.dst, a.Template...)
	default:
		e.fail(mapi.ErrInvalidParameter, "reply template of %d bytes", len(a.Template))
	}
	e.dst = append(e.dst, a.TemplateID[:]...)
}

func (e *encoder) recipient(bag *mapi.Properties) {
	e.uint8(1)
	e.count(e.wide(), bag.Len())
	for p, v := range bag.All() {
		e.property(mapi.Property{Prop: p, Value: v})
	}
}
