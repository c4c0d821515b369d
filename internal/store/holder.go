package store

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/proctree"
)

// Holder identifies a process that wants to write a study.
type Holder struct {
	Host    string `json:"host"`
	Boot    string `json:"boot"`    // as [proctree.Identity] has it; empty where it can't be told
	PID     int    `json:"pid"`     //
	Started uint64 `json:"started"` // the process's start time, in the machine's own ticks
	What    string `json:"what"`    // for people: "danlu tune"
}

// Lease is the right to write one study. Fence grows with every lease a store
// gives, whatever the study: an append under any but the current one is refused.
type Lease struct {
	Study  string
	Fence  int64
	Holder Holder
}

// HeldError says that a study is being written by somebody else.
type HeldError struct {
	Study   string
	Holder  Holder
	Since   time.Time
	Expires time.Time
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("study %s is being run by %s (pid %d on %s) since %s; stop that one, or wait until its lease ends at %s",
		e.Study, e.Holder.What, e.Holder.PID, e.Holder.Host, e.Since.Local().Format("15:04:05"), e.Expires.Local().Format("15:04:05"))
}

// Dead reports whether a holder's process is surely gone: it belonged to this
// boot and namespace and no process has its number and start time, or to an
// earlier boot of this host. Silence is not death: of other hosts and other
// namespaces nothing is known, and the answer is false.
func Dead(h Holder) bool {
	boot, err := proctree.Boot()
	if err != nil || h.Boot == "" {
		return false
	}
	if h.Boot == boot {
		return !proctree.Identity{Boot: h.Boot, PID: h.PID, Start: h.Started}.Alive()
	}
	then, _, _ := strings.Cut(h.Boot, "/")
	now, _, _ := strings.Cut(boot, "/")
	host, err := os.Hostname()
	return err == nil && then != now && h.Host == host
}
