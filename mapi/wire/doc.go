// Package wire turns the vocabulary of package mapi into the binary structures of
// MS-OXCDATA and back: property values and rows, restrictions, sort orders, rule
// actions and sets of ids. Gateways that speak MAPI use it, and stored properties
// that hold such structures.
//
// Decoding trusts nothing: counts are checked against the bytes that are there,
// nesting is bounded, and every error is [mapi.ErrCorruptData]. What is decoded
// shares no memory with the input.
//
// Entry ids, change keys and predecessor change lists have one binary form each and
// are read and written by package mapi itself.
//
//	structure              section            functions
//	property values        MS-OXCDATA 2.11    AppendValue, Decoder.Value
//	tagged values          MS-OXCDATA 2.11.4  AppendProperty, Decoder.Property
//	property rows          MS-OXCDATA 2.8     AppendRow, Decoder.Row
//	restrictions           MS-OXCDATA 2.12    AppendRestriction, DecodeRestriction
//	sort orders            MS-OXCDATA 2.13    AppendSortOrder, DecodeSortOrder
//	rule actions           MS-OXORULE 2.2.5   AppendRuleActions, DecodeRuleActions
//	extended rules         MS-OXORULE 2.2.4   AppendExtendedCondition, AppendExtendedActions, …
//	sets of ids            MS-OXCFXICS 2.2.2.4 IDSet
package wire
