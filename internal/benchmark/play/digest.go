package play

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

const module = "github.com/danlu-ml/danlu/"

// sourceDigest is a short digest of a package of this module and of all packages of it
// that it imports, tests left out. It needs the source, in or above the working folder.
func sourceDigest(pkg string) (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	var files []string
	seen := map[string]bool{}
	for todo := []string{pkg}; len(todo) > 0; {
		p := todo[0]
		todo = todo[1:]
		if seen[p] {
			continue
		}
		seen[p] = true
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(p), "*.go"))
		if err != nil {
			return "", err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			files = append(files, name)
			imports, err := importsOf(name)
			if err != nil {
				return "", err
			}
			todo = append(todo, imports...)
		}
	}
	slices.Sort(files)
	h := sha256.New()
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", filepath.Base(name), len(text))
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil))[:10], nil
}

// importsOf are the packages of this module that a file imports.
func importsOf(file string) ([]string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var pkgs []string
	for _, i := range f.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return nil, err
		}
		if p, ours := strings.CutPrefix(path, module); ours {
			pkgs = append(pkgs, p)
		}
	}
	return pkgs, nil
}

// moduleRoot is the folder of go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("find danlu's source (for the version of results): no go.mod in or above the working folder; run it there (%s)", runtime.Version())
		}
		dir = up
	}
}
