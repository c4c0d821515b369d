package lrstudy

import (
	"fmt"
	"strconv"

	"github.com/danlu-ml/danlu/internal/lrfind"
	"github.com/danlu-ml/danlu/internal/study"
)

// Settings are the changes to a study's file, each KEY=VALUE as [spec.Options] has
// them, under which its search looks where an outcome says: a stage that runs
// before the search hands its result on by them. None where nothing was found.
func (out *Outcome) Settings(def *study.Definition) []string {
	i := def.Space.Index(out.Param)
	if out.Verdict != lrfind.Ok || i < 0 {
		return nil
	}
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }
	low, high := number(out.Range.Low), number(out.Range.High)
	set := []string{fmt.Sprintf("params.%s.float=[%s, %s]", out.Param, low, high)}
	if d := def.Space.Param(i).Default; !d.IsZero() && (d.Float() < out.Range.Low || d.Float() > out.Range.High) {
		set = append(set, fmt.Sprintf("params.%s.default=%s", out.Param, number(out.Suggestion)))
	}
	return set
}
