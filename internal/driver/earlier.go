package driver

import (
	"context"
	"fmt"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// Earlier collects what the studies of a definition's WarmFrom have to tell, but
// for those the view knows of: a study does not need them any more once it was
// told. find has what a study tells; said takes a sentence for each.
func Earlier(ctx context.Context, v *study.View, def *study.Definition, find func(ctx context.Context, name string) (study.Informed, error), said func(string)) ([]study.Informed, error) {
	var all []study.Informed
	for _, name := range def.WarmFrom {
		if find == nil || slices.ContainsFunc(v.Earlier, func(e study.Earlier) bool { return e.Study == name }) {
			continue
		}
		told, err := find(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("start warm from study %s: %w", name, err)
		}
		n, err := told.Overlap(def.Space)
		if err != nil {
			return nil, err
		}
		text := fmt.Sprintf("study %s tells of %d trials; %d of them lie within this study's ranges", name, len(told.Trials), n)
		if told.By != "" {
			text += "; which were good is by its own objective, " + told.By
		}
		said(text)
		all = append(all, told)
	}
	return all, nil
}
