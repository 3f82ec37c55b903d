package mapi

// The property sets that package mapi itself needs. All of them are in
// package props.
var (
	PSMapi            = GUID{0x28, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46} // PS_MAPI
	PSPublicStrings   = GUID{0x29, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46} // PS_PUBLIC_STRINGS
	PSInternetHeaders = GUID{0x86, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46} // PS_INTERNET_HEADERS
	PSETIDCommon      = GUID{0x08, 0x20, 0x06, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46} // PSETID_Common
)

// PSOkapi is the set of okapi's own named properties. They describe how an
// object came to be (such as the source form of a mail) and never leave with it.
var PSOkapi = GUID{0x7f, 0x1d, 0x0b, 0x5a, 0x9c, 0x3e, 0x4b, 0x41, 0xa6, 0x0f, 0x6f, 0x6b, 0x61, 0x70, 0x69, 0x01}
