package play

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
)

// Peer searches with another package's optimiser, in a Python process that is started
// once and searches task after task: bench/search/peers/drive.py, which has the
// protocol. It is not safe for concurrent use.
type Peer struct {
	// Python is the interpreter, Driver the path of drive.py.
	Python, Driver string
	// Package and Algorithm are what is asked for: optuna, tpe.
	Package, Algorithm string

	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	version string
}

// Name implements [Searcher].
func (p *Peer) Name() string { return p.Package + ":" + p.Algorithm }

// Version implements [Searcher]: the package's.
func (p *Peer) Version() (string, error) { return p.version, p.start() }

func (p *Peer) start() error {
	if p.cmd != nil {
		return nil
	}
	cmd := exec.Command(p.Python, p.Driver, p.Package)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s with %s (make bench-peers installs the packages): %w", p.Name(), p.Python, err)
	}
	p.cmd, p.in, p.out = cmd, in, bufio.NewReader(out)
	var hello struct{ Version string }
	if err := p.hear(&hello); err != nil {
		return errors.Join(err, p.Close())
	}
	p.version = hello.Version
	return nil
}

// Close ends the process.
func (p *Peer) Close() error {
	if p.cmd == nil {
		return nil
	}
	err := errors.Join(p.in.Close(), p.cmd.Wait())
	p.cmd = nil
	return err
}

func (p *Peer) hear(into any) error {
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%s ended in the middle of a run (what it said is above): %w", p.Name(), err)
	}
	return json.Unmarshal(line, into)
}

func (p *Peer) say(what any) error {
	text, err := json.Marshal(what)
	if err != nil {
		return err
	}
	_, err = p.in.Write(append(text, '\n'))
	return err
}

// request is what a peer says; one of its fields is set, cpu besides.
type request struct {
	Start   map[string]any `json:"start"`
	Allowed map[string]any `json:"allowed"`
	Train   *int           `json:"train"`
	CPU     float64        `json:"cpu"`
	Done    bool           `json:"done"`
	Error   string         `json:"error"`
}

// Search implements [Searcher].
func (p *Peer) Search(ctx context.Context, f *Fence, seed uint64) error {
	if err := p.start(); err != nil {
		return err
	}
	if err := p.say(map[string]any{"run": map[string]any{
		"algorithm": p.Algorithm, "seed": seed, "space": describe(f.Space()), "objectives": f.Objectives(),
		"constraints": len(f.Constraints()) > 0, "limited": f.problem.Limited, "steps": f.Steps(), "budget": f.Budget(),
	}}); err != nil {
		return err
	}
	// A peer that thinks for too long does not listen: its process is ended, and another
	// one begun for the next run.
	defer context.AfterFunc(ctx, func() { _ = p.cmd.Process.Kill() })()
	for {
		var r request
		if err := p.hear(&r); err != nil {
			return errors.Join(ctx.Err(), err, p.Close())
		}
		f.Thinking = max(f.Thinking, r.CPU)
		if r.Done {
			return nil
		}
		answer, err := p.answer(f, r)
		if err != nil {
			return err
		}
		if err := p.say(answer); err != nil {
			return err
		}
	}
}

func (p *Peer) answer(f *Fence, r request) (any, error) {
	switch {
	case r.Error != "":
		return nil, errors.New(r.Error)
	case r.Start != nil:
		asked, err := valuesOf(f.Space(), r.Start)
		if err != nil {
			return nil, err
		}
		trial, used := f.Start(asked)
		return map[string]any{"trial": trial, "used": used.Any()}, nil
	case r.Allowed != nil:
		asked, err := valuesOf(f.Space(), r.Allowed)
		if err != nil {
			return nil, err
		}
		ok, err := f.Allowed(asked)
		return map[string]any{"allowed": ok}, err
	case r.Train != nil:
		result, step, ok := f.Train(*r.Train)
		if !ok {
			return map[string]any{"over": true}, nil
		}
		losses := make([]any, len(result.Losses))
		for i, v := range result.Losses {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				losses[i] = v
			}
		}
		return map[string]any{"step": step, "losses": losses, "infeasible": result.Infeasible}, nil
	}
	return nil, fmt.Errorf("a request that says nothing: %+v", r)
}

// valuesOf reads a configuration; parameters that don't exist in it are left out.
func valuesOf(sp *space.Space, given map[string]any) (space.Values, error) {
	vs := space.Values{}
	for name, x := range given {
		i := sp.Index(name)
		if i < 0 {
			return nil, fmt.Errorf("the task has no parameter %q; it has %s", name, strings.Join(sp.Names(), ", "))
		}
		if f, isFloat := x.(float64); isFloat {
			if _, whole := sp.Param(i).Domain.(space.Int); whole {
				x = int64(math.Round(f))
			}
		}
		v, err := space.ValueOf(x)
		if err != nil {
			return nil, err
		}
		v, ok := sp.Param(i).Domain.Cast(v)
		if !ok {
			return nil, fmt.Errorf("%s can't be %v: it is %s", name, x, sp.Param(i).Domain)
		}
		vs[name] = v
	}
	for i, on := range sp.Active(vs) {
		name := sp.Param(i).Name
		_, there := vs[name]
		switch {
		case there && !on:
			delete(vs, name)
		case !there && on:
			return nil, fmt.Errorf("%s is missing in %v", name, given)
		}
	}
	return vs, nil
}

// parameter is a parameter as a peer sees it.
type parameter struct {
	Name    string      `json:"name"`
	Type    string      `json:"type"` // "float", "int", "choice"
	Low     any         `json:"low,omitempty"`
	High    any         `json:"high,omitempty"`
	Log     bool        `json:"log"`
	Values  []any       `json:"values,omitempty"`
	Ordered bool        `json:"ordered,omitempty"`
	When    []condition `json:"when"`
}

type condition struct {
	Param string `json:"param"`
	In    []any  `json:"in"`
}

// describe is the space for a peer. The benchmark's spaces have conditions of the form
// `in` only, and floats without steps.
func describe(sp *space.Space) []parameter {
	ps := make([]parameter, sp.Len())
	for i := range ps {
		q := sp.Param(i)
		p := parameter{Name: q.Name, When: []condition{}}
		switch d := q.Domain.(type) {
		case space.Float:
			p.Type, p.Low, p.High, p.Log = "float", d.Low, d.High, d.Log
		case space.Int:
			p.Type, p.Low, p.High, p.Log = "int", d.Low, d.High, d.Log
		case space.Choice:
			p.Type, p.Ordered = "choice", d.Ordered
			for _, v := range d.Values {
				p.Values = append(p.Values, v.Any())
			}
		}
		for _, c := range q.When {
			w := condition{Param: c.Param}
			for _, v := range c.In {
				w.In = append(w.In, v.Any())
			}
			p.When = append(p.When, w)
		}
		ps[i] = p
	}
	return ps
}
