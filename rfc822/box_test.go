package rfc822

import (
	"reflect"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBoxesAreOrdinaryValues(t *testing.T) {
	s, b := "giraffe", []byte("okapi")
	vs, vb := boxString(&s), boxBytes(&b)
	runtime.GC()
	require.True(t, vs == any("giraffe"))
	require.Equal(t, reflect.TypeFor[string](), reflect.TypeOf(vs))
	require.Equal(t, any([]byte("okapi")), vb)
	require.Equal(t, reflect.TypeFor[[]byte](), reflect.TypeOf(vb))
	text, ok := vs.(string)
	require.True(t, ok)
	require.Equal(t, "giraffe", text)
	bytes, ok := vb.([]byte)
	require.True(t, ok)
	require.Equal(t, 5, len(bytes))
	require.Equal(t, cap(b), cap(bytes))
}
