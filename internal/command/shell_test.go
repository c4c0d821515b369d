package command_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/command"
)

// throughShell lets a real shell split a line, whose arguments after the program
// come back.
func throughShell(t rapid.TB, line string) []string {
	out, err := exec.Command("sh", "-c", `show() { for a in "$@"; do printf '%s\0' "$a"; done; }; show `+line).Output()
	if err != nil {
		t.Fatalf("sh -c %q: %v", line, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

func needShell(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no POSIX shell here")
	}
}

func TestQuotedLinesMeanTheSameToAShell(t *testing.T) {
	needShell(t)
	args := []string{
		"plain", "", "two words", "it's", `"double"`, "line\nbreak", "tab\t", "$HOME", "`id`", `back\slash`, `end\`, "*", "?", "~", "~root", "#no",
		"a=b", "!", "{a,b}", "-", "--lr=1e-05", "é学", "a;b", "a|b", "a&b", "(", ">", "<", "'", "''", "\r", "\x01", "if",
	}
	got := throughShell(t, command.Quote(args))
	if d := cmp.Diff(args, got); d != "" {
		t.Errorf("arguments (-want +got):\n%s", d)
	}
	if line := command.Quote([]string{"python", "train.py", "--lr=1e-05", "--tag", "run 7"}); line != "python train.py --lr=1e-05 --tag 'run 7'" {
		t.Errorf("more is quoted than needs it: %s", line)
	}
}

func TestAQuotedFirstWordIsTheProgram(t *testing.T) {
	needShell(t)
	for _, program := range []string{"if", "time", "A=b", "not found"} {
		out, err := exec.Command("sh", "-c", command.Quote([]string{program, "x"})).CombinedOutput()
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 127 {
			t.Errorf("%q as a program: %v %s; want 127, command not found", program, err, out)
		}
	}
}

func TestQuoteAndSplitAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.StringMatching(`[a-z./ ']+`).Draw(t, "program")
		args := append([]string{first}, rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("ab'\"\\ \t\n$*?~#=|é{}")), 0, 8, -1), 0, 5).Draw(t, "args")...)
		got, err := command.Split(command.Quote(args))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(args, got); d != "" {
			t.Fatalf("arguments (-want +got):\n%s", d)
		}
	})
}

func TestLinesAreSplitAsAShellWould(t *testing.T) {
	needShell(t)
	for _, line := range []string{
		`python train.py {params}`,
		`a  'b c'"d e"\ f`,
		`a "" ''`,
		`a "x\"y\\z\q"`,
		"a \\\n  b",
		"a \"x\\\ny\"",
		`a b#c d~e --x=1`,
		`a '$HOME' "it's" \$x \'`,
		`a {"b": 1}`,
	} {
		got, err := command.Split(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if d := cmp.Diff(throughShell(t, line), got); d != "" {
			t.Errorf("%s (-shell +Split):\n%s", line, d)
		}
	}
}

func TestWhatOnlyAShellDoesIsRefused(t *testing.T) {
	for line, want := range map[string]string{
		"":                           "the command is empty",
		" \n ":                       "the command is empty",
		"python train.py > log":      "> in the command means something to a shell only",
		"a | b":                      "| in the command",
		"a && b":                     "& in the command",
		"a $HOME":                    "$ in the command",
		`a "$HOME"`:                  "in single quotes",
		"a *.csv":                    "* in the command",
		"a ~/x":                      "~ in the command",
		"a # b":                      "# in the command",
		"CUDA_VISIBLE_DEVICES=0 a b": "put it under env:",
		"a 'b":                       "a ' in the command is never closed",
		`a "b`:                       `a " in the command is never closed`,
		"python a.py\npython b.py":   "the command has several lines",
	} {
		_, err := command.Split(line)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error is %v, want …%s…", line, err, want)
		}
	}
}
