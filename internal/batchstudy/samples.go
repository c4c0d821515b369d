package batchstudy

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/danlu-ml/danlu/internal/batchsize"
	"github.com/danlu-ml/danlu/internal/proctree"
	"github.com/danlu-ml/danlu/internal/wrapper"
)

// samplesFile is in the folder of an attempt: a line a report, with its time and the
// memory of the attempt's processes then.
const samplesFile = "memory.jsonl"

// measure measures one attempt, and keeps what it measures. A driver that takes an
// attempt up begins anew: the reports of the time without a driver come at once, and
// say nothing of the pace.
type measure struct {
	file *os.File
	last batchsize.Sample
}

func newMeasure(dir string, attempt int) (*measure, error) {
	f, err := os.Create(filepath.Join(wrapper.AttemptDir(dir, attempt), samplesFile))
	if err != nil {
		return nil, fmt.Errorf("keep what is measured: %w", err)
	}
	return &measure{file: f}, nil
}

func (m *measure) add(s batchsize.Sample) error {
	if s.Step <= m.last.Step && m.last.Seconds > 0 {
		return nil
	}
	m.last = s
	line, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = m.file.Write(append(line, '\n'))
	return err
}

// readSamples reads what was measured of an attempt, as far as it is there. Of
// reports that came together it takes the last.
func readSamples(dir string, attempt int) (all []batchsize.Sample) {
	f, err := os.Open(filepath.Join(wrapper.AttemptDir(dir, attempt), samplesFile))
	if err != nil {
		return nil
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var s batchsize.Sample
		if json.Unmarshal(lines.Bytes(), &s) != nil {
			return all // the line it was killed at
		}
		if n := len(all); n > 0 && s.Seconds-all[n-1].Seconds < 1e-3 {
			all = all[:n-1]
		}
		all = append(all, s)
	}
	return all
}

// memory is what the processes of an attempt hold, in MB; 0 where nobody knows.
func memory(dir string, attempt int) float64 {
	root, err := wrapper.Child(wrapper.AttemptDir(dir, attempt))
	if err != nil {
		return 0
	}
	held := proctree.Memory(root.PID)
	if held == 0 {
		return 0
	}
	table, err := proctree.ReadTable()
	if err != nil {
		return float64(held) / (1 << 20)
	}
	for _, p := range (proctree.Tree{Root: root.PID, Since: root.Start}).Members(table) {
		held += proctree.Memory(p.PID)
	}
	return float64(held) / (1 << 20)
}
