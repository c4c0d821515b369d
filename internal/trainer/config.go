package trainer

import (
	"errors"
	"fmt"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// Config says what to train. Its zero value, with a task, trains the task's
// default model with default settings.
type Config struct {
	Task  string // one of Tasks
	Data  string // a path instead of a task; see data.Open for what it may be
	Label string // with a CSV file: the column that holds the class
	Group string // with a CSV file: the column that tells which rows stay together; "" is none
	Model string // one of Models; "" is the task's default
	// Set gives settings by name, as text; see Settings. Others have their
	// defaults.
	Set    map[string]string
	Epochs int // 0 is 10
	Seed   uint64
	// Threads is the most it may use; 0 is one. It changes no number.
	Threads int
	// Checkpoint is a file to write before each report; "" is none. It appears
	// whole or not at all.
	Checkpoint string
	// Resume is a checkpoint to go on from; "" starts anew. The model must be
	// the one that wrote it. Settings that do not change its shape may differ.
	Resume string
	// Progress is told after each step the epoch, from 1, and how many of its steps
	// are done; nil is nobody.
	Progress func(epoch, done, total int)
	// Note is told what is worth knowing about the start, a line each; nil is
	// nobody.
	Note func(line string)
}

// ErrConfig marks what is wrong with a configuration. Nothing was started.
var ErrConfig = errors.New("configuration refused")

// ErrDiverged marks a training whose loss became infinite or not a number. The
// epoch was reported first.
var ErrDiverged = errors.New("training diverged")

// defaultEpochs is the length of a training that names none.
const defaultEpochs = 10

// Check refuses what [Run] would refuse, and starts nothing.
func (c Config) Check() error {
	_, err := c.plan()
	return err
}

// Kernels names the instruction set in use: avx512, avx2 or portable.
func Kernels() string { return kernel.Active().String() }

// plan is a checked configuration.
type plan struct {
	Config
	task   task
	model  model
	values values
}

func (c Config) plan() (plan, error) {
	p := plan{Config: c}
	var err error
	if p.task, err = findTask(c); err != nil {
		return p, err
	}
	if p.Model == "" {
		p.Model = p.task.model
	}
	if p.model, err = findModel(p.Model); err != nil {
		return p, err
	}
	if err := p.model.suits(p.task); err != nil {
		return p, err
	}
	p.model = p.model.on(p.task)
	if p.values, err = parse(settingsFor(p.task, p.model), c.Set); err != nil {
		return p, err
	}
	if _, err := groups(p.values["lr_groups"]); err != nil {
		return p, err
	}
	if p.Epochs == 0 {
		p.Epochs = defaultEpochs
	}
	if p.Epochs < 0 || p.Epochs > 1_000_000 {
		return p, fmt.Errorf("%w: %d epochs: give a number from 1 to 1000000", ErrConfig, c.Epochs)
	}
	if p.Threads < 0 {
		return p, fmt.Errorf("%w: %d threads: give 0 or more", ErrConfig, c.Threads)
	}
	return p, nil
}
