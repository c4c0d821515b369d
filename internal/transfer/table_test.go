package transfer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

func TestColumnsBecomeRangesOfTheirValues(t *testing.T) {
	for name, c := range map[string]struct{ cells, want string }{
		"numbers":                     {"0.5 0.1 0.9", space.Float{Low: 0.1, High: 0.9}.String()},
		"numbers over three decades":  {"1e-4 0.01 0.1", space.Float{Low: 1e-4, High: 0.1, Log: true}.String()},
		"whole numbers":               {"3 1 2", space.Int{Low: 1, High: 3}.String()},
		"whole numbers, far apart":    {"1 1000", space.Int{Low: 1, High: 1000, Log: true}.String()},
		"from 0 there is no log":      {"0 1000", space.Int{Low: 0, High: 1000}.String()},
		"written with a point":        {"1.0 2.0", space.Float{Low: 1, High: 2}.String()},
		"words":                       {"sgd adam sgd", space.Choice{Values: []space.Value{space.StringValue("sgd"), space.StringValue("adam")}}.String()},
		"one number":                  {"0.1 0.1", space.Choice{Values: []space.Value{space.FloatValue(0.1)}}.String()},
		"truths":                      {"True False", space.Choice{Values: []space.Value{space.BoolValue(true), space.BoolValue(false)}}.String()},
		"a number among words":        {"auto 3", space.Choice{Values: []space.Value{space.StringValue("auto"), space.IntValue(3)}}.String()},
		"cells that are empty say no": {"1 - 3", space.Int{Low: 1, High: 3}.String()},
	} {
		t.Run(name, func(t *testing.T) {
			table := "params.x,acc\n"
			for cell := range strings.FieldsSeq(c.cells) {
				table += strings.Trim(cell, "-") + ",1\n"
			}
			s, err := ReadTable("t.csv", strings.NewReader(table), TableOptions{Objectives: []study.Objective{{Metric: "acc"}}})
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Space.Param(0).Domain.String(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if _, err := Of(log(t, s.Events(study.Provenance{}, now))); err != nil {
				t.Errorf("it is no study: %v", err)
			}
		})
	}
}

func TestRowsBecomeTrials(t *testing.T) {
	const table = "\ufefflr, opt,state,values_acc\n" +
		"0.1,sgd,COMPLETE,0.5\n" +
		"0.2,adam,TrialState.PRUNED,0.25\n" +
		"0.3,,FAIL,\n" +
		"0.4,sgd,,\n" +
		"0.5,sgd,,nan\n" +
		"0.6,sgd,infeasible,0.75\n"
	s, err := ReadTable("t.csv", strings.NewReader(table), TableOptions{Name: "s", Params: []string{"lr", "opt"}, Objectives: []study.Objective{{Metric: "acc"}}})
	if err != nil {
		t.Fatal(err)
	}
	var states []study.State
	var values []int
	for _, tr := range s.Trials {
		states, values = append(states, tr.State), append(values, len(tr.Values))
	}
	want := []study.State{study.Completed, study.Stopped, study.Failed, study.Failed, study.Diverged, study.Infeasible}
	if d := cmp.Diff(want, states); d != "" {
		t.Errorf("states (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]int{1, 1, 0, 0, 1, 1}, values); d != "" {
		t.Errorf("values (-want +got):\n%s", d)
	}
	if _, has := s.Trials[2].Params["opt"]; has || s.Trials[3].Reason == "" {
		t.Errorf("an empty cell has a value, or a failure no reason: %+v", s.Trials[2:4])
	}
}

// Whoever wrote the table is told where to look and what to do.
func TestTablesThatAreNone(t *testing.T) {
	for name, c := range map[string]struct {
		table string
		o     TableOptions
		want  string
	}{
		"empty":                    {"", TableOptions{}, "t.csv:1: the file is empty"},
		"no parameters":            {"a,b\n1,2\n", TableOptions{}, "--params lr,batch_size; there are a, b"},
		"a parameter misspelt":     {"rate,b\n1,2\n", TableOptions{Params: []string{"rat"}}, "--params rat: there is no such column; did you mean rate?"},
		"an objective not there":   {"params.a,b\n1,2\n", TableOptions{Objectives: []study.Objective{{Metric: "quality"}}}, "--objective quality: there is no such column"},
		"a value that is a word":   {"params.a,b\n1,2\n2,good\n", TableOptions{Objectives: []study.Objective{{Metric: "b"}}}, `t.csv:3: b is "good", which is no number`},
		"a short row":              {"params.a,b\n1,2\n2\n", TableOptions{}, "t.csv:3:"},
		"a column without values":  {"params.a,b\n,2\n", TableOptions{}, "the column a has no values"},
		"rows that are none, only": {"params.a,b\n", TableOptions{}, "the column a has no values"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadTable("t.csv", strings.NewReader(c.table), c.o)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q", err, c.want)
			}
		})
	}
}
