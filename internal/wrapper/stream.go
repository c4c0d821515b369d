package wrapper

import (
	"cmp"
	"os"
	"time"

	"github.com/danlu-ml/danlu/internal/observe"
)

// stream takes in one of the program's outputs as fast as it comes.
type stream struct {
	in    *os.File // the program's end
	out   *os.File
	log   logWriter
	tail  tail
	lines *lines        // nil if nobody looks for patterns
	done  chan struct{} // closed when out has been read to its end
}

func openStreams(dir string, spec Spec, watch *observe.Observer) (stdout, stderr *stream, err error) {
	stdout, err = openStream(dir, "stdout", spec, watch)
	if err != nil {
		return nil, nil, err
	}
	stderr, err = openStream(dir, "stderr", spec, watch)
	return stdout, stderr, err
}

func openStream(dir, name string, spec Spec, watch *observe.Observer) (*stream, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	s := &stream{
		in: in, out: out, done: make(chan struct{}),
		log: logWriter{dir: dir, stream: name, limit: cmp.Or(spec.LogLimit, defaultLogLimit)},
	}
	if watch.Listens() {
		s.lines = &lines{emit: watch.Line}
	}
	go s.copy()
	return s, nil
}

func (s *stream) copy() {
	defer close(s.done)
	buf := make([]byte, 32<<10)
	for {
		n, err := s.out.Read(buf)
		s.log.write(buf[:n])
		s.tail.write(buf[:n])
		if s.lines != nil {
			s.lines.write(buf[:n])
		}
		if err != nil {
			break
		}
	}
	if s.lines != nil {
		s.lines.flush()
	}
	s.log.close()
}

// finish reads what is left of the output. It is called when the program's tree
// has ended, so the end is near, unless somebody out of reach holds the stream.
func (s *stream) finish() {
	giveUp := time.AfterFunc(drainPatience, func() { s.out.Close() })
	<-s.done
	giveUp.Stop()
	s.out.Close()
}
