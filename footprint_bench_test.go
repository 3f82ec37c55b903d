package okapi_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// BenchmarkDisk imports mail and reports how many bytes of disk a byte of mail
// takes once the store was compacted and closed. store=raw are the same mails as
// values in Pebble, without anything to list or find them by. Run it with
// -benchtime 1x.
func BenchmarkDisk(b *testing.B) {
	kinds := []struct {
		name  string
		mails func(b *testing.B) [][]byte
	}{{"corpus", corpusBytes}, {"text", textMails}, {"sharedAttachments", officeMails}}
	for _, kind := range kinds {
		b.Run("mail="+kind.name, func(b *testing.B) {
			mails := kind.mails(b)
			b.Run("store=raw", func(b *testing.B) { disk(b, mails, rawImport) })
			b.Run("store=okapi", func(b *testing.B) { disk(b, mails, okapiImport(false)) })
			b.Run("store=okapi/dense=true", func(b *testing.B) { disk(b, mails, okapiImport(true)) })
		})
	}
}

func disk(b *testing.B, mails [][]byte, load func(b *testing.B, dir string, mails [][]byte)) {
	var in, out, logs int64
	for b.Loop() {
		dir := b.TempDir()
		load(b, dir, mails)
		files, log := bytesIn(b, dir)
		in, out, logs = in+total(mails), out+files, logs+log
	}
	b.SetBytes(total(mails))
	b.ReportMetric(float64(out)/float64(in), "diskB/mailB")
	b.ReportMetric(float64(out)/float64(b.N*len(mails)), "diskB/mail")
	b.ReportMetric(float64(logs)/float64(b.N)/mib, "MiB-logs")
}

func total(mails [][]byte) (n int64) {
	for _, m := range mails {
		n += int64(len(m))
	}
	return n
}

// bytesIn adds up the files in dir, old logs apart: Pebble keeps a few to write
// over them, however much mail there is.
func bytesIn(b *testing.B, dir string) (files, logs int64) {
	list, err := os.ReadDir(dir)
	require.NoError(b, err)
	for _, e := range list {
		info, err := e.Info()
		require.NoError(b, err)
		if strings.HasSuffix(e.Name(), ".log") {
			logs += info.Size()
		} else {
			files += info.Size()
		}
	}
	return files, logs
}

func okapiImport(dense bool) func(b *testing.B, dir string, mails [][]byte) {
	return func(b *testing.B, dir string, mails [][]byte) {
		ctx := context.Background()
		st, err := pebblestore.Open(dir, &pebblestore.Options{Dense: dense})
		require.NoError(b, err)
		inbox := benchInbox(b, st, "ada")
		for i, m := range mails {
			importMail(b, inbox, m)
			if i%100 == 99 {
				require.NoError(b, st.Sync(ctx))
			}
		}
		require.NoError(b, st.Compact(ctx))
		require.NoError(b, st.Close())
	}
}

func importMail(b *testing.B, folder *store.Folder, mail []byte) {
	msg, err := rfc822.Decode(bytes.NewReader(mail), nil)
	require.NoError(b, err)
	_, err = folder.Add(context.Background(), msg, &store.AddOptions{Deliver: true, Relaxed: true})
	require.NoError(b, err)
	rfc822.Release(msg)
}

func rawImport(b *testing.B, dir string, mails [][]byte) {
	db, err := pebble.Open(dir, rawOptions())
	require.NoError(b, err)
	for i, m := range mails {
		require.NoError(b, db.Set(binary.BigEndian.AppendUint64(nil, uint64(i)), m, pebble.NoSync))
	}
	require.NoError(b, db.Compact(context.Background(), make([]byte, 8), bytes.Repeat([]byte{255}, 9), false))
	require.NoError(b, db.Close())
}

func corpusBytes(b *testing.B) (list [][]byte) {
	for _, s := range corpusMails(b) {
		list = append(list, s.read(b))
	}
	return list
}

// BenchmarkImportCorpus is the way of mail from bytes to disk: decoded, and added
// in batches of 100. An operation is one mail.
func BenchmarkImportCorpus(b *testing.B) {
	mails := corpusBytes(b)
	b.Run("do=decode", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(total(mails) / int64(len(mails)))
		for n := 0; b.Loop(); n++ {
			msg, err := rfc822.Decode(bytes.NewReader(mails[n%len(mails)]), nil)
			require.NoError(b, err)
			rfc822.Release(msg)
		}
	})
	b.Run("do=decodeAndAdd", func(b *testing.B) {
		st, err := pebblestore.Open(b.TempDir(), nil)
		require.NoError(b, err)
		defer st.Close()
		inbox := benchInbox(b, st, "ada")
		b.ReportAllocs()
		b.SetBytes(total(mails) / int64(len(mails)))
		for n := 0; b.Loop(); n++ {
			importMail(b, inbox, mails[n%len(mails)])
			if n%100 == 99 {
				require.NoError(b, st.Sync(context.Background()))
			}
		}
		require.NoError(b, st.Sync(context.Background()))
	})
}

// textMails are plain mails of some KiB in words that are used as often as words
// are, so that they compress as text does.
func textMails(b *testing.B) [][]byte { return office(2000, 0) }

// officeMails are like them, and each fifth has one of 40 attachments, of up to
// 200 KB, that were sent around.
func officeMails(b *testing.B) [][]byte { return office(2000, 5) }

func office(n, each int) [][]byte {
	rnd := rand.New(rand.NewPCG(11, 12))
	words := vocabulary(rnd, 20_000)
	usual := rand.NewZipf(rnd, 1.1, 5, uint64(len(words)-1))
	var files [][]byte
	for range 40 {
		files = append(files, randomBytes(rnd, 20_000+rnd.IntN(180_000)))
	}
	list := make([][]byte, n)
	for i := range list {
		list[i] = officeMail(rnd, i, func() string { return words[usual.Uint64()] }, nil)
		if each > 0 && i%each == 0 {
			list[i] = officeMail(rnd, i, func() string { return words[usual.Uint64()] }, files[rnd.IntN(len(files))])
		}
	}
	return list
}

func vocabulary(rnd *rand.Rand, n int) []string {
	list := make([]string, n)
	for i := range list {
		word := make([]byte, 2+rnd.IntN(9))
		for k := range word {
			word[k] = byte('a' + rnd.IntN(26))
		}
		list[i] = string(word)
	}
	return list
}

func randomBytes(rnd *rand.Rand, n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(rnd.Uint32())
	}
	return data
}

func officeMail(rnd *rand.Rand, n int, word func() string, file []byte) []byte {
	var b bytes.Buffer
	from, to := rnd.IntN(300), rnd.IntN(300)
	date := time.Date(2024, 1, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(n) * 7 * time.Minute).Format(time.RFC1123Z)
	fmt.Fprintf(&b, "Received: from mx%d.example.net (mx%d.example.net [192.0.2.%d]) by mail.example.org with ESMTPS id %X\r\n"+
		"\tfor <user%d@example.org>; %s\r\n", from%3, from%3, from%250, rnd.Uint64(), to, date)
	fmt.Fprintf(&b, "From: \"User Number %d\" <user%d@example.net>\r\nTo: \"User Number %d\" <user%d@example.org>\r\n", from, from, to, to)
	fmt.Fprintf(&b, "Subject: %s %s %s\r\nDate: %s\r\nMessage-ID: <%x.%d@example.net>\r\n", word(), word(), word(), date, rnd.Uint64(), n)
	fmt.Fprintf(&b, "In-Reply-To: <%x@example.org>\r\nX-Mailer: Example 1.0\r\nMIME-Version: 1.0\r\n", rnd.Uint64())
	if file != nil {
		b.WriteString("Content-Type: multipart/mixed; boundary=\"=_next\"\r\n\r\n--=_next\r\n")
	}
	b.WriteString("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n")
	for end := b.Len() + 1000 + rnd.IntN(5000); b.Len() < end; {
		for range 10 {
			b.WriteString(word() + " ")
		}
		b.WriteString("\r\n")
	}
	if file != nil {
		b.WriteString("--=_next\r\nContent-Type: application/pdf; name=report.pdf\r\nContent-Transfer-Encoding: base64\r\n" +
			"Content-Disposition: attachment; filename=report.pdf\r\n\r\n")
		for text := base64.StdEncoding.EncodeToString(file); text != ""; {
			line := text[:min(76, len(text))]
			b.WriteString(line + "\r\n")
			text = text[len(line):]
		}
		b.WriteString("--=_next--\r\n")
	}
	return b.Bytes()
}

// BenchmarkOpenMailboxes opens mailboxes and reports the heap that one takes: open,
// then used (a message delivered, the first page listed), then busy with more
// deliveries, then with a subscriber too. There are 1,000 small ones, and a few large ones for what a mailbox keeps
// in memory at most. Run it with -benchtime 1x.
func BenchmarkOpenMailboxes(b *testing.B) {
	for _, c := range []struct{ boxes, messages int }{{1000, 20}, {20, 5000}} {
		b.Run(fmt.Sprintf("mailboxes=%d/messages=%d", c.boxes, c.messages), func(b *testing.B) {
			dir := b.TempDir()
			fillMailboxes(b, dir, c.boxes, c.messages)
			for b.Loop() {
				openMailboxes(b, dir, c.boxes, c.messages)
			}
		})
	}
}

func openMailboxes(b *testing.B, dir string, n, messages int) {
	ctx := context.Background()
	st, err := pebblestore.Open(dir, &pebblestore.Options{CacheSize: mib})
	require.NoError(b, err)
	base, routines := liveHeap(), runtime.NumGoroutine()
	report := func(what string) {
		b.ReportMetric(float64(liveHeap()-base)/float64(n), "heapB/"+what)
		b.ReportMetric(float64(runtime.NumGoroutine()-routines), "goroutines/"+what)
	}
	inboxes := make([]*store.Folder, n)
	for i := range inboxes {
		box, err := st.OpenMailbox(ctx, fmt.Sprint("user", i))
		require.NoError(b, err)
		inboxes[i] = special(b, box, mapi.FolderInbox)
	}
	report("opened")
	for i, inbox := range inboxes {
		_, err := inbox.Add(ctx, benchMessage(i, 4<<10), &store.AddOptions{Deliver: true, Relaxed: true})
		require.NoError(b, err)
		rows, err := newest(inbox).Page(ctx, 0, 50)
		require.NoError(b, err)
		require.Len(b, rows, min(messages+1, 50))
	}
	report("used")
	for i, inbox := range inboxes {
		for k := range max(1, messages/50) {
			_, err := inbox.Add(ctx, benchMessage(i*7+k*13, 4<<10), &store.AddOptions{Deliver: true, Relaxed: true})
			require.NoError(b, err)
		}
	}
	report("busy")
	for _, inbox := range inboxes {
		sub, err := inbox.Mailbox().Subscribe(ctx, nil)
		require.NoError(b, err)
		defer sub.Close()
	}
	report("subscribed")
	runtime.KeepAlive(inboxes)
	require.NoError(b, st.Close())
}

func fillMailboxes(b *testing.B, dir string, n, each int) {
	st, err := pebblestore.Open(dir, nil)
	require.NoError(b, err)
	for i := range n {
		inbox := benchInbox(b, st, fmt.Sprint("user", i))
		for k := range each {
			_, err := inbox.Add(context.Background(), benchMessage(i+k, 4<<10), &store.AddOptions{Deliver: true, Relaxed: true})
			require.NoError(b, err)
		}
	}
	require.NoError(b, st.Close())
}

func liveHeap() int64 {
	runtime.GC()
	runtime.GC() // what finalizers and pools held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// newest shows a folder as mail programs do.
func newest(f *store.Folder) *store.Table {
	return f.Contents(&store.View{Columns: eightColumns,
		Sort: mapi.SortOrder{mapi.Descending(props.PidTagMessageDeliveryTime.Prop())}})
}

// BenchmarkOpenAfterCrash fills a store at full speed, and cuts the power after
// each 2 MiB. It opens what is left until the newest messages are listed. Opening
// is slowest shortly before a memory table has reached its file: that much of the
// log has to become tables first. With fs=mem nothing waits for a disk.
func BenchmarkOpenAfterCrash(b *testing.B) {
	left := crashes(b, 24)
	b.Run("fs=disk", func(b *testing.B) {
		openAll(b, left, func() (vfs.FS, string) { return vfs.Default, filepath.Join(b.TempDir(), "store") })
	})
	b.Run("fs=mem", func(b *testing.B) {
		openAll(b, left, func() (vfs.FS, string) { return vfs.NewMem(), "store" })
	})
}

func openAll(b *testing.B, left []vfs.FS, place func() (vfs.FS, string)) {
	var worst, sum time.Duration
	opened := 0
	for b.Loop() {
		for _, from := range left {
			b.StopTimer()
			disk, dir := place()
			_, err := vfs.Clone(from, disk, "store", dir, vfs.CloneTryLink)
			require.NoError(b, err)
			runtime.GC()
			b.StartTimer()
			start := time.Now()
			st := openAndList(b, disk, dir)
			took := time.Since(start)
			b.StopTimer()
			worst, sum, opened = max(worst, took), sum+took, opened+1
			require.NoError(b, st.Close())
			require.NoError(b, disk.RemoveAll(dir))
			b.StartTimer()
		}
	}
	b.ReportMetric(float64(worst.Microseconds())/1e3, "ms-worst/open")
	b.ReportMetric(float64(sum.Microseconds())/1e3/float64(opened), "ms-mean/open")
}

func openAndList(b *testing.B, disk vfs.FS, dir string) *store.Store {
	st, err := pebblestore.Open(dir, &pebblestore.Options{FS: disk})
	require.NoError(b, err)
	box, err := st.OpenMailbox(context.Background(), "ada")
	require.NoError(b, err)
	rows, err := newest(special(b, box, mapi.FolderInbox)).Page(context.Background(), 0, 50)
	require.NoError(b, err)
	require.Len(b, rows, 50)
	return st
}

// crashes returns what n power cuts leave.
func crashes(b *testing.B, n int) (left []vfs.FS) {
	disk := vfs.NewCrashableMem()
	st, err := pebblestore.Open("store", &pebblestore.Options{FS: disk})
	require.NoError(b, err)
	inbox := benchInbox(b, st, "ada")
	for i := range n {
		for size := 0; size < 2*mib; size += 10 << 10 {
			_, err := inbox.Add(context.Background(), benchMessage(i+size, 10<<10), &store.AddOptions{Relaxed: true})
			require.NoError(b, err)
		}
		require.NoError(b, st.Sync(context.Background()))
		left = append(left, disk.CrashClone(vfs.CrashCloneCfg{}))
	}
	require.NoError(b, st.Close())
	return left
}

// BenchmarkTableMemory reports how far the heap grows while a folder is looked at.
// An order is new only once: run it with -benchtime 1x.
func BenchmarkTableMemory(b *testing.B) {
	for _, n := range tableSizes()[1:] {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) { tableMemory(b, n) })
	}
}

func tableMemory(b *testing.B, n int) {
	ctx := context.Background()
	st, inbox, ids := bigFolder(b, n)
	defer st.Close()
	run := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var peak int64
			for b.Loop() {
				heap := watchHeap()
				require.NoError(b, f())
				peak = max(peak, heap.peak())
				heap.close()
			}
			b.ReportMetric(float64(peak), "peakB")
		})
	}
	byID := inbox.Contents(&store.View{Columns: eightColumns,
		Sort: mapi.SortOrder{mapi.Ascending(props.PidTagInternetMessageId.Prop())}})
	branch5 := inbox.Contents(&store.View{Columns: eightColumns,
		Where: mapi.Contains(props.PidTagSubject.Prop(), "branch 5", mapi.Substring),
		Sort:  mapi.SortOrder{mapi.Descending(props.PidTagMessageDeliveryTime.Prop())}})
	page := func(t *store.Table, from int64) func() error {
		return func() error { _, err := t.Page(ctx, from, 50); return err }
	}
	run("first50", page(newest(inbox), 0))
	run("middle50", page(newest(inbox), int64(n/2)))
	run("count", func() error { _, err := newest(inbox).Count(ctx); return err })
	run("positionOf", func() error { _, err := newest(inbox).PositionOf(ctx, ids[n/3]); return err })
	run("allRows", func() error {
		for _, err := range newest(inbox).Rows(ctx) {
			if err != nil {
				return err
			}
		}
		return nil
	})
	run("newOrder", page(byID, int64(n/2)))
	run("newRestriction", page(branch5, 0))
}
