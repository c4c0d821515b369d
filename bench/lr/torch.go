package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/lrfind"
)

// peer is a Python that trains with PyTorch: loop.py, started when first asked.
type peer struct {
	python, script string
	cmd            *exec.Cmd
	in             io.WriteCloser
	out            *bufio.Reader
}

// torchSteps is the length of its trainings whose names don't say another.
const torchSteps = 600

// request is a line that loop.py reads.
type request struct {
	Task  string    `json:"task"`
	Seed  uint64    `json:"seed"`
	Train float64   `json:"train,omitempty"`
	Sweep []float64 `json:"sweep,omitempty"`
	Probe float64   `json:"probe,omitempty"`
	Steps int       `json:"steps,omitempty"`

	Search bool `json:"search,omitempty"`
}

func (p *peer) ask(ctx context.Context, q request, answer any) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if p.cmd == nil {
		if err := p.start(); err != nil {
			return err
		}
	}
	line, err := json.Marshal(q)
	if err != nil {
		return err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("ask %s: %w", p.script, err)
	}
	if line, err = p.out.ReadBytes('\n'); err != nil {
		return fmt.Errorf("%s ended: %w", p.script, errors.Join(err, p.cmd.Wait()))
	}
	return json.Unmarshal(line, answer)
}

func (p *peer) start() error {
	p.cmd = exec.Command(p.python, p.script)
	p.cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1")
	p.cmd.Stderr = os.Stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	p.out = bufio.NewReader(out)
	return p.cmd.Start()
}

// stop ends it, if it was started.
func (p *peer) stop() {
	if p.cmd != nil && p.cmd.Process != nil {
		p.in.Close()
		_ = p.cmd.Wait() // it ends with its input
	}
}

// torchTask is a training by loop.py; its name says which.
type torchTask struct {
	name string
	peer *peer
}

func (t torchTask) train(ctx context.Context, rate float64, seed uint64) (score, error) {
	var a [2]measure
	err := t.peer.ask(ctx, request{Task: t.name, Seed: seed, Train: rate}, &a)
	return score{float64(a[0]), float64(a[1])}, err
}

func (t torchTask) open(seed uint64) (loop, error) { return torchLoop{t, seed}, nil }

type torchLoop struct {
	torchTask
	seed uint64
}

func (l torchLoop) Steps() int {
	part := strings.Split(l.name, "/")
	if steps, err := strconv.Atoi(part[len(part)-1]); err == nil {
		return steps
	}
	return torchSteps
}

func (l torchLoop) Sweep(ctx context.Context, rates []float64) ([]float64, error) {
	var a []measure
	err := l.peer.ask(ctx, request{Task: l.name, Seed: l.seed, Sweep: rates}, &a)
	return floats(a), err
}

func (l torchLoop) Probe(ctx context.Context, rate float64, steps int) ([]float64, error) {
	var a []measure
	err := l.peer.ask(ctx, request{Task: l.name, Seed: l.seed, Probe: rate, Steps: steps}, &a)
	return floats(a), err
}

// inTheScript is the search as a user's script has it, by danlu.torch.lr_range_test.
func inTheScript(ctx context.Context, t loop, _ lrfind.Options) (float64, int, error) {
	l := t.(anew).loop.(torchLoop)
	var a [2]float64
	err := l.peer.ask(ctx, request{Task: l.name, Seed: l.seed, Search: true}, &a)
	return a[0], int(a[1]), err
}

func floats(a []measure) []float64 {
	all := make([]float64, len(a))
	for i, v := range a {
		all[i] = float64(v)
	}
	return all
}

// torchTasks are a half that the estimator's rules were looked for on, and one that
// no estimator was made on.
func torchTasks(p *peer) []task {
	var all []task
	for _, name := range []string{
		"letter/mlp/adam/32/onecycle/500", "digits/mlp/adamw/32/constant/400", "digits/mlp/momentum/16/onecycle/800",
		"letter/deep/momentum/64/cosine/1000", "letter/deep/adam/64/onecycle/600", "digits/deep/sgd/16/cosine/500",
		"digits/norm/adamw/32/constant/500", "fashion/norm/momentum/64/onecycle/400", "fashion/cnn/momentum/32/cosine/500",
		"fashion/cnn/adam/32/onecycle/400", "digits/gru/adamw/16/onecycle/600", "digits/lstm/momentum/32/cosine/1500",
		"digits/attending/adam/32/onecycle/500", "digits/attending/momentum/16/constant/600",
	} {
		all = append(all, torchTaskOf(name, p, false))
	}
	for _, name := range []string{
		"digits/mlp/sgd/32/cosine", "digits/mlp/adam/16/onecycle", "letter/mlp/momentum/64/constant", "letter/mlp/adamw/32/cosine",
		"digits/norm/momentum/32/onecycle", "letter/norm/adam/64/constant", "letter/norm/sgd/32/linear", "digits/cnn/momentum/32/constant",
		"digits/cnn/adamw/16/cosine", "digits/cnn/adam/64/linear", "digits/gru/adam/32/cosine", "digits/gru/momentum/32/onecycle",
	} {
		all = append(all, torchTaskOf(name, p, true))
	}
	return all
}

func torchTaskOf(name string, p *peer, unseen bool) task {
	part := strings.Split(name, "/")
	optimizer, momentum := part[2], 0.0
	if optimizer == "momentum" {
		optimizer, momentum = "sgd", 0.9
	}
	t := torchTask{"torch/" + name, p}
	return task{name: t.name, unseen: unseen, optimizer: optimizer, momentum: momentum, schedule: part[4], program: t}
}
