package inbox

import (
	"bytes"
	"net"
	"net/http"
	"runtime/debug"
	"time"
)

// plainConn answers requests that are as plain as those of danlu's own clients:
// POST to one of the two paths, HTTP/1.1, a stated length, no header that changes
// what the message means. Whatever is not, net/http is given the connection with
// what was read of it, for good. Answers are the same, at about half the cost
// (BenchmarkServer): one read and one write a request, no second goroutine that
// waits for the client to hang up, no timer set anew.
type plainConn struct {
	net.Conn
	server  *Server
	in      []byte    // read, and not yet used
	out     []byte    // the answer
	refresh time.Time // when the deadlines of waiting are to be put off again
}

const (
	idlePatience = 5 * time.Minute  // for the next request, and for an answer to be fetched
	bodyPatience = 10 * time.Second // for the rest of a request that has begun
	maxHead      = 8 << 10          // bytes of a request line and its headers
	keptBuffer   = 64 << 10         // bytes of a buffer worth keeping between requests
)

// serve answers one request after another, until the client or the server has had
// enough.
func (c *plainConn) serve() {
	defer func() {
		if p := recover(); p != nil { // one report must not end the driver
			c.server.log.Error("a report was not understood; its trial spools it", "panic", p, "stack", string(debug.Stack()))
			c.Close()
		}
		c.server.conns.leave(c)
	}()
	for {
		if len(c.in) == 0 && c.wait() != nil {
			c.Close()
			return
		}
		if !c.server.conns.begin(c) {
			c.Close()
			return
		}
		h, plain, err := c.head()
		if err == nil && !plain {
			c.server.handOver(c)
			return
		}
		if err == nil {
			err = c.reply(h)
		}
		if !c.server.conns.end(c) || err != nil || h.last {
			c.Close()
			return
		}
	}
}

// wait reads the first bytes of the next request.
func (c *plainConn) wait() error {
	if cap(c.in) > keptBuffer {
		c.in = nil
	}
	if now := time.Now(); now.After(c.refresh) {
		if err := c.SetDeadline(now.Add(idlePatience)); err != nil {
			return err
		}
		c.refresh = now.Add(idlePatience / 5)
	}
	return c.more()
}

// more reads what has come.
func (c *plainConn) more() error {
	if len(c.in) == cap(c.in) {
		grown := make([]byte, len(c.in), max(2*cap(c.in), 2<<10))
		copy(grown, c.in)
		c.in = grown
	}
	n, err := c.Read(c.in[len(c.in):cap(c.in)])
	c.in = c.in[:len(c.in)+n]
	if n > 0 {
		return nil
	}
	return err
}

// rest reads on in a request that has begun.
func (c *plainConn) rest() error {
	if !c.refresh.IsZero() {
		c.refresh = time.Time{}
		if err := c.SetReadDeadline(time.Now().Add(bodyPatience)); err != nil {
			return err
		}
	}
	return c.more()
}

// head reads the request's head, and leaves it in c.in.
func (c *plainConn) head() (h head, plain bool, err error) {
	for seen := 0; ; {
		if end := bytes.Index(c.in[seen:], []byte("\r\n\r\n")); end >= 0 {
			h, plain = parseHead(c.in[:seen+end])
			h.size = seen + end + 4
			return h, plain, nil
		}
		if len(c.in) > maxHead {
			return h, false, nil
		}
		seen = max(0, len(c.in)-3)
		if err := c.rest(); err != nil {
			return h, false, err
		}
	}
}

// reply reads the body, has it handled, and answers.
func (c *plainConn) reply(h head) error {
	var broken error
	body := func() ([]byte, error) {
		for len(c.in) < h.size+h.length {
			if broken = c.rest(); broken != nil {
				return nil, broken
			}
		}
		return c.in[h.size : h.size+h.length], nil
	}
	text, err := c.server.take(nil, h.path, h.token, body)
	if broken != nil {
		return broken // nobody is there to be told
	}
	status := http.StatusOK
	if err != nil {
		status, text = c.server.explain(h.path, err)
	}
	used := h.size + h.length
	for len(c.in) < used { // refused before it was read
		used -= len(c.in)
		c.in = c.in[:0]
		if err := c.rest(); err != nil {
			return err
		}
	}
	c.in = c.in[:copy(c.in, c.in[used:])]
	c.out = appendAnswer(c.out[:0], status, text, h.last)
	_, err = c.Write(c.out)
	return err
}
