package provenance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// work identifies the code as it lies in the work tree, committed or not, so that
// what is committed unchanged stays the same: the names, modes and blobs of the
// commit, with those of the changes in their place. Outputs and the study's file
// are left out. Changes are sorted by name.
func (g repository) work(ctx context.Context, o Options, changes []change, hasCommit bool) (string, error) {
	var out []byte
	if hasCommit {
		var err error
		if out, err = g.run(ctx, "ls-tree", "-r", "-z", "--full-tree", "HEAD"); err != nil {
			return "", err
		}
	}
	now, err := g.entries(ctx, changes)
	if err != nil {
		return "", err
	}
	names := make([]string, 0, len(now))
	entries := make(map[string]string, len(now))
	for entry := range bytes.SplitSeq(out, []byte{0}) {
		head, name, ok := strings.Cut(string(entry), "\t") // mode type blob
		if !ok || isOutput(name) || o.File != "" && sameFile(filepath.Join(g.dir, filepath.FromSlash(name)), o.File) {
			continue
		}
		if _, changed := now[name]; !changed {
			names = append(names, name)
			entries[name] = head
		}
	}
	for name, entry := range now {
		if entry != "" {
			names = append(names, name)
			entries[name] = entry
		}
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		_, _ = io.WriteString(h, entries[name]+"\t"+name+"\x00") // a hash has no errors
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// entries are the changed files as a commit would list them; empty for one that is
// gone. What git would store in another way than as a file of moderate size is
// known by its contents alone.
func (g repository) entries(ctx context.Context, changes []change) (map[string]string, error) {
	entries := make(map[string]string, len(changes))
	var ask []string
	for i, c := range changes {
		path := filepath.Join(g.dir, filepath.FromSlash(c.name))
		info, err := os.Lstat(path)
		switch {
		case err != nil:
			entries[c.name] = ""
		case info.Mode().IsRegular() && info.Size() <= readWhole && i < readMany && !strings.Contains(c.name, "\n"):
			entries[c.name] = "100644 blob "
			if info.Mode().Perm()&0o100 != 0 {
				entries[c.name] = "100755 blob "
			}
			ask = append(ask, c.name)
		default:
			if entries[c.name], err = contents(path); err != nil {
				return nil, err
			}
		}
	}
	if len(ask) == 0 {
		return entries, nil
	}
	out, err := g.runWith(ctx, strings.NewReader(strings.Join(ask, "\n")+"\n"), "hash-object", "--stdin-paths")
	if err != nil {
		return nil, err
	}
	blobs := strings.Fields(string(out))
	if len(blobs) != len(ask) {
		return nil, fmt.Errorf("git hash-object in %s: %d answers for %d files", g.dir, len(blobs), len(ask))
	}
	for i, name := range ask {
		entries[name] += blobs[i]
	}
	return entries, nil
}
