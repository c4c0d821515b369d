//go:build unix

package executortest

import (
	"os"
	"os/exec"
	"syscall"
)

// orphan starts, in a session of its own, a process that starts another and
// ends ("fork"), or is that other's start. How the last one is to hold on is
// told by the word.
func orphan(word, file string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	next := []string{"play", "fork", file}
	if word == "fork" {
		next = []string{"play", "hold", file}
		if os.Getenv("EXECUTORTEST_DEAF") != "" {
			next = []string{"play", "deaf", "hold", file}
		}
	}
	cmd := exec.Command(self, next...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr // it holds on to the streams as well
	cmd.Env = os.Environ()
	switch word {
	case "bare-orphan":
		cmd.Env = []string{}
	case "deaf-orphan":
		cmd.Env = append(cmd.Env, "EXECUTORTEST_DEAF=1")
	}
	if word == "fork" {
		return cmd.Start()
	}
	return cmd.Run()
}
