package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/danlu-ml/danlu/internal/plot"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/text"
	"github.com/danlu-ml/danlu/internal/trainer/sched"
)

// scheduleFlags are what `danlu schedule` was told beside the schedule's numbers.
type scheduleFlags struct {
	rule        sched.Rule
	losses      []float64
	json, plain bool
	draw        bool
	svg         string
}

func newSchedule(a *app) *cobra.Command {
	var s sched.Schedule
	var f scheduleFlags
	cmd := &cobra.Command{
		Use:   "schedule [NAME] --peak RATE --steps N",
		Short: "the learning rate of every step, drawn or as numbers",
		Long: `Schedule gives the rates of a schedule: in a terminal it draws them, in a pipe it
writes a line a step, the step and its rate. They are those of PyTorch's class of the
same name. warmup_NAME is NAME after a warm-up, of a twentieth of the steps unless
--warmup says. Without a name it lists the schedules.

Plateau goes by what it sees: --losses are those of the epochs.`,
		Example: `  danlu schedule onecycle --peak 0.1 --steps 1000
  danlu schedule warmup_cosine --peak 3e-4 --steps 5000 --warmup 500 --json
  danlu schedule step --peak 0.1 --steps 900 --epoch 30 --step-size 10 --gamma 0.3
  danlu schedule plateau --peak 0.1 --steps 6 --patience 0 --losses 3,2,2.5,1,1.2,0.9`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listSchedules(cmd, f.json)
			}
			if err := completeSchedule(cmd.Flags(), args[0], &s); err != nil {
				return err
			}
			if s.Name == "plateau" && len(f.losses) == 0 {
				a.note("plateau goes by the losses it sees: without --losses its rate stays")
			}
			return a.writeSchedule(&s, s.Rates(f.losses, f.rule), f)
		},
		ValidArgsFunction: cobra.FixedCompletions(slices.Clone(sched.Names), cobra.ShellCompDirectiveNoFileComp),
	}
	flags := cmd.Flags()
	flags.Float64Var(&s.LR, "peak", 0, "the highest `RATE`")
	flags.IntVar(&s.Total, "steps", 0, "the `N` steps of the whole training, warm-up included")
	flags.IntVar(&s.Warmup, "warmup", 0, "the first `N` steps, in which the rate rises to the peak")
	flags.IntVar(&s.Epoch, "epoch", 1, "the `N` steps in an epoch: the unit of step-size, milestones, patience")
	flags.IntVar(&s.StepSize, "step-size", 0, "step: `N` epochs between two changes (default: a third)")
	flags.IntSliceVar(&s.Milestones, "milestones", nil, "multistep: the `EPOCHS` after which the rate changes (default: at a half and three quarters)")
	flags.Float64Var(&s.Gamma, "gamma", 0, "step, multistep, exponential, plateau: the `FACTOR` of a change (default: 0.1; exponential: to a hundredth in all)")
	flags.Float64Var(&s.PctStart, "pct-start", 0, "onecycle: the rising `SHARE` of the steps (default: 0.3)")
	flags.Float64Var(&s.Div, "div", 0, "onecycle: peak ÷ first rate, a `NUMBER` (default: 25)")
	flags.Float64Var(&s.FinalDiv, "final-div", 0, "onecycle: first ÷ last rate, a `NUMBER` (default: 10000)")
	flags.BoolVar(&s.Straight, "straight", false, "onecycle: along straight lines in place of cosines")
	flags.BoolVar(&s.ThreePhase, "three-phase", false, "onecycle: down as far as up, then to the last rate")
	flags.Float64Var(&s.Floor, "floor", 0, "cosine, cosine_restarts, linear, plateau: the lowest rate, as a `SHARE` of the peak")
	flags.Float64Var(&s.Power, "power", 0, "polynomial: its `NUMBER` (default: 1)")
	flags.IntVar(&s.Cycle, "cycle", 0, "cosine_restarts: `N` steps until the first restart (default: a third)")
	flags.IntVar(&s.CycleMult, "cycle-mult", 0, "cosine_restarts: a `FACTOR` of the length from cycle to cycle (default: 1)")
	flags.IntVar(&f.rule.Patience, "patience", 10, "plateau: `N` epochs without a new best that pass")
	flags.IntVar(&f.rule.Cooldown, "cooldown", 0, "plateau: `N` epochs after a change that do not count")
	flags.Float64Var(&f.rule.Threshold, "threshold", 1e-4, "plateau: a new best is lower by more than this `SHARE`")
	flags.Float64SliceVar(&f.losses, "losses", nil, "plateau: the `LOSSES` of the epochs, with commas")
	flags.BoolVar(&f.json, "json", false, "an array of rates")
	flags.BoolVar(&f.plain, "plain", false, "numbers, also in a terminal")
	flags.BoolVar(&f.draw, "draw", false, "a chart, also in a pipe")
	flags.StringVar(&f.svg, "svg", "", "write a chart to a `FILE` as SVG")
	return cmd
}

// scheduleNamed takes a schedule's name apart, or says which there are.
func scheduleNamed(name string) (plain string, warmup bool, err error) {
	plain, warmup, ok := sched.Named(name)
	if ok {
		return plain, warmup, nil
	}
	near := ""
	if n := space.Nearest(plain, sched.Names); n != "" {
		near = "did you mean " + strings.TrimSuffix(name, plain) + n + "? "
	}
	return "", false, fmt.Errorf("there is no schedule %q: %sthere are %s, and warmup_ before any", name, near, strings.Join(sched.Names, ", "))
}

// completeSchedule puts the defaults where the person said nothing, and refuses what
// can't be.
func completeSchedule(flags *pflag.FlagSet, name string, s *sched.Schedule) error {
	plain, warm, err := scheduleNamed(name)
	if err != nil {
		return usage("%w", err)
	}
	for _, needed := range []string{"peak", "steps"} {
		if !flags.Changed(needed) {
			return usage("schedule %s: --%s is missing: danlu schedule %s --peak 0.1 --steps 1000", name, needed, name)
		}
	}
	if warm && !flags.Changed("warmup") {
		s.Warmup = min(max(1, s.Total/20), max(0, s.Total-1))
	}
	d := sched.Default(plain, s.LR, s.Total, s.Warmup, s.Epoch)
	given := *s
	*s = d
	s.Straight, s.ThreePhase, s.Floor = given.Straight, given.ThreePhase, given.Floor
	for name, take := range map[string]func(){
		"step-size":  func() { s.StepSize = given.StepSize },
		"milestones": func() { s.Milestones = given.Milestones },
		"gamma":      func() { s.Gamma = given.Gamma },
		"pct-start":  func() { s.PctStart = given.PctStart },
		"div":        func() { s.Div = given.Div },
		"final-div":  func() { s.FinalDiv = given.FinalDiv },
		"power":      func() { s.Power = given.Power },
		"cycle":      func() { s.Cycle = given.Cycle },
		"cycle-mult": func() { s.CycleMult = given.CycleMult },
	} {
		if flags.Changed(name) {
			take()
		}
	}
	if err := s.Check(); err != nil {
		return usage("schedule %s: --%w", name, err)
	}
	return uselessOption(flags, s.Name)
}

// uselessOption refuses what the schedule does not go by.
func uselessOption(flags *pflag.FlagSet, name string) (err error) {
	has := append(sched.Options(name), "peak", "steps", "warmup", "epoch", "json", "plain", "draw", "svg", "store")
	if name == "plateau" {
		has = append(has, "losses")
	}
	flags.Visit(func(f *pflag.Flag) {
		if err == nil && !slices.Contains(has, f.Name) {
			err = usage("schedule %s: --%s means nothing to it: it goes by --%s", name, f.Name,
				strings.Join(append(sched.Options(name), "warmup"), ", --"))
		}
	})
	return err
}

func (a *app) writeSchedule(s *sched.Schedule, rates []float64, f scheduleFlags) error {
	if f.svg != "" {
		return writeSVG(f.svg, []plot.Chart{scheduleChart(s, rates)})
	}
	_, tty := terminal(a.out)
	switch {
	case f.json:
		return json.NewEncoder(a.out).Encode(rates)
	case f.draw || tty && !f.plain:
		c := scheduleChart(s, rates)
		if err := a.show(c.Lines(a.width(), chartHeight, a.dots())); err != nil {
			return err
		}
		_, err := fmt.Fprintf(a.out, "first %s, last %s, mean %s\n",
			text.Number(rates[0]), text.Number(rates[len(rates)-1]), text.Number(mean(rates)))
		return err
	}
	out := bufio.NewWriter(a.out)
	for t, rate := range rates {
		fmt.Fprintf(out, "%d\t%s\n", t, strconv.FormatFloat(rate, 'g', 10, 64))
	}
	return out.Flush()
}

// mostDrawn is how many points a chart can show.
const mostDrawn = 5000

func scheduleChart(s *sched.Schedule, rates []float64) plot.Chart {
	line := plot.Series{Name: "rate", Line: true}
	stride := (len(rates) + mostDrawn - 1) / mostDrawn
	for t := 0; t < len(rates); t += stride {
		line.Points = append(line.Points, plot.Point{X: float64(t), Y: rates[t]})
	}
	line.Points = append(line.Points, plot.Point{X: float64(len(rates) - 1), Y: rates[len(rates)-1]})
	title := s.Name
	if s.Warmup > 0 {
		title = fmt.Sprintf("warm-up of %d, then %s", s.Warmup, s.Name)
	}
	return plot.Chart{Title: title, X: "step", Series: []plot.Series{line}}
}

func mean(all []float64) float64 {
	sum := 0.0
	for _, x := range all {
		sum += x
	}
	return sum / float64(len(all))
}

// listSchedules names them, with what each goes by.
func (a *app) listSchedules(cmd *cobra.Command, asJSON bool) error {
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != "json" && err == nil {
			err = usage("schedule: --%s of which schedule? Name one: %s", f.Name, strings.Join(sched.Names, ", "))
		}
	})
	if err != nil || asJSON {
		if err == nil {
			err = json.NewEncoder(a.out).Encode(sched.Names)
		}
		return err
	}
	for _, name := range sched.Names {
		options := ""
		for _, o := range sched.Options(name) {
			options += " --" + o
		}
		fmt.Fprintln(a.out, strings.TrimRight(fmt.Sprintf("%-16s%s", name, options), " "))
	}
	return nil
}
