package props_test

import (
	"testing"
	"unique"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

func BenchmarkKeyGet(b *testing.B) {
	var bag mapi.Properties
	props.PidTagSubject.Set(&bag, "giraffe")
	props.PidTagImportance.Set(&bag, mapi.ImportanceHigh)
	props.PidLidReminderSet.Set(&bag, true)
	b.Run("key=string", func(b *testing.B) { benchGet(b, &bag, props.PidTagSubject) })
	b.Run("key=enumeration", func(b *testing.B) { benchGet(b, &bag, props.PidTagImportance) })
	b.Run("key=named", func(b *testing.B) { benchGet(b, &bag, props.PidLidReminderSet) })
	b.Run("key=dynamic", func(b *testing.B) {
		p := props.PidTagSubject.Prop()
		b.ReportAllocs()
		for b.Loop() {
			if _, ok := bag.Get(p).(string); !ok {
				b.Fatal("absent")
			}
		}
	})
}

func benchGet[T any](b *testing.B, bag *mapi.Properties, k props.Key[T]) {
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := k.Get(bag); !ok {
			b.Fatal("absent")
		}
	}
}

func BenchmarkKeySet(b *testing.B) {
	var bag mapi.Properties
	b.Run("key=string", func(b *testing.B) { benchSet(b, &bag, props.PidTagSubject, "giraffe") })
	b.Run("key=enumeration", func(b *testing.B) { benchSet(b, &bag, props.PidTagImportance, mapi.ImportanceHigh) })
	b.Run("key=named", func(b *testing.B) { benchSet(b, &bag, props.PidLidReminderSet, true) })
}

func benchSet[T any](b *testing.B, bag *mapi.Properties, k props.Key[T], v T) {
	b.ReportAllocs()
	for b.Loop() {
		k.Set(bag, v)
	}
}

// BenchmarkMapKey compares what can stand for a property in a map: the struct
// that mapi.Prop is, the 32-bit tag of one store, and an interned pointer.
func BenchmarkMapKey(b *testing.B) {
	var list []mapi.Prop
	for info := range props.All() {
		list = append(list, info.Prop)
	}
	for _, n := range []struct {
		name  string
		props []mapi.Prop
	}{{"properties=50", list[:50]}, {"properties=1500", list[:1500]}} {
		b.Run("key=Prop/"+n.name, func(b *testing.B) {
			benchMap(b, n.props, func(p mapi.Prop, _ int) mapi.Prop { return p })
		})
		b.Run("key=uint32/"+n.name, func(b *testing.B) {
			benchMap(b, n.props, func(p mapi.Prop, i int) uint32 { return uint32(i)<<16 | uint32(p.Type) })
		})
		b.Run("key=interned/"+n.name, func(b *testing.B) {
			benchMap(b, n.props, func(p mapi.Prop, _ int) unique.Handle[mapi.Prop] { return unique.Make(p) })
		})
	}
	b.Run("intern", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			unique.Make(list[i%1500])
		}
	})
}

func benchMap[K comparable](b *testing.B, list []mapi.Prop, key func(mapi.Prop, int) K) {
	m := make(map[K]int)
	keys := make([]K, len(list))
	for i, p := range list {
		keys[i] = key(p, i)
		m[keys[i]] = i
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, ok := m[keys[i%len(keys)]]; !ok {
			b.Fatal("absent")
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	b.Run("by=name", func(b *testing.B) {
		for b.Loop() {
			props.Lookup("PidTagSubject")
		}
	})
	b.Run("by=prop", func(b *testing.B) {
		p := props.PidTagSubject.Prop()
		for b.Loop() {
			props.Name(p)
		}
	})
}
