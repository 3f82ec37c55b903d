// Package props is the dictionary of properties: one typed key for each
// canonical property of MS-OXPROPS and of the programs that live with it.
//
//	subject, ok := props.PidTagSubject.Get(msg)          // string
//	props.PidTagImportance.Set(msg, mapi.ImportanceHigh) // an enumeration, int32 in MAPI
//	set, ok := props.PidLidReminderSet.Get(msg)          // a named property reads the same
//
// A [Key] works on everything that has properties: a detached [mapi.Message], a
// stored object, a row of a table. Properties known only when the program runs
// go through [mapi.Getter] and [mapi.Setter] directly; [Key.Prop] joins the two.
//
// # Nouns
//
//   - [Key]: a property with the Go type of its value; [AnyKey] is its identity alone;
//     [NewKey] makes one for a property of your own
//   - PSETIDCommon and so on: the property sets
//   - [Info]: what the dictionary knows about a property; [Lookup] and [ByTag] find it
//   - [Name]: the canonical name of a property, for people
//   - [Dump]: an object as text, in canonical names
//
// A program links only the keys it uses. The table behind the look-up comes with
// its functions.
//
// # Source
//
// catalogue.tsv has one line per property and is reviewed like code; go generate
// writes the Go files from it and from its neighbours: sets.tsv, enumtypes.tsv
// and enumvalues.tsv (the enumerations of package mapi), codes.tsv (the names of
// status codes).
package props

//go:generate go run ./internal/gen -props .
