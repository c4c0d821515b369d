package draft

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/spec"
)

// Whatever a command line holds, danlu reads it back as it was.
func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(
			rapid.StringMatching(`[ -~]{0,12}`),
			rapid.SampledFrom([]string{"true", "No", "~", "null", "1e-4", "0x1f", "- a", "a: b", "#x", "{{}}", "'", `"`, `\n`, "a\nb", "ü", "..", ".5", "=", "<<", "*a", "&a", "!x", "%x", "@x", "", " ", "1_000", ".inf"}),
		)
		args := rapid.SliceOfN(word, 0, 5).Draw(t, "args")
		choices := rapid.SliceOfNDistinct(word, 2, 4, rapid.ID).Draw(t, "choices")
		f := File{Command: []string{"x"}, Objective: Entry{Key: "objective", Value: "loss min", Note: "why # so", Unsure: "or\nnot"}, Head: []string{"what\nit is"}}
		for _, a := range args {
			f.Command = append(f.Command, strings.NewReplacer("{", "{{", "}", "}}").Replace(a))
		}
		c := space.Choice{}
		for _, w := range choices {
			c.Values = append(c.Values, space.StringValue(w))
		}
		f.Params = []Param{{Param: space.Param{Name: "p", Domain: c, Default: c.Values[1]}, Note: "x"}}
		def, _, err := spec.Parse("danlu.yaml", f.Bytes(), spec.Options{})
		if err != nil {
			t.Fatalf("%v\n%s", err, f.Bytes())
		}
		if d := cmp.Diff(f.Command, def.Command); d != "" {
			t.Fatalf("command (-written +read):\n%s", d)
		}
		if got := def.Space.Param(0); !cmp.Equal(got.Domain, space.Domain(c), cmp.AllowUnexported(space.Value{})) || got.Default != c.Values[1] {
			t.Fatalf("parameter %v, default %v\n%s", got.Domain, got.Default, f.Bytes())
		}
	})
}

func TestDomainsAsPeopleWriteThem(t *testing.T) {
	words := space.Choice{Values: []space.Value{space.StringValue("sgd"), space.StringValue("no")}}
	for _, c := range []struct {
		p    space.Param
		want string
	}{
		{space.Param{Domain: space.Float{Low: 1e-5, High: 0.1, Log: true}, Role: "learning_rate", Default: space.FloatValue(0.001)}, "{float: [1e-5, 0.1], log: true, role: learning_rate, default: 0.001}"},
		{space.Param{Domain: space.Float{Low: 0, High: 1, Step: 0.25}}, "{float: [0, 1], step: 0.25}"},
		{space.Param{Domain: space.Int{Low: 1, High: 8, Step: 2}}, "{int: [1, 8], step: 2}"},
		{space.Param{Domain: space.Bool(), Default: space.BoolValue(true)}, "{bool: true, default: true}"},
		{space.Param{Domain: words, When: []space.Condition{{Param: "a.b", In: words.Values[:1]}}}, `{choice: [sgd, "no"], when: {a.b: sgd}}`},
		{space.Param{Domain: words, When: []space.Condition{{Param: "m", Op: ">=", Bound: space.IntValue(2)}}}, `{choice: [sgd, "no"], when: {m: '>= 2'}}`},
	} {
		if got := Domain(c.p); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
