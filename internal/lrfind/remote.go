package lrfind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// Remote is a [Loop] in another program. It writes a line of JSON for each request and
// reads the losses, an array of numbers; one that is not finite is the string "nan",
// "inf" or "-inf":
//
//	{"sweep":[1e-5,1.2e-5]}
//	{"probe":0.01,"steps":12,"goes_on":false}
//
// A probe that goes on continues the one before it; any other begins with the training
// as it was at first. It is for one Find at a time.
type Remote struct {
	w    io.Writer
	in   *json.Decoder
	last float64 // rate of the request before, if that was a probe
}

// NewRemote makes the loop of whoever reads w and writes r.
func NewRemote(r io.Reader, w io.Writer) *Remote {
	return &Remote{w: w, in: json.NewDecoder(r)}
}

// Sweep implements [Loop].
func (l *Remote) Sweep(ctx context.Context, rates []float64) ([]float64, error) {
	l.last = 0
	losses, err := l.ask(ctx, struct {
		Sweep []float64 `json:"sweep"`
	}{rates}, len(rates))
	if err != nil {
		return nil, fmt.Errorf("ask for a sweep of %d rates: %w", len(rates), err)
	}
	return losses, nil
}

// Probe implements [Loop].
func (l *Remote) Probe(ctx context.Context, rate float64, steps int) ([]float64, error) {
	losses, err := l.ask(ctx, struct {
		Probe  float64 `json:"probe"`
		Steps  int     `json:"steps"`
		GoesOn bool    `json:"goes_on"`
	}{rate, steps, rate == l.last}, steps)
	if n := len(losses); err == nil && n < steps && !notFinite(losses[n-1]) {
		err = fmt.Errorf("the answer has %d losses, the last of them finite: give all %d, or end with the one that is not finite", n, steps)
	}
	if err != nil {
		return nil, fmt.Errorf("ask for %d steps at %s: %w", steps, number(rate), err)
	}
	l.last = rate
	return losses, nil
}

// ask sends a request and reads from 1 to most losses.
func (l *Remote) ask(ctx context.Context, request any, most int) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := json.NewEncoder(l.w).Encode(request); err != nil {
		return nil, err
	}
	var answer []remoteLoss
	switch err := l.in.Decode(&answer); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errors.New("the program left without an answer")
	case err != nil:
		return nil, fmt.Errorf("the answer is no array of losses: %w", err)
	case len(answer) == 0 || len(answer) > most:
		return nil, fmt.Errorf("the answer has %d losses: give 1 to %d", len(answer), most)
	}
	losses := make([]float64, len(answer))
	for i, loss := range answer {
		losses[i] = float64(loss)
	}
	return losses, nil
}

// remoteLoss is a loss that need not be finite.
type remoteLoss float64

func (v *remoteLoss) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `"nan"`:
		*v = remoteLoss(math.NaN())
	case `"inf"`:
		*v = remoteLoss(math.Inf(1))
	case `"-inf"`:
		*v = remoteLoss(math.Inf(-1))
	case "null":
		return errors.New(`null is no loss: one that is not finite is "nan", "inf" or "-inf"`)
	default:
		return json.Unmarshal(text, (*float64)(v))
	}
	return nil
}

func notFinite(v float64) bool { return v-v != 0 }
