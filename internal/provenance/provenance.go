// Package provenance says what a result came from: the version of the user's code
// with its uncommitted changes, the machine, the part of the environment that bears
// on training, the versions of the toolchain.
//
// It never fails a study and never takes long: what can't be had in time is left
// out. It looks and changes nothing, and imports nothing of the user's code. Nothing
// that looks like a secret is recorded.
//
// Start reading at [Collect].
package provenance

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
)

// Options say whose provenance is wanted.
type Options struct {
	// Dir is the folder of the study's file, absolute, where trials start.
	Dir string
	// File is the study's file, left out of the code: the definition has it, and
	// raising a budget is not another program. Empty: none.
	File string
	// Command is the definition's, its placeholders unfilled.
	Command []string
	Version string   // danlu's
	Args    []string // danlu's own command line
	Environ []string // nil: os.Environ()
}

// Time allowed, for what can hang: a file system, a driver of a GPU, a shim that
// starts an interpreter.
const (
	codeWithin      = 5 * time.Second
	gpusWithin      = 3 * time.Second
	toolchainWithin = 3 * time.Second
)

// Collect gathers everything, in a tenth of a second where nothing is slow and in
// five seconds where everything is.
func Collect(ctx context.Context, o Options) study.Provenance {
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	var (
		wg        sync.WaitGroup
		code      study.Provenance
		gpuList   []string
		toolchain map[string]string
	)
	wg.Go(func() { code, _ = Quick(ctx, o) })
	wg.Go(func() { gpuList = gpus(ctx) })
	wg.Go(func() { toolchain = versions(ctx, o) })
	p := study.Provenance{
		Danlu: o.Version, Host: host(), OS: system(), CPU: cpu(),
		Env: relevant(o.Environ), Args: redactArgs(o.Args),
	}
	wg.Wait()
	p.Commit, p.Tree, p.Work, p.Dirty, p.Diff, p.Files = code.Commit, code.Tree, code.Work, code.Dirty, code.Diff, code.Files
	p.GPUs, p.Toolchain = gpuList, toolchain
	return p
}

// Quick gathers what identifies the code alone (Commit, Tree, Work, Dirty, Diff, Files), for
// looking now and then whether it has changed. An error means that it can't be
// known at the moment, not that anything changed.
func Quick(ctx context.Context, o Options) (study.Provenance, error) {
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	ctx, cancel := context.WithTimeout(ctx, codeWithin)
	defer cancel()
	p, isRepository, err := fromGit(ctx, o)
	if err != nil || isRepository {
		return p, err
	}
	return fromFiles(ctx, o)
}
