package batchstudy

import (
	"encoding/json"

	"github.com/danlu-ml/danlu/internal/batchsize"
)

// MarshalJSON is what programs rely on: see docs/contract.md.
func (out Outcome) MarshalJSON() ([]byte, error) {
	type point struct {
		Size       int64           `json:"size"`
		State      batchsize.State `json:"state"`
		Throughput *float64        `json:"throughput"`
		MB         *float64        `json:"memory_mb"`
		Why        string          `json:"reason,omitempty"`
	}
	o := struct {
		Suggestion *int64          `json:"suggestion"`
		Largest    *int64          `json:"largest"`
		Safe       *int64          `json:"safe"`
		Limit      batchsize.Limit `json:"limit,omitempty"`
		Unit       string          `json:"unit"`
		Curve      []point         `json:"curve"`
		Doubts     []string        `json:"doubts"`
		Verdict    string          `json:"verdict"`
		Reason     string          `json:"reason"`
		Law        *Law            `json:"learning_rate,omitempty"`
	}{
		above0(out.Suggestion), above0(out.Largest), above0(out.Safe), out.Limit, unitWord(out.Unit),
		[]point{},
		append([]string{}, out.Doubts...), "cannot_say", out.Reason, out.Law,
	}
	if out.Ok {
		o.Verdict = "ok"
	}
	for _, p := range out.Points {
		x := point{Size: p.Size, State: p.State, Throughput: above0(p.Throughput), MB: above0(p.PeakMB)}
		if p.State != batchsize.Fits {
			x.Why = p.Why
		}
		o.Curve = append(o.Curve, x)
	}
	return json.Marshal(o)
}

// unitWord is what a throughput counts in a second; empty where that is not known.
func unitWord(u batchsize.Unit) string {
	switch u {
	case batchsize.Epoch:
		return "epochs"
	case batchsize.Step, batchsize.Item:
		return "samples"
	}
	return ""
}

// above0 is nil for what is not known.
func above0[T int64 | float64](x T) *T {
	if x <= 0 {
		return nil
	}
	return &x
}
