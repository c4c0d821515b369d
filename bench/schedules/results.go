package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// outcome is what a training came to: accuracies at its end, 0 where it diverged.
type outcome struct {
	val, test float64
	seconds   float64
}

// results are the trainings that have been done, and the file that keeps them: a line
// each, in the order they were done.
type results struct {
	all   map[training]outcome
	order []training
	file  *os.File
}

const header = "task,schedule,epochs,quarter,seed,val_accuracy,test_accuracy,seconds"

func open(name string) (*results, error) {
	r := &results{all: map[training]outcome{}}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open results: %w", err)
	}
	r.file = f
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if n == 1 {
			continue
		}
		var t training
		var o outcome
		if err := parse(lines.Text(), &t, &o); err != nil {
			return nil, errors.Join(fmt.Errorf("read results: %s:%d: %w", name, n, err), f.Close())
		}
		r.add(t, o)
	}
	if err := lines.Err(); err != nil {
		return nil, errors.Join(fmt.Errorf("read results %s: %w", name, err), f.Close())
	}
	if info, err := f.Stat(); err == nil && info.Size() == 0 {
		if _, err := fmt.Fprintln(f, header); err != nil {
			return nil, errors.Join(fmt.Errorf("begin results: %w", err), f.Close())
		}
	}
	return r, nil
}

func (r *results) Close() error {
	if err := r.file.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return err
	}
	return nil
}

func (r *results) add(t training, o outcome) {
	r.all[t] = o
	r.order = append(r.order, t)
}

func (r *results) keep(t training, o outcome) error {
	r.add(t, o)
	_, err := fmt.Fprintf(r.file, "%s,%s,%d,%d,%d,%.5f,%.5f,%.2f\n", t.task, t.schedule, t.epochs, t.quarter, t.seed, o.val, o.test, o.seconds)
	if err != nil {
		return fmt.Errorf("keep a result: %w", err)
	}
	return nil
}

// chosen is a peak with the outcomes of its seeds.
type chosen struct {
	quarter  int
	outcomes []outcome
}

func (c chosen) lr() float64 { return training{quarter: c.quarter}.lr() }

func (c chosen) tests() (tests []float64) {
	for _, o := range c.outcomes {
		tests = append(tests, o.test)
	}
	return tests
}

// choose is the peak with the highest mean validation accuracy over seeds 1 to n, of
// those that have them all; of equals the lowest.
func (r *results) choose(task, schedule string, epochs, n int) chosen {
	best, accuracy := chosen{}, -1.0
	for q := -40; q <= 20; q++ {
		c := chosen{quarter: q}
		sum := 0.0
		for seed := 1; seed <= n; seed++ {
			if o, ok := r.all[training{task, schedule, epochs, q, seed}]; ok {
				c.outcomes = append(c.outcomes, o)
				sum += o.val
			}
		}
		if a := sum / float64(n); len(c.outcomes) == n && a > accuracy+1e-12 {
			best, accuracy = c, a
		}
	}
	return best
}

// best is a cell's own best peak, where it has been explored to its end.
func (r *results) best(task, schedule string, epochs int) (chosen, bool) {
	c := r.choose(task, schedule, epochs, fineSeeds)
	return c, len(c.outcomes) > 0
}
