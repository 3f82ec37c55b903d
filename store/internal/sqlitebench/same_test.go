package sqlitebench_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBothStoresDoTheWork keeps the comparison honest: what was stored is there.
func TestBothStoresDoTheWork(t *testing.T) {
	mails := newMails(t, 120, 4<<10)
	for _, s := range subjects {
		t.Run(s.name, func(t *testing.T) {
			st := s.open(t)
			require.NoError(t, st.batch(mails[:100]))
			for _, m := range mails[100:] {
				require.NoError(t, st.deliver(m))
			}
			n, err := st.count()
			require.NoError(t, err)
			require.Equal(t, 120, n)
			for from, want := range map[int]int{0: 50, 60: 50, 100: 20, 120: 0} {
				n, err := st.page(from)
				require.NoError(t, err)
				require.Equal(t, want, n, "rows from %d on", from)
			}
		})
	}
}
