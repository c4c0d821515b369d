package trialio

import (
	"cmp"
	"os"
	"strconv"
	"sync"
)

// Trial is one trial as its program sees it. All methods may be called from many
// goroutines at once. Programs use the package's functions; a Trial of one's own
// is for tests, and for several trials in one process.
type Trial struct {
	getenv  func(string) string
	params  map[string]any
	raw     []byte // params as they came
	invalid error  // why params could not be read

	voice *voice
	link  *link // nil where there is nobody to tell: outside danlu, or on a rank other than 0

	mu       sync.Mutex // guards decision
	decision Decision   // the last one heard; Continue before
}

// New makes the trial that an environment describes: see the variables DANLU_…
// of the protocol. Without DANLU_TRIAL it is no trial, and its methods give
// defaults and do nothing.
func New(getenv func(string) string) *Trial {
	t := &Trial{getenv: getenv, decision: Continue, voice: &voice{to: os.Stderr}}
	if !t.InTrial() {
		return t
	}
	t.readParams()
	if rank(getenv) == 0 {
		t.link = &link{
			trial:        number(getenv("DANLU_TRIAL")),
			attempt:      number(getenv("DANLU_ATTEMPT")),
			endpointFile: getenv("DANLU_ENDPOINT"),
			spoolFile:    getenv("DANLU_SPOOL"),
			patience:     answerPatience,
			voice:        t.voice,
		}
	}
	return t
}

// InTrial reports whether danlu started this program.
func (t *Trial) InTrial() bool { return t.getenv("DANLU_TRIAL") != "" }

// Resume returns the path of the checkpoint to start from, or "" to start anew.
func (t *Trial) Resume() string { return t.getenv("DANLU_RESUME") }

// Dir returns the trial's folder, to write into at will; outside danlu ".".
func (t *Trial) Dir() string { return cmp.Or(t.getenv("DANLU_DIR"), ".") }

// Seed returns the trial's own seed; outside danlu 0.
func (t *Trial) Seed() int64 { return number(t.getenv("DANLU_SEED")) }

// MaxStep returns the last step of the trial's schedule, or 0 where nobody set
// one.
func (t *Trial) MaxStep() int64 { return number(t.getenv("DANLU_MAX_STEP")) }

// ShouldStop reports whether the last report was answered stop or pause. It asks
// nobody, so it costs nothing in an inner loop.
func (t *Trial) ShouldStop() bool { return t.last() != Continue }

func (t *Trial) last() Decision {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.decision
}

func (t *Trial) heard(d Decision) Decision {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.decision = d
	return d
}

// rank returns which process of a distributed program this is, as torchrun,
// Slurm, Open MPI and other MPIs say; 0 in a program that is not.
func rank(getenv func(string) string) int64 {
	for _, name := range []string{"RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK"} {
		if text := getenv(name); text != "" {
			return number(text)
		}
	}
	return 0
}

// number reads an integer, 0 where there is none.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}
