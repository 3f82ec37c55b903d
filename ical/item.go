package ical

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A kind is what a component becomes.
type kind uint8

const (
	other   kind = iota // kept as it is
	event               // VEVENT: an appointment or a message about one
	task                // VTODO
	journal             // VJOURNAL
)

func kindOf(name string) kind {
	switch name {
	case "VEVENT":
		return event
	case "VTODO":
		return task
	case "VJOURNAL":
		return journal
	}
	return other
}

func nameOf(k kind) string {
	switch k {
	case event:
		return "VEVENT"
	case task:
		return "VTODO"
	case journal:
		return "VJOURNAL"
	}
	return ""
}

// An item is a component that is being made into a message.
type item struct {
	d      *decoder
	c      *Component
	m      *mapi.Message
	kind   kind
	master *item  // the series that it is an instance of, or nil
	class  string // message class
	about  *classMeaning

	zone       *timeZone // of the start
	start, end time.Time // UTC; zero when there is none
	allDay     bool
}

// An aspect is what one step of reading a component finds out.
type aspect uint16

const (
	aspectIdentity aspect = 1 << iota
	aspectTime
	aspectText    // what people read
	aspectHistory // when it was made and changed
	aspectSimple  // what is one value of one property
	aspectPeople
	aspectFiles
	aspectBusy
	aspectState // answered or not, done or not, of a series or not
	aspectAlarm // counts from its time
	everything  = aspectAlarm<<1 - 1
)

// item makes a message of a component, without what joins it to a series.
func (d *decoder) item(c *Component, master *item) *item { return d.aspects(c, master, everything) }

// aspects is an item of which only some aspects are wanted.
func (d *decoder) aspects(c *Component, master *item, wanted aspect) *item {
	if d.isVersion1() {
		upgrade(c)
	}
	it := &item{d: d, c: c, m: &mapi.Message{}, kind: kindOf(c.Name), master: master}
	if wanted == everything {
		it.m.Grow(roomOf(it.kind, c))
	}
	it.about = classOf(it.kind, d.method, c)
	it.class = it.about.class
	if it.kind == task && it.about.method != "" { // the task in a request; see enclosed
		it.class = plainTask().class
	}
	if master != nil {
		it.class = exceptionClass
	} else if it.class == noteClass && d.fresh {
		d.report(RuleMethod, c.offset, d.method+" of a "+c.Name)
	}
	props.PidTagMessageClass.Set(it.m, it.class)
	if it.kind == other {
		props.PidTagSubject.Set(it.m, it.subject())
		return it
	}
	if wanted&aspectIdentity != 0 {
		it.identity()
	}
	if wanted&aspectTime != 0 {
		it.when()
	}
	if wanted&aspectText != 0 {
		it.texts()
	}
	if wanted&aspectHistory != 0 {
		it.history()
	}
	if wanted&aspectSimple != 0 {
		it.simple()
	}
	if wanted&aspectPeople != 0 {
		it.people()
	}
	if wanted&aspectFiles != 0 {
		it.files()
	}
	if wanted&aspectBusy != 0 && it.kind == event {
		it.busy()
	}
	if wanted&aspectState != 0 {
		it.state()
	}
	if wanted&aspectAlarm != 0 && it.kind != journal {
		it.alarm()
	}
	return it
}

// state sets how an item stands.
func (it *item) state() {
	switch it.kind {
	case event:
		it.meeting()
	case task:
		it.task()
		it.assigned()
	}
}

// roomOf is how many properties an item has, about. From 64 on bags make an index,
// which costs more than it saves.
func roomOf(k kind, c *Component) int {
	switch {
	case k != event:
		return 32
	case c.Get("ORGANIZER") != nil || c.Get("RRULE") != nil:
		return 60
	}
	return 40
}

// identity sets the ids that a UID stands for.
func (it *item) identity() {
	uid := strings.TrimSpace(it.c.Value("UID"))
	if uid == "" && it.master != nil {
		uid = it.master.c.Value("UID")
	}
	if uid == "" {
		return
	}
	clean := GlobalObjectID(line.Unescape(uid), time.Time{})
	full := clean
	if p := it.c.Get("RECURRENCE-ID"); p != nil {
		if w, ok := it.d.read(p); ok {
			full = GlobalObjectID(line.Unescape(uid), w.local(w.zone))
		}
	}
	var value mapi.Value = clean
	it.m.Set(props.PidLidCleanGlobalObjectId.Prop(), value)
	if len(full) > 0 && &full[0] != &clean[0] {
		value = full
	}
	it.m.Set(props.PidLidGlobalObjectId.Prop(), value)
}

func (it *item) subject() string {
	p := it.c.Get("SUMMARY")
	if p == nil {
		return ""
	}
	return oneLine(p.Text(), 255)
}

// oneLine is s with blanks for line breaks, cut to n characters.
func oneLine(s string, n int) string {
	if strings.IndexByte(s, '\n') >= 0 || strings.IndexByte(s, '\r') >= 0 {
		s = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(s)
	}
	if len(s) > n && utf8.RuneCountInString(s) > n {
		s = string([]rune(s)[:n])
	}
	return s
}

// texts sets what people read.
func (it *item) texts() {
	c, m := it.c, it.m
	if p := c.Get("SUMMARY"); p != nil {
		s := it.subject()
		props.PidTagSubject.Set(m, s)
		props.PidTagNormalizedSubject.Set(m, s)
		if id := localeID(p.Param("LANGUAGE")); id != 0 {
			props.PidTagMessageLocaleId.Set(m, id)
		}
	}
	body := "DESCRIPTION"
	if it.about.answer && c.Get("COMMENT") != nil {
		body = "COMMENT"
	}
	if p := c.Get(body); p != nil {
		props.PidTagBody.Set(m, p.Text())
	}
	if p := c.Get("X-ALT-DESC"); p != nil && isHTML(p) {
		props.PidTagHtml.Set(m, []byte(p.Text()))
		props.PidTagInternetCodepage.Set(m, 65001)
	}
	if p := c.Get("LOCATION"); p != nil {
		props.PidLidLocation.Set(m, oneLine(p.Text(), 255))
		if uri := p.Param("ALTREP"); uri != "" {
			props.PidNameLocationUrl.Set(m, uri)
		}
	}
	if list := it.texts1("CATEGORIES"); len(list) > 0 {
		props.PidNameKeywords.Set(m, list)
	}
	if it.kind != other {
		var contacts []string
		for i := range c.Props {
			if c.Props[i].Name == "CONTACT" {
				contacts = append(contacts, c.Props[i].Text())
			}
		}
		if len(contacts) > 0 {
			props.PidLidContacts.Set(m, contacts)
		}
	}
}

func isHTML(p *Prop) bool {
	t := p.Param("FMTTYPE")
	return t == "" || strings.EqualFold(t, "text/html")
}

// texts1 joins the lists of all properties of a name, each text once.
func (it *item) texts1(name string) (list []string) {
	seen := map[string]bool{}
	for i := range it.c.Props {
		if p := &it.c.Props[i]; p.Name == name {
			for _, s := range line.Split(p.Value, ',') {
				if s = strings.TrimSpace(line.Unescape(s)); s != "" && !seen[s] {
					seen[s] = true
					list = append(list, s)
				}
			}
		}
	}
	return list
}

// history sets when the item was made and changed.
func (it *item) history() {
	if t, ok := it.time("CREATED"); ok {
		props.PidTagCreationTime.Set(it.m, t)
	}
	if t, ok := it.time("LAST-MODIFIED"); ok {
		props.PidTagLastModificationTime.Set(it.m, t)
	}
	it.stamps()
}

// simple sets what is one value of one property.
func (it *item) simple() {
	c, m := it.c, it.m
	if n, ok := it.number("X-MICROSOFT-CDO-APPT-SEQUENCE"); ok {
		props.PidLidAppointmentSequence.Set(m, n)
	} else if n, ok := it.number("SEQUENCE"); ok {
		props.PidLidAppointmentSequence.Set(m, n)
	}
	if p := c.Get("CLASS"); p != nil {
		s := sensitivityOf(p.Value)
		props.PidTagSensitivity.Set(m, s)
		props.PidLidPrivate.Set(m, s >= mapi.SensitivityPrivate)
	}
	if n, ok := it.number("X-MICROSOFT-CDO-IMPORTANCE"); ok && 0 <= n && n <= 2 {
		props.PidTagImportance.Set(m, mapi.Importance(n))
	} else if n, ok := it.number("PRIORITY"); ok {
		props.PidTagImportance.Set(m, importanceOf(n))
	}
	if it.kind == event {
		for i := range c.Props {
			p := &c.Props[i]
			if at := extensionIndex(p.Name); at >= 0 && c.Get(p.Name) == p {
				extensions()[at].set(it, p)
			}
		}
	}
}

// stamps sets when an organiser or an attendee last changed something.
func (it *item) stamps() {
	key, name := props.PidLidOwnerCriticalChange, "X-MICROSOFT-CDO-OWNER-CRITICAL-CHANGE"
	if it.about.answer {
		key, name = props.PidLidAttendeeCriticalChange, "X-MICROSOFT-CDO-ATTENDEE-CRITICAL-CHANGE"
	}
	t, ok := it.time(name)
	if !ok {
		t, ok = it.time("DTSTAMP")
	}
	if ok {
		key.Set(it.m, t)
	}
	if it.about.answer {
		return
	}
	if t, ok := it.time("X-MICROSOFT-CDO-ATTENDEE-CRITICAL-CHANGE"); ok {
		props.PidLidAttendeeCriticalChange.Set(it.m, t)
	}
}

// time is the UTC time of a property.
func (it *item) time(name string) (time.Time, bool) {
	p := it.c.Get(name)
	if p == nil {
		return time.Time{}, false
	}
	w, ok := it.d.read(p)
	return w.at, ok
}

func (it *item) number(name string) (int32, bool) {
	p := it.c.Get(name)
	if p == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(p.Value), 10, 64)
	if err != nil || n < -1<<31 || n >= 1<<32 {
		it.d.report(RuleValue, p.Offset, p.Name+":"+p.Value)
		return 0, false
	}
	return int32(n), true // 32 bits, whether written with a sign or not
}

func sensitivityOf(s string) mapi.Sensitivity {
	switch strings.ToUpper(strings.TrimSpace(s)) {
	case "X-PERSONAL", "PERSONAL":
		return mapi.SensitivityPersonal
	case "PRIVATE":
		return mapi.SensitivityPrivate
	case "CONFIDENTIAL":
		return mapi.SensitivityConfidential
	case "PUBLIC", "":
		return mapi.SensitivityNone
	}
	return mapi.SensitivityPrivate // RFC 5545 3.8.1.3: what is unknown is private
}

func importanceOf(priority int32) mapi.Importance {
	switch {
	case 1 <= priority && priority <= 4:
		return mapi.ImportanceHigh
	case 6 <= priority && priority <= 9:
		return mapi.ImportanceLow
	}
	return mapi.ImportanceNormal
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
