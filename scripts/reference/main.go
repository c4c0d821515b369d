// Command reference writes docs/reference.md: what danlu's own help, the schema of
// danlu.yaml and the code's comments say of verbs, keys, samplers, schedulers, events
// and variables. Run it from the repository's root:
//
//	go run ./scripts/reference > docs/reference.md
//
// A test of docs compares the two.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	binary := flag.String("danlu", "", "the program to ask; empty builds it")
	flag.Parse()
	text, err := reference(*binary)
	if err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
	os.Stdout.Write(text)
}

const head = `# Reference

<!-- Made by go run ./scripts/reference > docs/reference.md; edit the code it is made from. -->

[Verbs](#verbs) · [danlu.yaml](#danluyaml) · [samplers](#samplers) · [schedulers](#schedulers) ·
[events](#events-of---json) · [a trial's environment](#a-trials-environment) · [exit codes](#exit-codes)

What does not change without a word in the changelog is in [contract.md](contract.md).
`

func reference(binary string) ([]byte, error) {
	if binary == "" {
		dir, err := os.MkdirTemp("", "danlu-reference")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "danlu")
		if out, err := exec.Command("go", "build", "-o", binary, "./cmd/danlu").CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build danlu: %w\n%s", err, out)
		}
	}
	help, err := ask(binary, "help")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(head)
	for _, section := range []func(*bytes.Buffer) error{
		func(b *bytes.Buffer) error { return verbs(b, binary, help) },
		func(b *bytes.Buffer) error { return keys(b, "docs/danlu.schema.json") },
		func(b *bytes.Buffer) error { return algorithms(b, "Samplers", "sampler", "samplers.md") },
		func(b *bytes.Buffer) error { return algorithms(b, "Schedulers", "scheduler", "schedulers.md") },
		events,
		variables,
		func(b *bytes.Buffer) error { return exits(b, help) },
	} {
		if err := section(&b); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

func ask(binary string, args ...string) (string, error) {
	cmd := exec.Command(binary, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("danlu %v: %w", args, err)
	}
	return string(out), nil
}
