package executortest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// ExitCode is the error of a script that ends with a code other than 0.
type ExitCode int

func (e ExitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// ExitCode is the code.
func (e ExitCode) ExitCode() int { return int(e) }

// Main plays a script as a process of its own and returns its exit code. A test
// binary whose executor runs processes calls it from TestMain when it is started
// with the arguments Harness.Self.
func Main(script []string) int {
	err := Play(context.Background(), script)
	if code := ExitCode(0); errors.As(err, &code) {
		return int(code)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Play does what a script says, word by word, in this goroutine:
//
//	append FILE      add a line to FILE
//	sleep DURATION   wait, or until ctx is done
//	deaf             from here on, ignore ctx and SIGTERM
//	exit CODE        end with an error of that code
//	panic TEXT       panic
//
// and where it is a process of its own also
//
//	out TEXT, err TEXT   write a line to standard output or error
//	flood BYTES          write so much to standard output, in numbered lines
//	cat FILE             copy standard input to FILE
//	dump FILE            write arguments, environment and folder to FILE as JSON
//	signal NUMBER        send itself a signal
//	await FILE           wait until there is such a file
//	eat MIB              allocate and touch so much memory
//	orphan FILE          leave a process behind in a session of its own, by way
//	                     of one that ends; FILE gets its number
//	bare-orphan FILE     the same, with nothing in its environment
//	deaf-orphan FILE     the same, ignoring SIGTERM
//	rest ARGS…           the end: what follows is there to be dumped
func Play(ctx context.Context, script []string) error {
	for len(script) > 0 {
		word, arg := script[0], ""
		if word == "rest" {
			return nil
		}
		script = script[1:]
		if word == "deaf" {
			ctx = context.Background()
			signal.Ignore(syscall.SIGTERM)
			continue
		}
		if len(script) == 0 {
			return fmt.Errorf("script: %s wants an argument", word)
		}
		arg, script = script[0], script[1:]
		if err := playWord(ctx, word, arg); err != nil {
			return fmt.Errorf("script: %s %s: %w", word, arg, err)
		}
	}
	return nil
}

func playWord(ctx context.Context, word, arg string) error {
	switch word {
	case "append":
		return appendLine(arg)
	case "sleep":
		return sleep(ctx, arg)
	case "exit":
		code, err := strconv.Atoi(arg)
		return errors.Join(err, ExitCode(code))
	case "panic":
		panic(arg)
	case "out":
		_, err := fmt.Println(arg)
		return err
	case "err":
		_, err := fmt.Fprintln(os.Stderr, arg)
		return err
	case "flood":
		return flood(arg)
	case "cat":
		b, err := io.ReadAll(os.Stdin)
		return errors.Join(err, writeWhole(arg, b))
	case "dump":
		return dump(arg)
	case "signal":
		return raise(ctx, arg)
	case "await":
		for !exists(arg) {
			time.Sleep(5 * time.Millisecond)
		}
		return nil
	case "eat":
		return eat(arg)
	case "orphan", "bare-orphan", "deaf-orphan", "fork":
		return orphan(word, arg)
	case "hold":
		return errors.Join(writeWhole(arg, []byte(strconv.Itoa(os.Getpid()))), sleep(ctx, "1h"))
	}
	return errors.New("unknown word")
}

func appendLine(path string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString("x\n")
	return errors.Join(err, f.Close())
}

func sleep(ctx context.Context, arg string) error {
	d, err := time.ParseDuration(arg)
	if err != nil {
		return err
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// flood writes lines of 16 bytes, each with its number.
func flood(arg string) error {
	n, err := strconv.Atoi(arg)
	if err != nil {
		return err
	}
	line := []byte("000000000000000\n")
	var block bytes.Buffer
	for range n / len(line) {
		block.Write(line)
		if block.Len() >= 64<<10 {
			if _, err := block.WriteTo(os.Stdout); err != nil {
				return err
			}
		}
		last := len(line) - 2
		for line[last] == '9' {
			line[last] = '0'
			last--
		}
		line[last]++
	}
	_, err = block.WriteTo(os.Stdout)
	return err
}

// Dump is what a process saw of its launch. Strings are kept as bytes, since
// they need not be text.
type Dump struct {
	Args, Env [][]byte
	Dir       string
}

func dump(path string) error {
	var d Dump
	for _, a := range os.Args {
		d.Args = append(d.Args, []byte(a))
	}
	for _, v := range os.Environ() {
		d.Env = append(d.Env, []byte(v))
	}
	var err error
	if d.Dir, err = os.Getwd(); err != nil {
		return err
	}
	b, err := json.Marshal(d)
	return errors.Join(err, writeWhole(path, b))
}

func raise(ctx context.Context, arg string) error {
	n, err := strconv.Atoi(arg)
	if err != nil {
		return err
	}
	p, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	if err := p.Signal(syscall.Signal(n)); err != nil {
		return err
	}
	return sleep(ctx, "1m") // until it arrives
}

func eat(arg string) error {
	n, err := strconv.Atoi(arg)
	if err != nil {
		return err
	}
	eaten := make([]byte, n<<20)
	for i := 0; i < len(eaten); i += 4096 {
		eaten[i] = 1
	}
	fmt.Fprint(io.Discard, eaten[len(eaten)-1])
	return nil
}

// writeWhole makes path appear with its content.
func writeWhole(path string, b []byte) error {
	temp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d", filepath.Base(path), os.Getpid()))
	return errors.Join(os.WriteFile(temp, b, 0o600), os.Rename(temp, path))
}
