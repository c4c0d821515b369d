package main

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// verbLine is a verb in the list of danlu help.
var verbLine = regexp.MustCompile(`(?m)^  ([a-z]+) +\S`)

// verbs writes the help of every verb, in the order of danlu help.
func verbs(b *bytes.Buffer, binary, help string) error {
	list, rest, ok := strings.Cut(help, "\nFlags:")
	_, list, ok2 := strings.Cut(list, "\nRun:")
	if !ok || !ok2 {
		return errors.New("danlu help lists no verbs")
	}
	b.WriteString("\n## Verbs\n\nEvery verb has, beside its own:\n\n```\n")
	flags, _, _ := strings.Cut(strings.TrimLeft(rest, "\n"), "\n\n")
	fmt.Fprintf(b, "%s\n```\n", flags)
	for _, m := range verbLine.FindAllStringSubmatch(list, -1) {
		verb := m[1]
		text, err := ask(binary, verb, "--help")
		if err != nil {
			return err
		}
		text, _, _ = strings.Cut(text, "\nFlags of every verb:")
		fmt.Fprintf(b, "\n### danlu %s\n\n```\n%s\n```\n", verb, strings.TrimSpace(text))
	}
	return nil
}

// exits writes the exit codes, as danlu help has them.
func exits(b *bytes.Buffer, help string) error {
	_, table, ok := strings.Cut(help, "\nExit codes:\n")
	if !ok {
		return errors.New("danlu help has no exit codes")
	}
	b.WriteString("\n## Exit codes\n\n| code | means |\n|---|---|\n")
	for line := range strings.Lines(table) {
		code, means, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok {
			break
		}
		fmt.Fprintf(b, "| %s | %s |\n", code, means)
	}
	b.WriteString("\n`danlu report`, in a trial, ends with the decision: 0 continue, 10 stop, 11 pause.\n")
	return nil
}
