// Package pipe is ask-and-tell over JSON lines, for any program in any language:
// the client runs the trials, danlu proposes, judges and keeps the log. The lines
// are in docs/contract.md.
//
// Lines are answered in order, and only once what they say is in the log. Lines
// that have arrived together share an append.
package pipe

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/export"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// maxLine bounds a line of input.
const maxLine = 4 << 20

// Serve answers lines from in until it ends, on a session that has begun. Trials
// that an earlier client left running are offered again by the next ask.
func Serve(ctx context.Context, s *session.Session, in io.Reader, out io.Writer) error {
	p := &pipe{session: s, engine: s.Engine}
	p.reclaim()
	if err := s.Commit(ctx); err != nil {
		return err
	}
	r := bufio.NewReaderSize(in, 64<<10)
	for {
		line, err := readLine(r)
		if len(bytes.TrimSpace(line)) > 0 {
			p.answer(ctx, line)
		}
		if p.out.Len() > 0 && (err != nil || !lineBuffered(r)) {
			if err := p.flush(ctx, out); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read a request: %w", err)
		case ctx.Err() != nil:
			return nil
		}
	}
}

// readLine reads a line of any length up to maxLine; what is longer is cut, and
// will not parse.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	long := bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = r.ReadSlice('\n')
		if len(long) < maxLine {
			long = append(long, line...)
		}
	}
	return long, err
}

// lineBuffered reports whether another whole line is there without waiting.
func lineBuffered(r *bufio.Reader) bool {
	b, _ := r.Peek(r.Buffered()) // can't fail: that much is there
	return bytes.IndexByte(b, '\n') >= 0
}

type pipe struct {
	session *session.Session
	engine  *engine.Engine
	out     bytes.Buffer
}

func (p *pipe) flush(ctx context.Context, out io.Writer) error {
	if err := p.session.Commit(ctx); err != nil {
		return err
	}
	p.engine.Doomed() // checkpoints are the client's business
	_, err := p.out.WriteTo(out)
	if err != nil {
		return fmt.Errorf("write an answer: %w", err)
	}
	return nil
}

// reclaim puts what ran in an earlier client back in the queue.
func (p *pipe) reclaim() {
	for _, t := range p.engine.View().Trials {
		if t.State == study.Running {
			p.engine.Requeue(t.ID, "its client went away")
		}
	}
}

// request is any line of input. Which key is there says what is wanted.
type request struct {
	Ask    *int           `json:"ask"`
	Report *study.TrialID `json:"report"`
	Tell   *study.TrialID `json:"tell"`
	Best   *bool          `json:"best"`
	Trials *bool          `json:"trials"`

	Step   *int64        `json:"step"`
	Values study.Numbers `json:"values"`
	Params space.Values  `json:"params"`
	State  study.State   `json:"state"`
}

// wishes counts what a line asks for.
func (r *request) wishes() (n int) {
	for _, there := range []bool{r.Ask != nil, r.Report != nil, r.Tell != nil, r.Best != nil, r.Trials != nil} {
		if there {
			n++
		}
	}
	return n
}

// plain says what is wrong with JSON without the decoder's own words.
func plain(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Sprintf("%s can't be a %s", kind.Field, kind.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// answer writes the answer to a line.
func (p *pipe) answer(ctx context.Context, line []byte) {
	var r request
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	err := dec.Decode(&r)
	if err == nil && (dec.More() || r.wishes() > 1) {
		err = errors.New("it asks for more than one thing")
	}
	switch {
	case err != nil:
		err = fmt.Errorf("the line can't be read: %s; send one of {\"ask\":1}, {\"report\":…}, {\"tell\":…}, {\"best\":true}, {\"trials\":true}", plain(err))
	case r.Ask != nil:
		err = p.ask(ctx, *r.Ask)
	case r.Report != nil:
		err = p.report(*r.Report, r)
	case r.Tell != nil:
		err = p.tell(*r.Tell, r)
	case r.Best != nil && *r.Best:
		err = p.best()
	case r.Trials != nil && *r.Trials:
		p.trials()
	default:
		err = errors.New("the line asks for nothing; send one of {\"ask\":1}, {\"report\":…}, {\"tell\":…}, {\"best\":true}, {\"trials\":true}")
	}
	if err != nil {
		p.write(map[string]string{"error": err.Error()})
	}
}

func (p *pipe) write(x any) {
	b, err := json.Marshal(x)
	if err != nil {
		b = []byte(fmt.Sprintf(`{"error":%q}`, err.Error()))
	}
	p.out.Write(b)
	p.out.WriteByte('\n')
}

// asked is the answer to ask.
type asked struct {
	Trial    study.TrialID `json:"trial"`
	Params   space.Values  `json:"params"`
	FromStep int64         `json:"from_step"`
	ToStep   *int64        `json:"to_step"`
	Resume   *study.Parent `json:"resume"`
	Seed     uint64        `json:"seed"`
}

const maxAsk = 10_000

func (p *pipe) ask(ctx context.Context, n int) error {
	if n < 1 || n > maxAsk {
		return fmt.Errorf("ask for 1 to %d trials, not %d", maxAsk, n)
	}
	for i := range n {
		launches, reason, err := p.engine.Next(ctx, 1, nil)
		if err != nil {
			return err
		}
		if len(launches) == 0 {
			none := p.reason(reason)
			for range n - i {
				p.write(struct {
					Trial  *int   `json:"trial"`
					Reason string `json:"reason"`
				}{nil, none})
			}
			return nil
		}
		t, a := launches[0].Trial, launches[0].Attempt
		out := asked{Trial: t.ID, Params: t.Params, FromStep: a.From, Seed: t.Seed}
		if to := a.To; to > 0 {
			out.ToStep = &to
		} else if to := p.engine.View().Horizon(t); to > 0 {
			out.ToStep = &to
		}
		if len(t.Attempts) == 1 {
			out.Resume = t.Parent
		}
		p.write(out)
	}
	return nil
}

// reason is one of the three words of the contract.
func (p *pipe) reason(r engine.Reason) string {
	switch {
	case r == engine.Waiting && !p.engine.TrialsSpent():
		return "waiting"
	case r == engine.Exhausted:
		return "exhausted"
	}
	return "budget"
}

func (p *pipe) report(id study.TrialID, r request) error {
	t, err := p.running(id)
	if err != nil {
		return err
	}
	if r.Step == nil || len(r.Values) == 0 {
		return fmt.Errorf("a report needs a step and values: {\"report\":%d,\"step\":3,\"values\":{%q:0.41}}", id, p.metric())
	}
	if err := p.engine.CheckUsed(r.Params); err != nil {
		return err
	}
	rows := make([]study.Point, 0, len(r.Values))
	for name, v := range r.Values {
		rows = append(rows, study.Point{Step: *r.Step, Metric: name, Value: v})
	}
	d, err := p.engine.Report(id, t.Attempt().Number, rows)
	if err != nil {
		return err
	}
	if len(r.Params) > 0 {
		if err := p.engine.Used(id, r.Params); err != nil {
			return err
		}
	}
	if d == study.Pause {
		if err := p.engine.Hold(id, t.Attempt().Number, t.Step()); err != nil {
			return err
		}
		if err := p.engine.Exit(id, t.Attempt().Number, study.Exit{}); err != nil {
			return err
		}
	}
	p.out.WriteString(`{"trial":`)
	p.out.WriteString(strconv.Itoa(int(id)))
	p.out.WriteString(`,"decision":"` + string(d) + "\"}\n")
	return nil
}

// running finds a trial the client has been given.
func (p *pipe) running(id study.TrialID) (*study.Trial, error) {
	v := p.engine.View()
	if id < 0 || int(id) >= len(v.Trials) {
		return nil, fmt.Errorf("there is no trial %d", id)
	}
	t := v.Trials[id]
	if t.State != study.Running {
		return nil, fmt.Errorf("trial %d is %s, not running; ask for a trial first", id, t.State)
	}
	return t, nil
}

func (p *pipe) metric() string { return p.engine.View().Def.Objectives[0].Metric }

func (p *pipe) tell(id study.TrialID, r request) error {
	if err := p.engine.CheckUsed(r.Params); err != nil {
		return err
	}
	if err := p.engine.Tell(id, r.State, r.Values); err != nil {
		return err
	}
	if len(r.Params) > 0 {
		if err := p.engine.Used(id, r.Params); err != nil {
			return err
		}
	}
	p.out.WriteString("{\"ok\":true}\n")
	return nil
}

func (p *pipe) best() error {
	type best struct {
		Trial  study.TrialID `json:"trial"`
		Params space.Values  `json:"params"`
		Values study.Numbers `json:"values"`
	}
	var found *best
	if t := p.engine.View().Best(); t != nil {
		found = &best{t.ID, t.Params, t.Values}
	}
	p.write(map[string]*best{"best": found})
	return nil
}

// trials writes every trial as export does.
func (p *pipe) trials() {
	v := p.engine.View()
	rows := make([]export.Row, len(v.Trials))
	for i, t := range v.Trials {
		rows[i] = export.RowOf(v, t)
	}
	p.write(map[string][]export.Row{"trials": rows})
}
