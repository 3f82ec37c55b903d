// Package cfb reads and writes compound files (MS-CFB): a small file system in one
// file, of storages (folders) and streams (files).
//
// Reading trusts nothing. Tables are paged, so that a file of any size takes little
// memory; chains that loop, leave the file or share sectors end in
// [mapi.ErrCorruptData]; entries are found by walking the whole tree, because many
// writers do not order it as they should. What is left of a damaged file can be
// read.
//
// Writing knows the size of every stream beforehand. So the whole layout is known
// before the first byte, and an [Image] is written in one pass to something that
// cannot seek.
//
//	section  what                              where
//	2.1      sectors of 512 and 4096 bytes     header, Options.SectorSize
//	2.2      header                            header
//	2.3      FAT, range lock sector            table, plan
//	2.4      mini FAT and mini stream          File.Stream, plan
//	2.5      DIFAT                             File.loadFAT, plan
//	2.6      directory, red-black tree         File.tree, balance
//	2.6.4    order of names                    compareNames
package cfb
