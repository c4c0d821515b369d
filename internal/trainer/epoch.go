package trainer

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// Epoch is the report of one epoch. Losses are cross-entropies against the true
// labels, without label smoothing, so that they compare between trainings.
// Training figures are means over the epoch's steps, as they were made.
type Epoch struct {
	Epoch         int     // from 1
	Step          int     // steps done in all
	TrainLoss     float64 // nats
	TrainAccuracy float64 // 0 … 1
	ValLoss       float64
	ValAccuracy   float64
	LR            float64 // of the last step
	GradNorm      float64 // mean, before clipping
	Clipped       float64 // share of the steps whose gradient was clipped
	Dead          float64 // share of rectified units silent on all validation examples
	UpdateRatio   float64 // norm of the last step's change ÷ norm of the parameters
	Seconds       float64 // of wall time, validation included
	// Scores where classes differ in size, on the validation examples.
	ValBalancedAccuracy, ValMacroF1 float64
	// What does not make a curve, or not one number.
	Layers      map[string]float64 // UpdateRatio of each layer
	NonFinite   int                // numbers of gradients and outputs that were infinite or none
	InitialLoss float64            // of the first batch before the first step
	ChanceLoss  float64            // of equal chances for all classes: what InitialLoss should be near
	Parameters  int                // trained numbers
	Memory      int64              // bytes that the process holds
}

// Values are the measured quantities by the names they have in JSON.
func (e Epoch) Values() map[string]float64 {
	return map[string]float64{
		"train_loss": e.TrainLoss, "train_accuracy": e.TrainAccuracy,
		"val_loss": e.ValLoss, "val_accuracy": e.ValAccuracy,
		"lr": e.LR, "grad_norm": e.GradNorm, "clipped": e.Clipped,
		"val_balanced_accuracy": e.ValBalancedAccuracy, "val_macro_f1": e.ValMacroF1,
		"dead": e.Dead, "update_ratio": e.UpdateRatio, "seconds": e.Seconds,
	}
}

// MarshalJSON writes one flat object; what is not finite is a string: "nan",
// "inf", "-inf".
func (e Epoch) MarshalJSON() ([]byte, error) {
	layers := make(map[string]number, len(e.Layers))
	for name, v := range e.Layers {
		layers[name] = number(v)
	}
	return json.Marshal(struct {
		Epoch         int    `json:"epoch"`
		Step          int    `json:"step"`
		TrainLoss     number `json:"train_loss"`
		TrainAccuracy number `json:"train_accuracy"`
		ValLoss       number `json:"val_loss"`
		ValAccuracy   number `json:"val_accuracy"`
		LR            number `json:"lr"`
		GradNorm      number `json:"grad_norm"`
		Clipped       number `json:"clipped"`
		Dead          number `json:"dead"`
		UpdateRatio   number `json:"update_ratio"`
		Seconds       number `json:"seconds"`

		Balanced    number            `json:"val_balanced_accuracy"`
		MacroF1     number            `json:"val_macro_f1"`
		Layers      map[string]number `json:"update_ratios"`
		NonFinite   int               `json:"nonfinite"`
		InitialLoss number            `json:"initial_loss"`
		ChanceLoss  number            `json:"chance_loss"`
		Parameters  int               `json:"parameters"`
		Memory      int64             `json:"memory_bytes"`
	}{
		e.Epoch, e.Step, number(e.TrainLoss), number(e.TrainAccuracy), number(e.ValLoss), number(e.ValAccuracy),
		number(e.LR), number(e.GradNorm), number(e.Clipped), number(e.Dead), number(e.UpdateRatio), number(e.Seconds),
		number(e.ValBalancedAccuracy), number(e.ValMacroF1), layers, e.NonFinite, number(e.InitialLoss), number(e.ChanceLoss), e.Parameters, e.Memory,
	})
}

// Result is what a training came to, on the test part.
type Result struct {
	TestLoss         float64
	TestAccuracy     float64
	BalancedAccuracy float64  // mean recall of the classes that occur
	Top5Accuracy     float64  // the label is among the five likeliest classes
	MacroF1          float64  // mean of the classes' F1; a class never seen nor predicted has 0
	Classes          []string // their names
	Confusion        [][]int  // [true class][predicted class]
	PerClass         []ClassScore
	Worst            []Example // the largest losses, the worst first
	Parameters       int       // trained numbers
	Epochs           int       // done
	EndedEarly       bool      // the report asked for it, or patience was at its end
}

// MarshalJSON writes the last line of a training's reports.
func (r Result) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Event            string    `json:"event"`
		TestLoss         number    `json:"test_loss"`
		TestAccuracy     number    `json:"test_accuracy"`
		BalancedAccuracy number    `json:"balanced_accuracy"`
		Top5Accuracy     number    `json:"top5_accuracy"`
		MacroF1          number    `json:"macro_f1"`
		Parameters       int       `json:"parameters"`
		Epochs           int       `json:"epochs"`
		EndedEarly       bool      `json:"ended_early"`
		Classes          []string  `json:"classes"`
		Confusion        [][]int   `json:"confusion"`
		Worst            []Example `json:"worst"`

		PerClass []ClassScore `json:"per_class"`
	}{
		"train_ended", number(r.TestLoss), number(r.TestAccuracy), number(r.BalancedAccuracy), number(r.Top5Accuracy),
		number(r.MacroF1), r.Parameters, r.Epochs, r.EndedEarly, r.Classes, r.Confusion, r.Worst, r.PerClass,
	})
}

// number is a float64 that JSON can always hold.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	switch v := float64(n); {
	case math.IsNaN(v):
		return []byte(`"nan"`), nil
	case math.IsInf(v, 1):
		return []byte(`"inf"`), nil
	case math.IsInf(v, -1):
		return []byte(`"-inf"`), nil
	default:
		return json.Marshal(v)
	}
}

func (n *number) UnmarshalJSON(text []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(text), `"`), 64)
	*n = number(v)
	return err
}
