// Package body converts the texts of messages from one form into another: plain
// text, HTML, RTF.
//
// A message has up to three bodies that say the same: PidTagBody, PidTagHtml and
// PidTagRtfCompressed. One of them, the native one, is what was written;
// [NativeOf] finds it. [Fill] makes the missing ones from it, and [With] is a view
// of a message that makes them when they are read.
//
// Below these are conversions of streams: [TextFromHTML], [HTMLFromText],
// [TextFromRTF], [HTMLFromRTF], [RTFFromHTML], [RTFFromText], and from forms that
// only mail has, [HTMLFromEnriched], [HTMLFromRichtext] and [TextFromFlowed]. They
// take any bytes, need bounded memory, and fail only when reading or writing does,
// or when what should be RTF is none. Text is UTF-8 with lines that end in CRLF.
//
// HTML is converted as it is. Who shows HTML of others in a browser must clean it
// first; this package does not.
package body
