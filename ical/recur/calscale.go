package recur

import "time"

// scale is the word of X-MICROSOFT-CALSCALE for a calendar whose months are not those of
// the Gregorian one, or "" (MS-OXCICAL 2.1.3.1.1.8).
func (c CalendarType) scale() string {
	switch c {
	case CalendarHijri:
		return "Hijri"
	case CalendarHebrew:
		return "Hebrew"
	case 0xE:
		return "JapanLunar"
	case 0xF:
		return "ChineseLunar"
	case 0x10:
		return "Saka"
	case 0x11:
		return "LunarEtoChn"
	case 0x12:
		return "LunarEtoKor"
	case 0x13:
		return "LunarRokuyou"
	case 0x14:
		return "KoreaLunar"
	case 0x17:
		return "Umalqura"
	}
	return ""
}

// Scaled is what an appointment says whose [Appointment.Set] is an error because its
// months are not those of the Gregorian calendar: the name of its calendar for
// X-MICROSOFT-CALSCALE, and the series for X-MICROSOFT-RRULE and -EXDATE, with the days
// numbered as there. Its rule is to be written, not to be expanded. Yearly series, whose
// month only that calendar knows, are an *[Unsupported] error, as all others are.
func (a *Appointment) Scaled(loc *time.Location) (name string, s Set, err error) {
	plain := *a
	plain.Calendar = CalendarDefault
	switch a.Type {
	case PatternHjMonth, PatternHjMonthNth, PatternHjMonthEnd: // which leave the calendar at its default
		plain.Type -= PatternHjMonth - PatternMonth
		name = CalendarHijri.scale()
	default:
		name = a.Calendar.scale()
	}
	if name == "" || a.Frequency == FrequencyYearly || a.Period%12 == 0 {
		_, err = a.Rule()
		return "", Set{}, err
	}
	if s, err = plain.Set(loc); err != nil {
		return "", Set{}, err
	}
	switch r := &s.Rules[0]; plain.Type { // the last day is the last one of their months
	case PatternMonth:
		r.ByMonthDay, r.BySetPos = []int{int(min(plain.Day, 31))}, nil
	case PatternMonthEnd:
		r.ByMonthDay, r.BySetPos = []int{-1}, nil
	}
	return name, s, nil
}
