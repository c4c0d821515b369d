package observe

import (
	"slices"
	"strings"
	"unicode"
)

// split is the part of the data that a metric is measured on.
type split string

const (
	noSplit split = ""
	train   split = "train"
	val     split = "val"
	test    split = "test"
)

var splits = map[string]split{
	"train": train, "training": train, "tr": train, "trn": train, "learn": train,
	"val": val, "valid": val, "validation": val, "validate": val, "validating": val, "dev": val,
	"eval": val, "evaluation": val, "evaluate": val, "evaluating": val,
	"test": test, "testing": test, "tst": test,
}

// quantities are what programs measure; the key is a common word for it.
var quantities = map[string]string{
	"loss": "loss", "losses": "loss", "accuracy": "accuracy", "acc": "accuracy", "accuracies": "accuracy",
	"error": "error", "err": "error", "perplexity": "perplexity", "ppl": "perplexity",
	"precision": "precision", "prec": "precision", "recall": "recall", "f1": "f1", "fscore": "f1",
	"auc": "auc", "auroc": "auc", "rocauc": "auc", "auprc": "auprc", "ap": "ap", "map": "map",
	"iou": "iou", "miou": "iou", "jaccard": "iou", "dice": "dice", "mse": "mse", "rmse": "rmse", "mae": "mae", "mape": "mape",
	"r2": "r2", "bleu": "bleu", "rouge": "rouge", "wer": "wer", "cer": "cer", "mcc": "mcc", "kappa": "kappa", "ndcg": "ndcg",
	"fid": "fid", "psnr": "psnr", "ssim": "ssim", "bpc": "bpc", "bpb": "bpb", "nll": "nll", "elbo": "elbo", "kl": "kl",
	"reward": "reward", "return": "return", "score": "score", "lr": "lr", "top1": "accuracy", "top5": "accuracy",
	"logloss": "loss", "mlogloss": "loss", "merror": "error", "aucpr": "auprc", "rmsle": "rmsle", "mphe": "mphe", "nloglik": "nll", "deviance": "deviance",
	"specificity": "specificity", "sensitivity": "sensitivity", "pearson": "pearson", "spearman": "spearman", "cider": "cider", "meteor": "meteor",
}

// fillers say nothing about which metric it is.
var fillers = []string{
	"epoch", "avg", "average", "mean", "total", "final", "current", "curr", "running", "overall", "global", "the", "of", "on", "set",
	"for", "a", "at", "is", "was", "with", "s", "value", "metric", "metrics", "top", "roc", "dataset", "data", "model", "my",
}

// details tell metrics of one kind apart that count as the same where only one of
// them is there: val_acc1 for val_accuracy.
var details = []string{"1", "macro", "ce", "cross", "entropy", "xent", "nll", "crossentropy", "categorical", "sparse", "cls", "binary", "multi", "logloss", "mlogloss", "merror"}

// meaning is a name taken apart: validation/top1_acc → val; accuracy, 1.
type meaning struct {
	split  split
	number string   // of validation_1
	words  []string // sorted, each once
}

func meaningOf(name string) (m meaning) {
	numbered := false // the word before was a part of the data: validation_0
	for _, w := range wordsOf(name) {
		if s, ok := splits[w]; ok {
			m.split, numbered = s, true
			continue
		}
		if numbered && strings.Trim(w, "0123456789") == "" {
			m.number = w
			continue
		}
		numbered = false
		if q, ok := quantities[w]; ok {
			if rest := strings.TrimPrefix(w, "top"); rest != w {
				m.words = append(m.words, rest)
			}
			if slices.Contains(details, w) {
				m.words = append(m.words, w) // mlogloss: a loss, of a kind
			}
			w = q
		}
		if !slices.Contains(fillers, w) {
			m.words = append(m.words, w)
		}
	}
	for _, vague := range []string{"score", "rate"} { // f1_score, error_rate
		if i := slices.Index(m.words, vague); i >= 0 && len(m.words) > 1 {
			m.words = slices.Delete(m.words, i, i+1)
		}
	}
	slices.Sort(m.words)
	m.words = slices.Compact(m.words)
	return m
}

// wordsOf cuts a name into words, in small letters: at punctuation, at a capital
// after a small letter, before digits that number a known quantity, and between the
// data and a quantity: valacc.
func wordsOf(name string) (words []string) {
	fields := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, f := range fields {
		for _, w := range camels(f) {
			w = strings.ToLower(w)
			stem := strings.TrimRight(w, "0123456789")
			if _, known := quantities[w]; !known && stem != w && quantities[stem] != "" {
				words = append(words, stem, w[len(stem):])
				continue
			}
			words = append(words, parted(w)...)
		}
	}
	return words
}

// parted is a word, or the two that it is made of.
func parted(w string) []string {
	for i := 2; i+2 < len(w) && quantities[w] == ""; i++ {
		if splits[w[:i]] != noSplit && quantities[w[i:]] != "" {
			return []string{w[:i], w[i:]}
		}
	}
	return []string{w}
}

func camels(word string) (parts []string) {
	if _, known := quantities[strings.ToLower(word)]; known {
		return []string{word}
	}
	from, small := 0, false
	for i, r := range word {
		if unicode.IsUpper(r) && small {
			parts = append(parts, word[from:i])
			from = i
		}
		small = unicode.IsLower(r)
	}
	return append(parts, word[from:])
}

// How close a name is to a metric that is wanted: larger is closer, 0 is another
// metric.
const (
	Exact = 10 // the same letters
	Same  = 9  // the same thing by another common name
)

// Match says how close the name that a program has given to a metric is to the
// wanted one. A name that says nothing about the data is met by validation, then
// by test data, never by training; validation by test data where there is none.
func Match(wanted, seen string) int {
	if wanted == seen {
		return Exact
	}
	w, s := meaningOf(wanted), meaningOf(seen)
	if len(w.words) == 0 || w.number != "" && w.number != s.number {
		return 0
	}
	closeness := map[[2]split]int{
		{noSplit, val}: Same - 1, {noSplit, test}: Same - 2, {val, test}: Same - 3, {train, noSplit}: Same - 3,
	}[[2]split{w.split, s.split}]
	if w.split == s.split {
		closeness = Same
	}
	extra := 0
	for _, word := range s.words {
		switch {
		case slices.Contains(w.words, word):
		case slices.Contains(details, word):
			extra++
		default:
			return 0
		}
	}
	if len(s.words)-extra != len(w.words) {
		return 0
	}
	if extra > 0 {
		closeness -= 4
	}
	return max(closeness, 0)
}

// Later reports whether a is the same metric as b on data that was named later:
// validation_1-auc for validation_0-auc. XGBoost judges by the last, and so do we.
func Later(a, b string) bool {
	m, n := meaningOf(a), meaningOf(b)
	return m.split == n.split && slices.Equal(m.words, n.words) && len(m.number) == len(n.number) && m.number > n.number
}

// stepWords count steps, the better ones first.
var stepWords = []string{"epoch", "global_step", "step", "iteration", "iter", "round", "update", "episode"}

// stepWord is the word of stepWords that a name is, or "".
func stepWord(name string) string {
	w := strings.ToLower(strings.Trim(name, "#*-–— "))
	w = w[strings.LastIndexByte(w, '/')+1:]
	if slices.Contains(stepWords, w) {
		return w
	}
	switch w {
	case "ep", "epochs", "epoch_num", "current_epoch", "epoch_idx":
		return "epoch"
	case "steps", "global_steps", "train_step", "num_steps", "total_steps", "timesteps", "total_timesteps":
		return "step"
	case "it", "iters", "iterations", "itr", "iter_num":
		return "iteration"
	}
	return ""
}

// isQuantity reports whether a name has a word for something measured.
func isQuantity(name string) bool {
	return slices.ContainsFunc(wordsOf(name), func(w string) bool { return quantities[w] != "" })
}
