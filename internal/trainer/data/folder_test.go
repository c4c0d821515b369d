package data

import (
	"bytes"
	"compress/gzip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLinesOfTextAreRead(t *testing.T) {
	dir := folder(t, map[string][]byte{
		"train.tsv":   []byte("good\tA fine, fine day\r\nbad\tRain\n\n"),
		"test.tsv.gz": zipped(t, "bad\tno fine rain\n"),
	})
	table, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(table.Vocabulary, []string{"fine", "a", "day", "rain"}) || table.Words != 6 || table.Held != 2 || table.D != 8 {
		t.Errorf("words %q (%d), held out from %d, %d a row", table.Vocabulary, table.Words, table.Held, table.D)
	}
	want := []float32{3, 2, 2, 4, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, WordUnknown, 2, 5, 0, 0, 0, 0, 0}
	if !slices.Equal(table.X, want) || !slices.Equal(table.Y, []int32{1, 0, 0}) || !slices.Equal(table.Classes, []string{"bad", "good"}) {
		t.Errorf("rows %v of classes %v %q; want %v", table.X, table.Y, table.Classes, want)
	}
	same, err := Open(folder(t, map[string][]byte{
		"train.csv": []byte("label,text\ngood,\"A fine, fine day\"\nbad,Rain\n"), "test.csv": []byte("label,text\nbad,no fine rain\n"),
	}), Options{})
	if err != nil || !slices.Equal(same.X, want) {
		t.Errorf("the same as CSV: %v, %v", same, err)
	}
}

func TestAFolderHasItsHeldOutPartBesideIt(t *testing.T) {
	table, err := Open(folder(t, map[string][]byte{
		"train.csv.gz": zipped(t, "a,label,who\n1,x,p\n2,y,q\n3,x,p\n"), "test.csv": []byte("a,label,who\n4,y,r\n"), "README.md": nil,
	}), Options{Label: "label", Group: "who"})
	if err != nil {
		t.Fatal(err)
	}
	if table.Held != 3 || table.D != 1 || !slices.Equal(table.X, []float32{1, 2, 3, 4}) || !slices.Equal(table.Groups, []int32{0, 1, 0, 2}) {
		t.Errorf("got %+v", table)
	}
}

func TestBadFilesAreRefusedWithTheirPlace(t *testing.T) {
	long := zipped(t, "a,label\n"+strings.Repeat("1,x\n2,y\n", 5000))
	for _, c := range []struct {
		name, open string
		files      map[string][]byte
		o          Options
		says       string
	}{
		{"no tab", "a.tsv", map[string][]byte{"a.tsv": []byte("x\tone\ntwo\n")}, Options{}, `a.tsv:2: no label before a tab in "two"`},
		{"no words", "a.txt", map[string][]byte{"a.txt": []byte("x\tone\ny\t...\n")}, Options{}, `a.txt:2: no words after the label "y"`},
		{"one label", "a.txt", map[string][]byte{"a.txt": []byte("x\tone\nx\ttwo\n")}, Options{}, "at least two classes"},
		{"no lines", "a.txt", map[string][]byte{"a.txt": nil}, Options{}, "no words in 0 texts"},
		{"other columns", "", map[string][]byte{"train.csv": []byte("a,l\n1,x\n2,y\n"), "test.csv": []byte("b,l\n1,x\n")}, Options{Label: "l"}, `its columns are ["b" "l"] where the training part has ["a" "l"]`},
		{"unseen class", "", map[string][]byte{"train.csv": []byte("a,l\n1,x\n2,y\n"), "test.csv": []byte("a,l\n1,z\n")}, Options{Label: "l"}, `class "z" occurs in the held-out part only`},
		{"no group", "a.csv", map[string][]byte{"a.csv": []byte("a,l\n1,x\n2,y\n")}, Options{Label: "l", Group: "who"}, `no column "who"`},
		{"no class", "a.csv", map[string][]byte{"a.csv": []byte("a,l\n1,x\n2,\n")}, Options{Label: "l"}, `a.csv:3: no class in column "l"`},
		{"gzip cut short", "a.csv.gz", map[string][]byte{"a.csv.gz": long[:len(long)-12]}, Options{Label: "label"}, "it ends after row "},
		{"no gzip", "a.csv.gz", map[string][]byte{"a.csv.gz": []byte("\x1f\x8bfoo")}, Options{Label: "label"}, "unpack"},
		{"train alone", "", map[string][]byte{"train.csv": []byte("a,l\n1,x\n2,y\n")}, Options{Label: "l"}, "give one file train.… and one test.…"},
		{"nothing", "", map[string][]byte{"README.md": nil}, Options{}, "it has no file train-images…, no train.csv and no folders of pictures"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(filepath.Join(folder(t, c.files), c.open), c.o)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
}
