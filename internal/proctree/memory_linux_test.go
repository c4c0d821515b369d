package proctree_test

import (
	"os"
	"testing"

	"github.com/danlu-ml/danlu/internal/proctree"
)

func TestMemoryIsThatOfTheProcess(t *testing.T) {
	before := proctree.Memory(os.Getpid())
	held := make([]byte, 64<<20)
	for i := range held {
		held[i] = byte(i)
	}
	if grown := proctree.Memory(os.Getpid()) - before; before < 1<<20 || grown < 48<<20 {
		t.Errorf("it held %d bytes, and %d more after %d were written", before, grown, len(held))
	}
	if got := proctree.Memory(-1); got != 0 {
		t.Errorf("a process that is not there holds %d bytes", got)
	}
	_ = held[len(held)-1]
}
