package engine

import (
	"github.com/danlu-ml/danlu/internal/stopping"
	"github.com/danlu-ml/danlu/internal/study"
)

// lookEvery is after how many completed trials the engine looks at what more
// search may bring: it takes a tenth of a second.
const lookEvery = 5

// outlook is the answer to the last look.
type outlook struct {
	at  int // completed trials
	why string
}

// noGain says why more search is not worth it, where the study is to end by that
// and it is so.
func (e *Engine) noGain() string {
	if e.view.Def.StopWhen != study.NoGain {
		return ""
	}
	done := e.view.Count[study.Completed]
	if done < stopping.Least || (e.outlook.at > 0 && done < e.outlook.at+lookEvery) {
		return e.outlook.why
	}
	e.outlook = outlook{at: done}
	if o, ok := stopping.Look(e.view); ok {
		e.log.Debug("looked at what more search may bring", "trials", done, "gain", o.Gain, "noise", o.Noise)
		if o.Enough() {
			e.outlook.why = o.String()
		}
	}
	return e.outlook.why
}
