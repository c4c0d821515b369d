package study

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
)

// TrialID numbers the trials of a study from 0, the default configuration where
// there is one.
type TrialID int

// Event is one entry of a study's log. Entries are numbered from 1 without gaps.
type Event struct {
	Seq  int64
	Time time.Time
	Body Body
}

// Body is what happened. [Points] bodies outnumber all others by far and are kept
// in a form of their own; every other kind is kept as JSON.
//
// Kinds and keys are never renamed or given another meaning: old logs are read
// for ever. What is new gets a new key, whose zero value means the old behaviour.
type Body interface{ Kind() string }

type (
	// Created opens the log.
	Created struct {
		Definition *Definition `json:"definition"`
		Provenance Provenance  `json:"provenance"`
	}

	// Changed says that the study goes on under another definition or with other
	// code. What is nil stays as it was.
	Changed struct {
		Definition *Definition `json:"definition,omitempty"`
		Provenance *Provenance `json:"provenance,omitempty"`
		What       []string    `json:"what"` // for people, one sentence a change
	}

	// Planned brings a trial into being, waiting.
	Planned struct {
		Trial  TrialID      `json:"trial"`
		Params space.Values `json:"params"`
		// Name is its readable run name, the name of its folder.
		Name    string `json:"name"`
		Seed    uint64 `json:"seed"`
		Sampler string `json:"sampler"`           // or "default", "user"
		Why     string `json:"why,omitempty"`     // for people
		Tag     string `json:"tag,omitempty"`     // for the sampler itself
		Bracket string `json:"bracket,omitempty"` // for the scheduler itself
		Default bool   `json:"default,omitempty"`
		// Parent is the trial it was cloned from, with the step its state was
		// taken at; nil for one that starts from nothing.
		Parent *Parent `json:"parent,omitempty"`
		To     int64   `json:"to,omitempty"` // how far its first segment goes; 0: to the end
	}

	// Parent is where a clone's state came from.
	Parent struct {
		Trial TrialID `json:"trial"`
		Step  int64   `json:"step"`
	}

	// Started begins an attempt: a segment of a trial's training, (From, To].
	// From is 0 for a fresh start; To is 0 where it runs to its own end.
	Started struct {
		Trial   TrialID `json:"trial"`
		Attempt int     `json:"attempt"` // from 1
		From    int64   `json:"from,omitempty"`
		To      int64   `json:"to,omitempty"`
		Resume  string  `json:"resume,omitempty"` // the checkpoint's path
		Dir     string  `json:"dir,omitempty"`    // the trial's folder
	}

	// Points are metrics reported by one attempt. They are the log's bulk.
	Points struct {
		Trial   TrialID `json:"trial"`
		Attempt int     `json:"attempt"`
		Rows    []Point `json:"rows"`
	}

	// Judged is a decision about a running trial. Every verdict other than
	// 'continue' is here, and 'continue' at a rung: once by (trial, attempt, step).
	Judged struct {
		Trial    TrialID  `json:"trial"`
		Attempt  int      `json:"attempt"`
		Step     int64    `json:"step"`
		Decision Decision `json:"decision"`
		By       string   `json:"by"`            // the scheduler, "user", "budget"
		Why      string   `json:"why,omitempty"` // for people
		Rung     bool     `json:"rung,omitempty"`
	}

	// Used records the parameters a program says it really used, where they differ
	// from those it was given. The first of a trial stands.
	Used struct {
		Trial  TrialID      `json:"trial"`
		Params space.Values `json:"params"`
	}

	// Checkpointed says that an attempt left a checkpoint behind.
	Checkpointed struct {
		Trial   TrialID `json:"trial"`
		Attempt int     `json:"attempt"`
		Step    int64   `json:"step"`
		Path    string  `json:"path"`
		Bytes   int64   `json:"bytes,omitempty"`
	}

	// Dropped says that a checkpoint is gone: removed, or found missing or damaged.
	Dropped struct {
		Trial TrialID `json:"trial"`
		Step  int64   `json:"step"`
		Why   string  `json:"why,omitempty"`
	}

	// Ended closes an attempt and says what becomes of the trial. State Waiting
	// means another attempt will follow, Paused that a scheduler may resume it.
	Ended struct {
		Trial   TrialID `json:"trial"`
		Attempt int     `json:"attempt"`
		State   State   `json:"state"`
		Values  Numbers `json:"values,omitempty"` // the objectives', as reported
		Reason  string  `json:"reason,omitempty"`
		Exit    *Exit   `json:"exit,omitempty"`
		// Lost marks an attempt that ended by no fault of its program: its
		// process vanished with a machine or a driver. It costs no retry.
		Lost bool `json:"lost,omitempty"`
	}

	// Reopened sends an ended trial back to waiting.
	Reopened struct {
		Trial TrialID `json:"trial"`
		By    string  `json:"by"`
		Why   string  `json:"why,omitempty"`
	}

	// Noted is a person's or the playbook's remark on a trial or, without one, the
	// study.
	Noted struct {
		Trial *TrialID `json:"trial,omitempty"`
		By    string   `json:"by"`
		Text  string   `json:"text"`
	}

	// Concluded says why a study came to rest. It may go on afterwards, if its
	// budget is raised.
	Concluded struct {
		Reason string `json:"reason"` // "budget", "target", "no_gain", "exhausted", "stopped", …
		Why    string `json:"why,omitempty"`
	}

	// StageOpened and StageClosed frame a stage of the playbook.
	StageOpened struct {
		Stage string          `json:"stage"`
		Plan  json.RawMessage `json:"plan,omitempty"`
		Why   string          `json:"why,omitempty"`
	}
	// StageClosed is the end of a stage, with its conclusion.
	StageClosed struct {
		Stage      string          `json:"stage"`
		Conclusion json.RawMessage `json:"conclusion,omitempty"`
		Why        string          `json:"why,omitempty"`
	}
)

// Exit is how an attempt's program ended.
type Exit struct {
	Code    int       `json:"code"`
	Signal  string    `json:"signal,omitempty"`
	Cause   string    `json:"cause,omitempty"`
	Tail    string    `json:"tail,omitempty"` // last lines of its output
	Started time.Time `json:"started,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`
	CPU     float64   `json:"cpu_seconds,omitempty"`
	MaxRSS  float64   `json:"max_rss_mb,omitempty"`
}

// Point is one reported number. Its identity is (trial, attempt, Step, Metric);
// the first value stands.
type Point struct {
	Step   int64
	Metric string
	Value  float64 // may be NaN or ±Inf
}

// Kind implements [Body].
func (Created) Kind() string { return "created" }

// Kind implements [Body].
func (Changed) Kind() string { return "changed" }

// Kind implements [Body].
func (Planned) Kind() string { return "planned" }

// Kind implements [Body].
func (Started) Kind() string { return "started" }

// Kind implements [Body].
func (Points) Kind() string { return "points" }

// Kind implements [Body].
func (Judged) Kind() string { return "judged" }

// Kind implements [Body].
func (Used) Kind() string { return "used" }

// Kind implements [Body].
func (Checkpointed) Kind() string { return "checkpointed" }

// Kind implements [Body].
func (Dropped) Kind() string { return "dropped" }

// Kind implements [Body].
func (Ended) Kind() string { return "ended" }

// Kind implements [Body].
func (Reopened) Kind() string { return "reopened" }

// Kind implements [Body].
func (Noted) Kind() string { return "noted" }

// Kind implements [Body].
func (Concluded) Kind() string { return "concluded" }

// Kind implements [Body].
func (StageOpened) Kind() string { return "stage_opened" }

// Kind implements [Body].
func (StageClosed) Kind() string { return "stage_closed" }

// EncodeBody writes a body as it is kept in a log. Points have a denser form:
// see [EncodePoints].
func EncodeBody(b Body) ([]byte, error) { return json.Marshal(b) }

// DecodeBody reads what EncodeBody wrote. A kind it does not know is an error:
// the log was written by a later version.
func DecodeBody(kind string, text []byte) (Body, error) {
	read, ok := bodies[kind]
	if !ok {
		return nil, fmt.Errorf("the log has an entry of kind %q, which this version of danlu does not know: use the version that wrote it, or a later one", kind)
	}
	b, err := read(text)
	if err != nil {
		return nil, fmt.Errorf("read a %q entry of the log: %w", kind, err)
	}
	return b, nil
}

var bodies = map[string]func([]byte) (Body, error){
	"created": decode[Created], "changed": decode[Changed], "planned": decode[Planned],
	"started": decode[Started], "judged": decode[Judged],
	"used": decode[Used], "checkpointed": decode[Checkpointed], "dropped": decode[Dropped],
	"ended": decode[Ended], "reopened": decode[Reopened], "noted": decode[Noted],
	"concluded": decode[Concluded], "informed": decode[Informed], "stage_opened": decode[StageOpened], "stage_closed": decode[StageClosed],
}

func decode[B Body](text []byte) (Body, error) {
	var b B
	err := json.Unmarshal(text, &b)
	return b, err
}

// strictDecode is json.Unmarshal that refuses unknown keys.
func strictDecode(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}
