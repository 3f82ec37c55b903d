package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const propsDir = "../.."

func TestGeneratedFilesAreUpToDate(t *testing.T) {
	files, err := generate(propsDir)
	require.NoError(t, err)
	require.Len(t, files, 5)
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(propsDir, name))
		require.NoError(t, err)
		assert.True(t, string(want) == string(got), "%s is stale: run go generate ./props", name)
	}
}

func TestEverySpecifiedPropertyIsThere(t *testing.T) {
	tables, err := readTables(propsDir)
	require.NoError(t, err)
	n := map[string]int{}
	for _, k := range tables.keys {
		n[k.get("status")]++
	}
	assert.Equal(t, 1079, n["oxprops"], "MS-OXPROPS has 1079 properties")
}

func TestMistakesAreReportedWithFileAndLine(t *testing.T) {
	const (
		sets   = "name\tgo\tguid\taliases\tmeaning\n"
		types  = "type\tkind\tbase\tprefix\tspec\tmeaning\n"
		values = "type\tconstant\tvalue\toriginal\tmeaning\n"
		keys   = "name\tkind\tid\tset\ttype\tgo\taliases\tarea\tobjects\tflags\tspec\tstatus\tmeaning\n"
		good   = "PidTagB\ttag\t0037\t\tPtypString\tstring\t\tmail\t\t\t\toxprops\tb\n"
		zoo    = "PS_ZOO\tPSZoo\t00062008-0000-0000-C000-000000000046\t\tx\n"
	)
	for _, c := range []struct{ promise, file, text, want string }{
		{"wrong header", "sets.tsv", "nonsense\n", "sets.tsv:1: the header is"},
		{"wrong number of cells", "sets.tsv", sets + "PS_ZOO\tx\n", "sets.tsv:2: 2 cells, not 5"},
		{"broken GUID", "sets.tsv", sets + "PS_ZOO\tPSZoo\tx\t\tx\n", "sets.tsv:2: mapi: \"x\" is not a GUID"},
		{"a set twice", "sets.tsv", sets + zoo + zoo, "sets.tsv:3: PS_ZOO is also in line 2"},
		{"unknown kind of enumeration", "enumtypes.tsv", types + "Zoo\tx\tint32\tZoo\t\tx\n", "enumtypes.tsv:2: unknown kind \"x\""},
		{"unknown base of enumeration", "enumtypes.tsv", types + "Zoo\tenum\tint8\tZoo\t\tx\n", "enumtypes.tsv:2: unknown base type"},
		{"value of no enumeration", "enumvalues.tsv", values + "Zoo\tZooA\t1\tx\t\n", "enumvalues.tsv:2: no type \"Zoo\""},
		{"code that is no number", "codes.tsv", "name\tvalue\tgroup\tseverity\tmeaning\taliases\nE\tx\t\t\t\t\n", "codes.tsv:2:"},
		{"unknown property type", "catalogue.tsv", keys + strings.Replace(good, "PtypString", "PtypZoo", 1), "catalogue.tsv:2: unknown property type"},
		{"wrong Go type", "catalogue.tsv", keys + strings.Replace(good, "\tstring", "\tint32", 1), "catalogue.tsv:2: PtypString as int32, not string"},
		{"name out of order", "catalogue.tsv", keys + good + strings.Replace(good, "PidTagB", "PidTagA", 1), "catalogue.tsv:3: PidTagA is not in the order"},
		{"kind that does not fit the name", "catalogue.tsv", keys + strings.Replace(good, "\ttag", "\tlid", 1), "catalogue.tsv:2: PidTagB cannot be a \"lid\""},
		{"id that is no number", "catalogue.tsv", keys + strings.Replace(good, "0037", "x", 1), "catalogue.tsv:2:"},
		{"unknown flag", "catalogue.tsv", keys + strings.Replace(good, "\tmail\t\t\t", "\tmail\t\tzoo\t", 1), "catalogue.tsv:2: unknown flag \"zoo\""},
		{"unknown set", "catalogue.tsv", keys + "PidLidB\tlid\t8000\tPSETID_Zoo\tPtypString\tstring\t\tmail\t\t\t\toxprops\tb\n", "catalogue.tsv:2: no set \"PSETID_Zoo\""},
		{"no meaning", "catalogue.tsv", keys + strings.Replace(good, "\tb\n", "\t\n", 1), "catalogue.tsv:2: PidTagB has no meaning"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{
				"sets.tsv": sets, "enumtypes.tsv": types, "enumvalues.tsv": values,
				"codes.tsv": "name\tvalue\tgroup\tseverity\tmeaning\taliases\n", "catalogue.tsv": keys,
			} {
				if name == c.file {
					text = c.text
				}
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
			}
			_, err := generate(dir)
			require.ErrorContains(t, err, c.want)
			assert.Contains(t, err.Error(), filepath.Join(dir, c.file))
		})
	}
}

func TestAMissingTableIsAnError(t *testing.T) {
	_, err := generate(t.TempDir())
	assert.ErrorIs(t, err, os.ErrNotExist)
}
