// Package executor says what a place where trials run must promise.
//
// An executor starts attempts, tells how they fare, and ends them. It knows
// nothing of samplers, metrics or the log: the runner tells it what to start,
// having first written to the log that it would. The implementations are in the
// folders below; executortest asks each of them the same questions.
//
// Start reading at [Executor].
package executor

import (
	"context"
	"errors"
	"io"
	"time"
)

// Key names one execution of one trial. It is the identity under which an
// attempt is claimed, so that submitting it twice starts it once.
type Key struct {
	Study   string `json:"study"`
	Trial   int    `json:"trial"`
	Attempt int    `json:"attempt"` // from 1
}

// Job is an executor's handle on a submitted attempt. It can be written to the
// log as it is and used by a later driver.
type Job struct {
	Key
	// Ref is the engine's own name for it: a process's claim, a Slurm job
	// number. It is opaque to everyone else, and may be empty: [Executor.Poll]
	// finds an attempt by Key and Dir alone.
	Ref string `json:"ref,omitempty"`
	// Dir is the trial's folder; the attempt's own files are in Dir/attempt-N.
	Dir string `json:"dir"`
}

// Launch is everything needed to start an attempt.
type Launch struct {
	Key
	// Dir is the trial's folder (DANLU_DIR), absolute. It exists.
	Dir string `json:"dir"`
	// Command is the program and its arguments, every placeholder filled in.
	// For in-process executors it may be empty.
	Command []string `json:"command,omitempty"`
	// WorkDir is where the program starts, absolute.
	WorkDir string `json:"work_dir"`
	// Env is the whole environment of the program, as in os.Environ, with
	// danlu's own variables in it and danlu's secrets left out. The executor
	// adds only what depends on the place: CUDA_VISIBLE_DEVICES, thread
	// counts, its marker.
	Env []string `json:"env"`
	// Resources is what the attempt occupies.
	Resources Resources `json:"resources"`
	// Deadline ends the attempt after so long, counted from its start; 0 means
	// never. The wrapper enforces it, so that it holds without a driver.
	Deadline time.Duration `json:"deadline,omitempty"`
	// Grace is the time between SIGTERM and SIGKILL; 0 means 30 seconds.
	Grace time.Duration `json:"grace,omitempty"`
	// LogLimit bounds the bytes kept of each output stream; 0 means 16 MiB.
	// The first and the last of what was written are kept.
	LogLimit int64 `json:"log_limit,omitempty"`
	// Observe are regular expressions (RE2) with named groups, matched against
	// each line of the program's output by the wrapper; what they find goes to
	// Spool as reports. A group `step` gives the step; without it the n-th
	// match is step n. Other groups are metrics: numbers as Go or Python print
	// them, nan and inf among them. A percent sign right behind a number
	// divides it by 100, whether the group took it in or not. The words "auto"
	// and "json" stand for lines made for people, and for JSON objects.
	Observe []string `json:"observe,omitempty"`
	// Watch says what else the wrapper looks at, and by what names it knows it.
	Watch Watch `json:"watch,omitzero"`
	// Spool is the file reports are appended to when nobody answers, one JSON
	// object a line: {"step":3,"values":{"val_loss":0.41}}. Absolute.
	Spool string `json:"spool,omitempty"`
	// Params and Seed are for executors that run a Go function instead of a
	// program; MaxStep is the fidelity to end at, 0 if there is none.
	Params  map[string]any `json:"-"`
	Seed    uint64         `json:"-"`
	MaxStep int64          `json:"-"`
}

// Watch says which files of a program hold metrics, and what the metrics are called
// that the study needs; see package observe.
type Watch struct {
	Files  []WatchedFiles    `json:"files,omitempty"`
	Wanted []string          `json:"wanted,omitempty"` // metrics of the study
	Names  map[string]string `json:"names,omitempty"`  // what the program calls some of them
	Step   string            `json:"step,omitempty"`   // the word that counts steps
	// Alone: no other attempt runs beside this one, so that what appears is its.
	Alone bool `json:"alone,omitempty"`
}

// WatchedFiles are files of one format.
type WatchedFiles struct {
	Format string `json:"format"` // "tensorboard", "csv", "json"
	// Path is absolute: of event files the folder, of others a file or a pattern
	// as filepath.Match has it, where ** stands for any folders.
	Path string `json:"path"`
	// Own: no other attempt writes there.
	Own bool `json:"own,omitempty"`
}

// Resources is what one attempt occupies on its place.
type Resources struct {
	CPUs float64 `json:"cpus,omitempty"` // cores; 0 means an equal share
	GPUs int     `json:"gpus,omitempty"` // whole devices
	// Share is the part of one device an attempt takes when several run on it;
	// 0 means all of each.
	Share float64 `json:"share,omitempty"`
}

// Phase is how far an attempt has come.
type Phase string

const (
	// Pending: accepted, not yet running (queued in Slurm, say).
	Pending Phase = "pending"
	// Running: the program runs, or the engine says it does.
	Running Phase = "running"
	// Exited: the program has ended and its exit is known.
	Exited Phase = "exited"
	// Lost: it was claimed, there is neither process nor exit record, and
	// there will be none. The engine says so itself; silence never means Lost.
	Lost Phase = "lost"
	// Absent: it was never claimed. Submitting it is safe.
	Absent Phase = "absent"
)

// Exit is how a program ended, as its wrapper recorded it.
type Exit struct {
	Code   int    `json:"code"`             // exit status; -1 if a signal ended it
	Signal string `json:"signal,omitempty"` // "SIGKILL", …
	// Cause is what the wrapper knows beyond that: "deadline", "cancelled" (by
	// Cancel), "terminated" (somebody else told the wrapper to end: the machine
	// was shut down, say, or a queue needed it), "start" (the program could not
	// be started; Error says why), "oom" (the kernel ended it for memory).
	Cause string `json:"cause,omitempty"`
	Error string `json:"error,omitempty"`
	// Tail is the last lines of output, standard error after standard output,
	// at most 4 KiB.
	Tail     string    `json:"tail,omitempty"`
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended"`
	CPU      float64   `json:"cpu_seconds"` // user + system, whole tree
	MaxRSSMB float64   `json:"max_rss_mb"`  // of its largest process
	// Dropped is how many bytes of output could not be kept because writing
	// them failed, on a full disk say. What LogLimit leaves out isn't counted.
	Dropped int64 `json:"dropped_bytes,omitempty"`
	// LostReports is how many reports found by Observe could not be written.
	LostReports int `json:"lost_reports,omitempty"`
}

// Status is what the engine says of one job.
type Status struct {
	Job
	Phase Phase
	Exit  *Exit // set when Phase is Exited
	// Why is the engine's explanation, for people: "queued: priority".
	Why string
}

// Capacity is how much fits on a place.
type Capacity struct {
	// Slots is how many attempts of the asked-for size fit at once.
	Slots int
	// CPUs and GPUs are what the place has.
	CPUs float64
	GPUs int
	// Why explains Slots to a person: "2 cores, 1 a trial".
	Why string
}

// ErrStopped is wrapped by errors of an executor that has been closed.
var ErrStopped = errors.New("executor is closed")

// Executor is a place where attempts run. Methods may be called from several
// goroutines.
type Executor interface {
	// Submit starts an attempt, or hands it to the engine, and returns at once.
	// Submitting a Key that was submitted before, by this driver or one that
	// died, starts nothing and returns its job. A program that can't be
	// started is not an error of Submit: its exit says so (Cause "start"). An
	// error means that nothing was started and nothing will be.
	Submit(ctx context.Context, l Launch) (Job, error)

	// Poll says how jobs fare, in the order asked. An error means that nothing
	// is known, never that something ended. It does not block on the jobs.
	Poll(ctx context.Context, jobs []Job) ([]Status, error)

	// Cancel asks a job to end: SIGTERM to its whole tree, SIGKILL after its
	// grace, with whatever it has left behind. It returns at once; Poll says
	// when it has happened. now skips the grace. Cancelling an ended or absent
	// job does nothing.
	Cancel(ctx context.Context, j Job, now bool) error

	// Logs opens what a job has written so far, standard output and standard
	// error in one stream, oldest first. stream is "stdout", "stderr" or "" for
	// both (stdout first). A job without output gives an empty reader.
	Logs(ctx context.Context, j Job, stream string) (io.ReadCloser, error)

	// Find lists the jobs of a study the engine knows to be pending or running,
	// whoever submitted them: what a driver that comes back must take up or end.
	Find(ctx context.Context, study string) ([]Job, error)

	// Capacity says how many attempts with these resources fit at once.
	Capacity(ctx context.Context, r Resources) (Capacity, error)

	// Wake is signalled when a Poll may have news, so that a driver need not
	// poll often; it may be nil for engines that can't tell.
	Wake() <-chan struct{}

	// Close releases what the executor holds in this process. Attempts that can
	// outlive the driver go on; those that can't are ended.
	Close() error
}
