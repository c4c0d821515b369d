package data

import (
	"bufio"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// readIDXFolder reads files named as those of MNIST: train-images…, train-labels…,
// and t10k-… or test-… for the held-out part.
func readIDXFolder(path string) (*Table, error) {
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
