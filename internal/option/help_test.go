package option

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the expected options anew")

// show writes what was found, an option a line.
func show(p *Program) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", p.Style)
	if len(p.Commands) > 0 {
		fmt.Fprintf(&b, " commands=%s", strings.Join(p.Commands, ","))
	}
	if len(p.Groups) > 0 {
		fmt.Fprintf(&b, " groups=%s", strings.Join(p.Groups, ","))
	}
	b.WriteString("\n")
	for _, o := range p.Options {
		fmt.Fprintf(&b, "%s", strings.Join(o.Names, " "))
		if o.Off != "" {
			fmt.Fprintf(&b, " off=%s", o.Off)
		}
		if o.Type != Unknown {
			fmt.Fprintf(&b, " %s", o.Type)
		}
		if len(o.Choices) > 0 {
			fmt.Fprintf(&b, " {%s}", strings.Join(o.Choices, ","))
		}
		if o.Known {
			fmt.Fprintf(&b, " default=%q", o.Default)
		}
		if o.Required {
			b.WriteString(" required")
		}
		if o.Flag {
			b.WriteString(" flag")
		}
		if o.Many {
			b.WriteString(" many")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestHelpOfFrameworks(t *testing.T) {
	files, err := filepath.Glob("testdata/*.help")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d recorded helps: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".help"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if strings.HasSuffix(file, "_job.help") {
				got = show(ParseConfig(string(text)))
			} else {
				got = show(ParseHelp(string(text)))
			}
			golden := strings.TrimSuffix(file, ".help") + ".options"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Errorf("options (-want +got):\n%s", d)
			}
		})
	}
}

// A narrow terminal wraps the text and changes nothing.
func TestNarrowHelpSaysTheSame(t *testing.T) {
	for _, name := range []string{"argparse", "typer"} {
		wide, err := os.ReadFile("testdata/" + name + ".help")
		if err != nil {
			t.Fatal(err)
		}
		narrow, err := os.ReadFile("testdata/" + name + "_80.help")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(show(ParseHelp(string(wide))), show(ParseHelp(string(narrow)))); d != "" {
			t.Errorf("%s (-wide +narrow):\n%s", name, d)
		}
	}
}

func TestDefaultsInProse(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"  --lr LR  learning rate (default: 0.1)", "0.1"},
		{"  --lr LR  learning rate [default=0.1]", "0.1"},
		{"  --lr LR  learning rate. Default: 0.1.", "0.1"},
		{"  --lr LR  learning rate, defaults to 0.1", "0.1"},
		{"  --lr LR  learning rate, default is 1e-3", "1e-3"},
		{"  --lr LR  learning rate (float, default 0.1)", "0.1"},
		{"  --name N  its name (default: 'a b')", "a b"},
		{"  --wd W  the default weight decay", ""},
		{"  --lr LR", ""},
	} {
		p := ParseHelp("options:\n" + c.line + "\n")
		if len(p.Options) != 1 || p.Options[0].Default != c.want || p.Options[0].Known != (c.want != "") {
			t.Errorf("%s: got %s", c.line, show(p))
		}
	}
}

func TestTextThatIsNoHelpHasNoOptions(t *testing.T) {
	for _, text := range []string{"", "Traceback (most recent call last):\n  File \"x.py\", line 1\nImportError: no module named torch\n", "Epoch 1 loss 0.5\n- done -\n"} {
		if p := ParseHelp(text); len(p.Options) > 0 {
			t.Errorf("%q has options: %s", text, show(p))
		}
	}
}

func FuzzParseHelp(f *testing.F) {
	files, err := filepath.Glob("testdata/*_80.help")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("  --[no]x: y\n  -a--b=/ c  {d|e} <f>")
	f.Fuzz(func(t *testing.T, text string) {
		for _, o := range ParseHelp(text).Options {
			if o.Long() == "" {
				t.Fatalf("an option without a name: %+v", o)
			}
		}
	})
}
