package sqlitebench_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// A subject is a store under measurement. Its methods may be called by several
// goroutines.
type subject interface {
	// deliver stores one mail and returns when it survives a power loss.
	deliver(m *mail) error

	// batch stores mails and returns when all of them do.
	batch(list []*mail) error

	// page returns how many rows there are from a position on, newest first, at
	// most 50, after it has read what a list shows of them.
	page(from int) (int, error)

	count() (int, error)
}

var subjects = []struct {
	name string
	open func(b testing.TB) subject
}{{"sqlite", openSQLite}, {"okapi", openOkapi}}

// cacheSize is what each store may keep in memory of its files.
const cacheSize = 64 << 20

type sqlite struct {
	mu                    sync.Mutex // one connection writes
	db                    *sql.DB
	insert, rows, counted *sql.Stmt
}

const schema = `
CREATE TABLE message (
	id      INTEGER PRIMARY KEY,
	folder  INTEGER NOT NULL,
	date    INTEGER NOT NULL,
	subject TEXT    NOT NULL,
	sender  TEXT    NOT NULL,
	size    INTEGER NOT NULL,
	read    INTEGER NOT NULL,
	mail    BLOB    NOT NULL
);
CREATE INDEX by_date    ON message (folder, date);
CREATE INDEX by_subject ON message (folder, subject);
CREATE INDEX by_sender  ON message (folder, sender);
CREATE INDEX by_size    ON message (folder, size);`

func openSQLite(b testing.TB) subject {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "mail.db")+
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-65536)&_pragma=mmap_size(1073741824)")
	require.NoError(b, err)
	b.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	_, err = db.Exec(schema)
	require.NoError(b, err)
	s := &sqlite{db: db}
	for stmt, text := range map[**sql.Stmt]string{
		&s.insert:  `INSERT INTO message (folder, date, subject, sender, size, read, mail) VALUES (1, ?, ?, ?, ?, 0, ?)`,
		&s.rows:    `SELECT id, date, subject, sender, size, read FROM message WHERE folder = 1 ORDER BY date DESC LIMIT 50 OFFSET ?`,
		&s.counted: `SELECT count(*) FROM message WHERE folder = 1`,
	} {
		*stmt, err = db.Prepare(text)
		require.NoError(b, err)
	}
	var mode string
	require.NoError(b, db.QueryRow("PRAGMA journal_mode").Scan(&mode))
	require.Equal(b, "wal", mode)
	var synchronous int
	require.NoError(b, db.QueryRow("PRAGMA synchronous").Scan(&synchronous))
	require.Equal(b, 2, synchronous, "FULL")
	return s
}

func (s *sqlite) deliver(m *mail) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.put(s.insert, m)
}

func (s *sqlite) put(insert *sql.Stmt, m *mail) error {
	_, err := insert.Exec(m.date.UnixMicro(), m.subject, m.sender, len(m.raw), m.raw)
	return err
}

func (s *sqlite) batch(list []*mail) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	insert := tx.Stmt(s.insert)
	for _, m := range list {
		if err := s.put(insert, m); err != nil {
			tx.Rollback()
			return err
		}
	}
	return tx.Commit()
}

func (s *sqlite) page(from int) (n int, err error) {
	rows, err := s.rows.Query(from)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for ; rows.Next(); n++ {
		var id, date, size int64
		var subject, sender string
		var read bool
		if err := rows.Scan(&id, &date, &subject, &sender, &size, &read); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}

func (s *sqlite) count() (n int, err error) {
	return n, s.counted.QueryRow().Scan(&n)
}

type okapi struct {
	st    *store.Store
	inbox *store.Folder
}

func openOkapi(b testing.TB) subject {
	ctx := context.Background()
	st, err := pebblestore.Open(b.TempDir(), &pebblestore.Options{CacheSize: cacheSize})
	require.NoError(b, err)
	b.Cleanup(func() { st.Close() })
	box, err := st.CreateMailbox(ctx, "ada@example.com", nil)
	require.NoError(b, err)
	inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
	require.NoError(b, err)
	return &okapi{st, inbox}
}

func (o *okapi) deliver(m *mail) error {
	_, err := o.inbox.Add(context.Background(), m.msg, nil)
	return err
}

func (o *okapi) batch(list []*mail) error {
	msgs := make([]*mapi.Message, len(list))
	for i, m := range list {
		msgs[i] = m.msg
	}
	_, err := o.inbox.AddAll(context.Background(), msgs, nil)
	return err
}

func (o *okapi) table() *store.Table {
	return o.inbox.Contents(&store.View{
		Columns: store.Columns(props.PidTagSubject, props.PidTagSentRepresentingName, props.PidTagMessageDeliveryTime,
			props.PidTagMessageSize, props.PidTagMessageFlags, props.PidTagImportance, props.PidTagHasAttachments,
			props.PidTagMessageClass),
		Sort: mapi.SortOrder{mapi.Descending(props.PidTagMessageDeliveryTime.Prop())},
	})
}

func (o *okapi) page(from int) (int, error) {
	rows, err := o.table().Page(context.Background(), int64(from), 50)
	return len(rows), err
}

func (o *okapi) count() (int, error) {
	n, err := o.table().Count(context.Background())
	return int(n), err
}
