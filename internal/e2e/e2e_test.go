// Package e2e tries the built program as a user does: real files, real
// processes, real signals. The training programs are this test binary itself,
// started again under another name, and shell scripts.
package e2e

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/trialio"
)

// danlu is the path of the program under test.
var danlu string

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && programs[os.Args[1]] != nil {
		os.Exit(programs[os.Args[1]]())
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "danlu-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	danlu = filepath.Join(dir, "danlu")
	build := exec.Command("go", "build", "-o", danlu, "../../cmd/danlu")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build danlu: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// programs are the training programs that this binary is, by its first argument.
var programs = map[string]func() int{
	"trial":   trial,
	"environ": environ,
	"resumes": resumes,
	"learns":  learns,
}

// writeDown adds a line to the file that the variable of this name names.
func writeDown(variable, line string) {
	f, err := os.OpenFile(os.Getenv(variable), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err == nil {
		_, err = fmt.Fprintln(f, line)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}

// trial writes down that it was started, trains for some steps, reports with
// trialio, and writes down what it has said.
func trial() int {
	attempt := os.Getenv("DANLU_TRIAL") + "/" + os.Getenv("DANLU_ATTEMPT")
	writeDown("STARTS", attempt)
	x := trialio.Float("x", 0)
	for step := int64(1); step <= trialio.MaxStep(); step++ {
		time.Sleep(20 * time.Millisecond)
		decision := trialio.Report(step, map[string]float64{"loss": x + 1/float64(step)})
		writeDown("SAID", fmt.Sprintf("%s/%d", attempt, step))
		if decision != trialio.Continue {
			return 0
		}
	}
	return 0
}

// project is a folder with a danlu.yaml.
type project struct {
	t   *testing.T
	dir string

	patience time.Duration // how long a call may take; two minutes if 0
}

func newProject(t *testing.T, yaml string, files map[string]string) project {
	t.Helper()
	if err := lookAtSources(); err != nil {
		t.Fatal(err)
	}
	p := project{t: t, dir: t.TempDir()}
	t.Cleanup(p.noProcessLeft)
	p.write("danlu.yaml", yaml)
	for name, text := range files {
		p.write(name, text)
	}
	return p
}

func (p project) write(name, text string) {
	p.t.Helper()
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	}
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), mode); err != nil {
		p.t.Fatal(err)
	}
}

// command prepares a call of danlu in the project's folder. It is ended if it has
// not ended by itself within two minutes.
func (p project) command(args ...string) *exec.Cmd {
	ctx := context.Background()
	if p.t != nil {
		limited, cancel := context.WithTimeout(ctx, cmp.Or(p.patience, 2*time.Minute))
		p.t.Cleanup(cancel)
		ctx = limited
	}
	cmd := exec.CommandContext(ctx, danlu, args...)
	cmd.Cancel = func() error {
		p.t.Errorf("danlu %s hangs; its goroutines follow", strings.Join(args, " "))
		return cmd.Process.Signal(syscall.SIGQUIT)
	}
	cmd.Dir = p.dir
	inherited := slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "DANLU_LONG=") })
	cmd.Env = append(inherited, "STARTS="+filepath.Join(p.dir, "starts"), "SAID="+filepath.Join(p.dir, "said"))
	return cmd
}

// result is what a call came to.
type result struct {
	code        int
	out, errOut string
}

// run calls danlu and waits for it.
func (p project) run(args ...string) result {
	p.t.Helper()
	return p.finish(p.command(args...))
}

// finish starts a call that was prepared, and waits for it, at most two minutes.
func (p project) finish(cmd *exec.Cmd) result {
	p.t.Helper()
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errOut.String()}
}

// must calls danlu and wants this exit code.
func (p project) must(code int, args ...string) result {
	p.t.Helper()
	r := p.run(args...)
	if r.code != code {
		p.t.Fatalf("danlu %s: exit code %d, want %d\nstdout:\n%s\nstderr:\n%s", strings.Join(args, " "), r.code, code, r.out, r.errOut)
	}
	return r
}

// exported is a row of `danlu export`.
type exported struct {
	Trial    int              `json:"trial"`
	State    string           `json:"state"`
	Params   map[string]any   `json:"params"`
	Values   map[string]any   `json:"values"`
	Attempts json.RawMessage  `json:"attempts"`
	Reason   string           `json:"reason"`
	Parent   *origin          `json:"parent"`
	Points   []map[string]any `json:"points"`
}

// origin is where a copy's state came from.
type origin struct {
	Trial int   `json:"trial"`
	Step  int64 `json:"step"`
}

// String names it for a comparison: the same of equal ones.
func (o *origin) String() string {
	if o == nil {
		return "nobody"
	}
	return fmt.Sprintf("trial %d at step %d", o.Trial, o.Step)
}

// export reads the study back.
func (p project) export(args ...string) []exported {
	p.t.Helper()
	r := p.must(0, append([]string{"export", "--format", "json"}, args...)...)
	var rows []exported
	sc := bufio.NewScanner(strings.NewReader(r.out))
	sc.Buffer(nil, 64<<20)
	for sc.Scan() {
		var row exported
		if err := json.Unmarshal(sc.Bytes(), &row); err != nil {
			p.t.Fatalf("export wrote %q: %v", sc.Text(), err)
		}
		rows = append(rows, row)
	}
	return rows
}

// noProcessLeft fails the test if a process of the project still lives: every
// one carries the project's folder in its environment.
func (p project) noProcessLeft() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for {
		left := p.processes()
		if len(left) == 0 {
			return
		}
		if ctx.Err() != nil {
			p.t.Errorf("processes left over: %v", left)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (p project) processes() []string {
	var found []string
	environs, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is right
	for _, path := range environs {
		env, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(env, []byte("STARTS="+filepath.Join(p.dir, "starts"))) {
			continue
		}
		cmdline, err := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		if err != nil || len(cmdline) == 0 {
			continue // it is ending just now
		}
		found = append(found, path+": "+strings.ReplaceAll(string(cmdline), "\x00", " "))
	}
	return found
}

// starts counts how often each attempt was started, as the programs wrote down.
func (p project) starts() map[string]int { return p.lines("starts") }

// lines counts the lines of a file of the project.
func (p project) lines(name string) map[string]int {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	n := map[string]int{}
	for _, line := range strings.Fields(string(text)) {
		n[line]++
	}
	return n
}
