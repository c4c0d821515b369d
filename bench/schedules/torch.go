package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// trainers are other programs that train, started when they are first needed.
type trainers struct {
	python string
	cmd    *exec.Cmd
	in     *json.Encoder
	out    *bufio.Scanner
	end    func() error
}

// torch trains with torch_tasks.py, which takes a training a line and answers with a
// line.
func (p *trainers) torch(ctx context.Context, t training) (outcome, error) {
	if p.cmd == nil {
		p.cmd = exec.CommandContext(ctx, p.python, "bench/schedules/torch_tasks.py")
		p.cmd.Stderr = os.Stderr
		in, err := p.cmd.StdinPipe()
		if err != nil {
			return outcome{}, err
		}
		out, err := p.cmd.StdoutPipe()
		if err != nil {
			return outcome{}, err
		}
		if err := p.cmd.Start(); err != nil {
			return outcome{}, fmt.Errorf("start PyTorch: %w", err)
		}
		p.in, p.out, p.end = json.NewEncoder(in), bufio.NewScanner(out), in.Close
	}
	err := p.in.Encode(map[string]any{"task": t.task, "schedule": t.schedule, "epochs": t.epochs, "lr": t.lr(), "seed": t.seed})
	if err != nil {
		return outcome{}, fmt.Errorf("tell torch_tasks.py: %w", err)
	}
	if !p.out.Scan() {
		return outcome{}, errors.Join(errors.New("torch_tasks.py ended: its reason is above"), p.out.Err())
	}
	var answer struct {
		Val     float64 `json:"val_accuracy"`
		Test    float64 `json:"test_accuracy"`
		Seconds float64 `json:"seconds"`
	}
	if err := json.Unmarshal(p.out.Bytes(), &answer); err != nil {
		return outcome{}, fmt.Errorf("read torch_tasks.py's answer %q: %w", p.out.Text(), err)
	}
	return outcome{answer.Val, answer.Test, answer.Seconds}, nil
}

// close ends them.
func (p *trainers) close() {
	if p.cmd == nil {
		return
	}
	_ = p.end()
	_ = p.cmd.Wait()
}
