// Command danlu tunes deep-learning training programs. Each verb is a file of its
// own here, without logic: what it does is in the packages below internal.
//
// Start reading at root.go, which lists the verbs.
package main

import (
	"context"
	"os"

	"github.com/danlu-ml/danlu/internal/wrapper"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "__wrap" { // beside every attempt: first of all, and light
		os.Exit(wrapper.Main(os.Args[2:]))
	}
	os.Exit(run(context.Background(), os.Args[1:]))
}

// run is the program less the process: it returns the exit code.
func run(ctx context.Context, args []string) int {
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	root := newRoot(a)
	root.SetArgs(args)
	verb, err := root.ExecuteContextC(ctx)
	return int(a.report(verb.CommandPath(), err))
}
