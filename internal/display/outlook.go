package display

import (
	"github.com/danlu-ml/danlu/internal/stopping"
	"github.com/danlu-ml/danlu/internal/study"
)

// Outlook says what more search may bring; empty where that can't be told, or is
// why the study has ended.
func Outlook(v *study.View) string {
	if c := v.Concluded; c != nil && c.Reason == study.NoGain {
		return ""
	}
	o, ok := stopping.Look(v)
	if !ok {
		return ""
	}
	out := o.String()
	if o.Enough() && v.Def.StopWhen == "" {
		out += "; stop_when: no_gain would end the study"
	}
	return out
}
