package data

import (
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"sync"
)

//go:embed embedded NOTICE
var files embed.FS

// FashionMNIST is the embedded subset of Fashion-MNIST: 28×28 grey pictures of
// ten kinds of clothing, 6,000 to train and 1,000 held out.
var FashionMNIST = sync.OnceValues(func() (*Table, error) {
	t := &Table{Name: "fashion-mnist", Classes: []string{
		"T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
	}}
	for _, part := range []string{"train", "t10k"} {
		t.Held = t.N() // of the last part
		err := embedded(part+"-images-idx3-ubyte.gz", func(r io.Reader, name string) (err error) {
			t.X, t.Image, err = readImages(r, name, t.X)
			return err
		})
		if err != nil {
			return nil, err
		}
		err = embedded(part+"-labels-idx1-ubyte.gz", func(r io.Reader, name string) (err error) {
			t.Y, err = readLabels(r, name, t.Y)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	t.D = t.Image.Height * t.Image.Width
	return t, nil
})

// Digits is the embedded set of handwritten digits: 8×8 grey pictures with
// values from 0 to 16, 1,297 to train and 500 held out, by other writers.
var Digits = sync.OnceValues(func() (t *Table, err error) {
	err = embedded("digits.csv.gz", func(r io.Reader, name string) error {
		t, err = readCSV(r, name, "label")
		return err
	})
	if err != nil {
		return nil, err
	}
	t.Name, t.Held, t.Image = "digits", 1297, Shape{1, 8, 8}
	return t, nil
})

// SpeechFrames is the embedded set of speech: utterances of one Russian speaker,
// 39 features every 10 ms, each labelled with its phone; 38 utterances to train
// and 10 held out.
var SpeechFrames = sync.OnceValues(func() (t *Table, err error) {
	err = embedded("speech-mini.bin.gz", func(r io.Reader, name string) error {
		t, err = readFrames(r, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	t.Name = "speech-frames"
	return t, nil
})

// Austen is the embedded set of passages of 40 words from Jane Austen's six novels:
// 4,800 to train and 960 held out, from other chapters.
var Austen = sync.OnceValues(func() (*Table, error) {
	var texts []text
	held := 0
	for _, part := range []string{"train", "test"} {
		held = len(texts)
		err := embedded("austen-"+part+".csv.gz", func(r io.Reader, name string) (err error) {
			texts, err = readTexts(r, name, texts)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return newTexts("austen", texts, held)
})

// embedded gives read the unpacked content of an embedded gzip file.
func embedded(name string, read func(r io.Reader, name string) error) error {
	f, err := files.Open("embedded/" + name)
	if err != nil {
		return fmt.Errorf("open embedded data: %w", err)
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("unpack embedded %s: %w", name, err)
	}
	return read(unpacked, name)
}

// Notice is the attribution that the embedded sets ask for.
func Notice() string {
	text, err := files.ReadFile("NOTICE")
	if err != nil {
		panic(err) // embedded at build time
	}
	return string(text)
}
