package provenance

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"
)

const (
	maxDiff      = 64 << 10 // longer ones are known by their digest alone
	maxDiffFiles = 200
	diffWithin   = 2 * time.Second
)

// diff is the changes as a patch on the last commit, empty where it would be large
// or takes long.
func (g repository) diff(ctx context.Context, changes []change) string {
	if len(changes) > maxDiffFiles {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, diffWithin)
	defer cancel()
	args := []string{"diff", "--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", "HEAD", "--"}
	named := len(args)
	var added bytes.Buffer
	for _, c := range changes {
		if !c.untracked {
			args = append(args, c.name)
			continue
		}
		if added.Len() <= maxDiff {
			g.diffAdded(&added, c.name)
		}
	}
	var out []byte
	if len(args) > named {
		var err error
		if out, err = g.run(ctx, args...); err != nil {
			return ""
		}
	}
	if len(out)+added.Len() > maxDiff {
		return ""
	}
	return string(out) + added.String()
}

// diffAdded writes the patch that makes a file git does not know. What is not text
// is left out.
func (g repository) diffAdded(w *bytes.Buffer, name string) {
	path := filepath.Join(g.dir, filepath.FromSlash(name))
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxDiff {
		return
	}
	text, err := os.ReadFile(path)
	if err != nil || !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return
	}
	mode := "100644"
	if info.Mode().Perm()&0o100 != 0 {
		mode = "100755"
	}
	fmt.Fprintf(w, "diff --git a/%s b/%s\nnew file mode %s\n", name, name, mode)
	if len(text) == 0 {
		return
	}
	lines := bytes.SplitAfter(text, []byte{'\n'})
	whole := text[len(text)-1] == '\n'
	if whole {
		lines = lines[:len(lines)-1]
	}
	fmt.Fprintf(w, "--- /dev/null\n+++ b/%s\n@@ -0,0 +1,%d @@\n", name, len(lines))
	for _, line := range lines {
		w.WriteByte('+')
		w.Write(line)
	}
	if !whole {
		w.WriteString("\n\\ No newline at end of file\n")
	}
}
