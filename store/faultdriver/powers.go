package faultdriver

import "github.com/okapi-mail/okapi/store/driver"

// keepPowers adds to w the optional powers of db that w does not change, and
// no others: whoever asks for one takes having the method for having the power.
func keepPowers(w, db driver.DB) driver.DB {
	check, canCheck := db.(driver.Checkpointer)
	compact, canCompact := db.(driver.Compactor)
	unsure, ok := w.(driver.Uncertain)
	if !ok {
		unsure, ok = db.(driver.Uncertain)
	}
	if !ok {
		unsure = certain{}
	}
	switch {
	case canCheck && canCompact:
		return struct {
			driver.DB
			uncertain
			checkpointer
			compactor
		}{w, unsure, check, compact}
	case canCheck:
		return struct {
			driver.DB
			uncertain
			checkpointer
		}{w, unsure, check}
	case canCompact:
		return struct {
			driver.DB
			uncertain
			compactor
		}{w, unsure, compact}
	}
	return struct {
		driver.DB
		uncertain
	}{w, unsure}
}

// Other names, because a field Uncertain would hide the method Uncertain.
type (
	uncertain    interface{ driver.Uncertain }
	checkpointer interface{ driver.Checkpointer }
	compactor    interface{ driver.Compactor }
)

// certain is the answer of a DB that is not asked: the outcome is always known.
type certain struct{}

func (certain) Uncertain() bool { return false }
