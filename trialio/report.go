package trialio

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strconv"
)

// Report says what was measured at a step (absolute, ≥ 0: a resumed program goes
// on counting) and returns what danlu wants. NaN and infinities are welcome: they
// say that the training diverged. Of a step and metric reported twice the first
// value stands.
//
// It returns once the report is stored. When nobody answers it is appended to
// the spool and the answer is the last decision heard: that costs at most 3
// seconds once, then next to nothing, and a twentieth of the time at most for
// asking again now and then. An attempt that is no longer the current one is told
// to stop. A report that makes no sense is complained of on stderr, not sent.
// Outside danlu, Report does nothing and returns Continue.
func (t *Trial) Report(step int64, values map[string]float64) Decision {
	if step < 0 || len(values) == 0 {
		t.voice.warn("usage", "Report(%d, %v) is not sent: give a step of at least 0, and at least one value", step, values)
		return t.last()
	}
	if t.link == nil {
		return Continue
	}
	report := appendReport(nil, step, values)
	reply, status := t.link.tell("/v1/reports", t.link.envelope(`"reports":[`, report, `]`), report)
	switch status {
	case statusOK:
		var answer struct {
			Decision Decision `json:"decision"`
		}
		if json.Unmarshal(reply, &answer) == nil && (answer.Decision == Stop || answer.Decision == Pause) {
			return t.heard(answer.Decision)
		}
		return t.heard(Continue)
	case statusConflict:
		return t.heard(Stop)
	}
	return t.last()
}

// Checkpoint says that the trial's state after step lies at path, a file or a
// folder, from which it can be resumed. It syncs what is there first. Write a
// checkpoint under another name and rename it, so that no half of one is ever
// found: [Trial.SaveCheckpoint] does. An error means that path cannot be read or
// synced; that danlu is away is none. Outside danlu it does nothing.
func (t *Trial) Checkpoint(path string, step int64) error {
	if t.link == nil {
		return nil
	}
	if step < 0 {
		return fmt.Errorf("report checkpoint %s: step %d is negative: count from 0", path, step)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := syncTree(path); err != nil {
		return fmt.Errorf("report checkpoint %s of step %d: %w (write it before reporting it)", path, step, err)
	}
	where, err := json.Marshal(path)
	if err != nil {
		return err
	}
	at := `"step":` + strconv.FormatInt(step, 10)
	body := t.link.envelope(at+`,"path":`, where, "")
	line := slices.Concat([]byte("{"+at+`,"checkpoint":`), where, []byte("}"))
	if _, status := t.link.tell("/v1/checkpoints", body, line); status == statusConflict {
		t.heard(Stop)
	}
	return nil
}

// appendReport appends {"step":3,"values":{"val_loss":0.41}}.
func appendReport(dst []byte, step int64, values map[string]float64) []byte {
	dst = append(dst, `{"step":`...)
	dst = strconv.AppendInt(dst, step, 10)
	dst = append(dst, `,"values":{`...)
	for i, name := range slices.Sorted(maps.Keys(values)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		quoted, _ := json.Marshal(name) // of a string, this cannot fail
		dst = append(dst, quoted...)
		dst = append(dst, ':')
		switch v := values[name]; {
		case math.IsNaN(v):
			dst = append(dst, `"nan"`...)
		case math.IsInf(v, 1):
			dst = append(dst, `"inf"`...)
		case math.IsInf(v, -1):
			dst = append(dst, `"-inf"`...)
		default:
			dst = strconv.AppendFloat(dst, v, 'g', -1, 64)
		}
	}
	return append(dst, "}}"...)
}
