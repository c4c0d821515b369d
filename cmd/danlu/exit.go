package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/danlu-ml/danlu/internal/snapshot"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/text"
)

// exitCode is the process's exit status.
type exitCode int

// The exit codes. Their meanings are in exitCodes.
const (
	codeDone exitCode = iota
	codeFailed
	codeUsage
	codeNothing
	codeInterrupted
)

// exitCodes is the one table of exit codes: help is made from it, and the tests
// go through it.
var exitCodes = []string{
	codeDone:        "done",
	codeFailed:      "failed",
	codeUsage:       "wrong usage or file",
	codeNothing:     "nothing usable found",
	codeInterrupted: "stopped by the user; it can go on",
}

func exitHelp() string {
	var b strings.Builder
	b.WriteString("Exit codes:\n")
	for code, means := range exitCodes {
		fmt.Fprintf(&b, "  %d  %s\n", code, means)
	}
	return b.String()
}

// exitError carries the exit code of a verb.
type exitError struct {
	code exitCode
	err  error // nil: nothing is left to say
}

func (e *exitError) Error() string {
	if e.err == nil {
		return exitCodes[e.code]
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exitWith gives err an exit code. A nil err exits without a word.
func exitWith(c exitCode, err error) error { return &exitError{c, err} }

// usage is an error of the command line: exit code 2.
func usage(format string, args ...any) error {
	return exitWith(codeUsage, fmt.Errorf(format, args...))
}

// codeOf is the exit code an error ends the program with.
func codeOf(err error) exitCode {
	var exit *exitError
	var wrong *spec.Error
	var wrongs spec.Errors
	var incompatible *spec.IncompatibleError
	switch {
	case err == nil:
		return codeDone
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &wrong), errors.As(err, &wrongs), errors.As(err, &incompatible), errors.Is(err, snapshot.ErrTooBig):
		return codeUsage
	case errors.Is(err, context.Canceled):
		return codeInterrupted
	}
	return codeFailed
}

// report says what went wrong, if anything, and returns the exit code.
func (a *app) report(path string, err error) exitCode {
	code := codeOf(err)
	var exit *exitError
	switch silent := errors.As(err, &exit) && exit.err == nil; {
	case err == nil || silent:
	case isFileError(err): // FILE:LINE: first, as editors want it
		fmt.Fprintln(a.err, err)
	default:
		head := path + ": "
		for line := range strings.Lines(err.Error()) {
			fmt.Fprintln(a.err, head+text.Clean(strings.TrimRight(line, "\n")))
			head = "  "
		}
	}
	return code
}

func isFileError(err error) bool {
	var wrong *spec.Error
	var wrongs spec.Errors
	return errors.As(err, &wrong) || errors.As(err, &wrongs)
}
