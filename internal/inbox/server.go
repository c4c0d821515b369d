package inbox

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Config says how to listen. Its zero value, but for Sink, works.
type Config struct {
	Sink Sink // needed

	Study         string       // part of every token
	Secret        []byte       // key of the tokens; nil means 32 random bytes
	Addr          string       // host:port; "" means 127.0.0.1:0
	MaxConcurrent int          // requests handled at once; 0 means 256; others wait a little, then get 503
	Log           *slog.Logger // nil means silence
}

const (
	maxBody      = 1 << 20         // bytes of a request's body, and of a spool's line
	slotPatience = 2 * time.Second // how long a request waits for its turn
)

// Server takes reports over HTTP. Use [Listen].
//
// Plain requests it answers itself, all others through net/http: see plainConn.
type Server struct {
	sink   Sink
	signer signer
	log    *slog.Logger

	http     *http.Server
	listener net.Listener
	conns    conns
	odd      handed        // what net/http is to serve
	slots    chan struct{} // one for each request being handled
	bodies   sync.Pool     // of *bytes.Buffer

	ctx     context.Context // what sinks are given
	cancel  context.CancelFunc
	closing sync.Once
	served  sync.WaitGroup // the accept loops
}

// Listen opens the address and serves at once. The caller closes the server.
func Listen(cfg Config) (*Server, error) {
	if cfg.Sink == nil {
		panic("inbox: Listen without a Sink")
	}
	addr := cmp.Or(cfg.Addr, "127.0.0.1:0")
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for reports at %s: %w (is another driver using it? \"\" takes any free port)", addr, err)
	}
	s := &Server{
		sink:     cfg.Sink,
		signer:   signer{secret: cfg.Secret, study: cfg.Study},
		log:      cmp.Or(cfg.Log, slog.New(slog.DiscardHandler)),
		listener: listener,
		slots:    make(chan struct{}, cmp.Or(cfg.MaxConcurrent, 256)),
		bodies:   sync.Pool{New: func() any { return new(bytes.Buffer) }},
		conns:    conns{busy: map[*plainConn]bool{}},
		odd:      handed{addr: listener.Addr(), in: make(chan net.Conn), closed: make(chan struct{})},
	}
	if s.signer.secret == nil {
		s.signer.secret = make([]byte, 32)
		rand.Read(s.signer.secret) // never fails: see crypto/rand
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       bodyPatience,
		WriteTimeout:      time.Minute,
		IdleTimeout:       idlePatience,
		MaxHeaderBytes:    maxHead,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	s.served.Go(s.accept)
	s.served.Go(func() { _ = s.http.Serve(&s.odd) }) // ends when it is shut down
	return s, nil
}

// accept takes connections until the listener is closed.
func (s *Server) accept() {
	for {
		c, err := s.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // too many open files, say: that passes
			s.log.Error("a connection could not be taken; its trial tries again", "address", s.Addr(), "error", err)
			time.Sleep(50 * time.Millisecond)
		default:
			s.conns.serve(&plainConn{Conn: c, server: s})
		}
	}
}

// Addr returns the host:port that the server listens on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Endpoint returns what a given attempt needs to report here. Attempts need not
// be announced beforehand.
func (s *Server) Endpoint(trial, attempt int) Endpoint {
	return Endpoint{Address: "http://" + s.Addr(), Token: s.signer.token(trial, attempt)}
}

// Close stops taking connections, answers the requests already begun, and
// returns when the sink is no longer in use. When ctx ends first, the sink's
// context ends, connections are cut, and the error is ctx's. Closing again does
// nothing.
func (s *Server) Close(ctx context.Context) (err error) {
	s.closing.Do(func() {
		s.listener.Close()
		err = s.conns.close(ctx)
		if failed := s.http.Shutdown(ctx); err == nil {
			err = failed
		}
		s.cancel()
		if err != nil {
			s.http.Close()
			err = fmt.Errorf("close the report server at %s with requests unanswered: %w (trials spool them)", s.Addr(), err)
		}
		for range cap(s.slots) { // whoever is in the sink leaves; nobody enters any more
			s.slots <- struct{}{}
		}
		s.conns.serving.Wait()
		s.served.Wait()
	})
	return err
}
