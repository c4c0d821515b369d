package wrapper

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/observe"
	"github.com/danlu-ml/danlu/internal/proctree"
	"github.com/danlu-ml/danlu/internal/tfevents"
)

func TestFilesAreFoundByPattern(t *testing.T) {
	root := t.TempDir()
	for _, f := range []string{"a.csv", "b.txt", "x/a.csv", "x/y/a.csv", "x/y/b1.csv", ".hidden/a.csv", "z/csv/c"} {
		write(t, filepath.Join(root, f), "")
	}
	for pattern, want := range map[string][]string{
		"a.csv":      {"a.csv"},
		"*.csv":      {"a.csv"},
		"*/a.csv":    {".hidden/a.csv", "x/a.csv"},
		"**/a.csv":   {"a.csv", "x/a.csv", "x/y/a.csv"},
		"x/**/b?.*":  {"x/y/b1.csv"},
		"x/**":       {"x/a.csv", "x/y/a.csv", "x/y/b1.csv"},
		"no/**/a":    nil,
		"z/*":        nil,
		"z/[a-d]*/c": {"z/csv/c"},
	} {
		var got []string
		find(filepath.Join(root, pattern), func(path string) {
			rel, _ := filepath.Rel(root, path)
			got = append(got, filepath.ToSlash(rel))
		})
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", pattern, d)
		}
	}
}

func TestAnEventFilesNameTellsItsWriter(t *testing.T) {
	for name, want := range map[string]int{
		"events.out.tfevents.1763700000.my.host.4711.0":       4711,
		"events.out.tfevents.1763700000.my.host.4711.0.v2":    4711,
		"events.out.tfevents.1763700000.my.host":              0, // tensorboardX
		"events.out.tfevents.1763700000.other.4711.0":         0,
		"events.out.tfevents.1763700000.my.host.word.0":       0,
		"events.out.tfevents.1763700000.123.my.host.4711.0":   0,
		"events.out.tfevents.1763700000.my.host.-3.0":         0,
		"lightning-events.out.tfevents.1763700000.my.host.77": 77,
		"": 0,
	} {
		if got := writerOf(name, "my.host"); got != want {
			t.Errorf("%s was written by %d, want %d", name, got, want)
		}
	}
}

// watching is a watch over root, for a tree whose one process is this.
func watching(t *testing.T, f executor.WatchedFiles) (w *watch, reports func() string) {
	t.Helper()
	var got string
	o, err := observe.New(observe.Options{}, func(r observe.Report) { got += string(encode(r)) })
	if err != nil {
		t.Fatal(err)
	}
	spec := Spec{}
	spec.Watch.Files = []executor.WatchedFiles{f}
	w = newWatch(spec, o, &notes{})
	w.owner = newOwner(&tree{Tree: proctree.Tree{Leader: proctree.Identity{PID: os.Getpid()}}})
	return w, func() string { g := got; got = ""; return g }
}

func eventFile(t *testing.T, path string, value float64) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, err := tfevents.NewWriter(f, time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Scalars(time.Unix(1, 0), 1, tfevents.Scalar{Tag: "acc", Value: value}); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyNewEventFilesAreATrialsOwn(t *testing.T) {
	root := t.TempDir()
	eventFile(t, filepath.Join(root, "old", "events.out.tfevents.1.h"), .1)
	w, reports := watching(t, executor.WatchedFiles{Format: observe.TensorBoard, Path: root, Own: true})
	w.look(false)
	if got := reports(); got != "" {
		t.Errorf("before anything is written it reports %s", got)
	}
	eventFile(t, filepath.Join(root, "new", "a", "events.out.tfevents.2.h"), .5)
	w.look(true)
	if got := reports(); got != `{"step":1,"values":{"acc":0.5}}`+"\n" {
		t.Errorf("it reports %s", got)
	}
}

func TestInASharedFolderAFileIsItsWriters(t *testing.T) {
	root := t.TempDir()
	host, err := os.Hostname()
	if err != nil {
		t.Skip(err)
	}
	w, reports := watching(t, executor.WatchedFiles{Format: observe.TensorBoard, Path: root})
	name := filepath.Join(root, "events.out.tfevents.1."+host+".")
	eventFile(t, name+"1.0", .1) // process 1 lives, and is another
	eventFile(t, filepath.Join(root, "events.out.tfevents.1"), .2)
	w.look(false)
	w.look(true)
	if got := reports(); got != "" {
		t.Errorf("of others' files it reports %s", got)
	}
	if len(w.unknown) != 1 {
		t.Errorf("%d files are nobody's, want 1", len(w.unknown))
	}
	eventFile(t, name+strconv.Itoa(os.Getpid())+".0", .3)
	w.look(true)
	if got := reports(); got != `{"step":1,"values":{"acc":0.30000001192092896}}`+"\n" {
		t.Errorf("of its own file it reports %s", got)
	}
}

func TestWhatStoodInATableBeforeIsNotATrialsOwn(t *testing.T) {
	for name, c := range map[string]struct{ before, after, want string }{
		"appended":      {"epoch,acc\n1,.1\n2,.2\n", "epoch,acc\n1,.1\n2,.2\n1,.3\n", `{"step":1,"values":{"acc":0.3}}` + "\n"},
		"written anew":  {"epoch,acc\n1,.1\n2,.2\n", "epoch,acc\n1,.4\n", `{"step":1,"values":{"acc":0.4}}` + "\n"},
		"anew, as long": {"epoch,acc\n1,.1\n", "epoch,acc\n1,.4\n", `{"step":1,"values":{"acc":0.4}}` + "\n"},
		"anew, longer":  {"epoch,acc\n1,.1\n", "epoch,acc\n1,.4\n2,.5\n", `{"step":1,"values":{"acc":0.4}}` + "\n" + `{"step":2,"values":{"acc":0.5}}` + "\n"},
		"as it was":     {"epoch,acc\n1,.1\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log.csv")
			write(t, path, c.before)
			past := time.Now().Add(-time.Hour)
			if err := os.Chtimes(path, past, past); err != nil {
				t.Fatal(err)
			}
			w, reports := watching(t, executor.WatchedFiles{Format: observe.CSV, Path: path, Own: true})
			if c.after != "" {
				write(t, path, c.after)
			}
			w.look(true)
			if d := cmp.Diff(c.want, reports()); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}
