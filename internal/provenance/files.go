package provenance

import (
	"context"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/danlu-ml/danlu/internal/study"
)

// maxSources bounds the files that stand for a program without version control,
// maxDepth the folders below the study's.
const (
	maxSources = 500
	maxDepth   = 5
)

// fromFiles describes code that is under no version control by the digests of the
// programs its command names and of the sources around them, the first 500 in
// order of name.
func fromFiles(ctx context.Context, o Options) (p study.Provenance, err error) {
	files := map[string]string{}
	folders := []string{o.Dir}
	for name, path := range programs(o) {
		if files[name], err = contents(path); err != nil {
			return p, err
		}
		if dir := filepath.Dir(path); relative(o.Dir, dir, "") == "" {
			folders = append(folders, dir)
		}
	}
	for _, dir := range folders {
		for path := range sourcesIn(ctx, dir) {
			if len(files) >= maxSources {
				break
			}
			if o.File != "" && sameFile(path, o.File) {
				continue
			}
			if files[relative(o.Dir, path, path)], err = contents(path); err != nil {
				return p, err
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return p, err
	}
	if len(files) > 0 {
		p.Files = files
	}
	return p, nil
}

// programs are the files a command names, by their names as seen from the study's
// folder: scripts, and what can be executed. Interpreters are not the user's code.
func programs(o Options) iter.Seq2[string, string] {
	return func(yield func(name, path string) bool) {
		for i, arg := range o.Command {
			if strings.ContainsAny(arg, "{}") || i == 0 && !strings.ContainsAny(arg, `/\`) {
				continue
			}
			path := arg
			if !filepath.IsAbs(path) {
				path = filepath.Join(o.Dir, arg)
			}
			info, err := os.Stat(path)
			if err != nil || !info.Mode().IsRegular() {
				continue
			}
			script := sources[strings.ToLower(filepath.Ext(path))]
			compiled := info.Mode().Perm()&0o111 != 0 && relative(o.Dir, path, "") != "" && !strings.HasPrefix(filepath.Base(path), "python")
			if (script || compiled) && !yield(relative(o.Dir, path, path), path) {
				return
			}
		}
	}
}

// sourcesIn walks the sources below a folder. Folders that can't be read have none.
func sourcesIn(ctx context.Context, dir string) iter.Seq[string] {
	return func(yield func(path string) bool) {
		looked := 0
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error { // its errors are ours
			looked++
			if ctx.Err() != nil || looked > 100*maxSources {
				return fs.SkipAll
			}
			if err != nil {
				return fs.SkipDir
			}
			name := relative(dir, path, "")
			hidden := strings.HasPrefix(d.Name(), ".")
			switch {
			case path == dir:
			case d.IsDir() && (hidden || isOutputFolder(d.Name()) || strings.Count(name, "/") >= maxDepth):
				return fs.SkipDir
			case d.Type().IsRegular() && isSource(name) && !yield(path):
				return fs.SkipAll
			}
			return nil
		})
	}
}
