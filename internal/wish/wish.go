// Package wish carries a person's request to a study: to whoever runs it, or,
// where nobody does, into its log by the study's own lease.
//
// Start reading at [Make].
package wish

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Outcome is what became of a request that was not refused.
type Outcome struct {
	Text string // for people
	// Driver is who granted it, or is to; nil: nobody runs the study, and it was
	// written to the log from here.
	Driver *store.Holder
	// Left: the driver has not answered; the request waits for it.
	Left bool
}

const (
	poll     = 50 * time.Millisecond
	patience = 10 * time.Second
)

// Make makes a request (engine.RequestStop and its kin, with the struct that
// belongs to it) to a study that exists; what names the process to others:
// "danlu stop". A refusal is an error, with the driver's sentence.
func Make(ctx context.Context, st store.Store, study, what, kind string, body any) (Outcome, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return Outcome{}, fmt.Errorf("write the request: %w", err)
	}
	out, err := grant(ctx, st, study, what, kind, text)
	var held *store.HeldError
	if !errors.As(err, &held) {
		return out, err
	}
	id, err := st.Post(ctx, study, kind, text)
	if err != nil {
		return Outcome{}, fmt.Errorf("leave the request for %s (pid %d): %w", held.Holder.What, held.Holder.PID, err)
	}
	return await(ctx, st, study, id, held.Holder, func() (Outcome, error) {
		return grant(ctx, st, study, what, kind, text)
	})
}

// grant writes the request to the log by itself.
func grant(ctx context.Context, st store.Store, study, what, kind string, body json.RawMessage) (out Outcome, err error) {
	s, err := session.Open(ctx, st, study, session.Me(what), engine.Options{Size: session.OnDisk, Deciders: deciders})
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, s.Close(ctx)) }()
	if s.Empty() {
		return out, fmt.Errorf("study %s: %w", study, store.ErrUnknownStudy)
	}
	if out.Text, err = s.Engine.Request(kind, body); err != nil {
		return out, err
	}
	return out, s.Commit(ctx)
}

// deciders are those that the definition names. Where only one verb knows them, as
// of studies beside a study, nobody else can go on with it.
func deciders(def *study.Definition) (sampler.Sampler, scheduler.Scheduler, error) {
	s, err := sampler.New(def.Sampler, def)
	if err != nil && def.Sampler.Name == def.Scheduler.Name {
		return nil, nil, fmt.Errorf("nobody runs study %s now, and only `danlu %s` can: the same call goes on with it, --again measures anew", def.Name, def.Sampler.Name)
	}
	if err != nil {
		return nil, nil, err
	}
	j, err := scheduler.New(def.Scheduler, def)
	return s, j, err
}

// await waits for the driver's answer. A driver that goes away meanwhile leaves
// the study free: then the request is taken back and granted from here.
func await(ctx context.Context, st store.Store, study string, id int64, driver store.Holder, grant func() (Outcome, error)) (Outcome, error) {
	start, looked := time.Now(), time.Now()
	for {
		a, ok, err := st.Answer(context.WithoutCancel(ctx), study, id)
		switch {
		case err != nil:
			return Outcome{}, fmt.Errorf("look for the answer of %s (pid %d): %w", driver.What, driver.PID, err)
		case ok && a.Error != "":
			return Outcome{}, errors.New(a.Error)
		case ok:
			return Outcome{Text: a.Text, Driver: &driver}, nil
		}
		now := time.Now()
		if now.Sub(start) > patience {
			return Outcome{Driver: &driver, Left: true, Text: fmt.Sprintf("%s (pid %d on %s) has not answered within %v; the request waits for it",
				driver.What, driver.PID, driver.Host, patience)}, nil
		}
		if now.Sub(looked) > time.Second {
			looked = now
			out, done, err := takeOver(context.WithoutCancel(ctx), st, study, id, grant)
			if done || err != nil {
				return out, err
			}
		}
		select {
		case <-ctx.Done():
			_, err := st.Withdraw(context.WithoutCancel(ctx), study, id)
			return Outcome{}, errors.Join(ctx.Err(), err)
		case <-time.After(poll):
		}
	}
}

// takeOver grants the request from here if the driver is gone.
func takeOver(ctx context.Context, st store.Store, study string, id int64, grant func() (Outcome, error)) (out Outcome, done bool, err error) {
	infos, err := st.Studies(ctx)
	if err != nil {
		return out, false, err
	}
	for _, i := range infos {
		if i.Study == study && locate.Running(i) {
			return out, false, nil
		}
	}
	if ok, err := st.Withdraw(ctx, study, id); err != nil || !ok {
		return out, false, err // answered in the last moment
	}
	out, err = grant()
	return out, true, err
}
