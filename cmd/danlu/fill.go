package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/fill"
)

func newFill(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "fill FILE [--NAME=VALUE…] [-- COMMAND…]",
		Short: "start a program with other values in a file that it reads",
		Long: `Fill is for programs without options: it starts COMMAND with other values in FILE,
which stays as it is. COMMAND gets another file wherever it names FILE, in the
trial's folder or, outside of trials, among the temporary ones.

FILE is a configuration in JSON or YAML, and NAME the keys that lead to a value in it,
with dots between; or a script of Python, and NAME a variable that it assigns a number,
a text or a truth value to outside of functions, or NAME.ENTRY such a value in a
dictionary, as params.eta in params = {"eta": 0.1}, or in a class.

Without COMMAND it prints what would stand in the place of FILE.`,
		Example: `  danlu fill config.yaml --optimizer.lr=0.01 -- python train.py -c config.yaml
  danlu fill train.py --learning_rate=0.01 -- python train.py
  command: [danlu, fill, train.py, "{params}", "--", python, train.py]`,
		DisableFlagParsing:    true,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "--help" || args[0] == "-h" {
				return cmd.Help()
			}
			file, words := args[0], args[1:]
			var argv []string
			if i := slices.Index(words, "--"); i >= 0 {
				words, argv = words[:i], words[i+1:]
			}
			values, err := fill.Parse(words)
			if err != nil {
				return usage("%w", err)
			}
			return a.fill(file, values, argv)
		},
	}
}

// fill starts a command with values in a file, or prints what would stand in its place.
func (a *app) fill(file string, values []fill.Value, argv []string) error {
	path, err := filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("find %s: %w", file, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return usage("read what is to be filled: %w; its path begins in the folder danlu.yaml is in", err)
	}
	if text, err = fill.Text(path, text, values); err != nil {
		return usage("%w", err)
	}
	if len(argv) == 0 {
		_, err := a.out.Write(text)
		return err
	}
	folder := fillFolder(path, text)
	if err := ownFolder(folder); err != nil {
		return fmt.Errorf("make the folder of %s with its values: %w", file, err)
	}
	other := filepath.Join(folder, filepath.Base(path))
	argv, n := fill.Replace(argv, file, other)
	if n == 0 {
		return usage("start the program with other values in %s: its command does not name %s; write the path in both alike", file, file)
	}
	if err := writeWhole(other, text); err != nil {
		return fmt.Errorf("write %s with its values: %w", file, err)
	}
	return become(argv)
}

// fillFolder is where a file with its values is put: in the folder of the trial, else
// in one that has its name from what is in it, so that there is one however often it is
// asked for.
func fillFolder(path string, text []byte) string {
	if dir := os.Getenv("DANLU_DIR"); dir != "" {
		return filepath.Join(dir, "filled")
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("danlu-fill-%d-%x", os.Getuid(), sha256.Sum256(append([]byte(path+"\x00"), text...)))[:40])
}

// ownFolder makes a folder that nobody else can write to. Its name can be foretold, and
// what is in it will be run: one that another user has put there is an error.
func ownFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is a link or no folder; remove it", path)
	}
	return os.Chmod(path, 0o700) // which only its owner may
}

// writeWhole writes a file that others may read at once.
func writeWhole(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(text); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
