package data

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shade is a picture of one colour.
func shade(w, h int, c color.Color) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, c)
		}
	}
	return m
}

func pngOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// folder writes files and returns the folder they are in.
func folder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestPicturesAreReadByClass(t *testing.T) {
	white, black := pngOf(t, shade(2, 1, color.White)), pngOf(t, shade(2, 1, color.Black))
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, shade(2, 1, color.Gray{128}), nil); err != nil {
		t.Fatal(err)
	}
	table, err := Open(folder(t, map[string][]byte{
		"train/10/b.png": white, "train/9/a.PNG": black, "train/9/.hidden": nil, "test/9/c.jpg": photo.Bytes(),
	}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if table.Held != 2 || table.Image != (Shape{1, 1, 2}) || !slices.Equal(table.Classes, []string{"9", "10"}) || !slices.Equal(table.Y, []int32{1, 0, 0}) {
		t.Errorf("held out from %d, %+v, classes %q of rows %v", table.Held, table.Image, table.Classes, table.Y)
	}
	if !slices.Equal(table.X[:4], []float32{255, 255, 0, 0}) || math.Abs(float64(table.X[4])-128) > 2 {
		t.Errorf("pixels %v, want two white, two black and two near 128", table.X)
	}

	red := pngOf(t, shade(2, 1, color.RGBA{255, 0, 0, 255}))
	coloured, err := Open(folder(t, map[string][]byte{"a/1.png": white, "b/1.png": red}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0}; coloured.Image.Channels != 3 || !slices.Equal(coloured.X, want) {
		t.Errorf("%d channels, %v; want 3 and %v", coloured.Image.Channels, coloured.X, want)
	}
}

func TestPicturesAreScaledOnRequest(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 3, 2))
	copy(m.Pix, []byte{0, 30, 90, 60, 90, 150})
	dir := folder(t, map[string][]byte{"a/1.png": pngOf(t, m), "b/1.png": pngOf(t, shade(2, 2, color.Gray{77}))})
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), filepath.Join("b", "1.png")+": 2×2 pixels where the first picture has 3×2") {
		t.Errorf("error %v, want one that names the picture and both sizes", err)
	}
	table, err := Open(dir, Options{Size: 2})
	if err != nil {
		t.Fatal(err)
	}
	// Columns cover 1.5 old ones each: (0 + 30/2) ÷ 1.5 = 10, and so on.
	for i, want := range []float32{10, 70, 70, 130, 77, 77, 77, 77} {
		if math.Abs(float64(table.X[i]-want)) > 1e-3 {
			t.Errorf("pixel %d is %g, want %g", i, table.X[i], want)
		}
	}
}

func TestBadPicturesAreRefusedWithTheirPlace(t *testing.T) {
	good := pngOf(t, shade(4, 4, color.White))
	for name, c := range map[string]struct {
		files map[string][]byte
		says  string
	}{
		"cut short":     {map[string][]byte{"a/1.png": good, "b/2.png": good[:len(good)/2]}, "2.png: "},
		"no picture":    {map[string][]byte{"a/1.png": good, "b/2.jpg": []byte("text")}, "2.jpg: image: unknown format: give a whole PNG or JPEG file"},
		"empty file":    {map[string][]byte{"a/1.png": good, "b/2.png": nil}, "2.png: "},
		"other format":  {map[string][]byte{"a/1.png": good, "b/2.webp": good}, "does not end like a PNG or JPEG file's"},
		"one class":     {map[string][]byte{"a/1.png": good}, "at least two classes"},
		"empty class":   {map[string][]byte{"a/1.png": good, "b/.keep": nil}, "class b has no pictures"},
		"stray file":    {map[string][]byte{"a/1.png": good, "notes.md": nil}, "notes.md is no folder"},
		"unseen class":  {map[string][]byte{"train/a/1.png": good, "train/b/1.png": good, "test/c/1.png": good}, `class "c" occurs in the held-out part only`},
		"damaged bytes": {map[string][]byte{"a/1.png": good, "b/2.png": bytes.Replace(good, []byte("IDAT"), []byte("IDBT"), 1)}, "2.png: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(folder(t, c.files), Options{})
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "give ") && !strings.Contains(err.Error(), "convert it") {
				t.Errorf("error %v, want one that says %q and what to do", err, c.says)
			}
		})
	}
}
