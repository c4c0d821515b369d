package inbox

import (
	"fmt"
	"net"
	"time"
)

// handOver gives a connection to net/http, with what was read of it.
func (s *Server) handOver(c *plainConn) {
	if err := c.SetDeadline(time.Time{}); err != nil {
		c.Close()
		return
	}
	select {
	case s.odd.in <- &readConn{c.Conn, c.in}:
	case <-s.odd.closed:
		c.Close()
	}
}

// readConn is a connection of which something was read already.
type readConn struct {
	net.Conn
	before []byte
}

func (c *readConn) Read(p []byte) (int, error) {
	if len(c.before) > 0 {
		n := copy(p, c.before)
		c.before = c.before[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}

// handed is the listener of net/http: it accepts what is handed over.
type handed struct {
	addr   net.Addr
	in     chan net.Conn
	closed chan struct{}
}

func (h *handed) Accept() (net.Conn, error) {
	select {
	case c := <-h.in:
		return c, nil
	case <-h.closed:
		return nil, fmt.Errorf("accept at %s: %w", h.addr, net.ErrClosed)
	}
}

func (h *handed) Addr() net.Addr { return h.addr }

// Close is called once, by net/http.
func (h *handed) Close() error {
	close(h.closed)
	return nil
}
