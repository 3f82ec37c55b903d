package ical

import (
	"slices"
	"strconv"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// An extensionRow maps a property of Microsoft's to one of MAPI (MS-OXCICAL
// 2.1.3.1.1.20).
type extensionRow struct {
	name string
	prop mapi.Prop
}

// extensions lists them by name.
func extensions() []extensionRow {
	return []extensionRow{
		{"X-MICROSOFT-CDO-OWNERAPPTID", props.PidTagOwnerAppointmentId.Prop()},
		{"X-MICROSOFT-CDO-REPLYTIME", props.PidLidAppointmentReplyTime.Prop()},
		{"X-MICROSOFT-DISALLOW-COUNTER", props.PidLidAppointmentNotAllowPropose.Prop()},
		{"X-MS-OLK-ALLOWEXTERNCHECK", props.PidLidAllowExternalCheck.Prop()},
		{"X-MS-OLK-APPTLASTSEQUENCE", props.PidLidAppointmentLastSequence.Prop()},
		{"X-MS-OLK-APPTSEQTIME", props.PidLidAppointmentSequenceTime.Prop()},
		{"X-MS-OLK-AUTOSTARTCHECK", props.PidLidAutoStartCheck.Prop()},
		{"X-MS-OLK-COLLABORATEDOC", props.PidLidCollaborateDoc.Prop()},
		{"X-MS-OLK-CONFCHECK", props.PidLidConferencingCheck.Prop()},
		{"X-MS-OLK-CONFTYPE", props.PidLidConferencingType.Prop()},
		{"X-MS-OLK-DIRECTORY", props.PidLidDirectory.Prop()},
		{"X-MS-OLK-MWSURL", props.PidLidMeetingWorkspaceUrl.Prop()},
		{"X-MS-OLK-NETSHOWURL", props.PidLidNetShowUrl.Prop()},
		{"X-MS-OLK-ONLINEPASSWORD", props.PidLidOnlinePassword.Prop()},
		{"X-MS-OLK-ORGALIAS", props.PidLidOrganizerAlias.Prop()},
	}
}

// extensionIndex is the place of a property among the extensions, or -1.
func extensionIndex(name string) int {
	if !strings.HasPrefix(name, "X-MICROSOFT-") && !strings.HasPrefix(name, "X-MS-OLK-") {
		return -1
	}
	return slices.IndexFunc(extensions(), func(r extensionRow) bool { return r.name == name })
}

// set reads a value by its type. What is no such value stays among the kept lines.
func (r extensionRow) set(it *item, p *Prop) {
	var v mapi.Value
	s := strings.TrimSpace(p.Value)
	switch r.prop.Type {
	case mapi.PtypString:
		v = p.Text()
	case mapi.PtypInteger32:
		if n, ok := it.number(p.Name); ok {
			v = n
		}
	case mapi.PtypTime:
		if t, ok := it.time(p.Name); ok {
			v = t
		}
	case mapi.PtypBoolean:
		if b, err := strconv.ParseBool(strings.ToLower(s)); err == nil {
			v = b
		}
	}
	if v == nil {
		it.d.report(RuleValue, p.Offset, p.Name+":"+p.Value)
		return
	}
	it.m.Set(r.prop, v)
}

// addExtensions writes the values of the message, in the order in which it has them.
func addExtensions(c *Component, m *mapi.Message) {
	for p, v := range m.All() {
		switch p.ID { // most properties are passed over at once
		case 0x0062, 0x8202, 0x8203, 0x8209, 0x8220, 0x8240, 0x8241, 0x8242, 0x8243, 0x8244, 0x8246, 0x8247, 0x8248, 0x8249, 0x825A:
			for _, row := range extensions() {
				if row.prop.Same(p) && row.prop.Type == p.Type {
					row.add(c, v)
				}
			}
		}
	}
}

func (r extensionRow) add(c *Component, v mapi.Value) {
	switch v := v.(type) {
	case string:
		c.Add(r.name, line.Escape(v))
	case bool:
		c.Add(r.name, map[bool]string{true: "TRUE", false: "FALSE"}[v])
	case int32:
		c.Add(r.name, itoa(int64(v)))
	default:
		if t, ok := asTime(v); ok {
			c.Add(r.name, formatUTC(t))
		}
	}
}
