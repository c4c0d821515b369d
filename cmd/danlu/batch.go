package main

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/amend"
	"github.com/danlu-ml/danlu/internal/aside"
	"github.com/danlu-ml/danlu/internal/batchstudy"
	"github.com/danlu-ml/danlu/internal/plot"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// batchFlags are what `danlu batch` is told.
type batchFlags struct {
	ask                      batchstudy.Ask
	rate                     batchstudy.RateAsk
	seconds                  float64
	between, sizes, svg      string
	set                      []string
	law                      bool
	json, plain, apply, anew bool
}

func newBatch(a *app) *cobra.Command {
	var f batchFlags
	cmd := &cobra.Command{
		Use:   "batch [FILE]",
		Short: "find the batch size: what fits, and what is fast",
		Long: `Batch finds the batch size of the study that FILE describes (danlu.yaml if none
is named): it trains for a few seconds with sizes that double until one does not
fit into memory or the range ends, looks between the last two, and measures how
fast each is by the times of the reports. It suggests the smallest size with nine
tenths of the best throughput, for the study to keep.

--lr also finds the best learning rate at several sizes, by short trainings of
as many epochs, and says how it follows the size.

The short trainings are kept in danlu-batch.db beside the file, not among the
study's trials. Interrupted, even killed, the same call goes on where it was.`,
		Example: `  danlu batch
  danlu batch --apply
  danlu batch --range 16,4096 --seconds 30
  danlu batch --lr --sizes 32,128,512`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := "danlu.yaml"
			if len(args) > 0 {
				file = args[0]
			}
			return a.batch(cmd.Context(), file, &f)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.ask.Param, "param", "", "the parameter that is the batch size: `NAME`")
	fs.StringVar(&f.between, "range", "", "the sizes to try: `LOW,HIGH` (default: the parameter's range)")
	fs.Float64Var(&f.seconds, "seconds", 10, "how long to watch each size from its first report on; in all, thirty times that at most")
	fs.BoolVar(&f.law, "lr", false, "also find how the best learning rate follows the size")
	fs.StringVar(&f.sizes, "sizes", "", "with --lr: the sizes, as in 32,128,512 (default: the suggested one, a quarter and a sixteenth of it)")
	fs.StringVar(&f.rate.Rate, "lr-param", "", "with --lr: the parameter that is the learning rate: `NAME`")
	fs.Float64Var(&f.rate.Share, "share", 0.1, "with --lr: the part of a whole training that each short one has")
	fs.StringArrayVar(&f.set, "set", nil, "change a setting of the file: `KEY=VALUE`, as in optimizer.default=sgd")
	fs.BoolVar(&f.apply, "apply", false, "write the size into the file as the only one, with the reason")
	fs.BoolVar(&f.anew, "again", false, "measure anew what has been measured already")
	fs.BoolVar(&f.json, "json", false, "objects on standard output, the last of which is the result")
	fs.BoolVar(&f.plain, "plain", false, "plain lines even in a terminal")
	fs.StringVar(&f.svg, "svg", "", "write the drawing to a `FILE` as SVG")
	return cmd
}

// check reads the flags that are more than words.
func (f *batchFlags) check() error {
	if f.between != "" {
		sizes, err := wholes(f.between)
		if err != nil || len(sizes) != 2 || sizes[0] > sizes[1] {
			return usage("--range %q is not two whole numbers from 1, the lower one first, as in --range 16,1024", f.between)
		}
		f.ask.Low, f.ask.High = sizes[0], sizes[1]
	}
	if !(f.seconds > 0) || f.seconds > 86400 {
		return usage("--seconds %v: give how long to watch each size, as in --seconds 10", f.seconds)
	}
	f.ask.Watch = time.Duration(f.seconds * float64(time.Second))
	if f.sizes != "" {
		sizes, err := wholes(f.sizes)
		slices.Sort(sizes)
		if sizes = slices.Compact(sizes); err != nil || len(sizes) < 2 {
			return usage("--sizes %q: an exponent needs two batch sizes or more, as in --sizes 32,128", f.sizes)
		}
		f.rate.Sizes, f.law = sizes, true
	}
	if !(f.rate.Share > 0) || f.rate.Share > 1 {
		return usage("--share %v: it is a part of one training, between 0 and 1", f.rate.Share)
	}
	f.rate.Param = f.ask.Param
	return nil
}

// wholes reads numbers from 1, separated by commas.
func wholes(list string) (all []int64, err error) {
	for word := range strings.SplitSeq(list, ",") {
		x, err := strconv.ParseInt(strings.TrimSpace(word), 10, 32)
		if err == nil && x < 1 {
			err = strconv.ErrRange
		}
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

// batch finds the size of a study, shows it and, where that is asked for, writes it
// into the file.
func (a *app) batch(ctx context.Context, file string, f *batchFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	def, err := a.definition(ctx, file, true, append([]string{"budget=none"}, f.set...)) // which is the study's own business
	if err != nil {
		return err
	}
	out, err := a.batchFind(ctx, file, def, f)
	if err != nil {
		if f.json && isFileError(err) { // a program gets its last line all the same
			var none batchstudy.Outcome
			none.Reason = err.Error()
			if lost := a.json(none); lost != nil {
				return errors.Join(err, lost)
			}
		}
		return err
	}
	if out.Interrupted {
		a.note("left; the same call goes on")
		return exitWith(codeInterrupted, nil)
	}
	if !out.Earlier.IsZero() && !f.json {
		a.note("measured at %s; --again measures anew", out.Earlier.Local().Format(time.DateTime))
	}
	err = a.batchShow(f, out)
	if err != nil || !f.apply {
		return err
	}
	return a.batchApply(file, out)
}

// batchFind runs what finds the size, and how the rate follows it.
func (a *app) batchFind(ctx context.Context, file string, def *study.Definition, f *batchFlags) (out batchstudy.Outcome, err error) {
	watch := a.batchWatch(f)
	place, closing, err := a.beside(ctx, def, file, "batch", &watch.Lines, f.anew)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, closing()) }()
	if out, err = batchstudy.Find(ctx, def, f.ask, place, watch); err != nil || out.Interrupted || !f.law {
		return out, err
	}
	if len(f.rate.Sizes) == 0 {
		f.rate.Sizes = sizesBelow(out)
	}
	law, err := batchstudy.Follow(ctx, def, f.rate, place, &watch.Lines)
	out.Law, out.Interrupted = &law, law.Interrupted
	return out, err
}

// sizesBelow are the suggested size, a quarter and a sixteenth of it, as far as they
// were found to fit.
func sizesBelow(out batchstudy.Outcome) (sizes []int64) {
	top := max(out.Suggestion, out.Current)
	for size := top; size >= 1 && len(sizes) < 3 && out.Ok; size /= 4 {
		sizes = append(sizes, size)
	}
	slices.Sort(sizes)
	return sizes
}

// batchWatch tells of the progress where the result does not go: on standard error,
// and as objects with --json.
func (a *app) batchWatch(f *batchFlags) *batchstudy.Watch {
	w := &batchstudy.Watch{Lines: aside.Lines{Out: a.err, Live: a.live(f.plain)}}
	if f.json {
		w.JSON = a.out
	}
	return w
}

// batchShow shows a result. The exit code says whether there is one.
func (a *app) batchShow(f *batchFlags, out batchstudy.Outcome) error {
	chart := batchstudy.Chart(out)
	if f.svg != "" {
		if err := writeSVG(f.svg, []plot.Chart{chart}); err != nil {
			return err
		}
	}
	var err error
	if f.json {
		err = a.json(out)
	} else {
		var lines []text.Line
		if len(chart.Ticks) > 2 {
			lines = append(chart.Lines(a.width(), chartHeight, a.dots()), nil)
		}
		lines = append(lines, batchstudy.Words(out, a.width())...)
		if out.Law != nil {
			lines = append(append(lines, nil), batchstudy.LawWords(*out.Law, a.width())...)
		}
		err = a.show(lines)
	}
	if err == nil && (!out.Ok || out.Law != nil && !out.Law.Ok) {
		return exitWith(codeNothing, nil)
	}
	return err
}

// batchApply writes the size into the study's file.
func (a *app) batchApply(file string, out batchstudy.Outcome) error {
	changed, err := amend.FixFile(file, amend.Value{
		Param: out.Param, Value: space.IntValue(out.Suggestion), By: "danlu batch",
		Why: out.Reason + "; a matter of speed: the learning rate belongs to it, so look for that again", On: time.Now(),
	})
	switch {
	case err != nil:
		return err
	case changed:
		a.note("%s: %s is now %d; danlu lr --apply finds the learning rate that belongs to it", file, out.Param, out.Suggestion)
	default:
		a.note("%s has this size already", file)
	}
	return nil
}
