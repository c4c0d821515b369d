package observe

import (
	"testing"

	"pgregory.net/rapid"
)

func TestNamesThatMeanTheSame(t *testing.T) {
	for wanted, seen := range map[string][]string{
		// the closest first; what follows a ! is another metric
		"val_accuracy": {"val_accuracy", "val/acc", "test_acc", "!accuracy", "!train_acc", "!val_loss", "!best_val_acc", "!val_acc_ema"},
		"val_loss":     {"val_loss", "eval_loss", "Loss/test", "val_ce_loss", "!loss", "!val/box_loss", "!train/loss"},
		"accuracy":     {"accuracy", "acc", "val_acc", "Accuracy/Test", "acc1", "!train_accuracy", "!loss"},
		"f1":           {"f1", "f1_score", "valid/F1", "test_f1", "eval_f1_macro", "!acc"},
		"val_acc1":     {"val_acc1", "valAcc@1", "test_top1", "!val_acc5", "!val_acc"},
		"val_logloss":  {"val_logloss", "validation_0-logloss", "!eval-mlogloss", "!train-logloss"},
		"val_error":    {"val_error", "validation_1-error", "eval-merror"},
		"val_rmse":     {"val_rmse", "valid_0's rmse", "test-rmse", "!train-rmse"},
		"val_0_auc":    {"val_0_auc", "validation_0-auc", "!validation_1-auc"},
		"val_ppl":      {"val_ppl", "validation perplexity", "test/perplexity"},
		"train_loss":   {"train_loss", "Loss/train", "loss", "!val_loss"},
		"miou":         {"miou", "mean_iou", "val/mIoU"},
		"eval/return":  {"eval/return", "eval_return", "!return"},
		"zeta":         {"zeta", "Zeta", "val_zeta", "!eta"},
		"val":          {"val", "!validation", "!test"},
		"val_auc":      {"val_auc", "valid roc_auc", "test_auroc"},
		"error":        {"error", "err", "val_error_rate", "test_err"},
	} {
		last := Exact + 1
		for _, s := range seen {
			name, other := s, false
			if s[0] == '!' {
				name, other = s[1:], true
			}
			got := Match(wanted, name)
			switch {
			case other && got != 0:
				t.Errorf("%s is taken for %s (%d)", name, wanted, got)
			case !other && (got == 0 || got >= last):
				t.Errorf("%s for %s is %d, behind one that is %d", name, wanted, got, last)
			}
			last = got
		}
	}
}

func TestEveryNameIsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		if got := Match(name, name); got != Exact {
			t.Fatalf("Match(%q, itself) = %d", name, got)
		}
	})
}
