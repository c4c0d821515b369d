package engine

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

var noon = time.Date(2025, 7, 21, 15, 45, 30, 0, time.UTC)

func words(ws ...string) space.Choice {
	var c space.Choice
	for _, w := range ws {
		c.Values = append(c.Values, space.StringValue(w))
	}
	return c
}

func spaceOf(t testing.TB, params ...space.Param) *space.Space {
	t.Helper()
	s, err := space.New(params)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNamesTellWhatATrialTries(t *testing.T) {
	float := space.Float{Low: 1e-7, High: 10}
	integer := space.Int{Low: -1000, High: 100000}
	boolean := space.Choice{Values: []space.Value{space.BoolValue(true), space.BoolValue(false)}}
	for _, c := range []struct {
		name   string
		params []space.Param
		values []space.Value
		want   string
	}{
		{
			"a network's",
			[]space.Param{
				{Name: "lr", Domain: float},
				{Name: "batch_size", Domain: integer},
				{Name: "model", Domain: words("rnn", "cnn")},
				{Name: "nframe", Domain: integer},
				{Name: "hidden_layers", Domain: integer},
				{Name: "hidden_dim", Domain: integer},
			},
			[]space.Value{space.FloatValue(1e-3), space.IntValue(128), space.StringValue("rnn"), space.IntValue(25), space.IntValue(2), space.IntValue(256)},
			"rnn_nframe25_hl2_hd256_lr0.001_bs128",
		},
		{
			"roles speak before names",
			[]space.Param{{Name: "alpha", Role: "learning_rate", Domain: float}, {Name: "p", Role: "dropout", Domain: float}},
			[]space.Value{space.FloatValue(1.23456e-5), space.FloatValue(0.1)},
			"lr1.23e-5_drop0.1",
		},
		{
			"two of one role",
			[]space.Param{{Name: "encoder_lr", Domain: float}, {Name: "decoder.lr", Domain: float}},
			[]space.Value{space.FloatValue(0.5), space.FloatValue(1)},
			"elr0.5_dlr1",
		},
		{
			"one short form for two",
			[]space.Param{{Name: "hidden_dim", Domain: integer}, {Name: "head_dim", Domain: integer}},
			[]space.Value{space.IntValue(8), space.IntValue(-4)},
			"hd8_head-dim-4",
		},
		{
			"words two parameters share, and vague ones",
			[]space.Param{{Name: "act", Domain: words("relu", "gelu")}, {Name: "head_act", Domain: words("relu", "elu")}, {Name: "norm", Domain: words("none", "batch")}},
			[]space.Value{space.StringValue("relu"), space.StringValue("elu"), space.StringValue("none")},
			"actrelu_haelu_normnone",
		},
		{
			"switches",
			[]space.Param{{Name: "amp", Domain: boolean}, {Name: "use_bn", Domain: boolean}},
			[]space.Value{space.BoolValue(true), space.BoolValue(false)},
			"amp_no-ubn",
		},
		{
			"a number after a number",
			[]space.Param{{Name: "beta2", Domain: float}},
			[]space.Value{space.FloatValue(0.98)},
			"beta2_0.98",
		},
		{
			"paths",
			[]space.Param{{Name: "base", Domain: words("org/bert base", "org/vit")}},
			[]space.Value{space.StringValue("org/bert base")},
			"bert-base",
		},
		{
			"what has one value is left out",
			[]space.Param{{Name: "lr", Domain: float}, {Name: "seed", Domain: space.Int{Low: 1, High: 1}}},
			[]space.Value{space.FloatValue(1), space.IntValue(1)},
			"lr1",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			vs := space.Values{}
			for i, p := range c.params {
				vs[p.Name] = c.values[i]
			}
			n := newNamer(spaceOf(t, c.params...), nil)
			if got, want := n.name(noon, 7, vs), "20250721-154530_"+c.want; got != want {
				t.Errorf("named %s, want %s", got, want)
			}
		})
	}
}

func TestALongNameKeepsWhatTellsMost(t *testing.T) {
	vs := space.Values{"lr": space.FloatValue(0.001), "model": space.StringValue("resnet")}
	params := []space.Param{{Name: "lr", Domain: space.Float{High: 1}}, {Name: "model", Domain: words("resnet", "vit")}}
	for _, c := range "abcdefghijklmnopqrstuvwxyz" {
		name := strings.Repeat(string(c), 8)
		params = append(params, space.Param{Name: name, Domain: space.Float{High: 1}})
		vs[name] = space.FloatValue(0.125)
	}
	n := newNamer(spaceOf(t, params...), nil)
	got := n.name(noon, 123456, vs)
	if len(got) > maxName || !strings.HasPrefix(got, "20250721-154530_resnet_aaaaaaaa0.125_") || !strings.HasSuffix(got, "_lr0.001") {
		t.Errorf("named %s, %d bytes", got, len(got))
	}
}

func TestNamesAreUniqueShortAndFitForAFolder(t *testing.T) {
	fit := regexp.MustCompile(`^20250721-154530(_[a-zA-Z0-9.+-]+)+$`)
	rapid.Check(t, func(t *rapid.T) {
		var params []space.Param
		vs := space.Values{}
		for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zA-Z][a-zA-Z0-9_./-]{0,30}`), 0, 30, rapid.ID).Draw(t, "names") {
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				w := rapid.StringN(1, 50, 80).Draw(t, "word")
				params = append(params, space.Param{Name: name, Domain: words(w, w+"2")})
				vs[name] = space.StringValue(w)
			case 1:
				params = append(params, space.Param{Name: name, Domain: space.Float{Low: -1e300, High: 1e300}})
				vs[name] = space.FloatValue(rapid.Float64Range(-1e300, 1e300).Draw(t, "x"))
			default:
				params = append(params, space.Param{Name: name, Domain: space.Int{Low: -1 << 40, High: 1 << 40}})
				vs[name] = space.IntValue(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "n"))
			}
		}
		s, err := space.New(params)
		if err != nil {
			t.Skip("not a space")
		}
		n := newNamer(s, nil)
		seen := map[string]bool{}
		for id := range study.TrialID(4) {
			name := n.name(noon, id, vs)
			n.take(name)
			if seen[strings.ToLower(name)] || !fit.MatchString(name) || len(name) > maxName {
				t.Fatalf("trial %d is named %q after %v", id, name, seen)
			}
			seen[strings.ToLower(name)] = true
		}
	})
}

func TestNamesOfTrialsThatExistAreTaken(t *testing.T) {
	s := spaceOf(t, space.Param{Name: "lr", Domain: space.Float{High: 1}})
	n := newNamer(s, []*study.Trial{{Name: "20250721-154530_LR0.5"}})
	if got, want := n.name(noon, 3, space.Values{"lr": space.FloatValue(0.5)}), "20250721-154530_lr0.5_3"; got != want {
		t.Errorf("named %s, want %s", got, want)
	}
	n.take("20250721-154530_lr0.5_3")
	n.take("20250721-154530_lr0.5_3_2")
	if got, want := n.name(noon, 3, space.Values{"lr": space.FloatValue(0.5)}), "20250721-154530_lr0.5_3_3"; got != want {
		t.Errorf("named %s, want %s", got, want)
	}
}
