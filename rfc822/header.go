package rfc822

import (
	"bytes"
	"encoding/base64"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// A headerState is what one field says and another may overrule.
type headerState struct {
	from, sender *entity.Field
	subject      string
	hasSubject   bool
	topic        bool

	importance     mapi.Importance
	importanceFrom int // which field said so: 4 is Importance, 1 the weakest
	suppress       mapi.AutoResponseSuppress
	received       bool
	names          int
	classified     *classified // nil: no such field
}

// header turns the header into properties (MS-OXCMAIL 2.2.3).
func (m *message) header() {
	m.headerText()
	m.Set(props.PidTagMessageClass.Prop(), noteClass)
	var s headerState
	var buf [40]byte
	for f := range m.part.Header.All() {
		name := lowerInto(buf[:0], f.Key())
		if f.Malformed() || s.silent(name) {
			continue
		}
		if string(name) == "received" {
			s.received = m.receivedDate(f.Raw[len(name)+1:])
			continue
		}
		if v := f.Value(); len(v) > 0 { // an empty field says nothing
			m.field(&s, f, name, v)
		}
	}
	m.from(s.from, s.sender)
	m.subject(&s)
	if m.urgent = s.importanceFrom > 0; m.urgent {
		props.PidTagImportance.Set(m, s.importance)
	} else {
		props.PidTagImportance.Set(m, mapi.ImportanceNormal)
	}
	if s.suppress != 0 {
		props.PidTagAutoResponseSuppress.Set(m, s.suppress)
	}
	if s.classified != nil {
		s.classified.set(m)
	}
	if t, ok := props.PidTagClientSubmitTime.Get(m); ok && !s.received {
		props.PidTagMessageDeliveryTime.Set(m, t)
	}
}

// headerText keeps the header verbatim. When it is valid text the recipe refers
// to the property.
func (m *message) headerText() {
	at := m.part.Head
	at.End = min(at.End, at.Start+maxHeaderText)
	if at.Len() == 0 {
		return
	}
	b, err := m.src.read(at)
	if m.failed(err) {
		return
	}
	text := m.src.text(b)
	if valid := validString(text); valid != text {
		props.PidTagTransportMessageHeaders.Set(m, validString(entity.USASCII.Decode(b)))
		return
	}
	m.Set(props.PidTagTransportMessageHeaders.Prop(), m.box(text))
	m.recipe.property(propHeaders, at)
}

// maxHeaderText bounds PidTagTransportMessageHeaders, 8 MiB.
const maxHeaderText = 8 << 20

// noteClass is the boxed message class of ordinary mail.
var noteClass mapi.Value = "IPM.Note"

// silent reports whether no property is made of a field, now that others were
// read. These fields are long and many; not to unfold them is worth it.
func (s *headerState) silent(name []byte) bool {
	switch string(name) {
	case "received":
		return s.received
	case "dkim-signature", "domainkey-signature", "authentication-results",
		"arc-seal", "arc-message-signature", "arc-authentication-results",
		"mime-version", "content-type", "content-transfer-encoding", "content-disposition":
		return true
	}
	return false
}

// field dispatches one field by its name, in lower case.
func (m *message) field(s *headerState, f *entity.Field, name, v []byte) {
	switch string(name) {
	case "from":
		if s.from == nil {
			s.from = f
		}
	case "sender":
		if s.sender == nil {
			s.sender = f
		}
	case "to":
		m.recipients(f, v, typeTo)
	case "cc":
		m.recipients(f, v, typeCc)
	case "bcc":
		m.recipients(f, v, typeBcc)
	case "reply-to":
		if !props.PidTagReplyRecipientNames.Has(m) {
			m.replyTo(f, v)
		}
	case "disposition-notification-to":
		m.receipt(f)
	case "return-receipt-to":
		props.PidTagOriginatorDeliveryReportRequested.Set(m, true)
	case "subject":
		if !s.hasSubject {
			s.subject, s.hasSubject = m.words(v), true
		}
	case "thread-topic":
		if topic := cleanSubject(m.words(v)); topic != "" && !s.topic {
			props.PidTagConversationTopic.Set(m, topic)
			s.topic = true
		}
	case "thread-index":
		if b := conversationIndex(v); b != nil {
			props.PidTagConversationIndex.Set(m, b)
		}
	case "message-id":
		m.text(props.PidTagInternetMessageId.Prop(), v)
	case "in-reply-to":
		m.text(props.PidTagInReplyToId.Prop(), v)
	case "references":
		if bytes.Contains(v, []byte("  ")) {
			v = bytes.Join(bytes.Fields(v), []byte(" "))
		}
		m.text(props.PidTagInternetReferences.Prop(), v)
	case "date":
		m.date(props.PidTagClientSubmitTime.Prop(), f, v)
	case "expires", "expiry-date":
		m.date(props.PidTagExpiryTime.Prop(), f, v)
	case "reply-by":
		m.date(props.PidTagReplyTime.Prop(), f, v)
	case "deferred-delivery":
		m.date(props.PidTagDeferredDeliveryTime.Prop(), f, v)
	case "latest-delivery-time":
		m.date(props.PidTagLatestDeliveryTime.Prop(), f, v)
	case "importance":
		s.important(4, v)
	case "x-priority":
		s.important(3, v)
	case "priority":
		s.important(2, v)
		m.priority(v)
	case "x-msmail-priority":
		s.important(1, v)
	case "sensitivity":
		if v, ok := sensitivityOf(v); ok {
			props.PidTagSensitivity.Set(m, v)
		}
	case "keywords":
		m.keywords(v)
	case "auto-submitted":
		if !bytes.EqualFold(v, []byte("no")) {
			s.suppress |= mapi.SuppressOOF | mapi.SuppressAutoReply
		}
		m.other(s, name, v)
	case "x-auto-response-suppress":
		s.suppress |= suppressOf(v)
	case "precedence":
		m.text(props.PidTagInternetPrecedence.Prop(), v)
		switch strings.ToLower(string(v)) {
		case "bulk", "list", "junk":
			s.suppress |= mapi.SuppressOOF | mapi.SuppressAutoReply
		}
	case "list-help", "x-list-help":
		m.text(props.PidTagListHelp.Prop(), v)
	case "list-subscribe", "x-list-subscribe":
		m.text(props.PidTagListSubscribe.Prop(), v)
	case "list-unsubscribe", "x-list-unsubscribe":
		m.text(props.PidTagListUnsubscribe.Prop(), v)
	case "content-id":
		m.set(props.PidTagBodyContentId.Prop(), trimID(m.words(v)))
	case "content-location":
		m.text(props.PidTagBodyContentLocation.Prop(), v)
	case "content-language":
		if !m.language(v) {
			m.other(s, name, v)
		}
	case "x-message-flag":
		m.flagged(v)
	case "x-ms-tnef-correlator":
		props.PidTagTnefCorrelationKey.Set(m, bytes.Clone(v))
	case "x-ms-has-attach": // its attachments tell
	case "x-microsoft-classified", "x-microsoft-classification", "x-microsoft-classdesc", "x-microsoft-classid", "x-microsoft-classkeep":
		if s.classified == nil {
			s.classified = &classified{}
		}
		s.classified.field(m, name, v)
	default:
		m.other(s, name, v)
	}
}

func lowerInto(dst, name []byte) []byte {
	for _, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// other keeps fields that have no property of their own as named properties: a
// few known ones and those beginning with "X-", up to a limit. What claims to
// come from inside of an organisation is not taken from outside (MS-OXCMAIL
// 2.2.3.2.24).
func (m *message) other(s *headerState, name, v []byte) {
	switch string(name) {
	case "user-agent", "accept-language", "content-base", "content-class", "content-language",
		"list-id", "list-post", "list-owner", "list-archive", "list-unsubscribe-post", "auto-submitted",
		"comments", "organization", "organisation", "approved", "newsgroups", "followup-to",
		"return-path", "delivered-to", "errors-to":
	default:
		if !bytes.HasPrefix(name, []byte("x-")) || len(name) > mapi.MaxNameLength {
			return
		}
		if fromInside(name) && (!m.opts.Inside || m.inside(name, v)) {
			return
		}
	}
	if s.names == m.opts.MaxNames {
		m.report(RuleNames, m.part, string(name))
	}
	if s.names++; s.names > m.opts.MaxNames {
		return
	}
	p := mapi.Prop{Set: mapi.PSInternetHeaders, Name: string(name), Type: mapi.PtypString}
	if !m.Has(p) {
		m.set(p, m.words(v))
	}
}

// words decodes the text of a field. Plain text is no copy when the source is
// small.
func (m *message) words(v []byte) string {
	if entity.IsPlain(v) {
		return m.src.text(v)
	}
	return entity.DecodeWords(v)
}

// set gives p a text on one line, unless it is empty.
func (m *message) set(p mapi.Prop, s string) {
	if s = oneLine(s); s != "" {
		m.Set(p, m.box(s))
	}
}

func (m *message) text(p mapi.Prop, v []byte) {
	if !m.Has(p) {
		m.set(p, m.words(v))
	}
}

func (m *message) date(p mapi.Prop, f *entity.Field, v []byte) {
	t, ok := entity.ParseDate(v)
	if !ok {
		m.report(entity.RuleDate, m.part, string(f.Raw))
		return
	}
	if !m.Has(p) {
		m.Set(p, t)
	}
}

// receivedDate takes the delivery time from the newest Received field, which
// is the first. Only the date at the end of raw is unfolded: all of these fields
// are folded.
func (m *message) receivedDate(raw []byte) bool {
	i := bytes.LastIndexByte(raw, ';')
	if i < 0 {
		return false
	}
	t, ok := entity.ParseDate(entity.Unfold(raw[i+1:]))
	if ok {
		props.PidTagMessageDeliveryTime.Set(m, t)
	}
	return ok
}

func (m *message) subject(s *headerState) {
	if s.hasSubject {
		m.setSubject(s.subject, s.topic)
	}
}

// setSubject sets a subject with its parts, and the topic unless that is known.
func (m *message) setSubject(text string, topic bool) {
	subject := cleanSubject(text)
	prefix, rest := splitSubject(subject)
	normalized := m.box(rest)
	m.Set(props.PidTagSubject.Prop(), m.box(subject))
	m.Set(props.PidTagSubjectPrefix.Prop(), m.box(prefix))
	m.Set(props.PidTagNormalizedSubject.Prop(), normalized)
	if !topic && rest != "" {
		m.Set(props.PidTagConversationTopic.Prop(), normalized)
	}
}

// important notes what a field says of the importance; rank tells which of
// several contradicting fields wins (MS-OXCMAIL 2.2.3.2.5).
func (s *headerState) important(rank int, v []byte) {
	if rank < s.importanceFrom {
		return
	}
	word := strings.ToLower(string(firstWord(v)))
	switch {
	case word == "high" || word == "urgent" || rank == 3 && (word == "1" || word == "2"):
		s.importance = mapi.ImportanceHigh
	case word == "normal" || rank == 3 && word == "3":
		s.importance = mapi.ImportanceNormal
	case word == "low" || word == "non-urgent" || rank == 3 && (word == "4" || word == "5"):
		s.importance = mapi.ImportanceLow
	default:
		return
	}
	s.importanceFrom = rank
}

// firstWord: "1 (Highest)" is 1.
func firstWord(v []byte) []byte {
	if i := bytes.IndexAny(v, " \t(;"); i >= 0 {
		return v[:i]
	}
	return v
}

func (m *message) priority(v []byte) {
	switch strings.ToLower(string(firstWord(v))) {
	case "urgent":
		props.PidTagPriority.Set(m, mapi.PriorityUrgent)
	case "normal":
		props.PidTagPriority.Set(m, mapi.PriorityNormal)
	case "non-urgent":
		props.PidTagPriority.Set(m, mapi.PriorityNonUrgent)
	}
}

func sensitivityOf(v []byte) (mapi.Sensitivity, bool) {
	switch strings.ToLower(string(v)) {
	case "normal":
		return mapi.SensitivityNone, true
	case "personal":
		return mapi.SensitivityPersonal, true
	case "private":
		return mapi.SensitivityPrivate, true
	case "company-confidential":
		return mapi.SensitivityConfidential, true
	}
	return 0, false
}

func suppressOf(v []byte) mapi.AutoResponseSuppress {
	var s mapi.AutoResponseSuppress
	for _, w := range strings.FieldsFunc(strings.ToLower(string(v)), func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
		switch w {
		case "dr":
			s |= mapi.SuppressDR
		case "ndr":
			s |= mapi.SuppressNDR
		case "rn":
			s |= mapi.SuppressRN
		case "nrn":
			s |= mapi.SuppressNRN
		case "oof":
			s |= mapi.SuppressOOF
		case "autoreply":
			s |= mapi.SuppressAutoReply
		case "all":
			s = -1
		}
	}
	return s
}

// keywords reads categories: separated by commas, each decoded.
func (m *message) keywords(v []byte) {
	words, _ := props.PidNameKeywords.Get(m)
	for _, w := range strings.FieldsFunc(entity.DecodeWords(v), func(r rune) bool { return r == ',' || r == ';' }) {
		if w = strings.TrimSpace(oneLine(w)); w != "" && len(words) < 100 {
			words = append(words, w)
		}
	}
	props.PidNameKeywords.Set(m, words)
}

// conversationIndex reads Thread-Index: base64 with blanks in it.
func conversationIndex(v []byte) []byte {
	v = bytes.Join(bytes.Fields(v), nil)
	b, err := base64.StdEncoding.DecodeString(string(v))
	if err != nil || len(b) < 22 {
		return nil
	}
	return b
}

// trimID takes the angle brackets off a Content-ID.
func trimID(s string) string {
	s = strings.TrimSpace(oneLine(s))
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, "<"), ">"))
}
