package space

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatAStudyMayChange(t *testing.T) {
	width := Param{Name: "width", Domain: Int{Low: 32, High: 512}}
	with := func(p Param, change func(*Param)) Param {
		change(&p)
		return p
	}
	for _, c := range []struct {
		name          string
		before, after []Param
		changes       []string
		refused       []string
	}{
		{name: "nothing", before: []Param{optimizer, momentum}, after: []Param{momentum, optimizer}},
		{
			name:   "a range",
			before: []Param{width}, after: []Param{with(width, func(p *Param) { p.Domain = Int{Low: 64, High: 2048, Log: true} })},
			changes: []string{"parameter width was int 32 … 512, and is now int 64 … 2048, log"},
		},
		{
			name:   "a choice more",
			before: []Param{optimizer}, after: []Param{with(optimizer, func(p *Param) { p.Domain = words("sgd", "adamw", "lion") })},
			changes: []string{"parameter optimizer was choice of sgd, adamw, and is now choice of sgd, adamw, lion"},
		},
		{
			name:   "an order",
			before: []Param{with(batch, func(p *Param) { p.Domain = Choice{Values: batch.Domain.(Choice).Values} })}, after: []Param{batch},
			changes: []string{"parameter batch was choice of 32, 128, 512, and is now choice of 32, 128, 512 in order"},
		},
		{
			name:   "a choice less",
			before: []Param{optimizer}, after: []Param{with(optimizer, func(p *Param) { p.Domain = words("adamw") })},
			refused: []string{"parameter optimizer no longer has the value sgd, which trials may have; keep it, and exclude it by a constraint: optimizer != 'sgd'"},
		},
		{
			name:   "a parameter with a default more",
			before: []Param{width}, after: []Param{width, {Name: "amp", Domain: Bool(), Default: BoolValue(false)}},
			changes: []string{"parameter amp is new: bool; earlier trials count as having had its default, false"},
		},
		{
			name:   "parameters without a default more, and one less",
			before: []Param{optimizer}, after: []Param{width, batch},
			refused: []string{"parameter optimizer is gone", "parameter width is new and has no default", "parameter batch is new and has no default"},
		},
		{
			name:   "another kind",
			before: []Param{width}, after: []Param{{Name: "width", Domain: Float{Low: 32, High: 512}}},
			refused: []string{"parameter width was int 32 … 512 and is now float 32 … 512; keep its kind"},
		},
		{
			name:   "conditions, with a default",
			before: []Param{optimizer, momentum}, after: []Param{optimizer, with(momentum, func(p *Param) { p.When = nil })},
			changes: []string{"parameter momentum existed when optimizer = sgd, and now exists always"},
		},
		{
			name:   "conditions, without a default",
			before: []Param{optimizer, width}, after: []Param{optimizer, with(width, func(p *Param) { p.When = momentum.When })},
			refused: []string{"parameter width exists under other conditions"},
		},
		{
			name:   "default, role and scale",
			before: []Param{batch, lr},
			after: []Param{batch, with(lr, func(p *Param) {
				p.Default, p.Role, p.Scale = f(1e-3), "learning_rate", &Scale{To: "batch", Exponent: 1, At: 128}
			})},
			changes: []string{
				"parameter lr scaled with batch to the power of 0.5, at 128, and now scales with batch to the power of 1, at 128",
				"parameter lr had the default none, and now has 0.001",
				"parameter lr had the role none, and now has learning_rate",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			changes, err := Compatible(mustSpace(t, c.before...), mustSpace(t, c.after...))
			if d := cmp.Diff(c.changes, changes); d != "" {
				t.Errorf("changes (-want +got):\n%s", d)
			}
			if (err != nil) != (c.refused != nil) {
				t.Fatalf("error is %v, want %q", err, c.refused)
			}
			for _, want := range c.refused {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error is\n%v\nwithout …%s…", err, want)
				}
			}
		})
	}
}
