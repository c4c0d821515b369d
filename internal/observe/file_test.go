package observe

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// readFile gives a file that has grown, or was written anew, between the looks.
func readFile(t rapid.TB, o Options, format string, looks ...string) (got []string) {
	t.Helper()
	ob, err := New(o, func(r Report) { got = append(got, show(r)) })
	if err != nil {
		t.Fatal(err)
	}
	f := ob.File(format, 0, "")
	for i, text := range looks {
		if err := f.Read(strings.NewReader(text), int64(len(text)), i == len(looks)-1); err != nil {
			t.Fatal(err)
		}
	}
	ob.Close()
	return got
}

func TestTablesAreReadAsTheyGrow(t *testing.T) {
	for name, c := range map[string]struct {
		looks []string
		want  []string
	}{
		"keras": {[]string{
			"epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,1.0,0.6,0.9\n",
			"epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,1.0,0.6,0.9\n1,0.7,0.5,0.8,0.4\n",
		}, []string{"0 accuracy=0.5 loss=1 val_acc=0.6 val_loss=0.9", "1 accuracy=0.7 loss=0.5 val_acc=0.8 val_loss=0.4"}},
		"lightning, with empty cells and a head that grows": {[]string{
			"epoch,step,train_loss\n0,49,0.5\n",
			"epoch,step,train_loss,val_acc\n0,49,0.5,\n0,99,,0.75\n1,149,0.25,\n",
		}, []string{"0 train_loss=0.5", "0 val_acc=0.75", "1 train_loss=0.25"}},
		"a line that is not whole": {[]string{"epoch,val_acc\n1,0.", "epoch,val_acc\n1,0.5\n2,0.75"}, []string{"1 val_acc=0.5", "2 val_acc=0.75"}},
		"a head that comes late":   {[]string{"# made by me\n1,2\n", "# made by me\n1,2\nepoch;valid acc\n1;0.5\n"}, []string{"1 val_acc=0.5"}},
		"written anew":             {[]string{"epoch,val_acc\n1,0.5\n2,0.6\n", "epoch,val_acc\n3,.7\n"}, []string{"1 val_acc=0.5", "2 val_acc=0.6", "3 val_acc=0.7"}},
		"tabs, percent, not finite": {
			[]string{"iter\tvalidation_accuracy\tnote\n100\t50%\tgood\n200\tnan\tbad\n"},
			[]string{"100 val_acc=0.5", "200 val_acc=NaN"},
		},
		"quotes":            {[]string{"\"epoch\",\"val_acc\"\r\n\"1\",\"1,234.5\"\r\n"}, []string{"1 val_acc=1234.5"}},
		"no step":           {[]string{"val_acc\n.5\n.6\n"}, []string{"1 val_acc=0.5", "2 val_acc=0.6"}},
		"nothing":           {[]string{""}, nil},
		"no head":           {[]string{"1,2\n3,4\n"}, nil},
		"longer than cells": {[]string{"epoch,val_acc,x\n1,.5\n2,.6,1,9\n"}, []string{"1 val_acc=0.5", "2 val_acc=0.6 x=1"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := readFile(t, Options{Wanted: []string{"val_acc"}}, CSV, c.looks...)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestFilesOfJSONLinesAreRead(t *testing.T) {
	got := readFile(t, Options{Wanted: []string{"val_acc"}}, JSONLines,
		`{"epoch":1,"eval":{"acc":0.5,"n":3},"note":"x\" NaN"}`+"\nnot json\n{\"epoch\":2,",
		`{"epoch":1,"eval":{"acc":0.5,"n":3},"note":"x\" NaN"}`+"\nnot json\n"+`{"epoch":2,"eval":{"acc":-Infinity},"f":"91.5%"}`)
	want := []string{"1 val_acc=0.5 eval/n=3", "2 val_acc=-Inf f=0.915"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestHowAFileGrowsDoesNotMatter(t *testing.T) {
	const text = "epoch,val_acc,loss\n1,.5,\n2,,3\n2,.6,\n\n3,.7,1\n"
	want := readFile(t, Options{}, CSV, text)
	rapid.Check(t, func(t *rapid.T) {
		var looks []string
		for n := 0; n < len(text); n += rapid.IntRange(1, 12).Draw(t, "more") {
			looks = append(looks, text[:n])
		}
		if d := cmp.Diff(want, readFile(t, Options{}, CSV, append(looks, text)...)); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
}

// The files were written by PyTorch's and other writers: ../tfevents/testdata.
func TestEventFilesBecomeReports(t *testing.T) {
	for _, c := range []struct {
		file, run string
		want      []string
	}{
		{"torch", "Nov21_host", []string{
			"1 val_accuracy=0.625 loss=2 double=1.1", "2 val_accuracy=0.75 loss=1 double=2.2",
			"3 val_accuracy=0.875 loss=0.666667 double=3.3", "4 loss=NaN", "5 loss=-Inf",
		}},
		{"torch-accuracy_val", "accuracy_val", []string{"1 val_accuracy=0.125", "2 val_accuracy=0.25", "3 val_accuracy=0.375"}},
		{"torch-accuracy_train", "accuracy_train", []string{"1 accuracy/train=0.25", "2 accuracy/train=0.5", "3 accuracy/train=0.75"}},
		{"torch-accuracy_val", "validation", []string{"1 val_accuracy=0.125", "2 val_accuracy=0.25", "3 val_accuracy=0.375"}},
		{"torch-hp", "hp", nil},
		{"x", "", []string{"0 val_accuracy=0.25", "10 val_accuracy=0.25", "1000000 val_accuracy=0.25"}},
	} {
		t.Run(c.file+" as "+c.run, func(t *testing.T) {
			in, err := os.Open("../tfevents/testdata/" + c.file + ".tfevents")
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			var got []string
			ob, err := New(Options{Wanted: []string{"val_accuracy"}}, func(r Report) { got = append(got, show(r)) })
			if err != nil {
				t.Fatal(err)
			}
			if err := ob.File(TensorBoard, 0, c.run).Read(in, 0, true); err != nil {
				t.Fatal(err)
			}
			ob.Close()
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}
