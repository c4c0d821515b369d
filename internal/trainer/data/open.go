package data

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Options say how to read what a path leads to. The zero value suits all but CSV
// files of numbers and pictures of several sizes.
type Options struct {
	Label string // column of a CSV file that holds the class
	// Group is the column of a CSV file that tells which rows belong together (the
	// same patient, the same day): rows with equal values stay in one part of a
	// split. It is no feature. "" is none.
	Group string
	// Size is the side, in pixels, that the pictures of a folder are scaled to; with
	// 0 they must be of one size.
	Size int
}

// Open reads a table from a path:
//
//   - a CSV file with a header, whose column Options.Label holds the class; with the
//     columns label,text it holds texts
//   - a file .tsv or .txt of lines label<TAB>text
//   - a file of speech frames
//   - a folder with two such files, train.… and test.…, of which the second is the
//     held-out part
//   - a folder of IDX files named as those of MNIST
//   - a folder of pictures, PNG or JPEG, with a folder for each class, or with such
//     folders below train and test
//
// Each file but a picture may be gzip. What was read is kept while the files stay
// as they are, since many trainings may ask for it.
func Open(path string, o Options) (*Table, error) {
	key := opened{path: path, options: o}
	var err error
	if key.stamp, err = stamp(path); err != nil {
		return nil, fmt.Errorf("open data: %w", err)
	}
	load, _ := tables.LoadOrStore(key, sync.OnceValues(func() (*Table, error) { return read(path, o) }))
	return load.(func() (*Table, error))()
}

// opened identifies what a path held when it was read.
type opened struct {
	path    string
	options Options
	stamp   uint64 // of all names, sizes and times of change
}

var tables sync.Map // opened → func() (*Table, error)

func stamp(path string) (uint64, error) {
	sum := fnv.New64a()
	err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Stat(name) // of what a link leads to
		if err != nil {
			return err
		}
		if !info.IsDir() {
			fmt.Fprintln(sum, name, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return sum.Sum64(), err
}

func read(path string, o Options) (*Table, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open data: %w", err)
	}
	if !info.IsDir() {
		return readFiles(path, []string{path}, o)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("open data: %w", err)
	}
	var train, test []string
	folders := false
	for _, e := range entries {
		name := filepath.Join(path, e.Name())
		switch stem, kind, _ := strings.Cut(e.Name(), "."); {
		case strings.HasPrefix(e.Name(), "train-images"):
			return readIDXFolder(path)
		case isFolder(name):
			folders = folders || !strings.HasPrefix(e.Name(), ".")
		case kind != "" && stem == "train":
			train = append(train, name)
		case kind != "" && stem == "test":
			test = append(test, name)
		}
	}
	switch {
	case len(train) == 1 && len(test) == 1:
		return readFiles(path, append(train, test...), o)
	case len(train) > 0 || len(test) > 0:
		return nil, fmt.Errorf("read folder %s: it has %q and %q: give one file train.… and one test.…, or name the one file", path, train, test)
	case folders:
		return readPictures(path, o.Size)
	}
	return nil, fmt.Errorf("read folder %s: it has no file train-images…, no train.csv and no folders of pictures: "+
		"give IDX files named as those of MNIST, files train.csv and test.csv, or a folder of PNG or JPEG files for each class", path)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// readFiles reads one file, or one to train and one held out, of a kind that the
// first one's name and beginning tell.
func readFiles(name string, paths []string, o Options) (*Table, error) {
	var kind string
	err := unpacked(paths[0], func(r *bufio.Reader) (err error) {
		kind, err = kindOf(paths[0], r, o)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case kind == "frames" && len(paths) > 1:
		return nil, fmt.Errorf("read %s: a file of frames has its held-out part inside: name the one file", name)
	case kind == "frames":
		var t *Table
		err = unpacked(paths[0], func(r *bufio.Reader) (err error) { t, err = readFrames(r, name); return err })
		return t, err
	case kind == "numbers":
		rows := &csvRows{label: o.Label, group: o.Group}
		return rows.table(name, paths)
	}
	var texts []text
	held := 0
	for _, path := range paths {
		held = len(texts)
		err := unpacked(path, func(r *bufio.Reader) (err error) {
			if kind == "lines" {
				texts, err = readLines(r, path, texts)
			} else {
				texts, err = readTexts(r, path, texts)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if len(paths) == 1 {
		held = len(texts)
	}
	return newTexts(name, texts, held)
}

// kindOf is frames, lines, texts or numbers.
func kindOf(path string, r *bufio.Reader, o Options) (string, error) {
	head, err := r.Peek(len(framesMagic))
	switch {
	case string(head) == framesMagic:
		return "frames", nil
	case len(head) == 0 && !errors.Is(err, io.EOF):
		return "", fmt.Errorf("read %s: %w: fetch the file again", path, err)
	case slices.Contains([]string{".tsv", ".txt"}, filepath.Ext(strings.TrimSuffix(path, ".gz"))):
		return "lines", nil
	case o.Label == "" || o.Label == "label":
		const texts = "label,text"
		head, _ := r.Peek(len(texts) + 1)
		if end := strings.TrimPrefix(string(head), texts); end == "\n" || end == "\r" {
			return "texts", nil
		}
	}
	if o.Label == "" {
		return "", fmt.Errorf("read %s: no label column is named: name the column of the CSV file that holds the class", path)
	}
	return "numbers", nil
}

// unpacked gives read the content of a file, unpacked if it is gzip.
func unpacked(path string, read func(*bufio.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open data: %w", err)
	}
	defer f.Close()
	in := bufio.NewReader(f)
	if magic, _ := in.Peek(2); string(magic) == "\x1f\x8b" {
		plain, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("unpack %s: %w: fetch the file again", path, err)
		}
		in = bufio.NewReader(io.Reader(plain))
	}
	return read(in)
}
