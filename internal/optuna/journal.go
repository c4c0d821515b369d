package optuna

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Operations of a journal (optuna/storages/journal/_storage.py).
const (
	createStudy = iota
	deleteStudy
	setStudyUserAttr
	setStudySystemAttr
	createTrial
	setTrialParam
	setTrialState
	setTrialPoint
	setTrialUserAttr
	setTrialSystemAttr
)

// operation is a line of a journal; the fields depend on Op.
type operation struct {
	Op            int                        `json:"op_code"`
	StudyID       int                        `json:"study_id"`
	TrialID       int                        `json:"trial_id"`
	StudyName     string                     `json:"study_name"`
	Directions    []int                      `json:"directions"`
	UserAttr      map[string]json.RawMessage `json:"user_attr"`
	SystemAttr    map[string]json.RawMessage `json:"system_attr"`
	State         *int                       `json:"state"`
	Values        []real                     `json:"values"`
	Value         *real                      `json:"value"`
	Start         string                     `json:"datetime_start"`
	Complete      string                     `json:"datetime_complete"`
	ParamName     string                     `json:"param_name"`
	ParamValue    real                       `json:"param_value_internal"`
	Distribution  string                     `json:"distribution"`
	Params        map[string]real            `json:"params"`
	Distributions map[string]string          `json:"distributions"`
	UserAttrs     map[string]json.RawMessage `json:"user_attrs"`
	Points        map[int64]real             `json:"intermediate_values"`
	Step          int64                      `json:"step"`
	Point         real                       `json:"intermediate_value"`
}

var (
	stateNames     = []string{"RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING"}
	directionNames = []string{"NOT_SET", "MINIMIZE", "MAXIMIZE"}
)

// readJournal replays a journal. A last line that is not whole is left out.
func readJournal(path string, in *bufio.Reader) ([]*record, error) {
	var studies []*record
	var trials []*trial
	for line := 1; ; line++ {
		text, err := in.ReadBytes('\n')
		whole := err == nil
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if len(text) == 0 {
			break
		}
		var op operation
		if err := json.Unmarshal(quoteNonFinite(text), &op); err != nil {
			if !whole {
				break
			}
			return nil, fmt.Errorf("%s:%d: it is no line of Optuna's journal, nor is the file SQLite: %w", path, line, err)
		}
		if err := replay(op, &studies, &trials); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, line, err)
		}
	}
	var kept []*record
	for _, s := range studies {
		if s != nil {
			kept = append(kept, s)
		}
	}
	return kept, nil
}

func replay(op operation, studies *[]*record, trials *[]*trial) error {
	if op.Op == createStudy {
		r := &record{name: op.StudyName}
		for _, d := range op.Directions {
			if d < 0 || d >= len(directionNames) {
				return fmt.Errorf("the direction %d is not known here", d)
			}
			r.directions = append(r.directions, directionNames[d])
		}
		*studies = append(*studies, r)
		return nil
	}
	if op.Op <= createTrial {
		if op.StudyID < 0 || op.StudyID >= len(*studies) || (*studies)[op.StudyID] == nil {
			return fmt.Errorf("there is no study %d", op.StudyID)
		}
	} else if op.TrialID < 0 || op.TrialID >= len(*trials) {
		return fmt.Errorf("there is no trial %d", op.TrialID)
	}
	switch op.Op {
	case deleteStudy:
		(*studies)[op.StudyID] = nil
	case setStudyUserAttr, setStudySystemAttr:
		for _, attrs := range []map[string]json.RawMessage{op.UserAttr, op.SystemAttr} {
			for key, value := range attrs {
				(*studies)[op.StudyID].attr(key, string(value))
			}
		}
	case createTrial:
		t := newTrial(op)
		*trials = append(*trials, t)
		s := (*studies)[op.StudyID]
		s.trials = append(s.trials, t)
	default:
		(*trials)[op.TrialID].replay(op)
	}
	return nil
}

func newTrial(op operation) *trial {
	t := &trial{state: "RUNNING", params: map[string]param{}, points: map[int64]float64{}, attrs: op.UserAttrs}
	if t.attrs == nil {
		t.attrs = map[string]json.RawMessage{}
	}
	for name, v := range op.Params {
		t.params[name] = param{float64(v), op.Distributions[name]}
		t.order = append(t.order, name)
	}
	for step, v := range op.Points {
		t.points[step] = float64(v)
	}
	t.setState(op)
	if op.Value != nil && t.values == nil {
		t.values = []float64{float64(*op.Value)}
	}
	return t
}

func (t *trial) setState(op operation) {
	if op.State != nil && *op.State >= 0 && *op.State < len(stateNames) {
		t.state = stateNames[*op.State]
	}
	if op.Values != nil {
		t.values = nil
		for _, v := range op.Values {
			t.values = append(t.values, float64(v))
		}
	}
	if op.Start != "" {
		t.start = localTime(op.Start)
	}
	if op.Complete != "" {
		t.end = localTime(op.Complete)
	}
}

func (t *trial) replay(op operation) {
	switch op.Op {
	case setTrialParam:
		if _, there := t.params[op.ParamName]; !there {
			t.order = append(t.order, op.ParamName)
		}
		t.params[op.ParamName] = param{float64(op.ParamValue), op.Distribution}
	case setTrialState:
		t.setState(op)
	case setTrialPoint:
		t.points[op.Step] = float64(op.Point)
	case setTrialUserAttr:
		for key, value := range op.UserAttr {
			t.attrs[key] = value
		}
	}
}
