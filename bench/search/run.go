package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/benchmark/play"
	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/benchmark/record"
	"github.com/danlu-ml/danlu/internal/benchmark/suite"
)

// run lets searchers search wherever they have not yet.
func run(ctx context.Context, args []string) error {
	var c choice
	fs := c.flags("run")
	jobs := fs.Int("j", 1, "runs at a time; CPU time is measured with one only")
	limit := fs.Duration("limit", time.Hour, "time for one run; one that takes longer is given up")
	if err := fs.Parse(args); err != nil {
		return err
	}
	b := &batch{choice: c}
	if err := b.load(); err != nil {
		return err
	}
	defer b.close()
	err := b.run(ctx, *jobs, *limit)
	if len(b.lines) > 0 {
		printMeans(os.Stdout, b.problems, b.lines)
	}
	return err
}

// batch is what one call of run has to do.
type batch struct {
	choice
	problems  []problem.Problem
	searchers []play.Searcher
	seeds     []uint64
	kept      map[record.Key]record.Line

	mu    sync.Mutex // guards lines and the results' files
	lines []record.Line
}

func (b *batch) load() (err error) {
	if b.seeds, err = seedList(b.choice.seeds); err != nil {
		return err
	}
	if b.problems, err = suite.Load(b.suites, suite.Options{Tables: b.tables, Tasks: b.tasks}); err != nil {
		return err
	}
	if b.trials > 0 {
		b.results = "none"
		for i := range b.problems {
			if b.problems[i].Steps == 0 {
				b.problems[i].Budget = b.trials
			}
		}
	}
	b.kept = map[record.Key]record.Line{}
	if b.results != "none" {
		lines, err := record.Read(b.results)
		if err != nil {
			return err
		}
		for _, l := range lines {
			b.kept[l.Key()] = l
		}
	}
	if b.choice.searchers == "" {
		return errors.New("nobody to search: say --searchers danlu:auto, or several with commas between")
	}
	for name := range strings.SplitSeq(b.choice.searchers, ",") {
		s, err := newSearcher(name)
		if err != nil {
			return err
		}
		b.searchers = append(b.searchers, s)
	}
	return nil
}

// newSearcher finds a searcher by its name.
func newSearcher(name string) (play.Searcher, error) {
	pkg, algorithm, ok := strings.Cut(name, ":")
	if !ok {
		return nil, fmt.Errorf("searcher %q: want the package and its algorithm, as in danlu:auto or optuna:tpe", name)
	}
	if pkg == "danlu" {
		return play.ParseOurs(algorithm)
	}
	return &play.Peer{
		Python: peerPython(pkg), Driver: "bench/search/peers/drive.py",
		Package: pkg, Algorithm: algorithm,
	}, nil
}

// peerPython is the interpreter that has a package: of the folder in which `make
// bench-peers` installs it, or what DANLU_BENCH_PEERS says in its place.
func peerPython(pkg string) string {
	root := cmp.Or(os.Getenv("DANLU_BENCH_PEERS"), filepath.Join("bench", "search", "peers", ".venv"))
	return filepath.Join(root, pkg, "bin", "python")
}

func (b *batch) close() {
	for _, s := range b.searchers {
		if c, ok := s.(interface{ Close() error }); ok {
			if err := c.Close(); err != nil {
				fmt.Fprintln(os.Stderr, "search benchmark:", err)
			}
		}
	}
}

// todo is one run.
type todo struct {
	searcher play.Searcher
	problem  problem.Problem
	seed     uint64
}

func (b *batch) run(ctx context.Context, jobs int, limit time.Duration) error {
	var work []todo
	for _, s := range b.searchers {
		version, err := s.Version()
		if err != nil {
			return err
		}
		for _, p := range b.problems {
			for _, seed := range b.seeds {
				if l, done := b.kept[record.Key{Searcher: s.Name(), Version: version, Suite: p.Suite, Task: p.Name, Seed: seed}]; done {
					b.lines = append(b.lines, l)
				} else {
					work = append(work, todo{s, p, seed})
				}
			}
		}
	}
	queue := make(chan todo)
	var workers sync.WaitGroup
	done, start, said := 0, time.Now(), time.Now()
	var failed []error
	for range max(1, jobs) {
		workers.Go(func() {
			for w := range queue {
				within, cancel := context.WithTimeout(ctx, limit)
				l, err := play.Run(within, w.searcher, w.problem, w.seed)
				cancel()
				if jobs > 1 {
					l.CPU = nil
				}
				b.mu.Lock()
				if err == nil {
					err = b.keep(l)
				}
				if err != nil && ctx.Err() == nil {
					fmt.Fprintln(os.Stderr, "search benchmark:", err)
					failed = append(failed, err)
				}
				done++
				if time.Since(said) > 10*time.Second {
					said = time.Now()
					fmt.Fprintf(os.Stderr, "%d of %d runs in %s; last: %s, %s, seed %d\n", done, len(work), said.Sub(start).Round(time.Second), w.searcher.Name(), w.problem.Name, w.seed)
				}
				b.mu.Unlock()
			}
		})
	}
feed:
	for _, w := range work {
		select {
		case queue <- w:
		case <-ctx.Done():
			break feed
		}
	}
	close(queue)
	workers.Wait()
	if n := len(failed); n > 0 {
		return fmt.Errorf("%d of %d runs failed; the first: %w", n, len(work), failed[0])
	}
	return ctx.Err()
}

// keep writes a result down. The caller holds the lock.
func (b *batch) keep(l record.Line) error {
	b.lines = append(b.lines, l)
	if b.results == "none" {
		return nil
	}
	pkg, _, _ := strings.Cut(l.Searcher, ":")
	return record.Append(filepath.Join(b.results, pkg+".jsonl"), l)
}
