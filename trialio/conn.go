package trialio

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

const (
	statusOK           = 200
	statusBadRequest   = 400
	statusUnauthorized = 401
	statusConflict     = 409
	statusTooLarge     = 413

	maxReply = 64 << 10 // bytes
)

// conn is a kept HTTP/1.1 connection (RFC 9112) that posts small messages and
// reads small answers of a stated length: all that the protocol needs. With
// net/http a training program would grow by megabytes and by goroutines.
type conn struct {
	net.Conn
	r    *bufio.Reader
	host string
	last bool // the other end closes after this answer
}

func dial(address string, deadline time.Time) (*conn, error) {
	host, ok := strings.CutPrefix(address, "http://")
	if !ok {
		return nil, fmt.Errorf("the driver's address %q does not begin with http://", address)
	}
	c, err := net.DialTimeout("tcp", strings.TrimSuffix(host, "/"), time.Until(deadline))
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, r: bufio.NewReader(c), host: host}, nil
}

// post sends body and returns the answer and its status. After an error the
// connection is of no more use.
func (c *conn) post(path, token string, body []byte, deadline time.Time) (reply []byte, status int, err error) {
	if err := c.SetDeadline(deadline); err != nil {
		return nil, 0, err
	}
	var request bytes.Buffer
	fmt.Fprintf(&request, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
		path, c.host, token, len(body))
	request.Write(body)
	if _, err := c.Write(request.Bytes()); err != nil {
		return nil, 0, err
	}
	line, err := c.line()
	if err != nil {
		return nil, 0, err
	}
	version, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	status, err = strconv.Atoi(code)
	if err != nil || version != "HTTP/1.1" {
		return nil, 0, fmt.Errorf("%q is not the answer of a driver", line)
	}
	length, err := c.headers()
	if err != nil {
		return nil, 0, err
	}
	reply = make([]byte, length)
	_, err = io.ReadFull(c.r, reply)
	return reply, status, err
}

// headers reads to the end of the headers and returns the body's length.
func (c *conn) headers() (length int, err error) {
	length = -1
	for range 100 {
		line, err := c.line()
		if err != nil {
			return 0, err
		}
		if line == "" {
			if length < 0 || length > maxReply {
				return 0, errors.New("the answer's length is missing or too large: not a driver's")
			}
			return length, nil
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch strings.ToLower(name) {
		case "content-length":
			if length, err = strconv.Atoi(value); err != nil || length < 0 {
				return 0, fmt.Errorf("content length %q is not the answer of a driver", value)
			}
		case "connection":
			c.last = strings.EqualFold(value, "close")
		}
	}
	return 0, errors.New("the answer has more than 100 headers: not a driver's")
}

func (c *conn) line() (string, error) {
	line, err := c.r.ReadSlice('\n')
	return strings.TrimRight(string(line), "\r\n"), err
}
