package main

import (
	"fmt"
	"strings"

	"github.com/danlu-ml/danlu/internal/benchmark/suite"
)

// list prints the tasks that a choice means.
func list(args []string) error {
	var c choice
	fs := c.flags("list")
	if err := fs.Parse(args); err != nil {
		return err
	}
	problems, err := suite.Load(c.suites, suite.Options{Tables: c.tables, Tasks: c.tasks})
	if err != nil {
		return err
	}
	for _, p := range problems {
		fmt.Printf("%-10s %-28s %-50s %d %s\n", p.Suite, p.Family, p.Name, p.Space.Len(), strings.Join(p.Space.Names(), " "))
	}
	return nil
}
