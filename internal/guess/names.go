package guess

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/danlu-ml/danlu/internal/option"
	"github.com/danlu-ml/danlu/internal/space"
)

// plain is a name as the patterns below have it: lower case, _ between words, of a
// dotted name the last part.
func plain(name string) string {
	name = strings.TrimLeft(name, "-")
	if i := strings.LastIndexAny(name, "./"); i >= 0 {
		name = name[i+1:]
	}
	var b strings.Builder
	var before rune
	for _, r := range name {
		if unicode.IsUpper(r) && (unicode.IsLower(before) || unicode.IsDigit(before)) {
			b.WriteByte('_') // batchSize
		}
		before = r
		if r == '-' {
			r = '_'
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// rule tells an option by its name.
type rule struct {
	use  Use
	role string
	name string // a pattern for the whole plain name
}

// rules are tried in order; the first that fits decides.
var rules = []rule{
	// What looks like a parameter and is none.
	{Fixed, "", `((eval|test|val|valid|validation|inference|per_device_eval|predict)_?)(batch_?size|bs|batch|steps|interval|freq|iters|every\w*|ratio|split|size|fraction|percent|epochs?)|(\w+_)?(batch_?size|bs)_(eval|test|val|valid|validation)`},
	{Fixed, "", `(log|print|report|save|eval|checkpoint|ckpt|val|test|vis|plot|sample)\w*_(interval|freq|frequency|every|steps|iters|epochs?|period|n|limit|total_limit|strategy)|(log|print|save|eval)_?(every|freq|interval)\w*|start_?(epoch|iter|step)|(epoch|step)_start|decay_(epochs?|steps|iters)|lr_?(step(s|_size)?|decay_(epochs?|steps?|iters|interval))|step_?size|milestones|patience\w*|cooldown\w*|early_stop\w*|min_epochs`},
	{Fixed, "", `device\w*|gpus?|gpu_ids?|(no_|use_|disable_)?(cuda|gpu|mps|accel|cpu|tpu|xpu)|accelerator|num_(workers|gpus|nodes|processes|threads)|n_?(jobs|gpus?|threads|workers|cpu)|workers?|threads|j|world_size|rank|local_rank|dist\w*|backend|master_\w+|port|node_rank|nodes|pin_mem(ory)?|prefetch\w*|(use_)?(amp|fp16|bf16|tf32|half|mixed_precision)\w*|precision|dtype|compile|torch_compile\w*|channels_last|jit|deepspeed|fsdp\w*|strategy`},
	{Fixed, "", `verbose|quiet|debug|dry_run|fast_dev_run|profile\w*|wandb\w*|use_wandb|mlflow\w*|comet\w*|project(_name)?|entity|tags?|notes?|comment|(exp|experiment|run)_?(name|id)?|name|logger|report_to|tensorboard|config(_\w+)?|cfg|c|help|version|push_to_hub\w*|hub_\w+|hf_\w+|token|disable_tqdm|progress\w*|evaluate|eval|eval_only|test|train|predict|demo|do_\w+|overwrite\w*|cache\w*|save_(model|weights|checkpoints?|best|last)|no_save|always_save\w*|download|offline`},
	{Fixed, "", `(train_|val_|test_|valid_)?(data|dataset|datasets|corpus|input|file|path|files|images?|labels?|csv)(_?(path|dir|root|folder|file|name|set|config\w*))?|\w+_(file|path|csv|json|url)|data\w*|root|classes|num_classes|n_classes|num_labels|vocab(_size)?|img_size|image_size|crop|resize|input_size|in_(channels|dim|features)|out(put)?_(channels|dim|features|size)|val(idation)?(_split|_percent|_ratio)?|train_split|split|fold\w*|k_?folds?|max_(train|eval|predict)_samples|max_(seq|source|target)?_?len(gth)?|max_seq_length|seq_len(gth)?|block_size|context(_len\w*)?|bptt|model(_name|_type|_name_or_path)?|arch|architecture|net(work)?|backbone|encoder(_name)?|pretrained\w*|init_from|tokenizer\w*|task(_name)?|env|gym_id|env_id|metric\w*|loss(_fn|_type)?|criterion|num_beams|temperature|top_[kp]|max_new_tokens`},
	{Fixed, "", `(min|final|end|warmup|eta)_?(lr|learning_rate)|(lr|learning_rate)_?(min|end|final|warmup\w*)|eta_min|lr_decay_iters|lr_base_(size|scale)|(gradient_|grad_)?accum(ulat\w*)?(_grad_batches|_steps|_iter)?|gradient_accumulation_steps`},
	// What danlu fills in.
	{Seed, "", `(random_|manual_|rng_|global_|torch_|np_|train_|base_)?seed(_everything)?|random_state`},
	{Dir, "", `(output|out|save|log|logging|checkpoint|ckpt|exp|experiment|work|run|runs|results?|default_root|tensorboard|tb|snapshot|store|dump|write)_?(dir|folder|root|directory)|logs?_?dir|out(put)?_path|save_(path|to)|outf|outdir|output|save|model_save_path|default_root_dir`},
	{Resume, "", `resume(_from)?(_checkpoint|_path|_file)?|resume_from_checkpoint|ckpt_path|load(_checkpoint|_from|_path|_model)?|checkpoint(_path|_file)?|restore(_from|_path)?|initial_checkpoint|weights`},
	{Fidelity, "epochs", `((num|n|nb|max|total|no|train|training|end)_?(of_)?)*(epochs?|ep)|(n|num_?)?_?iter(s|ations)?|(max|num|n|total|train|training)_?(train_|training_)?(iters?|iterations|steps|updates)|n_?steps_total|steps|niters?|num_boost_rounds?|n_estimators|num_(rounds?|trees|iterations)|total_timesteps`},
	// What is tuned.
	{Tune, "learning_rate", `(base_|init(ial)?_|max_|peak_|start_|outer_|actor_|critic_|policy_|d_|g_|\w*(encoder|decoder|head|backbone|model|embed\w*)_)?(lr|learning_?rate)(0|_init|_base|_max|_initial|_peak|_(d|g|head|backbone|encoder|decoder))?|eta|blr`},
	{Tune, "learning_rate", `l_?rate|learn_?rate|step_lr`},
	{Tune, "optimizer", `optim(izer)?(_?(name|type))?|opt|solver|algo_opt`},
	{Tune, "batch_size", `((train|training|mini|micro|per_device(_train)?|per_gpu(_train)?|device|global|total)_?)?(batch_?(size|sz)?|bs|bsz)(_per_(gpu|device)|_train)?`},
	{Tune, "weight_decay", `(\w+_)?(weight_?decay|wd|l2(_reg\w*|_lambda|_penalty|_coef\w*)?|l1(_reg\w*|_lambda)?|reg_(lambda|alpha)|lambda_l[12]|lambda_sparse)`},
	{Tune, "label_smoothing", `label_?smooth(ing)?(_factor|_eps)?|smoothing`},
	{Tune, "dropout", `(\w+_)?drop(_?out)?(_?(rate|prob|p|ratio|path(_rate|_prob)?))?|p_?drop(out)?|\w*_?dropout(_\w+)?|stochastic_depth(_prob)?|keep_prob`},
	{Tune, "momentum", `(sgd_|opt_)?momentum`},
	{Spare, "beta", `(adam_|opt_)?(beta_?[12]|b[12])`},
	{Spare, "epsilon", `(adam_)?(eps|epsilon)`},
	{Tune, "warmup", `(lr_)?warm_?up(_(ratio|proportion|fraction|frac|pct|steps|iters|iterations|epochs?))?|num_warmup_steps|pct_start`},
	{Spare, "clip_norm", `(grad(ient)?_?)?clip(ping)?(_?(norm|val|value|grad(_norm)?|gradients?|max_norm))?|max_grad(ient)?_norm|grad(ient)?_norm(_clip)?|max_norm`},
	{Tune, "schedule", `(lr_?)?(scheduler?|sched)(_?(type|name))?|lr_policy|lr_decay_(type|style)`},
	{Tune, "schedule", `(lr_?)?(gamma|decay(_(rate|factor))?|factor)`},
	{Tune, "embedding", `(n_|num_)?em(b(d|ed(ding)?)?)?(_?(size|dims?|dimension))|n_?emb(d|ed)?|d_embed|emb|embed`},
	{Tune, "heads", `(n_|num_)?(attention_|attn_)?heads?|n_?heads?`},
	{Tune, "kernel_size", `kernel(_?size)?|ksize|kernel_width`},
	{Tune, "depth", `((n|num)_?)?(hidden_|encoder_|decoder_|gcn_|gnn_|rnn_|lstm_|mlp_|fc_|res(idual)?_)?(layers?|blocks)|n_?layers?|(max_)?depth|hl|hidden_layers`},
	{Tune, "width", `((n|num)_?)?(hid(den)?)(_?(dims?|size|units|features|channels|width|nodes|neurons|n))?|nhid|hidden|(mlp_|layer_|model_)?width|d_model|model_dim|n_?units|units|ff_?dim|dim_?feedforward|d_ff|intermediate_size|mlp_dim|hd|(num_|base_|n_)?(filters|channels)|n[gd]f|num_leaves|n_[da]|(hidden_)?features`},
	{Tune, "activation", `act(ivation)?(_?(fn|func|function|layer|type))?|non_?linearity|hidden_act`},
	{Tune, "normalization", `(use_)?(batch_?norm|bn|layer_?norm|group_?norm)|norm(alization)?(_?(layer|type))?`},
	{Tune, "augmentation", `mixup(_(alpha|prob))?|cutmix(_\w+)?|(rand(om)?_?)?eras(e|ing)(_?prob)?|reprob|(color_?)?jitter\w*|[hv]flip|flip\w*|ra_magnitude|rand_?aug\w*|(no_|use_)?(auto_?)?aug(ment(ation)?)?(_\w+)?|cutout(_\w+)?|noise(_(std|level|scale))?|rotat(e|ion)\w*|crop_scale`},
	{Tune, "", `lora_(r|rank|dim|alpha)|subsample|(col|row)sample_?\w*|(feature|bagging)_fraction|nesterov|min_child_(samples|weight)|min_data_in_leaf|ent(ropy)?_coef|clip_coef|gae_lambda|n_?(negatives|neighbors)|margin`},
}

var compiled = sync.OnceValue(func() []*regexp.Regexp {
	var res []*regexp.Regexp
	for _, r := range rules {
		res = append(res, regexp.MustCompile(`^(?:`+r.name+`)$`))
	}
	return res
})

// hints tell an option by its help where its name says nothing.
var hints = []struct {
	use  Use
	role string
	help *regexp.Regexp
}{
	{Fixed, "", regexp.MustCompile(`(?i)\b(evaluation|validation|test|logging|print|save|path|folder|directory|file|device|gpu)\b`)},
	{Tune, "learning_rate", regexp.MustCompile(`(?i)^\W*(the |initial |base )*learning rate\s*([^\w\s-].*|(for|of|to|used)\b.*)?$`)},
	{Tune, "weight_decay", regexp.MustCompile(`(?i)\b(weight decay|l2 (penalty|regulari[sz]ation))`)},
	{Tune, "batch_size", regexp.MustCompile(`(?i)\bbatch size`)},
	{Tune, "dropout", regexp.MustCompile(`(?i)\bdropout`)},
	{Tune, "label_smoothing", regexp.MustCompile(`(?i)\blabel smoothing`)},
	{Tune, "depth", regexp.MustCompile(`(?i)\b(number|#|num\.?) (of )?(hidden |residual |encoder )?(layers|blocks)`)},
	{Tune, "heads", regexp.MustCompile(`(?i)\b(number of|num) (attention )?heads`)},
	{Tune, "width", regexp.MustCompile(`(?i)\b(hidden|feedforward) (units|size|dim\w*|features|channels|nodes|layer size)|number of (neurons|filters)`)},
	{Tune, "embedding", regexp.MustCompile(`(?i)\bembedding (size|dim\w*)|size of (the )?(word )?embeddings?`)},
	{Fidelity, "epochs", regexp.MustCompile(`(?i)\b(number of|total|num|max\w*) (training )?(epochs|iterations)`)},
}

// recognise finds what an option is.
func (g *Guess) recognise() {
	o := g.Option
	name := plain(o.Name())
	for i, re := range compiled() {
		if !re.MatchString(name) {
			continue
		}
		g.Use, g.Role = rules[i].use, rules[i].role
		if g.Use == Fidelity {
			g.Role = ""
		}
		g.contradict(name)
		return
	}
	if o.Type == option.String || o.Flag || o.Type == option.Bool {
		return
	}
	for _, h := range hints {
		if h.help.MatchString(o.Help) {
			g.Use, g.Role = h.use, h.role
			if g.Use != Fixed {
				g.Unsure = "its help says so, not its name"
			}
			if g.Use == Fidelity {
				g.Role = ""
			}
			return
		}
	}
}

// discount is what rewards to come are worth, to a program that learns by them.
var discount = regexp.MustCompile(`(?i)\bdiscount`)

// contradict takes a guess back that the type speaks against, or the place.
func (g *Guess) contradict(name string) {
	o := g.Option
	switch {
	case strings.HasPrefix(o.Name(), "trainer.") && g.Use == Tune && g.Role != "learning_rate" && g.Role != "batch_size" && g.Role != "weight_decay": // Lightning's
		g.Use = Fixed
	case (g.Use == Dir || g.Use == Resume) && (o.Flag || o.Type == option.Int || o.Type == option.Float || o.Type == option.Bool):
		g.Use = Fixed
	case (g.Use == Seed || g.Use == Fidelity) && (o.Flag || o.Type == option.String):
		g.Use = Fixed
	case name == "gamma" && discount.MatchString(o.Help):
		g.Use, g.Role = Spare, ""
	case g.Role == "schedule" && len(o.Choices) == 0 && (name == "gamma" || name == "factor" || name == "decay") && !regexp.MustCompile(`(?i)\blr\b|learning|step|sched|decay`).MatchString(o.Help):
		g.Use, g.Role = Unknown, ""
	case g.Use == Tune && len(o.Choices) == 0 && o.Type == option.String:
		g.Use = Fixed
	case g.Use == Tune && o.Type == option.Bool && g.Role != "augmentation" && g.Role != "normalization" && name != "nesterov":
		g.Use, g.Role = Fixed, ""
	}
}

// special is the domain of what has a name and no role.
func special(name string, at space.Value) (space.Domain, bool) {
	x := at.Float()
	inside := func(low, high float64, log bool) (space.Domain, bool) {
		if at.IsZero() || x >= low && x <= high {
			return space.Float{Low: low, High: high, Log: log}, true
		}
		return nil, false
	}
	switch {
	case strings.HasPrefix(name, "lora_r"), strings.HasPrefix(name, "lora_alpha"), strings.HasPrefix(name, "lora_dim"):
		return space.Propose("batch_size", at, true) // doubled and halved
	case strings.Contains(name, "sample") && !strings.HasPrefix(name, "min_"), strings.HasSuffix(name, "_fraction") && !strings.HasPrefix(name, "warmup"):
		return inside(0.4, 1, false)
	case strings.HasPrefix(name, "min_child"), strings.HasPrefix(name, "min_data"):
		return space.Propose("width", at, true)
	case name == "ent_coef", name == "entropy_coef":
		return inside(1e-4, 0.3, true)
	case name == "clip_coef":
		return inside(0.1, 0.4, false)
	case name == "gamma":
		return inside(0.9, 0.999, false)
	case name == "gae_lambda":
		return inside(0.8, 1, false)
	case name == "margin":
		return inside(0.05, 2, true)
	case name == "keep_prob":
		return inside(0.5, 1, false)
	case name == "reg_lambda", name == "reg_alpha", strings.HasPrefix(name, "lambda_"):
		return inside(1e-4, 10, true)
	}
	return nil, false
}
