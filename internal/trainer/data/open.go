package data

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Open reads a table from a path: a folder of IDX files named as those of MNIST
// (train-images…, train-labels…, and t10k-… or test-… for the held-out part), a
// CSV file whose column label holds the class, or a file of speech frames. Each
// may be gzip. What was read is kept while the files stay as they are, since many
// trainings may ask for it.
func Open(path, label string) (*Table, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open data: %w", err)
	}
	if info.IsDir() {
		return openFolder(path)
	}
	key := opened{path, label, info.Size(), info.ModTime()}
	load, _ := tables.LoadOrStore(key, sync.OnceValues(func() (*Table, error) { return openFile(path, label) }))
	return load.(func() (*Table, error))()
}

// opened identifies what a file held when it was read.
type opened struct {
	path, label string
	size        int64
	changed     time.Time
}

var tables sync.Map // opened → func() (*Table, error)

func openFile(path, label string) (t *Table, err error) {
	err = unpacked(path, func(r *bufio.Reader) error {
		if magic, _ := r.Peek(len(framesMagic)); string(magic) == framesMagic {
			t, err = readFrames(r, path)
			return err
		}
		if label == "" {
			return fmt.Errorf("read %s: no label column is named: name the column of the CSV file that holds the class", path)
		}
		t, err = readCSV(r, path, label)
		return err
	})
	return t, err
}

// openFolder finds the files of a folder by their names. Its table is kept under
// the file of training pictures.
func openFolder(path string) (*Table, error) {
	images, err := only(path, "train-images")
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(images)
	if err != nil {
		return nil, fmt.Errorf("open data: %w", err)
	}
	key := opened{images, "", info.Size(), info.ModTime()}
	load, _ := tables.LoadOrStore(key, sync.OnceValues(func() (*Table, error) { return readFolder(path) }))
	return load.(func() (*Table, error))()
}

func readFolder(path string) (*Table, error) {
	t := &Table{Name: path}
	if err := t.addPart(path, "train"); err != nil {
		return nil, err
	}
	t.Held = t.N()
	for _, part := range []string{"t10k", "test"} {
		if _, err := only(path, part+"-images"); err == nil {
			if err := t.addPart(path, part); err != nil {
				return nil, err
			}
			break
		}
	}
	t.D = t.Image.Height * t.Image.Width
	most := int32(0)
	for _, y := range t.Y {
		most = max(most, y)
	}
	counts := make([]int, most+1)
	for _, y := range t.Y[:t.Held] {
		counts[y]++
	}
	for class, n := range counts {
		if n == 0 {
			return nil, fmt.Errorf("read %s: class %d has no training pictures, and there is one above it: number classes without gaps", path, class)
		}
		t.Classes = append(t.Classes, strconv.Itoa(class))
	}
	if len(t.Classes) < 2 {
		return nil, fmt.Errorf("read %s: all labels are 0: give at least two classes", path)
	}
	return t, nil
}

// addPart appends the pictures and labels of one part.
func (t *Table) addPart(path, part string) error {
	images, err := only(path, part+"-images")
	if err != nil {
		return err
	}
	labels, err := only(path, part+"-labels")
	if err != nil {
		return err
	}
	before := t.Image
	err = unpacked(images, func(r *bufio.Reader) (err error) {
		t.X, t.Image, err = readImages(r, images, t.X)
		return err
	})
	if err != nil {
		return err
	}
	if before != (Shape{}) && before != t.Image {
		return fmt.Errorf("read %s: pictures of %d×%d where the training part has %d×%d: give pictures of one size",
			images, t.Image.Height, t.Image.Width, before.Height, before.Width)
	}
	err = unpacked(labels, func(r *bufio.Reader) (err error) {
		t.Y, err = readLabels(r, labels, t.Y)
		return err
	})
	if err != nil {
		return err
	}
	if n := len(t.X) / (t.Image.Height * t.Image.Width); n != len(t.Y) {
		return fmt.Errorf("read %s: %d pictures but %d labels so far: give files that belong together", path, n, len(t.Y))
	}
	return nil
}

// only is the file of a folder whose name begins with prefix.
func only(path, prefix string) (string, error) {
	found, err := filepath.Glob(filepath.Join(path, prefix+"*"))
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("read folder %s: it has no file %s…: give IDX files named as those of MNIST", path, prefix)
	}
	if len(found) > 1 {
		return "", fmt.Errorf("read folder %s: it has %s: leave one of them", path, strings.Join(found, " and "))
	}
	return found[0], nil
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
