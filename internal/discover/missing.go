package discover

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
)

// elsewhere is a word by which a launcher starts the program in another folder, or one
// that stands for something else.
var elsewhere = regexp.MustCompile(`^(-C|--(chdir|directory|cwd|workdir|working-dir|project)\b)|[{}]`)

// Missing says that the script of a command line that starts in a folder is not there.
// It is nil where that can't be told for sure: the script's name has to say where it
// should be, and nothing in the line that it is looked for elsewhere.
func Missing(argv []string, dir string) error {
	l := takeApart(argv, dir)
	n := len(l.before)
	switch {
	case l.kind == makeTarget || slices.ContainsFunc(l.before, elsewhere.MatchString):
		return nil
	case l.kind == shellScript && n > 1 && strings.HasPrefix(l.before[n-2], "-"): // sh -c COMMAND, bash -o OPTION
		return nil
	case slices.ContainsFunc(l.before, standIn):
		return nil
	}
	return l.missing(dir)
}

// interpreter is the name of one that is a program, unless somebody put another thing in
// its place.
var interpreter = regexp.MustCompile(`^(python[\d.]*|pypy[\d.]*|(ba|da|k|z)?sh)$`)

// standIn reports whether a word is an interpreter that is a script itself: it may start
// the real one elsewhere, as in a container.
func standIn(word string) bool {
	if !interpreter.MatchString(filepath.Base(word)) {
		return false
	}
	path, err := exec.LookPath(word)
	if err != nil || filepath.Base(filepath.Dir(path)) == "shims" {
		return false // who starts it misses it; pyenv and asdf start the real one here
	}
	f, err := os.Open(path)
	if err != nil { // as a program that may be run, not read
		return false
	}
	defer f.Close()
	var head [2]byte
	_, err = io.ReadFull(f, head[:])
	return err == nil && string(head[:]) == "#!"
}

// missing says that the script is not there, where its name tells where it should be.
func (l *launch) missing(dir string) error {
	switch {
	case l.module != "":
		return nil
	case filepath.Ext(l.script) != ".py" && l.kind != shellScript && !strings.ContainsAny(l.script, `/\`):
		return nil
	}
	path := in(dir, l.script)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := exec.LookPath(l.script); err == nil {
		return nil
	}
	hint := ""
	if name := beside(path); name != "" {
		hint = "; did you mean " + filepath.Join(filepath.Dir(l.script), name) + "?"
	}
	return fmt.Errorf("there is no %s in %s%s", l.script, dir, hint)
}

// beside is the file next to a path that has nearly its name, empty if none does.
func beside(path string) string {
	there, err := os.ReadDir(filepath.Dir(path))
	if err != nil { // then there is none
		return ""
	}
	var names []string
	for _, e := range there {
		if filepath.Ext(e.Name()) == filepath.Ext(path) {
			names = append(names, e.Name())
		}
	}
	return space.Nearest(filepath.Base(path), names)
}
