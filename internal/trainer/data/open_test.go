package data

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilesAreOpenedByWhatTheyAre(t *testing.T) {
	dir := t.TempDir()
	put := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	embedded := func(name string) string {
		content, err := files.ReadFile("embedded/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	for _, name := range []string{"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"} {
		put("idx/"+name, embedded(name))
	}
	pictures := string(append(idx(idxImages, 3, 1, 1), 1, 2, 3))
	put("no test/train-images", pictures)
	put("no test/train-labels", string(append(idx(idxLabels, 3), 0, 1, 1)))
	for _, c := range []struct {
		path, label            string
		rows, held, d, classes int
	}{
		{put("digits.csv.gz", embedded("digits.csv.gz")), "label", 1797, 1797, 64, 10},
		{put("plain.csv", "a,b\n1,x\n2,y\n"), "b", 2, 2, 1, 2},
		{put("speech.bin.gz", embedded("speech-mini.bin.gz")), "", 32_016, 25_508, 39, 51},
		{filepath.Join(dir, "idx"), "", 7000, 6000, 784, 10},
		{filepath.Join(dir, "no test"), "", 3, 3, 1, 2},
	} {
		table, err := Open(c.path, Options{Label: c.label})
		if err != nil {
			t.Error(err)
			continue
		}
		if table.N() != c.rows || table.Held != c.held || table.D != c.d || len(table.Classes) != c.classes {
			t.Errorf("%s: %d rows, held out from %d, %d features, %d classes", c.path, table.N(), table.Held, table.D, len(table.Classes))
		}
		if again, _ := Open(c.path, Options{Label: c.label}); again != table {
			t.Errorf("%s is read twice", c.path)
		}
	}

	put("gap/train-images", pictures)
	put("gap/train-labels", string(append(idx(idxLabels, 3), 0, 2, 2)))
	put("few labels/train-images", pictures)
	put("few labels/train-labels", string(append(idx(idxLabels, 2), 0, 1)))
	put("two/train-images", pictures)
	put("two/train-images.gz", pictures)
	put("sizes/train-images", pictures)
	put("sizes/train-labels", string(append(idx(idxLabels, 3), 0, 1, 1)))
	put("sizes/test-images", string(append(idx(idxImages, 1, 2, 1), 1, 2)))
	put("sizes/test-labels", string(append(idx(idxLabels, 1), 0)))
	for path, says := range map[string]string{
		"missing":    "no such file",
		"gap":        "class 1 has no training pictures",
		"few labels": "3 pictures but 2 labels",
		"two":        "leave one of them",
		"sizes":      "pictures of 2×1 where the training part has 1×1",
		"plain.csv":  "no label column is named",
		".":          "is no folder: give a folder for each class",
	} {
		if _, err := Open(filepath.Join(dir, path), Options{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v, want one that says %q", path, err, says)
		}
	}
}
