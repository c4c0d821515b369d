package local_test

import (
	"os"
	"testing"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/executortest"
	"github.com/danlu-ml/danlu/internal/executor/local"
	"github.com/danlu-ml/danlu/internal/wrapper"
	"go.uber.org/goleak"
)

// TestMain makes the test binary all that the tests start: the wrapper, the
// programs under it and drivers that are to be killed.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "__wrap":
			os.Exit(wrapper.Main(os.Args[2:]))
		case "play":
			os.Exit(executortest.Main(os.Args[2:]))
		}
	}
	goleak.VerifyTestMain(m)
}

func TestExecutor(t *testing.T) {
	executortest.Run(t, func(t *testing.T) executortest.Harness {
		root := t.TempDir()
		return executortest.Harness{
			Open: func(t *testing.T) executor.Executor {
				e, err := local.New(local.Options{Root: root})
				if err != nil {
					t.Fatal(err)
				}
				return e
			},
			Root:     root,
			Self:     []string{os.Args[0], "play"},
			Survives: true, Kills: true, Processes: true,
		}
	})
}
