package inbox_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/danlu-ml/danlu/internal/inbox"
)

// speak sends text, in pieces of a given size, and returns the answers: the status
// and the body of as many as come before the server has nothing more to say.
func speak(t *testing.T, s *inbox.Server, text string, size int) (answers []string) {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		for len(text) > 0 {
			n := min(size, len(text))
			if _, err := io.WriteString(c, text[:n]); err != nil {
				return
			}
			text = text[n:]
		}
		c.(*net.TCPConn).CloseWrite()
	}()
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
	r := bufio.NewReader(c)
	for {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return answers
		}
		body, err := io.ReadAll(resp.Body)
		if errors.Is(err, syscall.ECONNRESET) {
			err = nil // who is refused before all was read may see the connection end so
		}
		if err != nil {
			t.Fatalf("after %q: %v", answers, err)
		}
		answers = append(answers, fmt.Sprintf("%d %s %s", resp.StatusCode, resp.Header.Get("Content-Type"), strings.TrimSpace(string(body))))
	}
}

// A plain request is answered as net/http answers the same one with a header that
// is not known to be plain, whole or byte by byte, and so is what follows it.
func TestPlainRequestsAreAnsweredAsAllOthers(t *testing.T) {
	token := func(s *inbox.Server) string { return s.Endpoint(7, 1).Token }
	post := func(path, headers, body string) string {
		return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: h\r\nODD%sContent-Length: %d\r\n\r\n%s", path, headers, len(body), body)
	}
	own := "Authorization: Bearer TOKEN\r\n"
	for name, text := range map[string]string{
		"a report":             post("/v1/reports", own, okReport),
		"a checkpoint":         post("/v1/checkpoints", own, okCheckpoint),
		"two at once":          post("/v1/reports", own, okReport) + post("/v1/reports", own, okReport),
		"odd after plain":      post("/v1/reports", own, okReport) + strings.ReplaceAll(post("/v1/reports", own, okReport), "ODD", "X-Odd: 1\r\n"),
		"names in small":       post("/v1/reports", "authorization: bearer  TOKEN \r\n", okReport),
		"no token":             post("/v1/reports", "", okReport),
		"no token, then one":   post("/v1/reports", "", okReport) + post("/v1/reports", own, okReport),
		"another's token":      post("/v1/reports", "Authorization: Bearer 7.1.AAAA\r\n", okReport),
		"no JSON":              post("/v1/reports", own, "step=3"),
		"no body":              post("/v1/reports", own, ""),
		"another path":         post("/v1/report", own, okReport),
		"the last":             post("/v1/reports", own+"Connection: close\r\n", okReport) + post("/v1/reports", own, okReport),
		"two lengths":          post("/v1/reports", own+"Content-Length: 5\r\n", okReport),
		"a length with a sign": "POST /v1/reports HTTP/1.1\r\nHost: h\r\nODD" + own + "Content-Length: +73\r\n\r\n" + okReport,
		"no host":              "POST /v1/reports HTTP/1.1\r\nODD" + own + "Content-Length: 73\r\n\r\n" + okReport,
		"chunks":               "POST /v1/reports HTTP/1.1\r\nHost: h\r\nODD" + own + "Transfer-Encoding: chunked\r\n\r\n49\r\n" + okReport + "\r\n0\r\n\r\n",
		"chunks and a length":  "POST /v1/reports HTTP/1.1\r\nHost: h\r\nODD" + own + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n49\r\n" + okReport + "\r\n0\r\n\r\n",
		"a folded header":      "POST /v1/reports HTTP/1.1\r\nHost: h\r\nODDAuthorization: Bearer\r\n TOKEN\r\nContent-Length: 73\r\n\r\n" + okReport,
		"HTTP/1.0":             "POST /v1/reports HTTP/1.0\r\nHost: h\r\nODD" + own + "Content-Length: 73\r\n\r\n" + okReport,
		"GET":                  "GET /v1/reports HTTP/1.1\r\nHost: h\r\nODD\r\n",
		"not HTTP":             "hello\r\nODD\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := listen(t, &memory{})
			text := strings.ReplaceAll(text, "TOKEN", token(s))
			want := speak(t, s, strings.ReplaceAll(text, "ODD", "X-Odd: 1\r\n"), len(text)+100)
			if len(want) == 0 {
				t.Fatal("net/http says nothing")
			}
			for _, size := range []int{len(text), 1} {
				if d := cmp.Diff(want, speak(t, s, strings.ReplaceAll(text, "ODD", ""), size)); d != "" {
					t.Errorf("in pieces of %d (-net/http +plain):\n%s", size, d)
				}
			}
		})
	}
}

// A kept connection in which nothing goes on does not hold up a driver that
// leaves.
func TestCloseCutsConnectionsThatWait(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := listen(t, &memory{})
	for _, odd := range []string{"", "X-Odd: 1\r\n"} {
		c, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "POST /v1/reports HTTP/1.1\r\nHost: h\r\n%sAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s",
			odd, s.Endpoint(7, 1).Token, len(okReport), okReport)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || resp.StatusCode != 200 {
			t.Fatalf("%v, %v", resp, err)
		}
	}
	if err := s.Close(context.Background()); err != nil {
		t.Error(err)
	}
}
