package inbox

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// head is what a plain request says before its body.
type head struct {
	path   string
	token  string
	size   int  // of the head itself
	length int  // of the body
	last   bool // the client closes after the answer
}

// parseHead reads a request line and headers, each line but the last with its
// CRLF. ok is false for all that is not plain, be it right or wrong.
func parseHead(text []byte) (h head, ok bool) {
	line, rest, _ := bytes.Cut(text, []byte("\r\n"))
	switch string(line) {
	case "POST " + reportsPath + " HTTP/1.1":
		h.path = reportsPath
	case "POST " + checkpointsPath + " HTTP/1.1":
		h.path = checkpointsPath
	default:
		return h, false
	}
	h.length = -1
	var host, authorized bool
	for len(rest) > 0 {
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		name, value, found := strings.Cut(string(line), ":")
		if !found || strings.ContainsFunc(value, strange) {
			return h, false
		}
		value = strings.Trim(value, " \t")
		switch strings.ToLower(name) {
		case "host":
			if host || value == "" {
				return h, false
			}
			host = true
		case "content-length":
			n, err := strconv.ParseUint(value, 10, 31)
			if err != nil || value[0] == '+' || h.length >= 0 || n > maxBody {
				return h, false
			}
			h.length = int(n)
		case "authorization":
			if authorized {
				return h, false
			}
			authorized, h.token = true, bearerOf(value)
		case "connection":
			h.last = strings.EqualFold(value, "close")
			if !h.last && !strings.EqualFold(value, "keep-alive") {
				return h, false
			}
		case "content-type", "user-agent", "accept", "accept-encoding", "accept-language":
		default:
			return h, false
		}
	}
	return h, host && h.length >= 0
}

// strange is what a plain header's value doesn't hold.
func strange(r rune) bool { return r != '\t' && (r < ' ' || r > '~') }

// appendAnswer writes an answer as RFC 9112 has it.
func appendAnswer(dst []byte, status int, text []byte, last bool) []byte {
	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(status), 10)
	dst = append(dst, ' ')
	dst = append(dst, http.StatusText(status)...)
	dst = append(dst, "\r\nContent-Type: application/json\r\nContent-Length: "...)
	dst = strconv.AppendInt(dst, int64(len(text)+1), 10)
	dst = append(dst, "\r\nDate: "...)
	dst = time.Now().UTC().AppendFormat(dst, http.TimeFormat)
	if status == http.StatusUnauthorized {
		dst = append(dst, "\r\nWWW-Authenticate: Bearer"...)
	}
	if last {
		dst = append(dst, "\r\nConnection: close"...)
	}
	dst = append(dst, "\r\n\r\n"...)
	dst = append(dst, text...)
	return append(dst, '\n')
}
