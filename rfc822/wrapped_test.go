package rfc822_test

import (
	"bytes"
	"io"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

// taskWithFiles is a mail with winmail.dat that holds files of those sizes.
func taskWithFiles(t testing.TB, sizes ...int) []byte {
	t.Helper()
	msg := task()
	for i, n := range sizes {
		a := &mapi.Attachment{}
		props.PidTagAttachMethod.Set(a, mapi.AttachByValue)
		props.PidTagAttachLongFilename.Set(a, strconv.Itoa(i)+".bin")
		data := make([]byte, n)
		for j := range data {
			data[j] = byte(j*i + j>>8)
		}
		props.PidTagAttachDataBinary.Set(a, data)
		msg.Attachments = append(msg.Attachments, a)
	}
	return encodeTNEF(t, msg, rfc822.TNEFAlways)
}

func recipeSize(t testing.TB, msg *mapi.Message) int64 {
	t.Helper()
	r, size, err := mapi.OpenValue(msg, rfc822.SourceForm())
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return size
}

func TestFilesOfWinmailAreNotStoredTwice(t *testing.T) {
	for name, tc := range map[string]struct {
		sizes []int
		most  int64
	}{
		"one":               {[]int{100_000}, 5000},
		"several":           {[]int{50_000, 10, 0, 70_000, 5000}, 8000},
		"of a line's width": {[]int{57 * 512, 57 * 1024}, 6000},
	} {
		mail := taskWithFiles(t, tc.sizes...)
		binary := bytes.Replace(mail, []byte("base64"), []byte("x-none"), 1) // stays in the recipe
		for _, opts := range []*rfc822.DecodeOptions{nil, {MemoryLimit: 1000, InlineLimit: 100, TempDir: t.TempDir()}} {
			msg, err := rfc822.Decode(bytes.NewReader(mail), opts)
			require.NoError(t, err)
			assert.Less(t, recipeSize(t, msg), tc.most, name)
			for _, large := range []int64{10, 1 << 30} {
				kept := fromStore(t, msg, large, large == 10)
				assert.True(t, bytes.Equal(mail, encoded(t, kept)), name)
				r, size, ok := rfc822.Source(kept)
				require.True(t, ok)
				assert.Equal(t, int64(len(mail)), size)
				var got bytes.Buffer
				_, err := io.CopyBuffer(struct{ io.Writer }{&got}, struct{ io.Reader }{r}, make([]byte, 999))
				require.NoError(t, err)
				require.NoError(t, r.Close())
				assert.True(t, bytes.Equal(mail, got.Bytes()), name)
			}
			rfc822.Release(msg)
		}
		msg := decodeBytes(t, binary)
		assert.True(t, bytes.Equal(binary, encoded(t, msg)), name)
	}
	small := taskWithFiles(t, 100)
	assert.Equal(t, small, encoded(t, decodeBytes(t, small)))
}

func TestFilesOfUnencodedWinmailAreNotStoredTwice(t *testing.T) {
	kept, err := rfc822.Decode(bytes.NewReader(taskWithFiles(t, 100_000)), &rfc822.DecodeOptions{KeepTNEF: true})
	require.NoError(t, err)
	r, _, err := mapi.OpenValue(kept.Attachments[0], props.PidTagAttachDataBinary.Prop())
	require.NoError(t, err)
	stream, err := io.ReadAll(r)
	require.NoError(t, err)
	mail := append([]byte("From: a@x.org\r\nContent-Type: application/ms-tnef\r\nContent-Transfer-Encoding: binary\r\n\r\n"), stream...)
	msg := decodeBytes(t, mail)
	assert.Less(t, recipeSize(t, msg), int64(5000))
	assert.True(t, bytes.Equal(mail, encoded(t, msg)))
}

func TestPartsAroundAWrappedOneAreFound(t *testing.T) {
	mail := taskWithFiles(t, 100_000)
	end := bytes.LastIndex(mail, []byte("\r\n--"))
	mark := mail[end+4 : len(mail)-4]
	after := "\r\n--" + string(mark) + "\r\nContent-Type: text/csv; name=z.csv\r\nX-Part: kept\r\n\r\na,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u\r\n--" + string(mark) + "--\r\n"
	mail = append(mail[:end:end], after...)
	msg := decodeBytes(t, mail)
	require.Equal(t, []string{"plan.bin", "0.bin", "z.csv"}, names(msg))
	require.True(t, bytes.Equal(mail, encoded(t, msg)))
	var out bytes.Buffer
	props.PidTagBody.Set(msg, "changed")
	require.NoError(t, rfc822.Encode(&out, msg, &rfc822.EncodeOptions{TNEF: rfc822.TNEFNever, Boundary: counted()}))
	assert.Contains(t, out.String(), "\r\nContent-Type: text/csv; name=z.csv\r\nX-Part: kept\r\n\r\na,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u\r\n--", "behind it")
}

func TestChangedFileOfWinmailGivesNewMail(t *testing.T) {
	msg := decodeBytes(t, taskWithFiles(t, 10_000, 20_000))
	props.PidTagAttachDataBinary.Set(fileNamed(msg, "1.bin"), []byte("changed"))
	again := decodeBytes(t, encoded(t, msg))
	data, _ := props.PidTagAttachDataBinary.Get(fileNamed(again, "1.bin"))
	assert.Equal(t, "changed", string(data))
	assert.ElementsMatch(t, names(msg), names(again))
}

func TestDamagedWrappedRecipeGivesNewMail(t *testing.T) {
	mail := taskWithFiles(t, 5000)
	msg := decodeBytes(t, mail)
	good, _ := msg.Get(rfc822.SourceForm()).([]byte)
	for i := 0; i < len(good); i += 3 {
		for _, change := range []byte{0x55, 0xFF} {
			bad := bytes.Clone(good)
			bad[i] ^= change
			c := msg.Clone()
			c.Set(rfc822.SourceForm(), bad)
			var out bytes.Buffer
			_ = rfc822.Encode(&out, c, &rfc822.EncodeOptions{Boundary: counted()}) // must not panic or run wild
			require.Less(t, out.Len(), 40_000)
			if r, _, ok := rfc822.Source(c); ok {
				_, _ = io.Copy(io.Discard, struct{ io.Reader }{r})
				r.Close()
			}
		}
		msg.Set(rfc822.SourceForm(), good[:i])
		_ = rfc822.Encode(io.Discard, msg, nil)
	}
}
