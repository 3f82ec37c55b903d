package ical

import (
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// pattern sets how a series recurs.
func (it *item) pattern(instances []*item) {
	props.PidLidIsRecurring.Set(it.m, true)
	year := it.zone.known().YearAt(it.start)
	props.PidLidTimeZoneStruct.Set(it.m, it.zone.known().Struct(year).Bytes())
	props.PidLidAppointmentTimeZoneDefinitionRecur.Set(it.m, it.zone.known().Definition(year, true).Bytes())
}

// rules writes the rules of a series.
func (k *maker) rules() {}

// sameRules reports whether two messages recur in the same way.
func sameRules(a, b mapi.Getter) bool { return true }

func (e *encoder) bareExceptions(m *mapi.Message, about *classMeaning, embedded map[int64]bool) []*Component {
	return nil
}
