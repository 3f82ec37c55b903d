// Package rtf reads and writes Rich Text Format as messages have it: compressed,
// and made from HTML or text that can be taken out again.
//
// [NewReader], [Decompress], [Compress] and [Store] are the compression of
// PidTagRtfCompressed (MS-OXRTFCP). A [Scanner] splits a document into tokens; a
// [Parser] decodes its text besides, whatever the code pages of its fonts. An
// [Extractor] reads the HTML or text from which a document was made (MS-OXRTFEX),
// and a [Writer] makes such documents. What a document means, with its paragraphs
// and tables, is the business of package mapi/body.
//
// All of them work on streams and need a few KiB, whatever the document says. None
// fails at what it does not understand; only compressed data can be damaged, and
// what is no RTF at all is refused where a meaning is asked for.
package rtf
