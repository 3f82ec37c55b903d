package table_test

import (
	"fmt"

	"github.com/okapi-mail/okapi/store/table"
)

func Example() {
	tx := &memTx{} // the transaction of a store
	x := table.NewIndex([]byte("box1/inbox/by subject/"))
	for _, subject := range []string{"okapi", "giraffe", "lion", "zebra", "antelope"} {
		if _, err := x.Insert(tx, []byte(subject)); err != nil {
			fmt.Println(err)
		}
	}
	n, _ := x.Len(tx)
	at, there, _ := x.Rank(tx, []byte("lion"))
	second, _ := x.Select(tx, 1)
	fmt.Println(n, "rows; lion:", at, there, "; second:", string(second))
	_ = x.Ascend(tx, []byte("m"), func(entry []byte) bool {
		fmt.Println(string(entry))
		return true
	})
	// Output:
	// 5 rows; lion: 2 true ; second: giraffe
	// okapi
	// zebra
}

func ExampleBuild() {
	tx := &memTx{} // in a store, each call below can have a transaction of its own
	x := table.NewIndex([]byte("box1/inbox/by subject/"))
	b := x.Build()
	_ = b.Begin(tx)
	_ = b.Fill(tx, func(yield func([]byte) bool) {
		_ = yield([]byte("okapi")) && yield([]byte("giraffe"))
	}, []byte("row 2"))
	s, _ := x.Status(tx)
	fmt.Printf("%v, go on after %s\n", s.State, s.Mark)

	_, _ = x.Insert(tx, []byte("lion")) // somebody else
	_ = b.Seal(tx)
	for done := false; !done; {
		done, _ = b.Step(tx, 10000)
	}
	n, _ := x.Len(tx)
	fmt.Println(n, "rows")
	// Output:
	// filling, go on after row 2
	// 3 rows
}
