package inbox_test

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/inbox"
)

// FuzzHead: what is taken for plain, net/http reads the same way.
func FuzzHead(f *testing.F) {
	for _, text := range []string{
		"POST /v1/reports HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer 7.1.x\r\nContent-Length: 73",
		"POST /v1/checkpoints HTTP/1.1\r\nhost:h:1\r\nconnection: Close\r\nauthorization:bearer  7 \r\ncontent-length:\t0",
		"POST /v1/reports HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1",
		"POST /v1/reports HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
		"POST /v1/reports HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n folded: x",
		"POST /v1/reports HTTP/1.1\r\nHost: h\r\nContent-Length : 1",
		"POST /v1/reports HTTP/1.1\nHost: h\nContent-Length: 1",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path, token, length, last, ok := inbox.ParseHead(text)
		if !ok || bytes.Contains(text, []byte("\r\n\r\n")) {
			return
		}
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(string(text) + "\r\n\r\n")))
		if err != nil {
			t.Fatalf("plain, but net/http says: %v", err)
		}
		if r.Method != "POST" || r.URL.Path != path || r.ContentLength != int64(length) || r.Close != last || len(r.TransferEncoding) > 0 {
			t.Errorf("path %q, length %d, last %v; net/http reads %s %q, %d, %v, %q", path, length, last, r.Method, r.URL.Path, r.ContentLength, r.Close, r.TransferEncoding)
		}
		if want := inbox.BearerOf(r.Header.Get("Authorization")); token != want {
			t.Errorf("token %q; net/http reads %q", token, want)
		}
	})
}
