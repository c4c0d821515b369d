package traincli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/text"
	"github.com/danlu-ml/danlu/internal/trainer"
)

// entry is a task, a model or a setting in the list.
type entry struct {
	Name string `json:"name"`
	Help string `json:"help"`
}

type option struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`
	Range   []float64 `json:"range,omitempty"`
	Log     bool      `json:"log,omitempty"`
	Choices []string  `json:"choices,omitempty"`
	Default string    `json:"default"`
	Role    string    `json:"role,omitempty"`
	When    string    `json:"when,omitempty"`
	Models  []string  `json:"models"` // that have it
	Help    string    `json:"help"`
}

// List writes the tasks, models and settings there are, as a page or as one
// object.
func List(w io.Writer, asJSON bool, width int, colour bool) error {
	options := settings()
	if asJSON {
		return json.NewEncoder(w).Encode(struct {
			Tasks    []entry  `json:"tasks"`
			Models   []entry  `json:"models"`
			Settings []option `json:"settings"`
		}{entries(trainer.Tasks()), entries(trainer.Models()), options})
	}
	lines := section("tasks (--task)", entries(trainer.Tasks()), width)
	lines = append(lines, nil)
	lines = append(lines, section("models (--model)", entries(trainer.Models()), width)...)
	lines = append(lines, nil, text.Line{{Text: "settings (--set NAME=VALUE)", Style: text.Dim}})
	table := text.Table{Indent: 2, Columns: []text.Column{
		{Title: "name"}, {Title: "default"}, {Title: "values", Min: 14}, {Title: "meaning", Min: 32}, {Title: "only with", Min: 12, Drop: 1},
	}}
	all := len(trainer.Models())
	for _, o := range options {
		when := o.When
		if len(o.Models) < all {
			when = strings.TrimSpace("model=" + strings.Join(o.Models, ",") + " " + when)
		}
		table.Rows = append(table.Rows, []text.Span{{Text: o.Name}, {Text: o.Default}, {Text: o.values()}, {Text: o.Help}, {Text: when, Style: text.Dim}})
	}
	return text.WriteLines(w, append(lines, table.Lines(width)...), width, colour)
}

func (o option) values() string {
	switch {
	case len(o.Choices) > 0:
		return strings.Join(o.Choices, " ")
	case o.Kind == "bool":
		return "true false"
	case len(o.Range) < 2:
		return o.Kind
	}
	return fmt.Sprintf("%s … %s", text.Number(o.Range[0]), text.Number(o.Range[1]))
}

func section(title string, es []entry, width int) []text.Line {
	table := text.Table{Indent: 2, Columns: []text.Column{{}, {Min: 20}}}
	for _, e := range es {
		table.Rows = append(table.Rows, []text.Span{{Text: e.Name, Style: text.Bold}, {Text: e.Help}})
	}
	return append([]text.Line{{{Text: title, Style: text.Dim}}}, table.Lines(width)...)
}

func entries(infos []trainer.Info) []entry {
	es := make([]entry, len(infos))
	for i, info := range infos {
		es[i] = entry{info.Name, info.Help}
	}
	return es
}

// SettingNames are the settings of any model.
func SettingNames() []string {
	options := settings()
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = o.Name
	}
	return names
}

// settings are those of all models on all tasks, in order of first mention.
func settings() []option {
	var options []option
	at := map[string]int{}
	for _, task := range trainer.Tasks() {
		for _, model := range trainer.Models() {
			list, err := trainer.Settings(task.Name, model.Name)
			if err != nil {
				continue // a model that does not fit the task
			}
			for _, s := range list {
				i, known := at[s.Name]
				if !known {
					i = len(options)
					at[s.Name] = i
					options = append(options, optionOf(s))
				}
				if !slices.Contains(options[i].Models, model.Name) {
					options[i].Models = append(options[i].Models, model.Name)
				}
			}
		}
	}
	return options
}

func optionOf(s trainer.Setting) option {
	o := option{Name: s.Name, Kind: s.Kind, Log: s.Log, Choices: s.Choices, Default: s.Default, Role: s.Role, When: s.When, Help: s.Help}
	if s.High > s.Low {
		o.Range = []float64{s.Low, s.High}
	}
	return o
}
