package ical

import (
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
)

// upgrade turns a component of vCalendar 1.0 into one of iCalendar: alarms become
// VALARMs, rules are written in the newer way, lists get commas. What has no newer
// form stays as it is.
func upgrade(c *Component) {
	if c.Name != "VEVENT" && c.Name != "VTODO" {
		return
	}
	kept := c.Props[:0]
	for _, p := range c.Props {
		switch p.Name {
		case "AALARM", "DALARM", "MALARM", "PALARM":
			if alarm := oldAlarm(&p); alarm != nil {
				c.Children = append(c.Children, alarm)
				continue
			}
		case "RRULE":
			if rule, ok := oldRule(p.Value); ok {
				p.Value = rule
			}
		case "EXDATE", "RDATE", "CATEGORIES":
			p.Value = strings.ReplaceAll(p.Value, ";", ",")
		case "TRANSP":
			p.Value = oldTransparency(p.Value)
		case "ATTENDEE":
			p = oldAttendee(p)
		case "STATUS":
			p.Value = strings.ReplaceAll(p.Value, " ", "-")
		}
		kept = append(kept, p)
	}
	c.Props = kept
}

// oldAlarm turns "AALARM:19960415T235000;PT5M;2;…" into a VALARM.
func oldAlarm(p *Prop) *Component {
	parts := line.Split(p.Value, ';')
	if _, ok := parseMoment(parts[0]); !ok {
		return nil
	}
	alarm := NewComponent("VALARM")
	action := map[byte]string{'A': "AUDIO", 'D': "DISPLAY", 'M': "EMAIL", 'P': "PROCEDURE"}[p.Name[0]]
	alarm.Add("ACTION", action)
	alarm.Add("TRIGGER", parts[0], line.Param{Name: "VALUE", Values: []string{"DATE-TIME"}})
	if len(parts) > 2 && parts[1] != "" && parts[2] != "" {
		alarm.Add("DURATION", parts[1])
		alarm.Add("REPEAT", parts[2])
	}
	if len(parts) > 3 && parts[3] != "" {
		alarm.Add("DESCRIPTION", parts[3])
	} else if action == "DISPLAY" {
		alarm.Add("DESCRIPTION", "REMINDER")
	}
	return alarm
}

func oldTransparency(s string) string {
	switch strings.TrimSpace(s) {
	case "0", "":
		return "OPAQUE"
	case "1", "2", "3":
		return "TRANSPARENT"
	}
	return s
}

// oldAttendee gives an attendee of vCalendar 1.0 the parameters of iCalendar.
func oldAttendee(p Prop) Prop {
	if s := p.Param("STATUS"); s != "" {
		s = strings.ToUpper(strings.ReplaceAll(s, " ", "-"))
		if s == "SENT" || s == "CONFIRMED" {
			s = map[string]string{"SENT": "NEEDS-ACTION", "CONFIRMED": "ACCEPTED"}[s]
		}
		p = p.Without("STATUS").With("PARTSTAT", s)
	}
	if s := p.Param("RSVP"); s != "" {
		p = p.With("RSVP", map[bool]string{true: "TRUE", false: "FALSE"}[strings.EqualFold(s, "YES") || strings.EqualFold(s, "TRUE")])
	}
	if name, rest, ok := strings.Cut(p.Value, "<"); ok {
		p = p.With("CN", strings.TrimSpace(name))
		p.Value = "mailto:" + strings.TrimSuffix(strings.TrimSpace(rest), ">")
	} else if strings.Contains(p.Value, "@") && !strings.Contains(p.Value, ":") {
		p.Value = "mailto:" + p.Value
	}
	return p
}

// oldRule turns a rule of vCalendar 1.0, such as "W2 MO WE #10", into a newer one.
func oldRule(s string) (string, bool) {
	words := strings.Fields(strings.ToUpper(s))
	if len(words) == 0 || strings.Contains(words[0], "=") {
		return "", false
	}
	var freq, by string
	head := words[0]
	for _, f := range []struct{ old, freq, by string }{
		{"MP", "MONTHLY", "BYDAY"}, {"MD", "MONTHLY", "BYMONTHDAY"}, {"YM", "YEARLY", "BYMONTH"},
		{"YD", "YEARLY", "BYYEARDAY"}, {"D", "DAILY", ""}, {"W", "WEEKLY", "BYDAY"},
	} {
		if rest, ok := strings.CutPrefix(head, f.old); ok {
			freq, by, head = f.freq, f.by, rest
			break
		}
	}
	if freq == "" || head == "" || strings.Trim(head, "0123456789") != "" {
		return "", false
	}
	rule := "FREQ=" + freq
	if head != "1" {
		rule += ";INTERVAL=" + head
	}
	list, end := oldRuleWords(words[1:], freq)
	if len(list) > 0 && by != "" {
		rule += ";" + by + "=" + strings.Join(list, ",")
	}
	return rule + end, true
}

// oldRuleWords reads what follows the frequency: days and numbers, and the end as a
// count, "#0" being for ever, or as a date.
func oldRuleWords(words []string, freq string) (list []string, end string) {
	week := ""
	end = ";COUNT=2" // what no end means in vCalendar 1.0
	for _, w := range words {
		count, counted := strings.CutPrefix(w, "#")
		m, dated := parseMoment(w)
		switch {
		case counted && count == "0":
			end = ""
		case counted:
			end = ";COUNT=" + count
		case dated && len(w) >= 8:
			end = ";UNTIL=" + formatLocal(m.wall)
			if m.utc {
				end += "Z"
			}
		case w == "LD":
			list = append(list, "-1")
		case freq == "MONTHLY" && len(w) == 2 && (w[1] == '+' || w[1] == '-') && '0' < w[0] && w[0] <= '9':
			week = strings.TrimPrefix(string(w[1])+string(w[0]), "+")
		case strings.HasSuffix(w, "-"):
			list = append(list, "-"+strings.TrimSuffix(w, "-"))
		default:
			list = append(list, week+strings.TrimSuffix(w, "+"))
		}
	}
	return list, end
}
