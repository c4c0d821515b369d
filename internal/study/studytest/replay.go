package studytest

import (
	"bytes"
	"fmt"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Equal compares views, trials and what they hold with go-cmp, hidden fields
// included. NaN equals NaN.
var Equal = cmp.Options{
	cmp.AllowUnexported(study.View{}, space.Space{}, space.Value{}),
	cmpopts.EquateNaNs(),
}

// Replay is the fold of the events as a store would give them back: through
// their stored form.
func Replay(events []study.Event) (*study.View, error) {
	v := study.NewView()
	for _, e := range events {
		body, err := restore(e.Body)
		if err != nil {
			return nil, err
		}
		if err := v.Apply(study.Event{Seq: e.Seq, Time: e.Time, Body: body}); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func restore(b study.Body) (study.Body, error) {
	if p, ok := b.(study.Points); ok {
		rows, err := study.DecodePoints(study.EncodePoints(nil, p.Rows))
		if err != nil {
			return nil, err
		}
		p.Rows = rows
		return p, nil
	}
	text, err := study.EncodeBody(b)
	if err != nil {
		return nil, err
	}
	back, err := study.DecodeBody(b.Kind(), text)
	if err != nil {
		return nil, err
	}
	again, err := study.EncodeBody(back)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(text, again) {
		return nil, fmt.Errorf("a %q entry changes in the log: %s becomes %s", b.Kind(), text, again)
	}
	return back, nil
}
