package trainer

import (
	"errors"
	"strings"
	"testing"
)

func TestWrongConfigurationsAreRefusedWithTheWayOut(t *testing.T) {
	set := func(k, v string) Config {
		return Config{Task: "digits", Model: "mlp", Set: map[string]string{k: v}}
	}
	for _, c := range []struct {
		name, says string
		config     Config
	}{
		{"no task", "known: fashion-mnist, digits, ", Config{}},
		{"task misspelt", "did you mean fashion-mnist?", Config{Task: "fashon-mnist"}},
		{"model misspelt", "did you mean softmax?", Config{Task: "digits", Model: "sofmax"}},
		{"setting misspelt", "did you mean batch_size?", set("batchsize", "3")},
		{"setting of another model", `no setting "channels"`, set("channels", "3")},
		{"choice misspelt", "did you mean adamw?", set("optimizer", "AdamW")},
		{"text for a number", "a number from 1e-09 to 100", set("lr", "fast")},
		{"NaN", "a number from", set("lr", "nan")},
		{"below the range", "a number from", set("lr", "-1")},
		{"fraction for a whole number", "a whole number from 1 to 4096", set("batch_size", "1.5")},
		{"above the range", "a whole number from 1 to 4096", set("batch_size", "5000")},
		{"text for a switch", "true or false", set("nesterov", "maybe")},
		{"even number of frames", "an odd number, like 5", Config{Task: "speech-frames", Set: map[string]string{"frames": "4"}}},
		{"sequences where there are none", "needs sequences", Config{Task: "digits", Model: "lstm"}},
		{"pictures where there are none", "needs pictures", Config{Task: "speech-frames", Model: "cnn"}},
		{"task and data", "name one of them", Config{Task: "digits", Data: "x"}},
		{"data that is not there", "no such file", Config{Data: "nowhere.csv"}},
		{"numbers for words", "use textcnn", Config{Task: "austen", Model: "mlp"}},
		{"words for numbers", "needs text", Config{Task: "digits", Model: "textcnn"}},
		{"too many epochs", "a number from 1", Config{Task: "digits", Epochs: -1}},
		{"threads", "0 or more", Config{Task: "digits", Threads: -1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.config.Check()
			if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want a refusal that says %q", err, c.says)
			}
		})
	}
}

func TestNumbersAreReadInAnyForm(t *testing.T) {
	for _, text := range []string{"64", "64.0", "6.4e1"} {
		c := Config{Task: "digits", Model: "mlp", Set: map[string]string{"batch_size": text, "nesterov": "True"}}
		p, err := c.plan()
		if err != nil || p.values.int("batch_size") != 64 || !p.values.bool("nesterov") {
			t.Errorf("batch_size=%s: %v, %v", text, p.values["batch_size"], err)
		}
	}
}

func TestEverySettingAcceptsItsDefaultAndItsBounds(t *testing.T) {
	for _, task := range Tasks() {
		models, err := ModelsOf(task.Name)
		if err != nil || len(models) == 0 {
			t.Fatalf("%s: models %v, %v", task.Name, models, err)
		}
		for _, model := range models {
			settings, err := Settings(task.Name, model.Name)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range settings {
				if got, err := s.normal(s.Default); err != nil || got != s.Default {
					t.Errorf("%s %s: default %q becomes %q, %v", model.Name, s.Name, s.Default, got, err)
				}
				if s.Help == "" || (s.Kind == "float" || s.Kind == "int") && s.Low >= s.High {
					t.Errorf("%s %s is not described: %+v", model.Name, s.Name, s)
				}
			}
		}
	}
}
