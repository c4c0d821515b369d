package space_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/danlu-ml/danlu/internal/space"
)

func TestWhatIsSearchedAsAProductIsShownAsOne(t *testing.T) {
	s, err := New([]Param{
		{Name: "lr", Domain: Float{Low: 1e-4, High: 1, Log: true}},
		{Name: "width", Domain: Float{Low: 1, High: 9}, Scale: &Scale{To: "lr", Exponent: 0.5, At: 0.01}},
		{Name: "decay", Domain: Float{Low: 1e-4, High: 1, Log: true}, Scale: &Scale{To: "lr", Exponent: -1, At: 0.01}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		vs   Values
		want Value
	}{
		{"both are there", Values{"lr": FloatValue(0.003), "decay": FloatValue(0.1)}, FloatValue(0.0003)},
		{"one of them", Values{"lr": FloatValue(0.003)}, Value{}},
		{"none", nil, Value{}},
	} {
		if d := cmp.Diff([]Product{{"lr·decay", c.want}}, s.Products(c.vs), cmp.Comparer(func(a, b Value) bool { return a == b })); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}
