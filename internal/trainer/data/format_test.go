package data

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCSVIsReadOrRefusedWithItsPlace(t *testing.T) {
	table, err := readCSV(strings.NewReader("a,label,b\n1,10,2.5\n3,9,-4\n5,10,6\n"), "good.csv", "label")
	if err != nil {
		t.Fatal(err)
	}
	want := &Table{Name: "good.csv", X: []float32{1, 2.5, 3, -4, 5, 6}, D: 2, Y: []int32{1, 0, 1}, Classes: []string{"9", "10"}, Held: 3}
	if d := cmp.Diff(want, table); d != "" {
		t.Errorf("good.csv (-want +got):\n%s", d)
	}
	for _, c := range []struct{ name, text, says string }{
		{"empty", "", "no header line"},
		{"no label column", "a,b\n1,2\n", `no column "label"`},
		{"label alone", "label\nx\n", "no column beside"},
		{"no rows", "a,label\n", "no rows"},
		{"one class", "a,label\n1,x\n2,x\n", "one value only"},
		{"text for a number", "a,label\n1,x\nfoo,y\n", `bad.csv:3: column "a" has "foo"`},
		{"NaN", "a,label\nNaN,x\n1,y\n", `bad.csv:2: column "a" has "NaN"`},
		{"too large", "a,label\n1e99,x\n1,y\n", `bad.csv:2: column "a" has "1e99"`},
		{"short line", "a,b,label\n1,2,x\n1,y\n", "line 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readCSV(strings.NewReader(c.text), "bad.csv", "label")
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
}

func TestIDXIsReadOrRefused(t *testing.T) {
	images := idx(idxImages, 2, 1, 3)
	x, shape, err := readImages(bytes.NewReader(append(images, 0, 1, 2, 253, 254, 255)), "good", nil)
	if err != nil || shape != (Shape{1, 1, 3}) || !slices.Equal(x, []float32{0, 1, 2, 253, 254, 255}) {
		t.Errorf("good pictures: %v %v %v", x, shape, err)
	}
	y, err := readLabels(bytes.NewReader(append(idx(idxLabels, 2), 7, 9)), "good", nil)
	if err != nil || !slices.Equal(y, []int32{7, 9}) {
		t.Errorf("good labels: %v %v", y, err)
	}
	for _, c := range []struct {
		name, says string
		file       []byte
	}{
		{"empty", "no IDX head", nil},
		{"wrong magic", "begins with", idx(idxLabels, 2, 1, 3)},
		{"cut short", "picture 2 of 2 is cut short", append(idx(idxImages, 2, 1, 3), 1, 2, 3, 4)},
		{"too long", "there is more", append(idx(idxImages, 1, 1, 1), 1, 2)},
		{"no pixels", "pictures of 0×3", idx(idxImages, 1, 0, 3)},
		{"huge", "pictures of 4294967295×4294967295", idx(idxImages, 1, 1<<32-1, 1<<32-1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := readImages(bytes.NewReader(c.file), "bad", nil)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
}

func TestLabelsOfIDXAreReadOrRefused(t *testing.T) {
	for _, c := range []struct {
		name, says string
		file       []byte
	}{
		{"empty", "no IDX head", nil},
		{"wrong magic", "begins with", idx(idxImages, 2)},
		{"cut short", "label 2 of 2 is missing", append(idx(idxLabels, 2), 1)},
		{"too long", "there is more", append(idx(idxLabels, 1), 1, 2)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readLabels(bytes.NewReader(c.file), "bad", nil)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
}

func TestIDXFilesThatDoNotFitAreRefused(t *testing.T) {
	pictures := func(n, height, width uint32) []byte {
		return append(idx(idxImages, n, height, width), make([]byte, n*height*width)...)
	}
	labels := func(y ...byte) []byte { return append(idx(idxLabels, uint32(len(y))), y...) }
	for _, c := range []struct {
		name, says string
		files      map[string][]byte
	}{
		{"a label too few", "3 pictures but 2 labels", map[string][]byte{"train-images": pictures(3, 2, 2), "train-labels": labels(0, 1)}},
		{"a label out of range", "class 1 has no training pictures", map[string][]byte{"train-images": pictures(3, 2, 2), "train-labels": labels(0, 200, 0)}},
		{"one class", "all labels are 0", map[string][]byte{"train-images": pictures(2, 2, 2), "train-labels": labels(0, 0)}},
		{"a class that is held out only", "class 2 has no training pictures", map[string][]byte{
			"train-images": pictures(2, 2, 2), "train-labels": labels(0, 1), "t10k-images": pictures(1, 2, 2), "t10k-labels": labels(2),
		}},
		{"other sizes", "give pictures of one size", map[string][]byte{
			"train-images": pictures(2, 2, 2), "train-labels": labels(0, 1), "t10k-images": pictures(1, 2, 3), "t10k-labels": labels(1),
		}},
		{"no labels", "no file train-labels…", map[string][]byte{"train-images": pictures(2, 2, 2)}},
		{"two of a kind", "leave one of them", map[string][]byte{"train-images": pictures(2, 2, 2), "train-images.gz": nil, "train-labels": labels(0, 1)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(folder(t, c.files), Options{})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
}

func idx(head ...uint32) []byte {
	var b []byte
	for _, v := range head {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

func TestFramesAreReadOrRefused(t *testing.T) {
	file := func(classes, frames byte, rest ...byte) []byte {
		b := append([]byte("DLFRAME1"), 1, 0, 0, 0, classes, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0)
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(10)) // offset
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(2))  // scale
		b = append(b, 1, 'a', 1, 'b')                                 // classes
		b = append(b, 1, 'u', 2, 0, 0, 0, 1, 'v', frames, 0, 0, 0)    // utterances
		return append(b, rest...)
	}
	table, err := readFrames(bytes.NewReader(file(2, 1, 0, 1, 0, 1, 0xff, 3)), "good")
	if err != nil {
		t.Fatal(err)
	}
	want := &Table{Name: "good", X: []float32{12, 8, 16}, D: 1, Y: []int32{0, 1, 0}, Classes: []string{"a", "b"}, Held: 2, Starts: []int32{0, 2, 3}}
	if d := cmp.Diff(want, table); d != "" {
		t.Errorf("good (-want +got):\n%s", d)
	}
	for _, c := range []struct {
		name, says string
		file       []byte
	}{
		{"empty", "its head is cut short", nil},
		{"wrong magic", "it begins with", append([]byte("DLFRAME2"), make([]byte, 100)...)},
		{"one class", "1 classes", file(1, 1)},
		{"no frames", "utterance 2 has 0 frames", file(2, 0)},
		{"labels missing", "the class of frame 3 of 3", file(2, 1, 0, 1)},
		{"label out of range", "frame 2 has class 2", file(2, 1, 0, 2, 0)},
		{"features missing", "the features of frame 3 of 3", file(2, 1, 0, 1, 0, 1, 2)},
		{"too long", "there is more", file(2, 1, 0, 1, 0, 1, 2, 3, 4)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readFrames(bytes.NewReader(c.file), "bad")
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
}
