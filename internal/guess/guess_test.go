package guess

import (
	"fmt"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/option"
)

// program makes a program of lines of help.
func program(t *testing.T, lines ...string) *option.Program {
	t.Helper()
	p := option.ParseHelp("options:\n  " + strings.Join(lines, "\n  ") + "\n")
	if len(p.Options) != len(lines) {
		t.Fatalf("%d options in %d lines", len(p.Options), len(lines))
	}
	return p
}

var uses = map[Use]string{Unknown: "unknown", Tune: "tune", Spare: "spare", Fidelity: "fidelity", Seed: "seed", Dir: "dir", Resume: "resume", Fixed: "fixed"}

func TestNamesOfTheWild(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"--lr LR  (default: 0.1)", "tune learning_rate float 0.003 … 1, log; 0.1"},
		{"--learning-rate LR  (default: 5e-05)", "tune learning_rate float 1e-06 … 0.003, log; 5e-05"},
		{"--lr LR  (default: 1)", "tune learning_rate float 0.03 … 10, log; 1"},
		{"--optim.lr F  (default: 0.001)", "tune learning_rate float 3e-05 … 0.03, log; 0.001"},
		{"--min-lr LR  (default: 1e-5)", "fixed"},
		{"--batchSize N  (default: 64)", "tune batch_size choice of 16, 32, 64, 128, 256; 64"},
		{"--per_device_train_batch_size N  (default: 8)", "tune batch_size choice of 2, 4, 8, 16, 32; 8"},
		{"--per_device_eval_batch_size N  (default: 8)", "fixed"},
		{"--test-batch-size N  (default: 1000)", "fixed"},
		{"--wd W  (default: 5e-4)", "tune weight_decay float 1e-06 … 0.01, log; 0.0005"},
		{"--attention-dropout P  (default: 0.0)", "tune dropout float 0 … 0.5; 0"},
		{"--nhid N  (default: 200)", "tune width int 50 … 800, log; 200"},
		{"--n_embd N  (default: 768)", "tune embedding choice of 192, 384, 768, 1536, 3072; 768"},
		{"--num-layers N  (default: 2)", "tune depth int 1 … 4; 2"},
		{"--n_head N  (default: 12)", "tune heads choice of 6, 12, 24; 12"},
		{"--warmup_ratio R  (default: 0.0)", "tune warmup float 0 … 0.2; 0"},
		{"--warmup-steps R  (default: 0)", "fixed warmup"},
		{"--gamma M  Learning rate step gamma (default: 0.7)", "tune schedule float 0.1 … 0.95; 0.7"},
		{"--gamma M  discount (default: 0.99)", "spare float 0.9 … 0.999; 0.99"},
		{"--trainer.learning_rate R  (default: 0.001)", "tune learning_rate float 3e-05 … 0.03, log; 0.001"},
		{"--beta1 B  (default: 0.9)", "spare beta float 0.8 … 0.98; 0.9"},
		{"--opt {sgd,adam}  (default: sgd)", "tune optimizer choice of sgd, adam; sgd"},
		{"--model {a,b}  (default: a)", "fixed"},
		{"--em N  size of word embeddings (default: 200)", "tune embedding choice of 50, 100, 200, 400, 800; 200"},
		{"--epochs N  (default: 10)", "fidelity"},
		{"--niter N  (default: 25)", "fidelity"},
		{"--seed S  (default: 1)", "seed"},
		{"--outf F  (default: .)", "dir"},
		{"--resume PATH", "resume"},
		{"--resume", "fixed"},
		{"--no-cuda", "fixed"},
		{"--workers N  (default: 4)", "fixed"},
		{"--data-dir D  (default: ./data)", "fixed"},
		{"--lora_r N  (default: 8)", "tune choice of 2, 4, 8, 16, 32; 8"},
		{"--betas B B  (default: (0.9, 0.999))", "unknown"},
		{"--frobnicate N  (default: 3)", "unknown"},
	} {
		g := Options(program(t, c.line), Facts{})[0]
		got := uses[g.Use]
		if g.Role != "" {
			got += " " + g.Role
		}
		if g.Domain != nil {
			got += fmt.Sprintf(" %s; %s", g.Domain, g.Default)
		}
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.line, got, c.want)
		}
	}
}

func TestMomentumBelongsToOptimizersThatHaveIt(t *testing.T) {
	all := Options(program(t, "--optimizer {sgd,adam,adamw}", "--momentum M  (default: 0.9)", "--beta2 B  (default: 0.999)", "--lr LR  (default: 0.1)"), Facts{})
	want := []string{"", "optimizer in [sgd]", "optimizer in [adam adamw]", ""}
	for i, g := range all {
		got := ""
		for _, c := range g.When {
			got += fmt.Sprintf("%s in %v", c.Param, c.In)
		}
		if got != want[i] {
			t.Errorf("%s exists when %q, want %q", g.Name(), got, want[i])
		}
	}
}

func TestTheLengthOfATrainingIsOneOption(t *testing.T) {
	all := Options(program(t, "--max_steps N  (default: -1)", "--num_train_epochs N  (default: 3.0)", "--iterations N  (default: 100)"), Facts{})
	for i, want := range []Use{Fixed, Fidelity, Fixed} {
		if all[i].Use != want {
			t.Errorf("%s is %s, want %s", all[i].Name(), uses[all[i].Use], uses[want])
		}
	}
}

func TestValuesOfTheCommandLineAreTheDefaults(t *testing.T) {
	g := Options(program(t, "--lr LR  (default: 0.1)"), Facts{Given: map[string]string{"--lr": "3e-4"}})[0]
	if !g.Given || g.Default.String() != "0.0003" || g.Domain.String() != "float 1e-05 … 0.01, log" {
		t.Errorf("got %s in %s", g.Default, g.Domain)
	}
}

func TestNoMoreThanAStudyCanBear(t *testing.T) {
	var lines []string
	for i := range 12 {
		lines = append(lines, fmt.Sprintf("--x%c_dropout P  (default: 0.1)", 'a'+i))
	}
	all := Options(program(t, append(lines, "--lr LR  (default: 0.1)")...), Facts{})
	tuned := 0
	for _, g := range all {
		if g.Use == Tune {
			tuned++
		}
	}
	if tuned != mostTuned || all[12].Use != Tune {
		t.Errorf("%d parameters, learning rate %s", tuned, uses[all[12].Use])
	}
}

func TestNumbersNobodyKnowsAreBetterThanNothing(t *testing.T) {
	all := Options(program(t, "--alpha A  (default: 0.5)", "--zeta N  (default: 8)", "--kappa K  (default: 20.0)", "--eta0", "--name X  (default: x)", "--off N  (default: -1)"), Facts{})
	if !Anything(all) {
		t.Fatal("nothing was proposed")
	}
	for i, want := range []string{"float 0.05 … 1", "int 2 … 32, log", "float 2 … 200, log"} {
		if g := all[i]; g.Use != Tune || g.Domain.String() != want || g.Unsure == "" {
			t.Errorf("%s: %s %v, want %s and a doubt", g.Name(), uses[g.Use], g.Domain, want)
		}
	}
	for _, g := range all[3:] {
		if g.Use == Tune {
			t.Errorf("%s is tuned", g.Name())
		}
	}
}

func TestLoRAIsTunedWhereItIsOn(t *testing.T) {
	lines := []string{"--use_peft", "--lora_r R  (default: 16)", "--lr LR  (default: 0.1)"}
	for given, want := range map[string]Use{"": Spare, "true": Tune} {
		f := Facts{Given: map[string]string{}}
		if given != "" {
			f.Given["--use_peft"] = given
		}
		if g := Options(program(t, lines...), f)[1]; g.Use != want {
			t.Errorf("with %q lora_r is %s, want %s", given, uses[g.Use], uses[want])
		}
	}
}

// timm's and MAE's learning rates: the one that is scaled by the batch size counts
// where nobody has set the other.
func TestALearningRateThatFollowsFromAnother(t *testing.T) {
	lines := []string{"--lr LR  learning rate", "--lr-base LR  base learning rate (default: 0.1)", "--lr-base-size N  Base learning rate batch size (default: 256)", "--lr-noise-pct P  learning rate noise limit percent (default: 0.67)", "--pace X  learning rate (default: 0.1)"}
	want := []Use{Fixed, Tune, Fixed, Unknown, Tune}
	for i, g := range Options(program(t, lines...), Facts{}) {
		if g.Use != want[i] {
			t.Errorf("%s is %s, want %s", g.Name(), uses[g.Use], uses[want[i]])
		}
	}
	if g := Options(program(t, lines...), Facts{Given: map[string]string{"--lr": "0.2"}})[0]; g.Use != Tune {
		t.Errorf("given on the command line it is %s", uses[g.Use])
	}
}

func TestTheDecayOfAdamWFollowsTheRate(t *testing.T) {
	lines := []string{"--lr LR  (default: 0.001)", "--weight-decay W  (default: 0.01)"}
	for _, c := range []struct {
		name  string
		more  []string
		facts Facts
		want  bool
	}{
		{"the program has AdamW", nil, Facts{AdamW: true}, true},
		{"its default is AdamW", []string{"--optimizer NAME  (default: adamw)"}, Facts{}, true},
		{"AdamW is given", []string{"--optimizer NAME  (default: sgd)"}, Facts{Given: map[string]string{"--optimizer": "AdamW"}}, true},
		{"nobody knows the optimizer", nil, Facts{}, false},
		{"it is another one", []string{"--optimizer NAME  (default: sgd)"}, Facts{AdamW: true}, false},
		{"it is tuned", []string{"--optimizer {sgd,adamw}  (default: adamw)"}, Facts{AdamW: true}, false},
		{"there are two rates", []string{"--head-lr LR  (default: 0.01)"}, Facts{AdamW: true}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Options(program(t, append(lines[:2:2], c.more...)...), c.facts)[1].Scale
			if (got != nil) != c.want || c.want && (got.To != "lr" || got.Exponent != -1 || got.At != 0.001) {
				t.Errorf("it scales with %+v", got)
			}
		})
	}
	if got := Options(program(t, lines[0], "--weight-decay W  (default: 0.0)"), Facts{AdamW: true})[1]; got.Scale != nil {
		t.Errorf("a choice with 0 among its values scales with %+v", got.Scale)
	}
}
