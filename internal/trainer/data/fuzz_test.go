package data

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

// readers are the file formats, each turned into a table.
var readers = []func(r io.Reader, name string) (*Table, error){
	func(r io.Reader, name string) (*Table, error) { return readCSV(r, name, "label") },
	func(r io.Reader, name string) (*Table, error) { return readFrames(r, name) },
	func(r io.Reader, name string) (*Table, error) { return ofTexts(readTexts(r, name, nil))(name) },
	func(r io.Reader, name string) (*Table, error) { return ofTexts(readLines(r, name, nil))(name) },
	func(r io.Reader, name string) (*Table, error) {
		t := &Table{Classes: []string{"any"}}
		var err error
		if t.X, t.Image, err = readImages(r, name, nil); err != nil {
			return nil, err
		}
		t.D = t.Image.Height * t.Image.Width
		t.Y = make([]int32, len(t.X)/t.D)
		return t, nil
	},
	func(r io.Reader, name string) (*Table, error) {
		y, err := readLabels(r, name, nil)
		return &Table{Classes: make([]string, 256), Y: y}, err
	},
}

func ofTexts(texts []text, err error) func(name string) (*Table, error) {
	return func(name string) (*Table, error) {
		if err != nil {
			return nil, err
		}
		return newTexts(name, texts, len(texts))
	}
}

// FuzzReaders gives every reader any bytes: it refuses them by the file's name, or its
// table is whole, with every label that of a class.
func FuzzReaders(f *testing.F) {
	for _, seed := range []string{
		"a,label,b\n1,10,2.5\n3,9,-4\n5,10,6\n", "label,text\na,\"The cat\"\nb,dog\n", "good\tA fine day\nbad\train\n",
		"a,label\nNaN,x\n1,y\n", "DLFRAME1\x01\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00",
		string(idx(idxImages, 2, 1, 3)) + "123456", string(idx(idxLabels, 2)) + "\x07\x09", "",
	} {
		for reader := range readers {
			f.Add(uint8(reader), []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, reader uint8, file []byte) {
		table, err := readers[int(reader)%len(readers)](bytes.NewReader(file), "some.file")
		if err != nil {
			if !strings.Contains(err.Error(), "some.file") {
				t.Fatalf("error %q does not name the file", err)
			}
			return
		}
		if len(table.X) != len(table.Y)*table.D {
			t.Fatalf("%d numbers for %d rows of %d", len(table.X), len(table.Y), table.D)
		}
		if i := slices.IndexFunc(table.Y, func(y int32) bool { return y < 0 || int(y) >= len(table.Classes) }); i >= 0 {
			t.Fatalf("row %d has class %d of %d", i, table.Y[i], len(table.Classes))
		}
	})
}
