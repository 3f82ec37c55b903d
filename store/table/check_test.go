package table_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/table"
)

// useAll calls everything on an index that may be damaged. Nothing may panic or
// loop, and nothing but the errors that are promised may come back.
func useAll(t testing.TB, x table.Index, tx *memTx) {
	allow := func(err error) {
		if err != nil && !errors.Is(err, driver.ErrDamaged) && !errors.Is(err, table.ErrIncomplete) && !errors.Is(err, table.ErrState) {
			t.Fatalf("unexpected error: %v", err)
		}
	}
	ignore := func([]byte) bool { return true }
	_, err := x.Len(tx)
	allow(err)
	_, err = x.Status(tx)
	allow(err)
	for _, e := range [][]byte{nil, {0}, {0, 0, 0, 0, 0, 0, 0, 50}, {0xff}, []byte("m")} {
		_, _, err = x.Rank(tx, e)
		allow(err)
		_, err = x.Count(tx, e, nil)
		allow(err)
		allow(x.Ascend(tx, e, ignore))
		allow(x.Descend(tx, e, ignore))
	}
	for n := int64(-1); n < 200; n += 7 {
		_, err = x.Select(tx, n)
		allow(err)
	}
	allow(x.Check(tx))
	work := tx.clone()
	for i := range 40 {
		_, err = x.Insert(work, number(i*5+1))
		allow(err)
		_, err = x.Delete(work, number(i*4))
		allow(err)
	}
	work = tx.clone()
	for range 100 {
		done, err := x.Build().Step(work, 7)
		allow(err)
		if done || err != nil {
			break
		}
	}
	allow(x.Build().Seal(work))
	allow(x.Check(work))
}

func TestCheckFindsDamageOfEveryRecord(t *testing.T) {
	m := newModel(t, 8, 8)
	for i := range 400 {
		m.insert(number(i))
	}
	require.GreaterOrEqual(t, m.x.Height(m.tx), 2)
	edits := []string{"emptied", "cut short", "one more", "first byte", "first bytes"} // need a value
	damages := map[string]func(tx *memTx, p pair){
		"deleted":     func(tx *memTx, p pair) { _ = tx.Delete(p.key) },
		"emptied":     func(tx *memTx, p pair) { _ = tx.Put(p.key, nil) },
		"cut short":   func(tx *memTx, p pair) { _ = tx.Put(p.key, p.value[:len(p.value)-1]) },
		"grown":       func(tx *memTx, p pair) { _ = tx.Put(p.key, append(bytes.Clone(p.value), 0)) },
		"overlong":    func(tx *memTx, p pair) { _ = tx.Put(p.key, bytes.Repeat([]byte{0xff}, 30)) },
		"moved":       func(tx *memTx, p pair) { _ = tx.Delete(p.key); _ = tx.Put(append(bytes.Clone(p.key), 0), p.value) },
		"one more":    func(tx *memTx, p pair) { v := bytes.Clone(p.value); v[len(v)-1]++; _ = tx.Put(p.key, v) },
		"first byte":  func(tx *memTx, p pair) { v := bytes.Clone(p.value); v[0] ^= 1; _ = tx.Put(p.key, v) },
		"first bytes": func(tx *memTx, p pair) { v := bytes.Clone(p.value); v[0] ^= 0x40; _ = tx.Put(p.key, v) },
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			for _, p := range m.tx.all() {
				if !bytes.HasPrefix(p.key, []byte("p/")) || p.key[2] == 'e' || len(p.value) == 0 && slices.Contains(edits, name) {
					continue
				}
				tx := m.tx.clone()
				damage(tx, p)
				require.ErrorIs(t, m.x.Check(tx), driver.ErrDamaged, "key %x value %x", p.key, p.value)
				useAll(t, m.x, tx)
			}
		})
	}
}

func TestCheckFindsDamageOfEntries(t *testing.T) {
	m := newModel(t, 8, 8)
	for i := range 100 {
		m.insert(number(i))
	}
	key := func(rest string) []byte { return []byte("p/" + rest) }
	for name, damage := range map[string]func(tx *memTx) error{
		"entry lost":           func(tx *memTx) error { return tx.Delete(append(key("e"), number(50)...)) },
		"last entry lost":      func(tx *memTx) error { return tx.Delete(append(key("e"), number(99)...)) },
		"entry too many":       func(tx *memTx) error { return tx.Put(append(key("e"), number(500)...), nil) },
		"entry has a value":    func(tx *memTx) error { return tx.Put(append(key("e"), number(50)...), []byte{1}) },
		"key of no kind":       func(tx *memTx) error { return tx.Put(key(""), nil) },
		"key beside the root":  func(tx *memTx) error { return tx.Put(key("\x00x"), nil) },
		"key above the levels": func(tx *memTx) error { return tx.Put(key("\x07"), []byte{1, 1}) },
		"key after entries":    func(tx *memTx) error { return tx.Put(key("f"), nil) },
		"key at the end":       func(tx *memTx) error { return tx.Put(key("\xff\xff"), nil) },
		"all levels lost":      func(tx *memTx) error { return tx.DeleteRange(key("\x01"), key("e")) },
		"all entries lost":     func(tx *memTx) error { return tx.DeleteRange(key("e"), key("f")) },
		"root of nothing": func(tx *memTx) error {
			return errors.Join(tx.DeleteRange(key(""), key("\xff")), tx.Put(key("\x00"), []byte{0, 0, 0, 0}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			tx := m.tx.clone()
			require.NoError(t, m.x.Check(tx))
			require.NoError(t, damage(tx))
			require.ErrorIs(t, m.x.Check(tx), driver.ErrDamaged)
			useAll(t, m.x, tx)
		})
	}
}

// A failingTx fails at the n-th call.
type failingTx struct {
	*memTx
	left int
}

func (f *failingTx) step() error {
	if f.left--; f.left < 0 {
		return errCrash
	}
	return nil
}

func (f *failingTx) Get(key []byte) ([]byte, error) {
	if err := f.step(); err != nil {
		return nil, err
	}
	return f.memTx.Get(key)
}

func (f *failingTx) Scan(lo, hi []byte, reverse bool, yield func(k, v []byte) bool) error {
	if err := f.step(); err != nil {
		return err
	}
	return f.memTx.Scan(lo, hi, reverse, yield)
}

func (f *failingTx) Put(key, value []byte) error {
	if err := f.step(); err != nil {
		return err
	}
	return f.memTx.Put(key, value)
}

func (f *failingTx) Delete(key []byte) error {
	if err := f.step(); err != nil {
		return err
	}
	return f.memTx.Delete(key)
}

func (f *failingTx) DeleteRange(lo, hi []byte) error {
	if err := f.step(); err != nil {
		return err
	}
	return f.memTx.DeleteRange(lo, hi)
}

func TestErrorsOfTheBackendComeBack(t *testing.T) {
	m := newModel(t, 8, 8)
	for i := range 400 {
		m.insert(number(2 * i))
	}
	x := m.x
	ignore := func([]byte) bool { return true }
	steps := func(begin func(tx driver.Tx) error) func(tx driver.Tx) error {
		return func(tx driver.Tx) error {
			if err := begin(tx); err != nil {
				return err
			}
			for {
				if done, err := x.Build().Step(tx, 50); done || err != nil {
					return err
				}
			}
		}
	}
	ops := map[string]func(tx driver.Tx) error{
		"Len":     func(tx driver.Tx) error { _, err := x.Len(tx); return err },
		"Status":  func(tx driver.Tx) error { _, err := x.Status(tx); return err },
		"Rank":    func(tx driver.Tx) error { _, _, err := x.Rank(tx, number(99)); return err },
		"Count":   func(tx driver.Tx) error { _, err := x.Count(tx, number(99), nil); return err },
		"Select":  func(tx driver.Tx) error { _, err := x.Select(tx, 99); return err },
		"Ascend":  func(tx driver.Tx) error { return x.Ascend(tx, nil, ignore) },
		"Descend": func(tx driver.Tx) error { return x.Descend(tx, nil, ignore) },
		"Check":   func(tx driver.Tx) error { return x.Check(tx) },
		"Drop":    func(tx driver.Tx) error { return x.Drop(tx) },
		"Insert": func(tx driver.Tx) error {
			for i := range 40 { // splits on the way
				if _, err := x.Insert(tx, append(number(100), byte(i))); err != nil {
					return err
				}
			}
			return nil
		},
		"Delete": func(tx driver.Tx) error {
			for i := range 399 { // joins on the way
				if _, err := x.Delete(tx, number(2*i)); err != nil {
					return err
				}
			}
			return nil
		},
		"Recount": steps(x.Build().Recount),
		"Build": steps(func(tx driver.Tx) error {
			if err := x.Build().Begin(tx); err != nil {
				return err
			}
			if err := x.Build().Fill(tx, func(yield func([]byte) bool) { _ = yield(number(1)) && yield(number(2)) }, nil); err != nil {
				return err
			}
			return x.Build().Seal(tx)
		}),
	}
	for name, op := range ops {
		t.Run(name, func(t *testing.T) {
			for n := 0; ; n++ {
				err := op(&failingTx{memTx: m.tx.clone(), left: n})
				if err == nil {
					assert.Positive(t, n)
					return
				}
				require.ErrorIs(t, err, errCrash, "call %d", n)
				if n > 300 {
					n += 17
				}
			}
		})
	}
}

// FuzzOperations runs bytes as operations on an index and on a sorted slice.
func FuzzOperations(f *testing.F) {
	f.Add([]byte("insert some, delete some, ask some"))
	f.Add(bytes.Repeat([]byte{0, 1, 2, 3, 0x80, 0x81, 0xff}, 40))
	f.Fuzz(func(t *testing.T, ops []byte) {
		m := newModel(t, 8, 8)
		for len(ops) >= 2 && len(ops) < 4000 {
			op, size := ops[0]>>5, min(int(ops[0]&3), len(ops)-1)
			e := ops[1 : 1+size]
			ops = ops[1+size:]
			switch op {
			case 0, 1, 2, 3:
				m.insert(e)
			case 4, 5:
				m.delete(e)
			case 6:
				m.ask(e, size*5)
			case 7:
				for i := range 20 {
					m.insert(append(append([]byte{}, e...), byte(i)))
				}
			}
		}
		m.check()
	})
}

// FuzzStored gives an index whatever records there may be.
func FuzzStored(f *testing.F) {
	m := newModel(f, 8, 8)
	for i := range 120 {
		m.insert(number(i))
	}
	dump := func(tx *memTx) (b []byte) {
		for _, p := range tx.all() {
			if bytes.HasPrefix(p.key, []byte("p/")) {
				b = fmt.Appendf(b, "%c%s%c%s", len(p.key)-2, p.key[2:], len(p.value), p.value)
			}
		}
		return b
	}
	f.Add(dump(m.tx))
	if err := m.x.Build().Recount(m.tx); err != nil {
		f.Fatal(err)
	}
	for range 3 {
		if _, err := m.x.Build().Step(m.tx, 30); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(dump(m.tx))
	f.Fuzz(func(t *testing.T, in []byte) {
		tx := &memTx{}
		take := func() (b []byte) {
			if len(in) > 0 {
				n := min(int(in[0]), len(in)-1)
				b, in = in[1:1+n], in[1+n:]
			}
			return b
		}
		for len(in) > 0 {
			key := append([]byte("p/"), take()...)
			if err := tx.Put(key, take()); err != nil {
				t.Fatal(err)
			}
		}
		useAll(t, table.NewSmallIndex([]byte("p/"), 8, 8), tx)
	})
}
