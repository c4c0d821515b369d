package trainer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

// warm starts with the tensors of a checkpoint that have the name and shape of the
// network's; where the checkpoint has averages, with those. The training is
// otherwise a new one. It says which tensors stay at their own start, and refuses
// a checkpoint that has none to give.
func (r *runner) warm(path string) error {
	head, numbers, err := readCheckpoint(path)
	if err != nil {
		return fmt.Errorf("%w: warm_start: %w", ErrConfig, err)
	}
	all, err := head.split(path, numbers)
	if err != nil {
		return fmt.Errorf("%w: warm_start: %w", ErrConfig, err)
	}
	if head.Averaged && len(all) >= 4 {
		all = all[len(all)-2:]
	}
	theirs := map[string]tensor{}
	content := map[string][]nn.Real{}
	if len(all) >= 2 {
		flat := slices.Concat(all[0], all[1])
		for _, t := range head.Tensors {
			size := 1
			for _, n := range t.Shape {
				size *= max(0, n)
			}
			if size > len(flat) {
				break
			}
			theirs[t.Name], content[t.Name], flat = t, flat[:size], flat[size:]
		}
	}
	taken := 0
	var own []string
	for _, p := range slices.Concat(r.net.Params, r.net.Statistics) {
		from, ok := theirs[p.Name]
		switch {
		case !ok:
			own = append(own, p.Name+" (not there)")
		case !slices.Equal(from.Shape, p.Shape):
			own = append(own, fmt.Sprintf("%s (%v there, %v here)", p.Name, from.Shape, p.Shape))
		default:
			copy(p.W, content[p.Name])
			taken++
		}
	}
	if taken == 0 {
		return fmt.Errorf("%w: warm_start %s: none of its tensors has the name and shape of one here: give a checkpoint of a like model; it is of model %s with %v",
			ErrConfig, path, head.Model, head.Set)
	}
	if r.Note != nil {
		text := fmt.Sprintf("warm start from %s: %d tensors taken", path, taken)
		if len(own) > 0 {
			text += "; new are " + strings.Join(own, ", ")
		}
		r.Note(text)
	}
	return nil
}
