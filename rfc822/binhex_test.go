package rfc822_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// xmodem is the CRC of BinHex, by its definition: the remainder of a division.
func xmodem(b []byte) []byte {
	var rest uint32
	for _, c := range append(bytes.Clone(b), 0, 0) {
		for bit := 7; bit >= 0; bit-- {
			rest = rest<<1 | uint32(c>>bit)&1
			if rest&0x10000 != 0 {
				rest ^= 0x11021
			}
		}
	}
	return binary.BigEndian.AppendUint16(nil, uint16(rest))
}

// sixBitText is b between the colons of BinHex.
func sixBitText(b []byte) string {
	const chars = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
	var out strings.Builder
	out.WriteString("(This file must be converted with BinHex 4.0)\r\n:")
	for len(b)%3 != 0 {
		b = append(b, 0)
	}
	for col := 1; len(b) > 0; b = b[3:] {
		n := uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])
		for shift := 18; shift >= 0; shift -= 6 {
			if out.WriteByte(chars[n>>shift&63]); col == 63 {
				out.WriteString("\r\n")
				col = -1
			}
			col++
		}
	}
	return out.String() + ":\r\n"
}

// binHex is a file whose data fork is packed already.
func binHex(name string, size int, packed, data, resource []byte) string {
	head := append([]byte{byte(len(name))}, name...)
	head = append(append(head, 0), "TEXTttxt\x01\x02"...)
	head = binary.BigEndian.AppendUint32(head, uint32(size))
	head = binary.BigEndian.AppendUint32(head, uint32(len(resource)))
	all := append(append(head, xmodem(head)...), packed...)
	all = append(append(all, xmodem(data)...), resource...)
	return sixBitText(append(all, xmodem(resource)...))
}

func binHexMail(text string) []byte {
	return part(append([]string{`Content-Type: application/mac-binhex40`, ``}, strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n")...)...)
}

func TestBinHexIsAFileOfAMacintosh(t *testing.T) {
	data := []byte("aaaaaaaa\x90b" + strings.Repeat("c", 600))
	packed := []byte("a\x90\x08\x90\x00b" + "c\x90\xff\x90\xff\x90\x5c")
	mail := binHexMail("Sent by a program.\r\n\r\n" + binHex("Gr\x9f\xa7e", len(data), packed, data, []byte("resource")))
	msg := decodeBytes(t, mail)
	require.Equal(t, string(mail), string(encoded(t, fromStore(t, msg, 10, true))))
	for range 2 { // as read, and generated
		require.Len(t, msg.Attachments, 1)
		a := msg.Attachments[0]
		got, _ := props.PidTagAttachDataBinary.Get(a)
		info, _ := props.PidTagAttachAdditionalInformation.Get(a)
		mac, _ := props.PidNameAttachmentMacInfo.Get(a)
		assert.Equal(t, string(data), string(got))
		assert.Equal(t, ":ttxt:TEXT", string(info))
		assert.Equal(t, apple(0x00051607, 3, "Gr\x9f\xa7e", 9, "TEXTttxt\x01\x02"+strings.Repeat("\x00", 22), 2, "resource"), mac)
		assert.Equal(t, []string{"Grüße"}, names(msg))
		out := regenerate(t, msg)
		assert.Contains(t, string(out), "multipart/appledouble")
		msg = decodeBytes(t, out)
	}

	none := []byte{}
	empty := decodeBytes(t, binHexMail(binHex("e", 0, none, none, none)))
	got, ok := props.PidTagAttachDataBinary.Get(empty.Attachments[0])
	assert.True(t, ok)
	assert.Empty(t, got)
	assert.Equal(t, []string{"e"}, names(empty))
}

func TestDamagedBinHexStaysAsItCame(t *testing.T) {
	data := []byte("the data")
	good := binHex("a", len(data), data, data, nil)
	_, code, _ := strings.Cut(good, ":")
	for name, text := range map[string]string{
		"no mark":           strings.Replace(good, "(This", "(That", 1),
		"no begin":          strings.ReplaceAll(good, ":", ""),
		"no end":            strings.TrimSuffix(good, ":\r\n"),
		"a strange letter":  strings.Replace(good, code[:4], "7777", 1),
		"a wrong sum":       binHex("a", len(data), []byte("the dato"), data, nil),
		"too short":         binHex("a", len(data)+1, data, data, []byte("r")),
		"a name too long":   binHex(strings.Repeat("a", 64), len(data), data, data, nil),
		"no name":           binHex("", len(data), data, data, nil),
		"a run without end": sixBitText([]byte("\x01a\x90")),
		"nothing":           sixBitText(nil),
		"a bomb":            binHex("a", 1<<31-1, bytes.Repeat([]byte("a\x90\xff"), 100_000), data, nil),
		"two bombs":         binHex("a", 16<<20+1, bytes.Repeat([]byte("a\x90\xff"), 100_000), data, nil),
	} {
		mail := binHexMail(text)
		msg := decodeBytes(t, mail)
		require.Len(t, msg.Attachments, 1, name)
		r, _, err := mapi.OpenValue(msg.Attachments[0], props.PidTagAttachDataBinary.Prop())
		require.NoError(t, err)
		var raw bytes.Buffer
		_, err = raw.ReadFrom(r)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(text, raw.String()), name)
		assert.Greater(t, raw.Len(), len(text)-4, name)
		assert.Equal(t, "application/mac-binhex40", props.PidTagAttachMimeTag.Or(msg.Attachments[0], ""), name)
		assert.True(t, bytes.Equal(mail, encoded(t, msg)), name)
	}
}

func FuzzBinHex(f *testing.F) {
	data := []byte("aa\x90b")
	f.Add(binHex("name", len(data), []byte("a\x90\x02\x90\x00b"), data, []byte("r")))
	f.Add(sixBitText([]byte("\x01a\x90\x00")))
	f.Fuzz(func(t *testing.T, text string) {
		mail := []byte(fmt.Sprintf("Content-Type: application/mac-binhex40; name=a\r\n\r\n%s", text))
		msg := decodeBytes(t, mail)
		require.Equal(t, mail, encoded(t, msg))
		if len(msg.Attachments) == 0 {
			return
		}
		again := decodeBytes(t, regenerate(t, msg))
		require.Len(t, again.Attachments, 1)
		for _, p := range []mapi.Prop{props.PidTagAttachDataBinary.Prop(), props.PidNameAttachmentMacInfo.Prop()} {
			require.Equal(t, msg.Attachments[0].Get(p), again.Attachments[0].Get(p))
		}
	})
}
