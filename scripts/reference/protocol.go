package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// events writes the objects of tune --json, whose fields are those of the code.
func events(b *bytes.Buffer) error {
	const path = "internal/display/jsonlines.go"
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return err
	}
	fields := map[string][]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		t, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if s, ok := t.Type.(*ast.StructType); ok {
			for _, f := range s.Fields.List {
				if f.Tag != nil {
					key, _, _ := strings.Cut(strings.TrimPrefix(strings.Trim(f.Tag.Value, "`"), `json:"`), `"`)
					key, _, _ = strings.Cut(key, ",")
					fields[t.Name.Name] = append(fields[t.Name.Name], key)
				}
			}
		}
		return true
	})
	b.WriteString("\n## Events of --json\n\nOne object a line, of `danlu tune` and `danlu demo`. Numbers that are not finite are the strings `\"nan\"`, `\"inf\"`, `\"-inf\"`.\n" +
		"\n| event | when | fields |\n|---|---|---|\n")
	for _, e := range []struct{ event, kind, when string }{
		{"trial_started", "jsonStarted", "an attempt of a trial has begun"},
		{"report", "jsonReport", "it has reported, at a step"},
		{"attempt_ended", "jsonEnded", "an attempt has ended and its trial has not: it waits for another one, or is paused"},
		{"trial_ended", "jsonEnded", "a trial has ended"},
		{"study_ended", "jsonEnd", "last; `best`, `default` and the members of `front` have `trial`, `params`, `values`, and are null where there is none"},
	} {
		names := fields[e.kind]
		if len(names) == 0 || names[0] != "event" {
			return fmt.Errorf("%s has no event of type %s", path, e.kind)
		}
		fmt.Fprintf(b, "| `%s` | %s | `%s` |\n", e.event, e.when, strings.Join(names[1:], "`, `"))
	}
	return nil
}

// meanings are those of the variables of a trial.
var meanings = []struct{ name, is string }{
	{"DANLU_PARAMS", "all parameters, a JSON object"},
	{"DANLU_PARAM_<NAME>", "one of them, as on a command line: `DANLU_PARAM_BATCH_SIZE` for `batch_size` or `batch.size`"},
	{"DANLU_SEED", "the trial's own seed"},
	{"DANLU_MAX_STEP", "the last step of its training, `fidelity.max`; not set where that is unknown"},
	{"DANLU_RESUME", "the checkpoint to go on from, or empty"},
	{"DANLU_DIR", "the trial's folder, to write into"},
	{"DANLU_STUDY", "the study's name"},
	{"DANLU_TRIAL", "the trial's number"},
	{"DANLU_ATTEMPT", "the attempt's number, from 1"},
	{"DANLU_ENDPOINT", "the file that says where to report: address and token"},
	{"DANLU_SPOOL", "the file for reports that nobody answers"},
	{"DANLU_MARK", "danlu's own: how it finds the processes of an attempt"},
	{"DANLU_TOKEN", "danlu's own: taken out of what a trial inherits"},
}

// variables writes what a trial finds in its environment; the names are those of
// the code.
func variables(b *bytes.Buffer) error {
	const path = "internal/command/env.go"
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return err
	}
	var ours []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != "ours" {
			return true
		}
		for _, e := range spec.Values[0].(*ast.CompositeLit).Elts {
			name, err := strconv.Unquote(e.(*ast.BasicLit).Value)
			if err == nil {
				ours = append(ours, name)
			}
		}
		return false
	})
	b.WriteString("\n## A trial's environment\n\nInherited, with `env` of the file, and\n\n| variable | is |\n|---|---|\n")
	for _, m := range meanings {
		i := slices.Index(ours, m.name)
		if i < 0 && m.name != "DANLU_PARAM_<NAME>" {
			return fmt.Errorf("%s does not set %s any more", path, m.name)
		}
		if i >= 0 {
			ours = slices.Delete(ours, i, i+1)
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", m.name, m.is)
	}
	if len(ours) > 0 {
		return fmt.Errorf("nobody says what %s is: see meanings in scripts/reference/protocol.go", strings.Join(ours, ", "))
	}
	return nil
}
