package studytest

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Equal compares views, trials and what they hold with go-cmp, hidden fields
// included. NaN equals NaN, and which event last touched a trial does not count.
var Equal = cmp.Options{
	cmp.Exporter(func(t reflect.Type) bool { return ours[t.PkgPath()] }),
	cmpopts.EquateNaNs(),
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".recent" }, cmp.Ignore()),
}

// ours are the packages whose hidden fields count.
var ours = map[string]bool{
	reflect.TypeFor[study.View]().PkgPath():  true,
	reflect.TypeFor[space.Space]().PkgPath(): true,
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
