// Package sweep translates the sweep files of Weights & Biases into a danlu.yaml
// (docs.wandb.ai, "Define a sweep configuration"; what is written there as a default
// is the default here).
//
// What danlu does otherwise, or has no word for, is said for each line that it
// concerns. The program itself is not looked at: what it tells wandb.log, danlu does
// not hear, and that is said too.
//
// Start reading at [Translate]; domain.go has the distributions, macro.go the command
// line, stop.go the early terminations.
package sweep

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/danlu-ml/danlu/internal/draft"
	"github.com/danlu-ml/danlu/internal/space"
)

// sweep is a file being translated.
type sweep struct {
	path string
	file *draft.File
	lost []loss

	method    string
	params    []param
	constants []param // in order, with params by their place
	all       []param // both
	metric    string
	prints    bool // arguments are written as Python prints them
}

// loss is what could not be carried over, and on which line it stood.
type loss struct {
	line int
	text string
}

// param is a parameter, or a constant if it has no domain.
type param struct {
	space.Param
	constant string
	json     string // a constant as JSON
	note     string
	boolean  bool
}

// Translate makes a danlu.yaml of the sweep in text. lost says what could not be
// carried over, as FILE:LINE: what; path is the file's name for that.
func Translate(path string, text []byte) (file *draft.File, lost []string, err error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, nil, fmt.Errorf("read the sweep %s: %w", path, err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, nil, fmt.Errorf("read the sweep %s: it is no mapping of method, metric and parameters", path)
	}
	root := doc.Content[0]
	s := &sweep{path: path, file: &draft.File{}}
	s.file.Head = []string{"Written by `danlu init --from " + filepath.Base(path) + "`, a sweep of Weights & Biases."}
	if p := get(root, "parameters"); p == nil || p.Kind != yaml.MappingNode {
		return nil, nil, fmt.Errorf("read the sweep %s: it has no parameters, so there is nothing to tune", path)
	}
	command := get(root, "command")
	s.prints = !uses(command, "${args_json}") && !uses(command, "${args_json_file}")
	s.method = text1(get(root, "method"), "bayes")
	s.parameters("", get(root, "parameters"))
	if len(s.params) == 0 {
		return nil, nil, fmt.Errorf("read the sweep %s: all its parameters are constants, so there is nothing to tune", path)
	}
	s.objective(root)
	if err := s.command(root, command); err != nil {
		return nil, nil, err
	}
	s.search(root)
	s.stop(get(root, "early_terminate"))
	s.rest(root)
	for _, p := range s.params {
		s.file.Params = append(s.file.Params, draft.Param{Param: p.Param, Note: p.note})
	}
	slices.SortStableFunc(s.lost, func(a, b loss) int { return a.line - b.line })
	for _, l := range s.lost {
		lost = append(lost, fmt.Sprintf("%s:%d: %s", path, l.line, l.text))
	}
	if len(lost) > 0 {
		s.file.Head = append(s.file.Head, "Not carried over as it was:")
		s.file.Head = append(s.file.Head, lost...)
	}
	return s.file, lost, nil
}

// lose says what of a line could not be carried over.
func (s *sweep) lose(n *yaml.Node, format string, args ...any) {
	s.lost = append(s.lost, loss{n.Line, fmt.Sprintf(format, args...)})
}

// objective reads the metric.
func (s *sweep) objective(root *yaml.Node) {
	m := get(root, "metric")
	s.metric = text1(get(m, "name"), "")
	goal := "min"
	if text1(get(m, "goal"), "minimize") == "maximize" {
		goal = "max"
	}
	if s.metric == "" {
		s.metric = "val_loss"
		s.file.Objective = draft.Entry{Key: "objective", Value: "val_loss min", Unsure: "the sweep names no metric"}
	} else {
		name := strings.Join(strings.Fields(s.metric), "_")
		if name != s.metric {
			s.lose(get(m, "name"), "the metric %q is called %s here, since a name has no blanks", s.metric, name)
			s.metric = name
		}
		s.file.Objective = draft.Entry{Key: "objective", Value: draft.Scalar(s.metric + " " + goal), Note: "what the program tells wandb.log, danlu doesn't hear: let it print the metric, or call danlu.report"}
	}
	if t := get(m, "target"); t != nil {
		op := map[string]string{"max": ">=", "min": "<="}[goal]
		s.file.Rest = append(s.file.Rest, draft.Entry{Key: "target", Value: draft.Scalar(s.metric + " " + op + " " + t.Value)})
	}
	for _, key := range []string{"impute", "impute_while_running"} {
		if n := get(m, key); n != nil {
			s.lose(n, "metric.%s: danlu ranks trials that failed last, and needs no value for them", key)
		}
	}
	s.file.Rest = append(s.file.Rest, draft.Entry{Key: "observe", Value: "{stdout: auto}", Note: "finds metrics in what the program prints"})
}

// search reads the method and how long it goes on.
func (s *sweep) search(root *yaml.Node) {
	add := func(key, value, note string) {
		s.file.Rest = append(s.file.Rest, draft.Entry{Key: key, Value: value, Note: note})
	}
	switch s.method {
	case "grid":
		add("sampler", "grid", "")
	case "random":
		add("sampler", "random", "")
	case "bayes":
		add("sampler", "auto", "in place of bayes: the sampler that suits these parameters")
	default:
		s.lose(get(root, "method"), "method %s is unknown; the sampler is auto", s.method)
	}
	runs := get(root, "run_cap")
	switch {
	case runs != nil:
		add("budget", "{trials: "+runs.Value+"}", "run_cap")
	case s.method == "grid":
		add("budget", "none", "a grid ends by itself")
	default:
		add("budget", fmt.Sprintf("{trials: %d}", min(max(10*len(s.params), 20), 200)), "the sweep has no run_cap and would not end")
	}
}

// rest reads the keys that only name things.
func (s *sweep) rest(root *yaml.Node) {
	name := text1(get(root, "name"), "")
	if name == "" {
		name = strings.TrimSuffix(filepath.Base(s.path), filepath.Ext(s.path))
	}
	s.file.Name = folderName(name)
	if d := get(root, "description"); d != nil {
		s.file.Head = append(s.file.Head, d.Value)
	}
	known := " program command method metric parameters early_terminate run_cap name description "
	for i := 0; i+1 < len(root.Content); i += 2 {
		switch key := root.Content[i]; {
		case strings.Contains(known, " "+key.Value+" "):
		case key.Value == "project" || key.Value == "entity":
			s.lose(key, "%s: danlu keeps its studies in a file beside this one", key.Value)
		default:
			s.lose(key, "%s has no counterpart", key.Value)
		}
	}
}

// folderName keeps of a name what a folder may be called.
func folderName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.' {
			return r
		}
		return '-'
	}, s)
	if s = strings.Trim(s, "-."); s == "" {
		return "sweep"
	}
	return s[:min(len(s), 80)]
}

// get is the value of a key, nil where there is none.
func get(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			v := n.Content[i+1]
			if v.Kind == yaml.AliasNode {
				return v.Alias
			}
			return v
		}
	}
	return nil
}

func text1(n *yaml.Node, otherwise string) string {
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return otherwise
	}
	return n.Value
}

var errNoProgram = errors.New("it names no program and no command; add program: train.py")
