// Command batch measures on real trainings how the best learning rate follows the
// batch size at equal epochs, and how the best weight decay of AdamW follows the
// learning rate.
//
//	go run ./bench/batch measure FILE   trains what FILE still lacks; it may be interrupted
//	go run ./bench/batch report FILE    says what that means, as tables in Markdown
//
// Start reading at [cells]; best.go finds the best of a line of trainings.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "batch:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("want measure FILE or report FILE, got %q", args)
	}
	k, err := read(args[1])
	if err != nil {
		return err
	}
	switch args[0] {
	case "measure":
		for _, more := range []func(known) []cell{cells, decays} {
			for _, c := range more(k) {
				if err := c.measure(ctx, k, args[1]); err != nil {
					return err
				}
			}
		}
		return nil
	case "report":
		return report(os.Stdout, k)
	}
	return fmt.Errorf("there are measure and report, not %s", args[0])
}
