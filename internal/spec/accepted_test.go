package spec

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/study"
)

// Every file in testdata/accepted uses some of the forms there are; beside it is
// what they mean, and the warnings.
func TestForms(t *testing.T) {
	files, err := filepath.Glob("testdata/accepted/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			def, warnings, err := Parse("/home/me/my frames/danlu.yaml", text, names)
			if err != nil {
				t.Fatal(err)
			}
			if def.Dir != "/home/me/my frames" || def.File != "/home/me/my frames/danlu.yaml" || def.Source != string(text) {
				t.Errorf("dir %q, file %q, source %q", def.Dir, def.File, def.Source)
			}
			def.Dir, def.File, def.Source = "", "", ""
			got := ""
			for _, w := range warnings {
				got += strings.TrimPrefix(w.String(), "/home/me/my frames/") + "\n"
			}
			meaning, err := json.MarshalIndent(def, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got += string(meaning) + "\n"
			golden := strings.TrimSuffix(path, ".yaml") + ".txt"
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
				t.Errorf("meaning (-want +got):\n%s", d)
			}
			var back study.Definition
			if err := json.Unmarshal(meaning, &back); err != nil {
				t.Fatal(err)
			}
			if changes, err := Compatible(def, &back, 1); len(changes) > 0 || err != nil {
				t.Errorf("the definition changes on its way through the log: %q, %v", changes, err)
			}
		})
	}
}
