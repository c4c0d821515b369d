package locate

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/wrapper"
)

// AttemptDir is the folder with the output of an attempt of a trial; 0 is the
// last one.
func AttemptDir(t *study.Trial, attempt int) (string, error) {
	n := len(t.Attempts)
	switch {
	case n == 0:
		return "", fmt.Errorf("trial %d has not started yet: it has no output", t.ID)
	case attempt < 0 || attempt > n:
		return "", wrongf("trial %d has no attempt %d: it has %d, from 1 on", t.ID, attempt, n)
	case attempt == 0:
		attempt = n
	}
	a := t.Attempts[attempt-1]
	if a.Dir == "" {
		return "", fmt.Errorf("trial %d has no output: it ran inside the program that asked for it", t.ID)
	}
	return wrapper.AttemptDir(a.Dir, a.Number), nil
}
