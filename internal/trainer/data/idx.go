package data

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// The numbers at the head of an IDX file: two zeros, the element type (8:
// unsigned byte), the number of dimensions.
const (
	idxImages = 0x00000803
	idxLabels = 0x00000801
)

// readImages reads an IDX file of pictures: count × height × width bytes, each
// appended to x as a number from 0 to 255.
func readImages(r io.Reader, name string, x []float32) ([]float32, Shape, error) {
	var head [4]uint32
	if err := readHead(r, name, head[:], idxImages); err != nil {
		return nil, Shape{}, err
	}
	count, shape := int(head[1]), Shape{1, int(head[2]), int(head[3])}
	if size := uint64(head[2]) * uint64(head[3]); size == 0 || size > 1<<24 {
		return nil, Shape{}, fmt.Errorf("read %s: pictures of %d×%d pixels: give pictures of 1 to 2²⁴ pixels", name, head[2], head[3])
	}
	row := make([]byte, shape.Height*shape.Width)
	in := bufio.NewReader(r)
	for i := range count {
		if _, err := io.ReadFull(in, row); err != nil {
			return nil, Shape{}, fmt.Errorf("read %s: picture %d of %d is cut short (%w): fetch the file again", name, i+1, count, err)
		}
		for _, b := range row {
			x = append(x, float32(b))
		}
	}
	return x, shape, atEnd(in, name, count)
}

// readLabels reads an IDX file of labels, one byte each, and appends them to y.
func readLabels(r io.Reader, name string, y []int32) ([]int32, error) {
	var head [2]uint32
	if err := readHead(r, name, head[:], idxLabels); err != nil {
		return nil, err
	}
	in := bufio.NewReader(r)
	for i := range int(head[1]) {
		b, err := in.ReadByte()
		if err != nil {
			return nil, fmt.Errorf("read %s: label %d of %d is missing (%w): fetch the file again", name, i+1, head[1], err)
		}
		y = append(y, int32(b))
	}
	return y, atEnd(in, name, int(head[1]))
}

func readHead(r io.Reader, name string, head []uint32, magic uint32) error {
	if err := binary.Read(r, binary.BigEndian, head); err != nil {
		return fmt.Errorf("read %s: no IDX head of %d bytes (%w): give an IDX file, plain or gzip", name, 4*len(head), err)
	}
	if head[0] != magic {
		return fmt.Errorf("read %s: it begins with %#08x where IDX has %#08x: give unsigned bytes, pictures in one file and labels in the other", name, head[0], magic)
	}
	return nil
}

func atEnd(in *bufio.Reader, name string, count int) error {
	if _, err := in.ReadByte(); err != io.EOF {
		return fmt.Errorf("read %s: there is more after the %d elements its head tells of: fetch the file again", name, count)
	}
	return nil
}
