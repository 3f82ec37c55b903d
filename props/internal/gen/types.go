package main

import "github.com/okapi-mail/okapi/mapi"

// goTypes has the Go type of one value of each property type, as [mapi.Value]
// lists them.
var goTypes = map[mapi.Type]string{
	mapi.PtypInteger16:    "int16",
	mapi.PtypInteger32:    "int32",
	mapi.PtypFloating32:   "float32",
	mapi.PtypFloating64:   "float64",
	mapi.PtypCurrency:     "mapi.Currency",
	mapi.PtypFloatingTime: "mapi.FloatingTime",
	mapi.PtypErrorCode:    "mapi.Code",
	mapi.PtypBoolean:      "bool",
	mapi.PtypObject:       "mapi.Object",
	mapi.PtypInteger64:    "int64",
	mapi.PtypString8:      "string",
	mapi.PtypString:       "string",
	mapi.PtypTime:         "time.Time",
	mapi.PtypGuid:         "mapi.GUID",
	mapi.PtypServerId:     "mapi.ServerID",
	mapi.PtypRestriction:  "mapi.Restriction",
	mapi.PtypRuleAction:   "mapi.RuleActions",
	mapi.PtypBinary:       "[]byte",
}

// typesByName has the property types that the catalogue uses.
var typesByName = func() map[string]mapi.Type {
	m := map[string]mapi.Type{"PtypEmbeddedTable": mapi.PtypObject}
	for t := range goTypes {
		m[t.String()] = t
		if multi := t | mapi.MultiValue; multi.Valid() {
			m[multi.String()] = multi
		}
	}
	return m
}()

func goType(t mapi.Type) string {
	if t.IsMultiple() {
		return "[]" + goTypes[t.Base()]
	}
	return goTypes[t]
}

// conversions names the functions between a value and the T of a key.
func conversions(k key) (from, to string) {
	switch {
	case k.enum != nil && k.enum.base == "int16":
		return "asInt16[" + k.goType + "]", "rawInt16[" + k.goType + "]"
	case k.enum != nil:
		return "asInt32[" + k.goType + "]", "rawInt32[" + k.goType + "]"
	case k.typ.IsMultiple():
		return "as[" + k.goType + "]", "rawList[" + goTypes[k.typ.Base()] + "]"
	case k.typ == mapi.PtypBinary || k.typ == mapi.PtypObject || k.typ == mapi.PtypServerId:
		return "as[" + k.goType + "]", "rawBytes[" + k.goType + "]"
	case k.typ == mapi.PtypRuleAction:
		return "as[" + k.goType + "]", "rawActions"
	}
	return "as[" + k.goType + "]", "raw[" + k.goType + "]"
}
