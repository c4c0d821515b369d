package study

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
)

// Definition is what a study is to do: danlu.yaml, checked and with its defaults
// filled in.
type Definition struct {
	Name       string       `json:"name"`
	Command    []string     `json:"command,omitempty"` // with placeholders; empty for ask-and-tell
	Objectives []Objective  `json:"objectives"`        // at least one
	Space      *space.Space `json:"params"`
	Fidelity   Fidelity     `json:"fidelity,omitzero"`
	Budget     Budget       `json:"budget,omitzero"`
	Target     *Target      `json:"target,omitempty"`
	// StopWhen ends the study by what more search may bring: [NoGain], or empty.
	StopWhen string `json:"stop_when,omitempty"`
	// Constraints are expressions over parameters and metrics.
	Constraints []string  `json:"constraints,omitempty"`
	Observe     Observe   `json:"observe,omitzero"`
	Sampler     Algorithm `json:"sampler"`
	Scheduler   Algorithm `json:"scheduler"`
	// WarmFrom names earlier studies that tell this one what they found: STUDY, or
	// STUDY@STORE where it is in another store's file.
	WarmFrom  []string      `json:"warm_from,omitempty"`
	Mode      string        `json:"mode,omitempty"`
	Seed      uint64        `json:"seed"`
	Parallel  int           `json:"parallel,omitempty"` // 0: as many as fit
	Resources Resources     `json:"resources,omitzero"`
	Retries   int           `json:"retries"`
	Deadline  time.Duration `json:"deadline,omitempty"` // per attempt; 0: none
	Grace     time.Duration `json:"grace,omitempty"`    // SIGTERM to SIGKILL; 0: 30 s
	// Env is set for every trial, on top of what it inherits.
	Env map[string]string `json:"env,omitempty"`
	// Checkpoints bounds what trials' checkpoints take on the disk.
	Checkpoints Checkpoints `json:"checkpoints,omitzero"`
	// Snapshot runs every trial from a copy of the code taken at the start.
	Snapshot bool `json:"snapshot,omitempty"`
	// Dir is the folder of the file, absolute, where trials start; File is the
	// file's path and Source its text. All are empty without a file.
	Dir    string `json:"dir,omitempty"`
	File   string `json:"file,omitempty"`
	Source string `json:"source,omitempty"`
}

// Objective is a metric to be made large or small.
type Objective struct {
	Metric   string `json:"metric"`
	Maximize bool   `json:"maximize,omitempty"`
	// Best takes a trial's best report as its value instead of its last.
	Best bool `json:"best,omitempty"`
}

// Loss turns a reported value into the quantity every algorithm minimises.
// NaN and ±Inf mean the trial diverged; they become +Inf, the worst rank.
func (o Objective) Loss(v float64) float64 {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return math.Inf(1)
	case o.Maximize:
		return -v
	}
	return v
}

// Value turns a loss back into the number the user reported.
func (o Objective) Value(loss float64) float64 {
	if o.Maximize {
		return -loss
	}
	return loss
}

// String is the objective as danlu.yaml has it: `val_accuracy max`.
func (o Objective) String() string {
	if o.Maximize {
		return o.Metric + " max"
	}
	return o.Metric + " min"
}

// Checkpoints says how much of them is kept.
type Checkpoints struct {
	// MaxSize is in bytes, over all trials; 0: no limit. What may still be needed is
	// kept even beyond it.
	MaxSize int64 `json:"max_size,omitempty"`
}

// Budget bounds a study; zero means no bound.
type Budget struct {
	Trials   int           `json:"trials,omitempty"` // started; retries and resumes are not new trials
	Time     time.Duration `json:"time,omitempty"`   // during which trials ran
	Steps    int64         `json:"steps,omitempty"`  // over all trials
	GPUHours float64       `json:"gpu_hours,omitempty"`
}

// IsZero reports whether nothing bounds the study.
func (b Budget) IsZero() bool { return b == Budget{} }

// NoGain ends a study when the gain to be expected of more search is below the
// noise of the objective.
const NoGain = "no_gain"

// Target ends a study when a trial reaches it.
type Target struct {
	Metric string  `json:"metric"`
	Op     string  `json:"op"` // ">=" or "<="
	Value  float64 `json:"value"`
}

// Observe says how reports are read from a program that does not send them. Paths
// may have the placeholders of a command; those that are relative begin where the
// trial starts.
type Observe struct {
	Stdout      []string `json:"stdout,omitempty"`      // RE2 with named groups, or "auto"
	TensorBoard string   `json:"tensorboard,omitempty"` // a folder of event files
	CSV         string   `json:"csv,omitempty"`         // a file or a pattern of files
	JSON        string   `json:"json,omitempty"`        // JSON lines: "stdout", a file or a pattern of files
	// Names has what the program calls some of the study's metrics.
	Names map[string]string `json:"names,omitempty"`
	Step  string            `json:"step,omitempty"` // the word that counts; empty: Fidelity's, else the first one found
}

// IsZero reports whether nothing is observed.
func (o Observe) IsZero() bool {
	return len(o.Stdout) == 0 && o.TensorBoard == "" && o.CSV == "" && o.JSON == ""
}

// Resources is what one trial occupies.
type Resources struct {
	CPUs  float64 `json:"cpus,omitempty"`
	GPUs  int     `json:"gpus,omitempty"`
	Share float64 `json:"share,omitempty"`
}

// Algorithm names a sampler or scheduler and its options, as in
// `{asha: {eta: 3}}`.
type Algorithm struct {
	Name    string                     `json:"name"`
	Options map[string]json.RawMessage `json:"options,omitempty"`
}

// Decode reads the options into a struct with JSON tags. Options the struct does
// not have are refused, with the nearest one that it has.
func (a Algorithm) Decode(into any) error {
	known := optionNames(into)
	for _, name := range slices.Sorted(maps.Keys(a.Options)) {
		switch near := space.Nearest(name, known); {
		case slices.Contains(known, name):
		case len(known) == 0:
			return fmt.Errorf("%s is not an option: %s has none", name, a.Name)
		case near != "":
			return fmt.Errorf("%s is not an option of %s; did you mean %s?", name, a.Name, near)
		default:
			return fmt.Errorf("%s is not an option of %s: it has %s", name, a.Name, strings.Join(known, ", "))
		}
	}
	text, err := json.Marshal(a.Options)
	if err != nil {
		return err
	}
	err = strictDecode(text, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		got := wrong.Value
		if text, ok := a.Options[wrong.Field]; ok {
			got = string(text)
		}
		return fmt.Errorf("%s: want %s, got %s", wrong.Field, kindOf(wrong.Type), got)
	}
	if err != nil {
		return fmt.Errorf("options of %s: %w", a.Name, err)
	}
	return nil
}

// kindOf names the values of a Go type as danlu.yaml has them.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Float64:
		return "a number"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a word"
	}
	return t.String()
}

// optionNames lists the JSON names of the fields of the struct that into points
// to.
func optionNames(into any) []string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(into).Elem()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// Make makes the sampler or scheduler (what, for people) that an algorithm names;
// no name means auto. Unknown names are refused with the nearest right one.
func Make[T any](what string, makers map[string]func(Algorithm, *Definition) (T, error), a Algorithm, def *Definition) (made T, err error) {
	a.Name = cmp.Or(a.Name, "auto")
	names := slices.Sorted(maps.Keys(makers))
	maker, ok := makers[a.Name]
	if !ok {
		hint := ""
		if near := space.Nearest(a.Name, names); near != "" {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		return made, fmt.Errorf("there is no %s %q%s (there are %s)", what, a.Name, hint, strings.Join(names, ", "))
	}
	if made, err = maker(a, def); err != nil {
		return made, fmt.Errorf("%s %s: %w", what, a.Name, err)
	}
	return made, nil
}

// Provenance is what a result came from: recorded with every study and again
// when it changes.
type Provenance struct {
	Danlu     string            `json:"danlu"`               // version
	Commit    string            `json:"commit,omitempty"`    // of the user's code
	Tree      string            `json:"tree,omitempty"`      // what the commit holds: two commits of one content have one tree
	Work      string            `json:"work,omitempty"`      // digest of the code as it lies in the work tree, committed or not
	Dirty     string            `json:"dirty,omitempty"`     // digest of uncommitted changes, empty if none
	Diff      string            `json:"diff,omitempty"`      // the changes, where they are small
	Files     map[string]string `json:"files,omitempty"`     // digests of the program's files, without git
	Host      string            `json:"host,omitempty"`      //
	OS        string            `json:"os,omitempty"`        // linux/amd64, kernel
	CPU       string            `json:"cpu,omitempty"`       // model × cores
	GPUs      []string          `json:"gpus,omitempty"`      //
	Env       map[string]string `json:"env,omitempty"`       // what bears on training
	Args      []string          `json:"args,omitempty"`      // danlu's own command line
	Snapshot  string            `json:"snapshot,omitempty"`  // folder of the copy
	Toolchain map[string]string `json:"toolchain,omitempty"` // python: 3.11.7, torch: 2.9
}

// SameCode reports whether two records describe the same program: committed again
// with the same content, it is the same.
func (p Provenance) SameCode(q Provenance) bool {
	same := (p.Commit == q.Commit || p.Tree != "" && p.Tree == q.Tree) && p.Dirty == q.Dirty
	if p.Work != "" && q.Work != "" { // older records have none
		same = p.Work == q.Work
	}
	if !same || len(p.Files) != len(q.Files) {
		return false
	}
	for name, digest := range p.Files {
		if q.Files[name] != digest {
			return false
		}
	}
	return true
}

// CodeChange says in a few words how the code differs from what it was.
func (p Provenance) CodeChange(was Provenance) string {
	if p.Commit != "" || was.Commit != "" {
		return was.Code() + " → " + p.Code()
	}
	var names []string
	for name, digest := range p.Files {
		if was.Files[name] != digest {
			names = append(names, name)
		}
	}
	for name := range was.Files {
		if _, there := p.Files[name]; !there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if n := len(names); n > 3 {
		names = append(names[:3], fmt.Sprintf("%d more", n-3))
	}
	return strings.Join(names, ", ")
}

// Code names the version of the code in a few words.
func (p Provenance) Code() string {
	switch {
	case p.Commit == "":
		return "files without version control"
	case p.Dirty != "":
		return p.Commit[:min(len(p.Commit), 12)] + " with uncommitted changes"
	}
	return p.Commit[:min(len(p.Commit), 12)]
}
