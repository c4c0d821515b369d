package trainer

import (
	"fmt"
	"os"
	"strconv"

	"github.com/danlu-ml/danlu/internal/trainer/data"
)

// Info names something to choose and says what it is.
type Info struct {
	Name string `json:"name"`
	Help string `json:"help"`
}

// task is a set of examples and what suits it.
type task struct {
	Info
	load      func() (*data.Table, error)
	model     string // default
	pictures  bool
	sequences bool
	text      bool
	grouped   bool // rows stay with their group
	upright   bool // pictures mean something else mirrored or upside down
	scaled    bool // pictures may be scaled when read
}

var tasks = []task{
	{
		Info: Info{"fashion-mnist", "28×28 grey pictures of ten kinds of clothing: 6,000 to train and validate, 1,000 to test"},
		load: data.FashionMNIST, model: "cnn", pictures: true,
	},
	{
		Info: Info{"digits", "8×8 grey pictures of handwritten digits: 1,297 to train and validate, 500 to test"},
		load: data.Digits, model: "mlp", pictures: true, upright: true,
	},
	{
		Info: Info{"speech-frames", "39 features of each 10 ms of speech, 51 phones: 38 utterances to train and validate, 10 to test"},
		load: data.SpeechFrames, model: "mlp", sequences: true,
	},
	{
		Info: Info{"austen", "passages of 40 words from six novels: 4,800 to train and validate, 960 to test"},
		load: data.Austen, model: "textcnn", text: true,
	},
}

// Tasks are the embedded tasks.
func Tasks() []Info {
	var all []Info
	for _, t := range tasks {
		all = append(all, t.Info)
	}
	return all
}

func findTask(c Config) (task, error) {
	if c.Data != "" {
		return taskOf(c)
	}
	var names []string
	for _, t := range tasks {
		if t.Name == c.Task {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return task{}, unknown("task", c.Task, names)
}

// taskOf is the task of a user's own data.
func taskOf(c Config) (task, error) {
	if c.Task != "" {
		return task{}, fmt.Errorf("%w: task %s and data %s: name one of them", ErrConfig, c.Task, c.Data)
	}
	size, _ := strconv.ParseFloat(c.Set["image_size"], 64) // checked with the other settings
	table, err := data.Open(c.Data, data.Options{Label: c.Label, Group: c.Group, Size: int(size)})
	if err != nil {
		return task{}, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	t := task{
		Info: Info{Name: c.Data}, model: "mlp", load: func() (*data.Table, error) { return table, nil },
		pictures: table.Image != (data.Shape{}), sequences: table.Starts != nil, text: table.Words > 0, grouped: table.Groups != nil,
	}
	switch {
	case t.pictures:
		info, err := os.Stat(c.Data)
		t.model, t.scaled = "cnn", err == nil && info.IsDir()
	case t.text:
		t.model = "textcnn"
	}
	return t, nil
}
