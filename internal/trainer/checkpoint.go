package trainer

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

// A checkpoint is a line of text, checkpointMagic; the length of a head
// (uint32); the head, JSON; the numbers, float32: parameters, statistics,
// moments; the CRC-32 (IEEE) of all before. Integers and numbers are
// little-endian. Where averages are kept, theirs come last.
const checkpointMagic = "danlu checkpoint 1\n"

// checkpointHead says what the numbers belong to.
type checkpointHead struct {
	Task      string            `json:"task,omitempty"`
	Data      string            `json:"data,omitempty"`
	Label     string            `json:"label,omitempty"`
	Group     string            `json:"group,omitempty"`
	Model     string            `json:"model"`
	Set       map[string]string `json:"set"` // as given
	Epochs    int               `json:"epochs"`
	Seed      uint64            `json:"seed"`
	Optimizer string            `json:"optimizer"`
	Position  position          `json:"position"`
	Lengths   []int             `json:"lengths"` // of the vectors of numbers
	Tensors   []tensor          `json:"tensors"` // in the first vector, then in the second
	Averaged  bool              `json:"averaged,omitempty"`
}

// tensor names a part of a vector.
type tensor struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
}

// ReadCheckpoint returns the configuration that wrote a checkpoint, so that a
// training can be resumed by its file alone.
func ReadCheckpoint(path string) (Config, error) {
	head, _, err := readCheckpoint(path)
	return Config{Task: head.Task, Data: head.Data, Label: head.Label, Group: head.Group, Model: head.Model, Set: head.Set, Epochs: head.Epochs, Seed: head.Seed}, err
}

// vectors are the numbers of a training.
func (r *runner) vectors() [][]nn.Real {
	all := append([][]nn.Real{r.net.W, r.net.Stats}, r.opt.State...)
	if r.averages.decay > 0 {
		all = append(all, r.averages.w, r.averages.stats)
	}
	return all
}

// save writes the checkpoint, if one is wanted: under a temporary name, synced,
// then renamed.
func (r *runner) save() error {
	if r.Checkpoint == "" {
		return nil
	}
	head := checkpointHead{
		Task: r.Task, Data: r.Data, Label: r.Label, Group: r.Group, Model: r.Model, Set: r.Set, Epochs: r.Epochs, Seed: r.Seed,
		Optimizer: r.values["optimizer"], Position: r.position, Averaged: r.averages.decay > 0,
	}
	for _, p := range slices.Concat(r.net.Params, r.net.Statistics) {
		head.Tensors = append(head.Tensors, tensor{p.Name, p.Shape})
	}
	for _, v := range r.vectors() {
		head.Lengths = append(head.Lengths, len(v))
	}
	text, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("write checkpoint %s: %w", r.Checkpoint, err)
	}
	var b bytes.Buffer
	b.WriteString(checkpointMagic)
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(text))))
	b.Write(text)
	for _, v := range r.vectors() {
		_ = binary.Write(&b, binary.LittleEndian, v) // a Buffer takes all
	}
	b.Write(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(b.Bytes())))
	if err := writeWhole(r.Checkpoint, b.Bytes()); err != nil {
		return fmt.Errorf("write checkpoint %s: %w: free some space or choose another place", r.Checkpoint, err)
	}
	return nil
}

// writeWhole makes a file appear with all of its content.
func writeWhole(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// readCheckpoint reads a file and returns its head and its numbers' bytes.
func readCheckpoint(path string) (checkpointHead, []byte, error) {
	var head checkpointHead
	damaged := func(how string) (checkpointHead, []byte, error) {
		return head, nil, fmt.Errorf("read checkpoint %s: %s: give a file that a training wrote whole", path, how)
	}
	all, err := os.ReadFile(path)
	if err != nil {
		return head, nil, fmt.Errorf("read checkpoint: %w", err)
	}
	start := len(checkpointMagic) + 4
	if len(all) < start+4 || string(all[:len(checkpointMagic)]) != checkpointMagic {
		return damaged("it is no checkpoint of this version")
	}
	body := all[:len(all)-4]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(all[len(body):]) {
		return damaged("its checksum is wrong")
	}
	length := int(binary.LittleEndian.Uint32(all[len(checkpointMagic):]))
	if length > len(body)-start {
		return damaged("its head is cut short")
	}
	if err := json.Unmarshal(body[start:start+length], &head); err != nil {
		return damaged(err.Error())
	}
	return head, body[start+length:], nil
}

// resume takes parameters, moments and position from a checkpoint. The moments
// of another optimiser are left out; averages that it lacks start where it is.
func (r *runner) resume(path string) error {
	head, numbers, err := readCheckpoint(path)
	if err != nil {
		return err
	}
	if head.Task != r.Task || head.Data != r.Data || head.Model != r.Model {
		return fmt.Errorf("%w: resume %s: it is of model %s on %s%s, not %s on %s%s: name those", ErrConfig, path,
			head.Model, head.Task, head.Data, r.Model, r.Task, r.Data)
	}
	all, err := head.split(path, numbers)
	if err != nil {
		return err
	}
	parts := r.vectors()
	moments := 2 + len(r.opt.State)
	theirs := len(all)
	if head.Averaged {
		theirs -= 2
	}
	refused := false
	take := func(to []nn.Real, i int) {
		if i < 0 || i >= len(all) || len(all[i]) != len(to) {
			refused = true
			return
		}
		copy(to, all[i])
	}
	take(parts[0], 0)
	take(parts[1], 1)
	if head.Optimizer == r.values["optimizer"] {
		for i := 2; i < moments; i++ {
			take(parts[i], i)
		}
	}
	r.averages.reset(r.net)
	if head.Averaged && r.averages.decay > 0 {
		take(r.averages.w, theirs)
		take(r.averages.stats, theirs+1)
	}
	if refused {
		return fmt.Errorf("%w: resume %s: its network has another shape: give the settings it was written with, %v", ErrConfig, path, head.Set)
	}
	r.position = head.Position
	return nil
}

// split are the vectors of a checkpoint.
func (h checkpointHead) split(path string, numbers []byte) ([][]nn.Real, error) {
	in := bytes.NewReader(numbers)
	var all [][]nn.Real
	for _, n := range h.Lengths {
		if n < 0 || n*kernel.RealBytes > in.Len() {
			return nil, fmt.Errorf("read checkpoint %s: it has fewer numbers than it says: give a file that a training wrote whole", path)
		}
		v := make([]nn.Real, n)
		_ = binary.Read(in, binary.LittleEndian, v) // they are there
		all = append(all, v)
	}
	return all, nil
}
