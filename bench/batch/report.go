package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/danlu-ml/danlu/internal/batchsize"
)

func report(w io.Writer, k known) error {
	fmt.Fprintln(w, "| task | optimizer | training | best rate by batch size | exponent (95 %) |\n|---|---|---|---|---|")
	for _, t := range workloads {
		for _, o := range optimizers {
			for _, kind := range []string{whole, short} {
				var bests []batchsize.Best
				var words []string
				for _, size := range t.sizes {
					rate, spread, ok := k.best(name(t.name, o.name, kind, size))
					if !ok {
						continue
					}
					bests = append(bests, batchsize.Best{Size: int64(size), Rate: rate, Spread: spread})
					words = append(words, fmt.Sprintf("%d: %.2g", size, rate))
				}
				fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", t.name, o.name, kind, strings.Join(words, ", "), exponent(bests))
			}
		}
	}
	fmt.Fprint(w, "\n| task |")
	for _, shift := range shifts {
		fmt.Fprintf(w, " best λ at %g× the rate |", shift)
	}
	fmt.Fprintln(w, " exponent (95 %) |\n|---|---|---|---|---|---|---|")
	for _, t := range workloads {
		var bests []batchsize.Best
		fmt.Fprintf(w, "| %s |", t.name)
		for _, shift := range shifts {
			decay, spread, ok := k.best(fmt.Sprintf("%s/decay/%g", t.name, shift))
			if !ok {
				fmt.Fprint(w, " |")
				continue
			}
			bests = append(bests, batchsize.Best{Size: int64(100 * shift), Rate: decay, Spread: spread})
			fmt.Fprintf(w, " %.2g |", decay)
		}
		fmt.Fprintf(w, " %s |\n", exponent(bests))
	}
	return nil
}

func exponent(bests []batchsize.Best) string {
	e, err := batchsize.Fit(bests)
	if err != nil {
		return "?"
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", e.K, e.Low, e.High)
}
