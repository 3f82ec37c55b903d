package main

import (
	"context"
	"io"
)

func guide(ctx context.Context, dir string, out io.Writer) error { return nil }
