package space

import (
	"regexp"
	"strings"
	"sync"
)

// scaling is how a parameter acts: by what is added to it, or by what it is
// multiplied with.
type scaling uint8

const (
	anyScale scaling = iota
	linear
	logarithmic
)

// role is what a parameter is to a training.
type role struct {
	name    string
	scaling scaling
	// below is what its values stay under; 0: no bound.
	below float64
	// usual is the value that people use most; 0: none. See [Param.Usual].
	usual float64
	// called matches names that parameters of the role have in the wild, lower
	// case with _ between words; nil where names say little.
	called func() *regexp.Regexp
}

// roles is every role there is, in order of name.
var roles = []role{
	{name: "activation"},
	{name: "augmentation"},
	{name: "batch_size", called: called(`(per_device_)?(train_|mini_?|micro_?)?(batch(_?size)?|bs)`)},
	{name: "beta", below: 1, usual: .9, called: called(`(adam_)?beta_?[12]`)},
	{name: "clip_norm", scaling: logarithmic, usual: 1},
	{name: "depth", called: called(`(num_|n_)?(hidden_)?layers|depth`)},
	{name: "dropout", scaling: linear, below: 1, usual: .2, called: called(`(\w+_)?drop(out)?(_rate|_prob|_p)?|p_drop(out)?`)},
	{name: "embedding"},
	{name: "epochs"},
	{name: "epsilon", scaling: logarithmic, usual: 1e-8, called: called(`(adam_)?(eps|epsilon)`)},
	{name: "heads"},
	{name: "kernel_size"},
	{name: "label_smoothing", scaling: linear, below: 1, usual: .1, called: called(`label_smoothing`)},
	{name: "learning_rate", scaling: logarithmic, called: called(`(\w+_)?(lr|learning_rate)(_init)?`)},
	{name: "loss"},
	{name: "momentum", below: 1, usual: .9, called: called(`(sgd_)?momentum`)},
	{name: "normalization"},
	{name: "optimizer"},
	{name: "schedule"},
	{name: "warmup"},
	{name: "weight_decay", scaling: logarithmic, usual: 1e-4, called: called(`(\w+_)?(wd|weight_decay|l2|l2_reg|l1|l1_reg)`)},
	{name: "width"},
}

func called(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(` + pattern + `)$`) })
}

// Roles lists the roles a parameter may have, in order of name.
func Roles() []string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.name
	}
	return names
}

// GuessRole is the role that a parameter's name suggests, empty if it suggests
// none. It serves for advice, and for beliefs that results refute: nothing is decided
// by a name.
func GuessRole(name string) string {
	name = plain(name)
	for _, r := range roles {
		if r.called != nil && r.called().MatchString(name) {
			return r.name
		}
	}
	return ""
}

// plain is a name in lower case with _ between words.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-./", r) {
			return '_'
		}
		return r
	}, strings.ToLower(name))
}

// role finds what p is to a training; the zero role if nobody knows. guessed says
// that only its name told.
func (p *Param) role() (r role, guessed bool) {
	name := p.Role
	if name == "" {
		name, guessed = GuessRole(p.Name), true
	}
	for _, r := range roles {
		if r.name == name {
			return r, guessed
		}
	}
	return role{}, false
}
