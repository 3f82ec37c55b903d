package report

// A rule knows the bounces of one program: by which sign, and where in them the
// recipient and the reason stand.
type rule struct {
	producer string
	sign     sign

	// recipients are patterns of lines: "@" is the address, "*" before it
	// anything, "$" after it the end of the line. What follows is the reason.
	recipients []string
	after      string    // recipients stand only behind a line with this
	header     string    // a header field that lists the recipients
	returned   bool      // without any, it is who the returned mail was for
	fields     bool      // the fields of a delivery-status part stand in the text
	line       bool      // the reason is the line of the recipient alone
	between    [2]string // the reason stands between these
	whole      bool      // the reason may stand anywhere in the text

	action Action // "" means failed
	status Status // when the reason says none
}

// returnedMarks are the lines, in lower case, behind which the returned mail stands.
var returnedMarks = [...]string{
	"------ this is a copy of", "--- below this line is a copy", "--- enclosed is a copy",
	"----- original message -----", "message headers follow", "----- unsent message follows -----",
	"included is a copy of the message header", "------- returned message -----",
	"--- the header of the original message", "original mail as follows",
}

// rules are tried in this order.
var rules = [...]rule{
	{producer: "fields in the text", sign: sign{text: "\nfinal-recipient:", from: "mailer-daemon"}, fields: true},
	{producer: "fields in the text", sign: sign{text: "\nfinal-recipient:", from: "postmaster"}, fields: true},

	{producer: "qmail", sign: sign{text: "this is the qmail-send program"}, recipients: []string{"<@>:"}},
	{producer: "Yahoo", sign: sign{from: "mailer-daemon@yahoo", text: "unable to deliver your message"}, recipients: []string{"<@>:"}},
	{producer: "Google Groups", sign: sign{from: "mailer-daemon@googlemail.com", text: "groups.google.com/support", header: "X-Failed-Recipients"},
		header: "X-Failed-Recipients"},
	{producer: "Gmail", sign: sign{from: "mailer-daemon@google", text: "recipient has been delayed"},
		recipients: []string{"@$"}, action: ActionDelayed},
	{producer: "Gmail", sign: sign{from: "mailer-daemon@google", text: "recipient failed permanently"}, recipients: []string{"@$"}},
	{producer: "Google Workspace", sign: sign{from: "mailer-daemon@google", text: "** message not delivered **"}, returned: true},
	{producer: "Mail.Ru", sign: sign{from: "mail.ru", header: "X-Failed-Recipients"}, header: "X-Failed-Recipients",
		recipients: []string{"@$"}},
	{producer: "Exim", sign: sign{text: "created automatically by mail delivery software", header: "X-Failed-Recipients"},
		header: "X-Failed-Recipients", recipients: []string{"@$"}},
	{producer: "Exim", sign: sign{text: "created automatically by mail delivery software", subject: "delayed", from: "mailer-daemon"},
		recipients: []string{"@$"}, action: ActionDelayed},
	{producer: "Exim", sign: sign{text: "recipient addresses that were\nincorrectly constructed", from: "mailer-daemon"},
		recipients: []string{"*<@>: malformed address"}, status: Status{5, 1, 3}},
	{producer: "MX Logic", sign: sign{from: "mxlogic.net", text: "mail delivery software"}, recipients: []string{"<@>:"}},
	{producer: "Zoho", sign: sign{from: "mailer-daemon@mail.zoho", text: "error_code :"}, recipients: []string{"@ "}},
	{producer: "1&1", sign: sign{from: "mailer-daemon", text: "created automatically by mail delivery software"},
		recipients: []string{"@:$"}},
	{producer: "Postfix", sign: sign{from: "mailer-daemon", text: "this is the postfix program"}, recipients: []string{"<@>: "}},
	{producer: "Postfix", sign: sign{from: "mailer-daemon", text: "this is a warning only", subject: "delayed mail"},
		recipients: []string{"<@>: "}, action: ActionDelayed},
	{producer: "Postfix", sign: sign{from: "mailer-daemon", text: "this is the mail system at host"}, recipients: []string{"<@>: "}},
	{producer: "DragonFly", sign: sign{from: "mailer-daemon", text: "this is the dragonfly mail agent"},
		recipients: []string{"*delivering your mail to <@>"}},
	{producer: "Sendmail 5", sign: sign{from: "mailer-daemon", text: "----- transcript of session follows -----", subject: "returned mail"},
		recipients: []string{"550 <@>...", "554 <@>...", "553 <@>...", "551 <@>...", "552 <@>...", "<@>..."}, returned: true, line: true},
	{producer: "Active!hunter", sign: sign{header: "X-AHMAILID"}, recipients: []string{">>> @"}},
	{producer: "Amazon SES", sign: sign{from: "amazonaws.com", text: `\"notificationtype\":\"bounce\"`},
		recipients: []string{`*\"bouncedRecipients\":[{\"emailAddress\":\"@`},
		between:    [2]string{`\"diagnosticCode\":\"smtp; `, `\"`}},
	{producer: "Biglobe", sign: sign{from: "postmaster@biglobe", text: "addresses had delivery problems"}, recipients: []string{"@$"}},
	{producer: "KDDI", sign: sign{from: "dion.ne.jp", text: "could not be delivered to:"}, recipients: []string{"*Could not be delivered to: <@>"}},
	{producer: "MailFoundry", sign: sign{subject: "message delivery has failed", text: "unable to deliver message to:"},
		recipients: []string{"Unable to deliver message to: <@>"}},
	{producer: "Mimecast", sign: sign{header: "X-MC-System", text: "could not be delivered"}, recipients: []string{"-- @$"}},
	{producer: "Notes", sign: sign{from: "postmaster", text: "------- failure reasons"}, recipients: []string{"@$"}, whole: true},
	{producer: "IMail", sign: sign{from: "postmaster", text: "\nundeliverable to ", subject: "undeliverable mail"},
		recipients: []string{"undeliverable to @"}},
	{producer: "Mail Server X6", sign: sign{from: "mailer-daemon", text: "trouble delivering your message"},
		recipients: []string{"*rejected recipient <@>"}},
	{producer: "fml", sign: sign{header: "X-MLServer", text: "duplicated message-id", subject: "loop alert"},
		recipients: []string{"*Duplicated Message-ID in <@>"}, status: Status{5, 4, 6}},
	{producer: "full mailbox", sign: sign{from: "mailer-daemon", text: "mailbox is full: <", subject: "returned mail"},
		recipients: []string{"*mailbox is full: <@>"}, whole: true},
	{producer: "Exchange", sign: sign{from: "postmaster", subject: "undeliverable", text: "did not reach the following recipient"},
		recipients: []string{"*Did not reach the following recipient: @"}},
	{producer: "Exchange", sign: sign{subject: "undeliverable", text: "did not reach the following recipient(s)"},
		recipients: []string{"@ on ", "@$"}, after: "did not reach the following recipient(s)"},
}
