package wrapper

import (
	"os"
	"path/filepath"
	"strings"
)

// maxDepth bounds how deep ** looks, in folders.
const maxDepth = 10

// find calls yield with the files that match a pattern: segments as
// [filepath.Match] has them, and ** for any number of folders, those behind a
// symbolic link and hidden ones left out.
func find(pattern string, yield func(path string)) {
	volume := filepath.VolumeName(pattern)
	segments := strings.Split(strings.Trim(filepath.ToSlash(pattern[len(volume):]), "/"), "/")
	if segments[len(segments)-1] == "**" {
		segments = append(segments, "*")
	}
	findIn(volume+string(filepath.Separator), segments, maxDepth, yield)
}

func findIn(dir string, segments []string, depth int, yield func(string)) {
	for len(segments) > 1 && !strings.ContainsAny(segments[0], `*?[\`) {
		dir = filepath.Join(dir, segments[0])
		segments = segments[1:]
	}
	first, last := segments[0], len(segments) == 1
	if last && !strings.ContainsAny(first, `*?[\`) {
		path := filepath.Join(dir, first)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			yield(path)
		}
		return
	}
	if first == "**" {
		findIn(dir, segments[1:], depth, yield)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || depth == 0 {
		return
	}
	for _, e := range entries {
		name := e.Name()
		path := filepath.Join(dir, name)
		switch ok, _ := filepath.Match(first, name); {
		case first == "**":
			if e.IsDir() && !strings.HasPrefix(name, ".") {
				findIn(path, segments, depth-1, yield)
			}
		case !ok:
		case !last:
			findIn(path, segments[1:], depth, yield)
		default:
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				yield(path)
			}
		}
	}
}
