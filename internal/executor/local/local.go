// Package local runs attempts as processes of this machine, each under a wrapper
// of its own that outlives the driver.
//
// Everything that has to be known about an attempt is in its folder, where the
// wrapper keeps it (see package wrapper). In memory are only the wrappers known
// to live, so that a driver which comes back, or a second Executor on the same
// folders, gives the same answers. What an attempt is for, and how many to start,
// is the runner's business.
//
// Start reading at [New].
package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/proctree"
	"github.com/danlu-ml/danlu/internal/wrapper"
)

// Options say how attempts are run here. The zero value works.
type Options struct {
	// Self is the beginning of the command line that starts a wrapper; the path
	// of a launch.json is appended. nil means this binary with __wrap.
	Self []string
	// Root is the folder whose subfolders are trials' folders. Find looks
	// through it, and so does the first Submit that needs a device, for attempts
	// of earlier drivers. "" means that only jobs named to this Executor are
	// known.
	Root string
	// Slots is how many attempts run at once at most; 0 means as many as fit.
	Slots int
	// Devices are the ids of accelerators to share out, as CUDA_VISIBLE_DEVICES
	// takes them. nil means those this process may see: CUDA_VISIBLE_DEVICES if
	// set, else what nvidia-smi lists.
	Devices []string
	// Log gets what went wrong behind the scenes; nil means nobody is told.
	Log *slog.Logger
}

// Executor implements [executor.Executor] with processes of this machine.
type Executor struct {
	self    []string
	ownFile bool // self is this process's own file
	root    string
	slots   int
	cores   float64
	log     *slog.Logger
	devices *pool
	wake    chan struct{}

	ctx      context.Context // done when closed
	stop     context.CancelFunc
	watchers sync.WaitGroup // all goroutines; Close waits for them

	scanning sync.Mutex // guards scanned
	scanned  bool       // the root was looked through for devices in use

	mu     sync.Mutex // guards what follows; nothing else is locked under it
	closed bool
	live   map[string]*attempt // by the attempt's folder
}

// attempt is one whose wrapper is being started or lives.
type attempt struct {
	job     executor.Job
	claimed bool          // the wrapper has claimed; guarded by Executor.mu
	ready   chan struct{} // closed when Submit is done with it
	err     error         // what Submit says; read it after ready
}

// New makes an executor. It starts nothing.
func New(o Options) (*Executor, error) {
	e := &Executor{
		self: o.Self, root: o.Root, slots: o.Slots, cores: cores(), log: o.Log, devices: newPool(o.Devices),
		wake: make(chan struct{}, 1), live: make(map[string]*attempt),
	}
	if _, err := proctree.Self(); err != nil {
		return nil, fmt.Errorf("tell processes of this machine apart, which running trials here needs: %w", err)
	}
	e.ctx, e.stop = context.WithCancel(context.Background())
	if e.self == nil {
		exe, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find this program's own file: %w", err)
		}
		e.self, e.ownFile = []string{exe, "__wrap"}, true
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	return e, nil
}

// Submit implements [executor.Executor]. Resources.CPUs is not enforced: it sets
// how many threads numerical libraries start, and Capacity.
func (e *Executor) Submit(ctx context.Context, l executor.Launch) (executor.Job, error) {
	if err := e.check(ctx, l); err != nil {
		return executor.Job{}, fmt.Errorf("submit trial %d attempt %d: %w", l.Trial, l.Attempt, err)
	}
	dir := wrapper.AttemptDir(l.Dir, l.Attempt)
	a := &attempt{job: executor.Job{Key: l.Key, Dir: l.Dir}, ready: make(chan struct{})}
	e.mu.Lock()
	if earlier, ok := e.live[dir]; ok {
		e.mu.Unlock()
		<-earlier.ready
		return earlier.job, earlier.err
	}
	if e.closed {
		e.mu.Unlock()
		return executor.Job{}, executor.ErrStopped
	}
	e.live[dir] = a
	e.watchers.Add(1)
	e.mu.Unlock()

	watched, err := e.begin(ctx, dir, l, a)
	if !watched {
		e.forget(dir)
		e.watchers.Done()
		e.signal() // it may have ended long ago
	}
	if err != nil {
		a.err = fmt.Errorf("submit trial %d attempt %d: %w", l.Trial, l.Attempt, err)
	}
	close(a.ready)
	return a.job, a.err
}

func (e *Executor) check(ctx context.Context, l executor.Launch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !filepath.IsAbs(l.Dir) {
		return fmt.Errorf("the trial's folder %q is not an absolute path", l.Dir)
	}
	_, err := os.Stat(l.Dir)
	return err
}

// begin starts a wrapper for a, unless the attempt has been claimed before. It
// reports whether a wrapper that may live is being watched.
func (e *Executor) begin(ctx context.Context, dir string, l executor.Launch, a *attempt) (watched bool, err error) {
	if c, err := wrapper.ReadClaim(dir); err == nil {
		if c.Life() != wrapper.Alive {
			return false, nil
		}
		go e.watchAdopted(dir, a, c)
		return true, nil
	}
	devices, err := e.place(ctx, dir, &l)
	if err != nil {
		return false, err
	}
	if err := wrapper.WriteSpec(l, devices); err != nil {
		return false, fmt.Errorf("write what to start: %w", err)
	}
	pid, running, err := e.start(dir, l.Dir)
	if err != nil {
		return false, fmt.Errorf("start its wrapper %s: %w", e.self[0], err)
	}
	go e.watchStarted(dir, a, pid, running)
	return true, nil
}

// Poll implements [executor.Executor]. It reads no file for an attempt whose
// wrapper is known to live.
func (e *Executor) Poll(ctx context.Context, jobs []executor.Job) ([]executor.Status, error) {
	if e.ctx.Err() != nil {
		return nil, fmt.Errorf("poll %d jobs: %w", len(jobs), executor.ErrStopped)
	}
	all := make([]executor.Status, len(jobs))
	table := newTableReader()
	for i, j := range jobs {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("poll %d jobs: %w", len(jobs), err)
		}
		s, err := e.status(j, table)
		if err != nil {
			return nil, fmt.Errorf("poll trial %d attempt %d: %w", j.Trial, j.Attempt, err)
		}
		all[i] = s
	}
	return all, nil
}

// Cancel implements [executor.Executor].
func (e *Executor) Cancel(ctx context.Context, j executor.Job, now bool) error {
	err := ctx.Err()
	if e.ctx.Err() != nil {
		err = executor.ErrStopped
	}
	if err == nil {
		err = e.cancel(wrapper.AttemptDir(j.Dir, j.Attempt), now)
	}
	if err != nil {
		return fmt.Errorf("cancel trial %d attempt %d: %w", j.Trial, j.Attempt, err)
	}
	return nil
}

func (e *Executor) cancel(dir string, now bool) error {
	if _, err := os.Stat(wrapper.ExitFile(dir)); err == nil {
		return nil
	}
	order := wrapper.Term
	if now {
		order = wrapper.Kill
	}
	if err := wrapper.GiveOrder(dir, order); err != nil {
		return err
	}
	c, err := wrapper.ReadClaim(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	switch c.Life() {
	case wrapper.Unknown:
		return fmt.Errorf("it runs on %s, whose processes can't be reached from here: cancel it there", c.Host)
	case wrapper.Dead:
		_, err := e.clear(c, newTableReader())
		return err
	}
	return nil
}

// Logs implements [executor.Executor].
func (e *Executor) Logs(_ context.Context, j executor.Job, stream string) (io.ReadCloser, error) {
	dir := wrapper.AttemptDir(j.Dir, j.Attempt)
	switch stream {
	case "stdout", "stderr":
		return wrapper.OpenLog(dir, stream, 0)
	case "":
		return openBoth(dir)
	}
	return nil, fmt.Errorf("logs of trial %d attempt %d: there is no stream %q: ask for stdout, stderr or nothing", j.Trial, j.Attempt, stream)
}

type bothStreams struct {
	io.Reader
	stdout, stderr io.Closer
}

func openBoth(dir string) (io.ReadCloser, error) {
	stdout, err := wrapper.OpenLog(dir, "stdout", 0)
	if err != nil {
		return nil, err
	}
	stderr, err := wrapper.OpenLog(dir, "stderr", 0)
	if err != nil {
		stdout.Close()
		return nil, err
	}
	return bothStreams{io.MultiReader(stdout, stderr), stdout, stderr}, nil
}

func (b bothStreams) Close() error { return errors.Join(b.stdout.Close(), b.stderr.Close()) }

// Find implements [executor.Executor].
func (e *Executor) Find(ctx context.Context, study string) ([]executor.Job, error) {
	if e.ctx.Err() != nil {
		return nil, fmt.Errorf("find attempts of study %q: %w", study, executor.ErrStopped)
	}
	found := make(map[executor.Key]executor.Job)
	e.mu.Lock()
	for _, a := range e.live {
		if a.job.Study == study {
			found[a.job.Key] = a.job
		}
	}
	e.mu.Unlock()
	table := newTableReader()
	err := e.scan(ctx, func(dir string, c wrapper.Claim) {
		if c.Study == study && e.unfinished(c, table) {
			found[c.Key] = executor.Job{Key: c.Key, Dir: filepath.Dir(dir)}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("find attempts of study %q in %s: %w", study, e.root, err)
	}
	jobs := make([]executor.Job, 0, len(found))
	for _, j := range found {
		jobs = append(jobs, j)
	}
	slices.SortFunc(jobs, func(a, b executor.Job) int {
		return slices.Compare([]int{a.Trial, a.Attempt}, []int{b.Trial, b.Attempt})
	})
	return jobs, nil
}

// Wake implements [executor.Executor]. It is signalled when a wrapper has
// claimed its attempt and when one has ended.
func (e *Executor) Wake() <-chan struct{} { return e.wake }

func (e *Executor) signal() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// signalIn wakes the driver after a while, unless the executor is closed first.
func (e *Executor) signalIn(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return
	}
	e.watchers.Go(func() {
		select {
		case <-time.After(d):
			e.signal()
		case <-e.ctx.Done():
		}
	})
}

// Close implements [executor.Executor]. The attempts go on.
func (e *Executor) Close() error {
	e.mu.Lock()
	e.closed = true
	e.stop()
	e.mu.Unlock()
	e.watchers.Wait()
	return nil
}
