package data

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "image/jpeg" // decoders register themselves
	_ "image/png"
)

// mostPixels is the largest picture that is read.
const mostPixels = 1 << 24

// mostPixelsInAll bounds the memory that a folder takes.
const mostPixelsInAll = 1 << 29

// picture is one that was read: a plane of height·width values from 0 to 255 if it
// is grey, three (red, green, blue) if not.
type picture struct {
	class  string
	planes [][]float32
}

// readPictures reads a folder with a folder of PNG or JPEG files for each class, or
// with such folders below train and, for the held-out part, test, val or valid. The
// table has one channel if all pictures are grey, else three. With a size, pictures
// are scaled to size×size; without, they must be of one size. Transparent pixels
// come out as on black.
func readPictures(path string, size int) (*Table, error) {
	parts := []string{path}
	if train := filepath.Join(path, "train"); isFolder(train) {
		parts[0] = train
		for _, other := range []string{"test", "val", "valid"} {
			if held := filepath.Join(path, other); isFolder(held) {
				parts = append(parts, held)
				break
			}
		}
	}
	r := &pictures{size: Shape{Height: size, Width: size}, scaled: size > 0}
	held := 0
	for i, part := range parts {
		if err := r.readClasses(part); err != nil {
			return nil, err
		}
		if i == 0 {
			held = len(r.all)
		}
	}
	t := &Table{Name: path, Held: held, Image: r.size}
	return t, t.assemble(r.all)
}

// pictures are those of a folder.
type pictures struct {
	size   Shape // of all; zero until the first is read
	scaled bool  // to that size, wanted by the user
	all    []picture
}

// readClasses reads the folders of one part.
func (r *pictures) readClasses(part string) error {
	classes, err := visible(part)
	if err != nil {
		return err
	}
	for _, class := range classes {
		folder := filepath.Join(part, class)
		if !isFolder(folder) {
			return fmt.Errorf("read folder %s: %s is no folder: give a folder for each class, and nothing beside them", part, class)
		}
		names, err := visible(folder)
		if err != nil {
			return err
		}
		if len(names) == 0 {
			return fmt.Errorf("read folder %s: class %s has no pictures: give some, or remove its folder", part, class)
		}
		for _, name := range names {
			p, err := r.readPicture(filepath.Join(folder, name))
			if err != nil {
				return err
			}
			p.class = class
			r.all = append(r.all, p)
			if len(r.all)*r.size.Height*r.size.Width > mostPixelsInAll {
				return fmt.Errorf("read folder %s: over %d pixels in all: give smaller pictures, or set image_size", part, mostPixelsInAll)
			}
		}
	}
	return nil
}

// visible are the names in a folder, without those of hidden files.
func visible(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("read folder of pictures: %w", err)
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && e.Name() != "Thumbs.db" && e.Name() != "desktop.ini" {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// readPicture decodes a file. The first one decides the size, if nothing else does.
func (r *pictures) readPicture(path string) (picture, error) {
	refuse := func(format string, args ...any) (picture, error) {
		return picture{}, fmt.Errorf("read picture %s: "+format, append([]any{path}, args...)...)
	}
	if !slices.Contains([]string{".png", ".jpg", ".jpeg"}, strings.ToLower(filepath.Ext(path))) {
		return refuse("its name does not end like a PNG or JPEG file's: convert it, or remove it")
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return picture{}, fmt.Errorf("read picture: %w", err)
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return refuse("%w: give a whole PNG or JPEG file", err)
	}
	if c.Width*c.Height == 0 || c.Width > mostPixels || c.Height > mostPixels/c.Width {
		return refuse("%d×%d pixels: give pictures of 1 to %d pixels", c.Width, c.Height, mostPixels)
	}
	decoded, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return refuse("%w: give a whole PNG or JPEG file", err)
	}
	if r.size.Height == 0 {
		r.size = Shape{Height: c.Height, Width: c.Width}
	}
	p := picture{planes: planesOf(decoded)}
	if c.Height == r.size.Height && c.Width == r.size.Width {
		return p, nil
	}
	if !r.scaled {
		return refuse("%d×%d pixels where the first picture has %d×%d: give pictures of one size, or set image_size to scale them",
			c.Width, c.Height, r.size.Width, r.size.Height)
	}
	for i, plane := range p.planes {
		p.planes[i] = scale(plane, c.Width, c.Height, r.size.Width, r.size.Height)
	}
	return p, nil
}

// planesOf are the values of a picture's pixels.
func planesOf(m image.Image) [][]float32 {
	b := m.Bounds()
	n := b.Dx() * b.Dy()
	planes := [][]float32{make([]float32, 0, n), make([]float32, 0, n), make([]float32, 0, n)}
	grey := true
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			red, green, blue, _ := m.At(x, y).RGBA()
			grey = grey && red == green && green == blue
			for i, v := range []uint32{red, green, blue} {
				planes[i] = append(planes[i], float32(v)/257)
			}
		}
	}
	if grey {
		return planes[:1]
	}
	return planes
}

// assemble makes the rows.
func (t *Table) assemble(all []picture) error {
	t.Image.Channels = 1
	labels := make([]string, len(all))
	for i, p := range all {
		t.Image.Channels = max(t.Image.Channels, len(p.planes))
		labels[i] = p.class
	}
	plane := t.Image.Height * t.Image.Width
	t.D = t.Image.Channels * plane
	t.X = make([]float32, 0, len(all)*t.D)
	for _, p := range all {
		for c := range t.Image.Channels {
			t.X = append(t.X, p.planes[min(c, len(p.planes)-1)]...)
		}
	}
	t.label(labels)
	return t.check("the set of class folders")
}
