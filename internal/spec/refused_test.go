package spec

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

var names = Options{
	Samplers:   []string{"auto", "grid", "random", "sobol"},
	Schedulers: []string{"asha", "auto", "median", "none"},
}

// Every file in testdata/refused has one mistake, or several that are independent;
// beside it is what is said about it.
func TestRefusals(t *testing.T) {
	files, err := filepath.Glob("testdata/refused/*.yaml")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			def, _, err := Parse("danlu.yaml", text, names)
			var e *Error
			if def != nil || !errors.As(err, &e) {
				t.Fatalf("definition %+v, error %v; want a refusal that is an *Error", def, err)
			}
			golden := strings.TrimSuffix(path, ".yaml") + ".txt"
			got := err.Error() + "\n"
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
				t.Errorf("message (-want +got):\n%s", d)
			}
		})
	}
}
