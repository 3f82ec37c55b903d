package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGeneratedFileIsThatOfTheTables(t *testing.T) {
	want, err := generate("../..")
	require.NoError(t, err)
	got, err := os.ReadFile("../../names_gen.go")
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run go generate ./ical/zone")
}
