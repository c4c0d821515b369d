package trainer

import (
	"slices"

	"github.com/danlu-ml/danlu/internal/trainer/nn"
	"github.com/danlu-ml/danlu/internal/trainer/optim"
	"github.com/danlu-ml/danlu/internal/trainer/sched"
)

// Settings are those of a model on a task, in the order in which one would think
// of them. An empty model is the task's default.
func Settings(taskName, modelName string) ([]Setting, error) {
	p, err := Config{Task: taskName, Model: modelName}.plan()
	if err != nil {
		return nil, err
	}
	return settingsFor(p.task, p.model), nil
}

func settingsFor(t task, m model) []Setting {
	all := slices.Clone(training)
	all = append(all, m.settings...)
	all = append(all, dataSettingsFor(t, m)...)
	for i, s := range all {
		if v, ok := m.defaults[s.Name]; ok {
			all[i].Default = v
		}
	}
	return all
}

// training are the settings of every model.
var training = []Setting{
	{Name: "lr", Kind: "float", Low: 1e-9, High: 100, Log: true, Default: "0.001", Role: "learning_rate", Help: "learning rate at its highest"},
	{Name: "batch_size", Kind: "int", Low: 1, High: 4096, Log: true, Default: "128", Role: "batch_size", Help: "examples in a step"},
	{Name: "optimizer", Kind: "choice", Choices: optim.Names, Default: "adam", Role: "optimizer", Help: "how gradients become steps"},
	{Name: "momentum", Kind: "float", Low: 0, High: 0.9999, Default: "0", Role: "momentum", When: "optimizer=sgd,rmsprop", Help: "share of the last step kept"},
	{Name: "nesterov", Kind: "bool", Default: "false", When: "optimizer=sgd", Help: "look ahead along the momentum"},
	{Name: "beta1", Kind: "float", Low: 0, High: 0.9999, Default: "0.9", Role: "momentum", When: "optimizer=adam,adamw", Help: "smoothing of gradients"},
	{Name: "beta2", Kind: "float", Low: 0, High: 0.999999, Default: "0.999", When: "optimizer=adam,adamw", Help: "smoothing of squared gradients"},
	{Name: "alpha", Kind: "float", Low: 0, High: 0.999999, Default: "0.99", When: "optimizer=rmsprop", Help: "smoothing of squared gradients"},
	{Name: "rho", Kind: "float", Low: 0, High: 0.999999, Default: "0.9", When: "optimizer=adadelta", Help: "smoothing of squared gradients"},
	{Name: "eps", Kind: "float", Low: 0, High: 1, Log: true, Default: "0", When: "optimizer=adam,adamw,rmsprop,adadelta,adagrad", Help: "added to the root of squared gradients; 0 is PyTorch's: 1e-8, adadelta 1e-6, adagrad 1e-10"},
	{Name: "weight_decay", Kind: "float", Low: 0, High: 100, Log: true, Default: "0", Role: "weight_decay", Help: "pull to zero; decoupled for adamw, else L2"},
	{Name: "decay_bias", Kind: "bool", Default: "false", Help: "apply weight decay to biases and normalisation too"},
	{Name: "schedule", Kind: "choice", Choices: sched.Names, Default: "constant", Role: "schedule", Help: "course of the learning rate; ends where training ends"},
	{Name: "warmup", Kind: "float", Low: 0, High: 1e6, Default: "0", Role: "warmup", Help: "epochs in which the rate rises to lr"},
	{Name: "floor", Kind: "float", Low: 0, High: 1, Default: "0", When: "schedule=cosine,cosine_restarts,linear", Help: "lowest rate, as a share of lr"},
	{Name: "pct_start", Kind: "float", Low: 0.01, High: 0.99, Default: "0.3", When: "schedule=onecycle", Help: "share of the steps in which the rate rises"},
	{Name: "power", Kind: "float", Low: 0, High: 10, Default: "1", When: "schedule=polynomial", Help: "exponent of what is left of the training"},
	{Name: "cycle", Kind: "float", Low: 0.01, High: 1e6, Default: "10", When: "schedule=cosine_restarts", Help: "epochs until the first restart"},
	{Name: "cycle_mult", Kind: "int", Low: 1, High: 100, Default: "1", When: "schedule=cosine_restarts", Help: "factor of the length from cycle to cycle"},
	{Name: "step_size", Kind: "int", Low: 1, High: 1e6, Default: "10", When: "schedule=step", Help: "epochs between two changes"},
	{Name: "milestones", Kind: "list", Low: 1, High: 1e6, Default: "", When: "schedule=multistep", Help: "epochs after which the rate changes, like 10,15; empty is at half and three quarters"},
	{Name: "gamma", Kind: "float", Low: 1e-6, High: 1, Default: "0.1", When: "schedule=step,multistep,exponential,plateau", Help: "factor of a change"},
	{Name: "plateau_patience", Kind: "int", Low: 0, High: 1e6, Default: "10", When: "schedule=plateau", Help: "epochs without a lower val_loss before the rate changes"},
	{Name: "patience", Kind: "int", Low: 0, High: 1e6, Default: "0", Role: "early_stopping", Help: "epochs without a lower val_loss before training ends; 0 is never"},
	{Name: "accumulate", Kind: "int", Low: 1, High: 4096, Default: "1", Role: "accumulation", Help: "batches whose gradients are added up for a step"},
	{Name: "loss", Kind: "choice", Choices: nn.Losses, Default: "cross_entropy", Role: "loss", Help: "what is made small; reported losses are cross-entropies whatever it is"},
	{Name: "focal_gamma", Kind: "float", Low: 0, High: 10, Default: "2", When: "loss=focal", Help: "how much less sure examples weigh"},
	{Name: "class_weights", Kind: "text", Default: "", Help: "weights of the classes in the loss: balanced (inverse frequency), or one number each, like 1,2,0.5"},
	{Name: "label_smoothing", Kind: "float", Low: 0, High: 0.9, Default: "0", Role: "label_smoothing", When: "loss=cross_entropy", Help: "share of the target spread over all classes"},
	{Name: "clip_norm", Kind: "float", Low: 0, High: 1e6, Log: true, Default: "0", Role: "gradient_clip", Help: "largest norm of the gradient; 0 is no limit"},
	{Name: "clip_value", Kind: "float", Low: 0, High: 1e6, Log: true, Default: "0", Help: "largest size of a number of the gradient; 0 is no limit"},
	{Name: "l1", Kind: "float", Low: 0, High: 100, Log: true, Default: "0", Role: "l1", Help: "factor of the sum of the weights' sizes, added to the loss"},
	{Name: "ema", Kind: "float", Low: 0, High: 0.999999, Default: "0", Role: "ema", Help: "decay of a moving average of the weights, which is what is scored; 0 is none"},
	{Name: "lr_groups", Kind: "text", Default: "", Help: "factors of the rate by layer, like embed=0.1,head=2"},
	{Name: "freeze", Kind: "text", Default: "", Help: "layers that stay as they are, like embed,conv1"},
	{Name: "warm_start", Kind: "text", Default: "", Help: "checkpoint whose weights of equal name and shape are the start"},
}

func activation() Setting {
	return Setting{Name: "activation", Kind: "choice", Choices: nn.Activations, Default: "relu", Role: "activation", Help: "function between layers"}
}

func dropout() Setting {
	return Setting{Name: "dropout", Kind: "float", Low: 0, High: 0.95, Default: "0", Role: "dropout", Help: "chance of a hidden unit to be dropped"}
}

func groupCount() Setting {
	return Setting{Name: "groups", Kind: "int", Low: 1, High: 1024, Default: "4", When: "norm=group", Help: "groups of channels that are normalised together"}
}
