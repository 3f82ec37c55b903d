package rfc822

import (
	"bytes"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// unknownType is the media type of bytes that nobody knows (RFC 2046 4.5.1).
const unknownType = "application/octet-stream"

// fileType is the media type that a file is written with: that of
// PidTagAttachMimeTag when it has one that says what the bytes are, else that of its
// extension (MS-OXCMAIL 2.1.3.4.2). Bytes are no entity: they are never written as a
// multipart or a mail, whose boundaries and encodings they do not have.
func fileType(a *mapi.Attachment, name string) string {
	tag, _ := props.PidTagAttachMimeTag.Get(a)
	if isMacWrapping(tag) && !isMacWrapped(a) {
		if tag, _ = props.PidNameAttachmentMacContentType.Get(a); isMacWrapping(tag) || tag == unknownType {
			tag = ""
		}
	}
	m := entity.Media{Type: strings.ToLower(tag)}
	if isMediaType(tag) && !m.IsMultipart() && !m.IsMessage() {
		return tag
	}
	return typeOfFile(a, name)
}

// typeOfFile is the media type by extension.
func typeOfFile(a *mapi.Attachment, name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return typeOfExtension(name[i:])
	}
	return typeOfExtension(props.PidTagAttachExtension.Or(a, ""))
}

// isMacWrapping: types of what a file of a Macintosh was wrapped in. They say nothing of
// the data fork, which is what the attachment has (MS-OXCMAIL 2.2.3.4.2).
func isMacWrapping(mediaType string) bool {
	switch strings.ToLower(mediaType) {
	case "application/applefile", "application/mac-binhex40", "application/mac-binhex":
		return true
	}
	return false
}

// isMacWrapped reports whether a file is still in its wrapping, because that is damaged
// or too large.
func isMacWrapped(a *mapi.Attachment) bool {
	head := headOf(a)
	return bytes.HasPrefix(head, []byte("\x00\x05\x16\x00")) || bytes.HasPrefix(head, []byte("\x00\x05\x16\x07")) ||
		bytes.Contains(head, []byte(binHexMark))
}

// typeOfExtension is the media type of files with an extension, with its dot. It asks
// no table of the system, so that the same message gives the same mail everywhere.
// Left out are those of mails, which are no bytes (eml, mht), of S/MIME messages,
// which would become the mail itself (p7m), and of files of a Macintosh, which would be
// taken apart (hqx, bin).
func typeOfExtension(ext string) string {
	const longest = len(".markdown")
	if len(ext) > longest {
		return unknownType
	}
	switch strings.ToLower(strings.TrimPrefix(ext, ".")) {
	case "txt", "text", "log":
		return "text/plain"
	case "htm", "html":
		return "text/html"
	case "css":
		return "text/css"
	case "csv":
		return "text/csv"
	case "tsv":
		return "text/tab-separated-values"
	case "md", "markdown":
		return "text/markdown"
	case "js", "mjs":
		return "text/javascript"
	case "ics", "ifb":
		return "text/calendar"
	case "vcf":
		return "text/vcard"
	case "diff", "patch":
		return "text/x-diff"

	case "xml", "xsd", "xsl":
		return "application/xml"
	case "xhtml", "xht":
		return "application/xhtml+xml"
	case "json":
		return "application/json"
	case "yaml", "yml":
		return "application/yaml"
	case "sql":
		return "application/sql"
	case "rtf":
		return "application/rtf"
	case "pdf":
		return "application/pdf"
	case "ps", "eps", "ai":
		return "application/postscript"
	case "epub":
		return "application/epub+zip"
	case "xps":
		return "application/vnd.ms-xpsdocument"
	case "oxps":
		return "application/oxps"

	case "doc", "dot":
		return "application/msword"
	case "docx":
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case "dotx":
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.template"
	case "docm":
		return "application/vnd.ms-word.document.macroenabled.12"
	case "dotm":
		return "application/vnd.ms-word.template.macroenabled.12"
	case "xls", "xlt", "xla", "xlm":
		return "application/vnd.ms-excel"
	case "xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case "xltx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.template"
	case "xlsm":
		return "application/vnd.ms-excel.sheet.macroenabled.12"
	case "xlsb":
		return "application/vnd.ms-excel.sheet.binary.macroenabled.12"
	case "xltm":
		return "application/vnd.ms-excel.template.macroenabled.12"
	case "xlam":
		return "application/vnd.ms-excel.addin.macroenabled.12"
	case "ppt", "pps", "pot":
		return "application/vnd.ms-powerpoint"
	case "pptx":
		return "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	case "ppsx":
		return "application/vnd.openxmlformats-officedocument.presentationml.slideshow"
	case "potx":
		return "application/vnd.openxmlformats-officedocument.presentationml.template"
	case "pptm":
		return "application/vnd.ms-powerpoint.presentation.macroenabled.12"
	case "ppsm":
		return "application/vnd.ms-powerpoint.slideshow.macroenabled.12"
	case "potm":
		return "application/vnd.ms-powerpoint.template.macroenabled.12"
	case "vsd", "vst", "vss":
		return "application/vnd.visio"
	case "vsdx":
		return "application/vnd.ms-visio.drawing.main+xml"
	case "mpp", "mpt":
		return "application/vnd.ms-project"
	case "msg":
		return "application/vnd.ms-outlook"
	case "mdb", "accdb":
		return "application/x-msaccess"
	case "pub":
		return "application/x-mspublisher"
	case "one":
		return "application/onenote"
	case "url":
		return "application/internet-shortcut"

	case "odt":
		return "application/vnd.oasis.opendocument.text"
	case "ott":
		return "application/vnd.oasis.opendocument.text-template"
	case "odm":
		return "application/vnd.oasis.opendocument.text-master"
	case "ods":
		return "application/vnd.oasis.opendocument.spreadsheet"
	case "ots":
		return "application/vnd.oasis.opendocument.spreadsheet-template"
	case "odp":
		return "application/vnd.oasis.opendocument.presentation"
	case "otp":
		return "application/vnd.oasis.opendocument.presentation-template"
	case "odg":
		return "application/vnd.oasis.opendocument.graphics"
	case "otg":
		return "application/vnd.oasis.opendocument.graphics-template"
	case "odc":
		return "application/vnd.oasis.opendocument.chart"
	case "odf":
		return "application/vnd.oasis.opendocument.formula"
	case "odb":
		return "application/vnd.oasis.opendocument.base"
	case "sxw":
		return "application/vnd.sun.xml.writer"
	case "sxc":
		return "application/vnd.sun.xml.calc"
	case "sxi":
		return "application/vnd.sun.xml.impress"
	case "pages":
		return "application/vnd.apple.pages"
	case "numbers":
		return "application/vnd.apple.numbers"

	case "jpg", "jpeg", "jpe", "jfif":
		return "image/jpeg"
	case "png":
		return "image/png"
	case "gif":
		return "image/gif"
	case "bmp", "dib":
		return "image/bmp"
	case "tif", "tiff":
		return "image/tiff"
	case "svg":
		return "image/svg+xml"
	case "webp":
		return "image/webp"
	case "avif":
		return "image/avif"
	case "heic":
		return "image/heic"
	case "heif":
		return "image/heif"
	case "jp2":
		return "image/jp2"
	case "jxl":
		return "image/jxl"
	case "emf":
		return "image/emf"
	case "wmf":
		return "image/wmf"
	case "ico":
		return "image/vnd.microsoft.icon"
	case "psd":
		return "image/vnd.adobe.photoshop"
	case "djvu", "djv":
		return "image/vnd.djvu"
	case "dwg":
		return "image/vnd.dwg"
	case "dxf":
		return "image/vnd.dxf"

	case "mp3", "mp2", "mpga":
		return "audio/mpeg"
	case "m4a":
		return "audio/mp4"
	case "aac":
		return "audio/aac"
	case "ogg", "oga", "opus":
		return "audio/ogg"
	case "flac":
		return "audio/flac"
	case "wav":
		return "audio/wav"
	case "wma":
		return "audio/x-ms-wma"
	case "aif", "aiff", "aifc":
		return "audio/x-aiff"
	case "mid", "midi":
		return "audio/midi"
	case "amr":
		return "audio/amr"
	case "au", "snd":
		return "audio/basic"

	case "mp4", "m4v":
		return "video/mp4"
	case "mpg", "mpeg", "mpe":
		return "video/mpeg"
	case "mov", "qt":
		return "video/quicktime"
	case "webm":
		return "video/webm"
	case "ogv":
		return "video/ogg"
	case "mkv":
		return "video/x-matroska"
	case "avi":
		return "video/x-msvideo"
	case "wmv":
		return "video/x-ms-wmv"
	case "asf":
		return "video/x-ms-asf"
	case "flv":
		return "video/x-flv"
	case "3gp":
		return "video/3gpp"
	case "3g2":
		return "video/3gpp2"

	case "zip":
		return "application/zip"
	case "gz", "tgz":
		return "application/gzip"
	case "zst":
		return "application/zstd"
	case "tar":
		return "application/x-tar"
	case "bz2", "tbz2":
		return "application/x-bzip2"
	case "xz", "txz":
		return "application/x-xz"
	case "7z":
		return "application/x-7z-compressed"
	case "rar":
		return "application/vnd.rar"
	case "cab":
		return "application/vnd.ms-cab-compressed"
	case "jar":
		return "application/java-archive"
	case "iso":
		return "application/x-iso9660-image"
	case "dmg":
		return "application/x-apple-diskimage"
	case "sit":
		return "application/x-stuffit"
	case "apk":
		return "application/vnd.android.package-archive"
	case "deb":
		return "application/vnd.debian.binary-package"

	case "cer", "crt", "der":
		return "application/pkix-cert"
	case "p7s":
		return "application/pkcs7-signature"
	case "p12", "pfx":
		return "application/x-pkcs12"
	case "ttf":
		return "font/ttf"
	case "otf":
		return "font/otf"
	case "woff":
		return "font/woff"
	case "woff2":
		return "font/woff2"
	case "gpx":
		return "application/gpx+xml"
	case "kml":
		return "application/vnd.google-earth.kml+xml"
	case "kmz":
		return "application/vnd.google-earth.kmz"
	}
	return unknownType
}
