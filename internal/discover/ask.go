package discover

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/option"
)

// asked is what a program and its source say of its options.
type asked struct {
	program *option.Program
	source  *option.Source // nil: no Python source was read
	how     string         // for people: by what
	doubts  []string
	sub     string // a subcommand that is taken though none was given
}

// HelpLimit is how long a program may take to print its help: the import of a large
// library counts.
const HelpLimit = 90 * time.Second

// ask finds a program's options by its help and its source.
func (d *discovery) ask(ctx context.Context) (*asked, error) {
	a := &asked{}
	l := d.launch
	switch l.kind {
	case shellScript, makeTarget:
		return d.askShell()
	case pythonScript:
		d.readSource(ctx, a)
	}
	s := a.source
	if s != nil && s.Client {
		a.program, a.how = s.Program, "its danlu.params(…)"
		return a, nil
	}
	if s != nil && !s.Parses {
		// Asking for help would start the training.
		a.program, a.how = &option.Program{Style: option.Dashes, Options: shown(l.args)}, "its source"
		if len(a.program.Options) > 0 {
			a.how = "the command line it was given"
		}
		return a, nil
	}
	if s != nil && (!s.Helps || s.Whole) {
		a.program, a.how = s.Program, "its source"
		if s.Program.Style == option.Positional {
			a.how = "sys.argv in its source"
		}
		return a, nil
	}
	if err := d.help(ctx, a); err != nil {
		if s == nil || len(s.Program.Options) == 0 {
			return nil, err
		}
		a.program, a.how = s.Program, "its source"
		a.doubts = append(a.doubts, "it does not answer --help, so its options are from its source. "+err.Error())
	}
	if s != nil {
		a.program.Complete(s)
		for _, o := range s.Program.Options { // those of a configuration, which no help has
			if strings.Contains(o.Long(), ".") && s.ConfigFile && a.program.Find(o.Long()) == nil {
				a.program.Options = append(a.program.Options, o)
			}
		}
	}
	return a, nil
}

// shown are the options that a command line shows to be there, as --model.depth=4, of a
// program of which nothing else tells.
func shown(words []string) (options []*option.Option) {
	for _, w := range words {
		if name, value, ok := strings.Cut(w, "="); ok && len(name) > 3 && strings.HasPrefix(name, "--") {
			options = append(options, option.Variable(name, value))
		}
	}
	return options
}

func first(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// readSource reads the script, if there is one to read. Failing is no error: the
// help may tell enough.
func (d *discovery) readSource(ctx context.Context, a *asked) {
	l := d.launch
	if l.script == "" {
		return
	}
	script := in(d.o.Dir, l.script)
	if !strings.HasSuffix(script, ".py") {
		if found, err := exec.LookPath(l.script); err == nil {
			script = found
		}
	}
	var configs []string
	for _, w := range l.args {
		if strings.HasSuffix(w, ".py") && (!strings.HasPrefix(w, "-") || strings.Contains(w, "=")) {
			configs = append(configs, w)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for _, python := range []string{l.python[len(l.python)-1], "python3", "python"} {
		path, err := exec.LookPath(python)
		if err != nil {
			continue
		}
		s, err := option.ReadSource(ctx, path, script, d.o.Dir, configs...)
		if err == nil {
			a.source = s
			return
		}
	}
}

// help asks the program itself.
func (d *discovery) help(ctx context.Context, a *asked) error {
	flag := "--help"
	if s := a.source; s != nil {
		switch {
		case slices.Contains(s.Imports, "absl"):
			flag = "--helpfull"
		case s.Hydra:
			return d.hydra(ctx, a)
		}
	}
	argv := slices.Concat(d.launch.plainly(), d.subcommand(a))
	p, text, err := d.askOnce(ctx, append(argv, flag))
	if err != nil {
		return err
	}
	// A program of subcommands has its options behind one of them.
	if sub := d.choose(p.Commands); sub != "" && !slices.Contains(argv, sub) {
		if q, _, err := d.askOnce(ctx, slices.Concat(d.launch.plainly(), []string{sub, flag})); err == nil {
			p = q
			if !slices.Contains(d.launch.args, sub) {
				a.sub = sub
				a.doubts = append(a.doubts, fmt.Sprintf("the program has subcommands, and %s was taken", sub))
			}
		}
	}
	if len(p.Options) == 0 {
		return fmt.Errorf("ask %s for its options: its help names none; it begins: %s", command.Quote(argv), clip(text))
	}
	a.program, a.how = p, command.Quote(append(argv[:len(argv):len(argv)], flag))
	return nil
}

// subcommand is what stands before the options on the command line and chooses
// which there are: fit, of Lightning's CLI.
func (d *discovery) subcommand(a *asked) []string {
	if a.source != nil && slices.Contains(a.source.Calls, "LightningCLI") {
		if len(d.launch.args) > 0 && !strings.HasPrefix(d.launch.args[0], "-") {
			return d.launch.args[:1]
		}
		a.sub = "fit"
		return []string{"fit"}
	}
	return nil
}

// choose finds the subcommand that trains: the one given, or one of that name.
func (d *discovery) choose(commands []string) string {
	for _, w := range d.launch.args {
		if slices.Contains(commands, w) {
			return w
		}
	}
	for _, w := range []string{"train", "fit", "training", "run"} {
		if slices.Contains(commands, w) {
			return w
		}
	}
	return ""
}

// askOnce runs a program for its help.
func (d *discovery) askOnce(ctx context.Context, argv []string) (*option.Program, string, error) {
	d.say("asking: " + command.Quote(argv))
	text, ended, err := output(ctx, d.o.Dir, argv, HelpLimit)
	switch {
	case ctx.Err() != nil:
		return nil, "", ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return nil, "", fmt.Errorf("ask the program for its options: there is no %s here; install it, or name the one to use by its path", argv[0])
	case !ended:
		return nil, "", fmt.Errorf("ask %s: no answer after %s; say by hand what it takes, as in docs/tutorial.md", command.Quote(argv), HelpLimit)
	}
	p := option.ParseHelp(text)
	if err != nil && len(p.Options) == 0 {
		return nil, "", fmt.Errorf("ask %s: %w; %s; it printed:\n%s", command.Quote(argv), err, d.remedy(text), lastLines(text, 6))
	}
	return p, text, nil
}

var missing = regexp.MustCompile(`(?m)^(?:ModuleNotFoundError: No module named|ImportError: cannot import name) '([\w.]+)'`)

// remedy says what to do about a help that failed with this text.
func (d *discovery) remedy(text string) string {
	m := missing.FindStringSubmatch(text)
	if m == nil {
		return "make it answer --help, or write danlu.yaml by hand as docs/tutorial.md does"
	}
	for _, venv := range []string{".venv", "venv", "env"} {
		python := filepath.Join(venv, "bin", "python")
		if _, err := os.Stat(filepath.Join(d.o.Dir, python)); err == nil && !slices.Contains(d.launch.python, python) {
			return fmt.Sprintf("it lacks %s here; there is a %s: try danlu init -- %s …", m[1], venv, python)
		}
	}
	return fmt.Sprintf("it lacks %s here; install what it needs, or name the Python that has it: danlu init -- path/to/python …", m[1])
}

// hydra asks a Hydra program for its configuration as it is with what was given.
func (d *discovery) hydra(ctx context.Context, a *asked) error {
	argv := slices.Concat(d.launch.plainly(), d.launch.args, []string{"--cfg", "job"})
	d.say("asking: " + command.Quote(argv))
	text, ended, err := output(ctx, d.o.Dir, argv, HelpLimit)
	if !ended || err != nil {
		return fmt.Errorf("ask %s: %v; %s; it printed:\n%s", command.Quote(argv), err, d.remedy(text), lastLines(text, 6))
	}
	a.program, a.how = option.ParseConfig(text), command.Quote(argv)
	if len(a.program.Options) == 0 {
		return fmt.Errorf("ask %s: it prints no configuration: %s", command.Quote(argv), clip(text))
	}
	return nil
}

// lastLines are the last lines of a text that say something.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	for i, l := range lines {
		lines[i] = "  " + clip(strings.TrimRight(l, " \r"))
	}
	return strings.Join(lines, "\n")
}

func clip(s string) string {
	s = first(strings.TrimSpace(s))
	if r := []rune(s); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return s
}
