package page

import (
	"maps"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// commandLine is the command as the file has it, with its placeholders.
func commandLine(d *study.Definition) string {
	if len(d.Command) == 0 {
		return ""
	}
	return command.Quote(d.Command)
}

func condition(c space.Condition) string {
	if c.Op != "" {
		return c.Param + " " + c.Op + " " + text.Param(c.Bound)
	}
	values := make([]string, len(c.In))
	for i, v := range c.In {
		values[i] = text.Param(v)
	}
	return c.Param + "=" + strings.Join(values, "|")
}

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
