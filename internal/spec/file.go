package spec

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/study"
)

// draft is a definition under construction.
type draft struct {
	*study.Definition
	params   []*param
	unbound  bool // budget: none
	patterns []*node
	places   []observedPlace // paths of observe
}

var fileObject = &object[draft]{
	example: "objective: val_accuracy max",
	fields: []field[draft]{
		{key: "name", read: readName},
		{key: "command", read: readCommand},
		{key: "objective", read: readObjectives},
		{key: "params", read: readParams},
		{key: "fidelity", read: readFidelity},
		{key: "budget", read: readBudget},
		{key: "target", read: readTarget},
		{key: "stop_when", read: readStopWhen},
		{key: "constraints", read: readConstraints},
		{key: "observe", read: readObserve},
		{key: "sampler", read: func(r *reader, n *node, d *draft) {
			readAlgorithm(r, n, "sampler", r.options.Samplers, &d.Sampler)
		}},
		{key: "scheduler", read: func(r *reader, n *node, d *draft) {
			readAlgorithm(r, n, "scheduler", r.options.Schedulers, &d.Scheduler)
		}},
		{key: "warm_from", read: readWarm},
		{key: "mode", read: readMode},
		{key: "seed", read: readSeed},
		{key: "parallel", read: readParallel},
		{key: "resources", read: func(r *reader, n *node, d *draft) { readFields(r, n, resourcesObject, &d.Resources) }},
		{key: "retries", read: readRetries},
		{key: "deadline", read: func(r *reader, n *node, d *draft) { d.Deadline = r.duration(n, "deadline", "deadline: 30m") }},
		{key: "grace", read: func(r *reader, n *node, d *draft) { d.Grace = r.duration(n, "grace", "grace: 30s") }},
		{key: "env", read: readEnv},
		{key: "checkpoints", read: func(r *reader, n *node, d *draft) { readFields(r, n, checkpointsObject, &d.Checkpoints) }},
		{key: "snapshot", read: func(r *reader, n *node, d *draft) { d.Snapshot = r.bool(n, "snapshot") }},
	},
}

func readName(r *reader, n *node, d *draft) {
	name, ok := r.text(n, "name", "a word, as in name: speech-frames")
	if !ok {
		return
	}
	if why := unsafeName(name); why != "" {
		r.fail(n, "name %q can't be a folder's: %s; use letters, digits, - _ and ., as in name: %s", clip(name), why, safeName(name))
		return
	}
	d.Name = name
}

// device matches the names that are devices to Windows in every folder.
var device = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$`)
})

// notOK finds what means something in paths or to a shell.
func notOK(r rune) bool {
	return r == utf8.RuneError || !(unicode.In(r, unicode.L, unicode.N, unicode.M) || strings.ContainsRune("_-.", r))
}

// unsafeName says why a name can't be a folder's on some system; empty if it can.
func unsafeName(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case len(name) > 100:
		return "it is longer than 100 bytes"
	case strings.ContainsFunc(name, notOK) || name[0] == '-' || name[0] == '.':
		return "it has characters that mean something in paths or to a shell, or begins with one"
	case strings.HasSuffix(name, "."):
		return "it ends in a dot"
	case device().MatchString(name):
		return "it is a device's name on Windows"
	}
	return ""
}

// safeName is a name near to the one given that is safe.
func safeName(name string) string {
	name = strings.Trim(strings.Join(strings.FieldsFunc(name, notOK), "-"), "-.")
	for len(name) > 60 {
		name = name[:strings.LastIndexFunc(name, func(rune) bool { return true })]
	}
	if name = strings.TrimRight(name, "-."); unsafeName(name) != "" {
		return "study"
	}
	return name
}

const commandExample = `command: [python, train.py, "{params}"]`

// readCommand reads a list of arguments, or a string that is split as a shell
// would.
func readCommand(r *reader, n *node, d *draft) {
	if n.kind == stringKind {
		argv, err := command.Split(n.text)
		if err != nil {
			r.fail(n, "%v", err)
			return
		}
		d.Command = argv
		return
	}
	if n.kind != listKind || len(n.list) == 0 {
		r.wrong(n, "command", "a list of arguments or a line, as in "+commandExample)
		return
	}
	for _, item := range n.list {
		if item.kind == mapKind && len(item.keys) == 1 && item.keys[0].value.kind == nullKind {
			r.fail(item, `{%s} without quotes is a mapping to YAML; write "{%[1]s}"`, item.keys[0].key)
			continue
		}
		arg, ok := r.text(item, "an argument of command", "text, as in "+commandExample)
		if ok {
			d.Command = append(d.Command, arg)
		}
	}
}

func readStopWhen(r *reader, n *node, d *draft) {
	word, ok := r.text(n, "stop_when", study.NoGain)
	if ok {
		r.oneOf(n, "stop_when", word, []string{study.NoGain})
		d.StopWhen = word
	}
}

func readMode(r *reader, n *node, d *draft) {
	word, ok := r.text(n, "mode", "auto, staged or search")
	if ok {
		r.oneOf(n, "mode", word, []string{"auto", "staged", "search"})
		d.Mode = word
	}
}

func readSeed(r *reader, n *node, d *draft) {
	seed, err := strconv.ParseUint(strings.ReplaceAll(n.text, "_", ""), 0, 64)
	if n.kind != numberKind || err != nil {
		r.wrong(n, "seed", "a whole number from 0 to 2^64-1, as in seed: 1")
		return
	}
	d.Seed = seed
}

func readParallel(r *reader, n *node, d *draft) {
	if x, ok := r.whole(n, "parallel", "a whole number, as in parallel: 4 (0: as many as fit)", 0); ok {
		if x > 100_000 {
			r.fail(n, "parallel: %d trials at once is more than any machine runs; leave it out for as many as fit", x)
		}
		d.Parallel = int(x)
	}
}

func readRetries(r *reader, n *node, d *draft) {
	if x, ok := r.whole(n, "retries", "a whole number, as in retries: 1", 0); ok {
		d.Retries = int(min(x, 1_000_000))
	}
}

func readEnv(r *reader, n *node, d *draft) {
	if n.kind != mapKind {
		r.wrong(n, "env", `a mapping, as in env: {TOKENIZERS_PARALLELISM: "false"}`)
		return
	}
	d.Env = make(map[string]string, len(n.keys))
	for _, e := range n.keys {
		switch {
		case e.key == "" || strings.ContainsAny(e.key, "=\x00"):
			r.failAt(e.line, "env: %q can't be a variable's name; use letters, digits and _", clip(e.key))
		case command.Protocol(e.key):
			r.failAt(e.line, "env: danlu itself sets %s in every trial; choose another name", e.key)
		default:
			if value, ok := r.text(e.value, "env."+e.key, "text"); ok {
				d.Env[e.key] = value
			}
		}
	}
}

// readAlgorithm reads a name, or {name: {options}}.
func readAlgorithm(r *reader, n *node, what string, names []string, into *study.Algorithm) {
	name := n.text
	var options *node
	if n.kind == mapKind && len(n.keys) == 1 {
		name, options = n.keys[0].key, n.keys[0].value
	} else if n.kind != stringKind {
		r.wrong(n, what, "a name or a name with its options, as in "+what+": auto, "+what+": {NAME: {OPTION: 3}}")
		return
	}
	if names != nil {
		r.oneOf(n, what, name, names)
	}
	*into = study.Algorithm{Name: name}
	if options == nil || options.kind == nullKind {
		return
	}
	if options.kind != mapKind {
		r.wrong(options, what+"."+name, "a mapping of options, as in {OPTION: 3}")
		return
	}
	for _, e := range options.keys {
		if text, ok := r.toJSON(e.value, join(what+"."+name, e.key)); ok {
			if into.Options == nil {
				into.Options = map[string]json.RawMessage{}
			}
			into.Options[e.key] = text
		}
	}
}
