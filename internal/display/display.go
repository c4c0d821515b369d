// Package display shows a study while it runs: as a picture that is repainted in
// place, as plain lines for a pipe or a log file, or as JSON lines for programs.
//
// It is told what happened and draws it; it asks nothing, starts no goroutine and
// handles no signal. The cursor is never left hidden, so there is nothing to
// restore when the process dies.
//
// Start reading at [Display.Observe]; what is said about an event is in tell.go,
// the live picture in block.go.
package display

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
)

// Mode is the way a study is shown.
type Mode int

// The ways to show a study.
const (
	Plain Mode = iota // lines
	Live              // a picture repainted in place, for a terminal
	JSON              // one object a line
)

// Options are what a display may be given. Out is needed.
type Options struct {
	Out io.Writer // the story and the results
	Err io.Writer // what is said besides, but in Live mode; nil: nowhere
	// Mode is what Out can take.
	Mode Mode
	// Size is the terminal's; nil: 80 × 24. It is asked at every picture. A width
	// of 0 means that nothing is cut, as in a file.
	Size  func() (width, height int)
	Color bool
	Now   func() time.Time // nil: time.Now
	// Total is how many trials the study will have where only the caller knows
	// (a grid's size); 0: as many as its budget says.
	Total int
}

// Display shows one run of a study. Its methods may be called from several
// goroutines.
type Display struct {
	out  io.Writer
	face face

	mu     sync.Mutex // guards what follows, and face
	story  story
	closed bool
}

// face is a way to show a study. Its methods are called one at a time.
type face interface {
	observe(s *story, v *study.View, events []study.Event)
	// say shows a line to the person, between two pictures.
	say(text string)
	// close shows the study's end; v is nil where it was abandoned.
	close(s *story, v *study.View, end End)
	failed() error // the first error of writing
}

// New makes a display. It writes nothing before it is told something.
func New(o Options) *Display {
	if o.Err == nil {
		o.Err = io.Discard
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Size == nil || o.Mode == JSON {
		o.Size = func() (int, int) { return 80, 24 }
	}
	d := &Display{out: o.Out, story: story{now: o.Now, total: o.Total, best: -1}}
	switch o.Mode {
	case Live:
		d.face = &live{screen: screen{w: o.Out, colour: o.Color}, size: o.Size}
	case JSON:
		d.face = &jsonLines{w: o.Out, err: o.Err}
	default:
		d.face = &plain{w: o.Out, err: o.Err, colour: o.Color, size: o.Size}
	}
	return d
}

// SetTotal says how many trials the study will have.
func (d *Display) SetTotal(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.story.total = n
}

// Observe takes in events that the view has taken in too; no events means that
// time has passed. It does not keep the view.
func (d *Display) Observe(v *study.View, events []study.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || v.Def == nil {
		return
	}
	d.story.learn(v, events)
	d.face.observe(&d.story, v, events)
	d.story.begun = true
}

// Say shows a line to the person: above the live picture, or on Err.
func (d *Display) Say(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.face.say(fmt.Sprintf(format, args...))
}

// Close shows the study's end. The error is the first of writing to Out. Further
// calls do nothing.
func (d *Display) Close(v *study.View, end End) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.closed = true
		if v != nil && v.Def != nil {
			d.story.learn(v, nil)
			d.face.close(&d.story, v, end)
		}
	}
	return d.face.failed()
}

// Abandon leaves the terminal clean without showing an end: the run has failed,
// and its error is what matters.
func (d *Display) Abandon() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.closed = true
		d.face.close(&d.story, nil, End{})
	}
}
