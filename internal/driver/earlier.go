package driver

import (
	"context"
	"fmt"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// earlier collects what the studies of the definition's WarmFrom have to tell, but
// for those the view knows of: a study does not need them any more once it was
// told.
func (o Options) earlier(ctx context.Context, v *study.View) ([]study.Informed, error) {
	var all []study.Informed
	for _, name := range o.Definition.WarmFrom {
		if o.Earlier == nil || slices.ContainsFunc(v.Earlier, func(e study.Earlier) bool { return e.Study == name }) {
			continue
		}
		told, err := o.Earlier(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("start warm from study %s: %w", name, err)
		}
		n, err := told.Overlap(o.Definition.Space)
		if err != nil {
			return nil, err
		}
		o.Said(fmt.Sprintf("study %s tells of %d trials; %d of them lie within this study's ranges", name, len(told.Trials), n))
		all = append(all, told)
	}
	return all, nil
}
