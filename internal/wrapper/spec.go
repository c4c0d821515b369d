package wrapper

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/danlu-ml/danlu/internal/executor"
)

// MarkName is the environment variable by which a program and everything it
// starts are recognised.
const MarkName = "DANLU_MARK"

// Spec is launch.json: what to start, and what the executor decided about it.
type Spec struct {
	executor.Launch
	// Mark is the value of MarkName, unique to this writing of launch.json.
	Mark string `json:"mark"`
	// Devices are the accelerators given to it, as CUDA_VISIBLE_DEVICES names
	// them; they are in Env already and kept here for bookkeeping.
	Devices []string `json:"devices,omitempty"`
	// Bytes holds Command and Env where they aren't UTF-8, which JSON text
	// can't carry unharmed.
	Bytes *rawLaunch `json:"bytes,omitempty"`
}

type rawLaunch struct {
	Command [][]byte `json:"command"`
	Env     [][]byte `json:"env"`
}

// WriteSpec makes the attempt's folder and puts launch.json into it. It may be
// called again for the same attempt: the wrapper that claims it has read one of
// them whole.
func WriteSpec(l executor.Launch, devices []string) error {
	dir := AttemptDir(l.Dir, l.Attempt)
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return err
	}
	var id [8]byte
	rand.Read(id[:])
	s := Spec{Launch: l, Devices: devices}
	s.Mark = fmt.Sprintf("%s/%d/%d/%s", l.Study, l.Trial, l.Attempt, hex.EncodeToString(id[:]))
	if !slices.ContainsFunc(slices.Concat(l.Command, l.Env), func(s string) bool { return !utf8.ValidString(s) }) {
		return replaceJSON(filepath.Join(dir, launchFile), s)
	}
	s.Bytes = &rawLaunch{Command: toBytes(l.Command), Env: toBytes(l.Env)}
	s.Command, s.Env = nil, nil
	return replaceJSON(filepath.Join(dir, launchFile), s)
}

// ReadSpec reads launch.json of an attempt's folder.
func ReadSpec(dir string) (Spec, error) {
	var s Spec
	if err := readJSON(filepath.Join(dir, launchFile), &s); err != nil {
		return Spec{}, err
	}
	if s.Bytes != nil {
		s.Command, s.Env = toStrings(s.Bytes.Command), toStrings(s.Bytes.Env)
	}
	return s, nil
}

// forgetEnv takes the environment out of launch.json: it was needed to start the
// program, and people keep keys and tokens in theirs.
func (s Spec) forgetEnv(dir string) error {
	s.Env, s.Bytes = nil, nil
	return replaceJSON(filepath.Join(dir, launchFile), s)
}

// environ is the program's environment: the one asked for, with the mark.
func (s Spec) environ() []string {
	env := slices.DeleteFunc(slices.Clone(s.Env), func(v string) bool { return strings.HasPrefix(v, MarkName+"=") })
	return append(env, s.marker())
}

func (s Spec) marker() string { return MarkName + "=" + s.Mark }

func toBytes(in []string) (out [][]byte) {
	for _, s := range in {
		out = append(out, []byte(s))
	}
	return out
}

func toStrings(in [][]byte) (out []string) {
	for _, b := range in {
		out = append(out, string(b))
	}
	return out
}
