package data

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// framesMagic begins a file of speech frames.
const framesMagic = "DLFRAME1"

// readFrames reads a file of labelled speech frames: after the magic, little-
// endian, four uint32 (dimensions D, classes C, training and held-out
// utterances), D float32 offsets and D float32 scales, C class names, then of
// each utterance its name and number of frames (names are a byte of length and
// ASCII), then a byte of class for every frame, then D int8 of features for every
// frame. The feature is offset + scale·q.
func readFrames(r io.Reader, name string) (*Table, error) {
	in := bufio.NewReader(r)
	damaged := func(what string, err error) (*Table, error) {
		return nil, fmt.Errorf("read %s: %s is cut short (%w): fetch the file again", name, what, err)
	}
	var head struct {
		Magic      [8]byte
		D, C, A, B uint32
	}
	if err := binary.Read(in, binary.LittleEndian, &head); err != nil {
		return damaged("its head", err)
	}
	if string(head.Magic[:]) != framesMagic {
		return nil, fmt.Errorf("read %s: it begins with %q where a file of frames has %q: give such a file, unpacked or gzip", name, head.Magic, framesMagic)
	}
	if head.D == 0 || head.D > 1<<12 || head.C < 2 || head.C > 1<<8 || head.A == 0 || head.A > 1<<20 || head.B > 1<<20 {
		return nil, fmt.Errorf("read %s: %d dimensions, %d classes, %d and %d utterances in its head: fetch the file again", name, head.D, head.C, head.A, head.B)
	}
	offset, scale := make([]float32, head.D), make([]float32, head.D)
	for _, v := range [][]float32{offset, scale} {
		if err := binary.Read(in, binary.LittleEndian, v); err != nil {
			return damaged("its scale of features", err)
		}
	}
	t := &Table{Name: name, D: int(head.D), Starts: []int32{0}}
	for range head.C {
		class, err := readName(in)
		if err != nil {
			return damaged("its list of classes", err)
		}
		t.Classes = append(t.Classes, class)
	}
	total := uint64(0)
	for u := range head.A + head.B {
		if u == head.A {
			t.Held = int(total)
		}
		var frames uint32
		_, err := readName(in)
		if err == nil {
			err = binary.Read(in, binary.LittleEndian, &frames)
		}
		if err != nil {
			return damaged("its list of utterances", err)
		}
		total += uint64(frames)
		if frames == 0 || total > 1<<28 {
			return nil, fmt.Errorf("read %s: utterance %d has %d frames: give from one frame an utterance to 2²⁸ in all", name, u+1, frames)
		}
		t.Starts = append(t.Starts, int32(total))
	}
	if head.B == 0 {
		t.Held = int(total)
	}
	return t, t.readFrameData(in, name, offset, scale)
}

// readFrameData reads the classes and the features of all frames.
func (t *Table) readFrameData(in *bufio.Reader, name string, offset, scale []float32) error {
	n := int(t.Starts[len(t.Starts)-1])
	for i := range n {
		class, err := in.ReadByte()
		if err != nil {
			return fmt.Errorf("read %s: the class of frame %d of %d is missing (%w): fetch the file again", name, i+1, n, err)
		}
		if int(class) >= len(t.Classes) {
			return fmt.Errorf("read %s: frame %d has class %d of %d: fetch the file again", name, i+1, class, len(t.Classes))
		}
		t.Y = append(t.Y, int32(class))
	}
	row := make([]byte, t.D)
	for i := range n {
		if _, err := io.ReadFull(in, row); err != nil {
			return fmt.Errorf("read %s: the features of frame %d of %d are cut short (%w): fetch the file again", name, i+1, n, err)
		}
		for d, q := range row {
			t.X = append(t.X, offset[d]+scale[d]*float32(int8(q)))
		}
	}
	return atEnd(in, name, n)
}

func readName(in *bufio.Reader) (string, error) {
	length, err := in.ReadByte()
	if err != nil {
		return "", err
	}
	text := make([]byte, length)
	_, err = io.ReadFull(in, text)
	return string(text), err
}
