package inbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/danlu-ml/danlu/internal/inbox"
)

func listen(t *testing.T, sink inbox.Sink) *inbox.Server {
	t.Helper()
	s, err := inbox.Listen(inbox.Config{Sink: sink, Study: "s"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) })
	return s
}

// post sends a body with a token and returns the status and the answer.
func post(t *testing.T, s *inbox.Server, method, path, token, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, "http://"+s.Addr()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(reply) {
		t.Errorf("the answer %q is not JSON", reply)
	}
	return resp.StatusCode, strings.TrimSpace(string(reply))
}

const (
	okReport     = `{"trial":7,"attempt":1,"reports":[{"step":3,"values":{"val_loss":0.41}}]}`
	okCheckpoint = `{"trial":7,"attempt":1,"step":3,"path":"/runs/7/step-3.ckpt"}`
)

func TestServerStoresThenAnswers(t *testing.T) {
	sink := &memory{answer: inbox.Answer{Decision: inbox.Pause}}
	s := listen(t, sink)
	token := s.Endpoint(7, 1).Token
	status, reply := post(t, s, "POST", "/v1/reports", token, okReport)
	if status != 200 || reply != `{"decision":"pause","step":3}` {
		t.Errorf("report answered %d %s", status, reply)
	}
	want := []inbox.Report{{Step: 3, Values: map[string]float64{"val_loss": 0.41}}}
	if d := cmp.Diff(want, sink.reports); d != "" {
		t.Errorf("reports (-want +got):\n%s", d)
	}
	if status, reply := post(t, s, "POST", "/v1/checkpoints", token, okCheckpoint); status != 200 {
		t.Errorf("checkpoint answered %d %s", status, reply)
	}
	if d := cmp.Diff([]string{"/runs/7/step-3.ckpt"}, sink.checkpoints); d != "" {
		t.Errorf("checkpoints (-want +got):\n%s", d)
	}
}

func TestServerRefuses(t *testing.T) {
	sink := &memory{}
	s := listen(t, sink)
	own, other := s.Endpoint(7, 1).Token, s.Endpoint(8, 1).Token
	for name, c := range map[string]struct {
		method, path, token, body string
		status                    int
		says                      string
	}{
		"no token":               {"POST", "/v1/reports", "", okReport, 401, "DANLU_ENDPOINT"},
		"an invented token":      {"POST", "/v1/reports", "7.1.AAAA", okReport, 401, "DANLU_ENDPOINT"},
		"a token made to fit":    {"POST", "/v1/reports", "7.1" + other[strings.LastIndexByte(other, '.'):], okReport, 401, "DANLU_ENDPOINT"},
		"another trial's token":  {"POST", "/v1/reports", other, okReport, 403, "speaks for trial 8, attempt 1, not for trial 7, attempt 1"},
		"another attempt's":      {"POST", "/v1/checkpoints", s.Endpoint(7, 2).Token, okCheckpoint, 403, "attempt 2"},
		"GET":                    {"GET", "/v1/reports", own, "", 405, "use POST"},
		"another path":           {"POST", "/v2/reports", own, okReport, 404, "/v1/reports"},
		"no JSON":                {"POST", "/v1/reports", own, "step=3", 400, "reports not understood"},
		"a relative checkpoint":  {"POST", "/v1/checkpoints", own, `{"trial":7,"attempt":1,"step":3,"path":"x"}`, 400, "not an absolute path"},
		"a checkpoint, no path":  {"POST", "/v1/checkpoints", own, `{"trial":7,"attempt":1,"step":3}`, 400, "needs trial, attempt, step and path"},
		"more than a mebibyte":   {"POST", "/v1/reports", own, strings.Repeat(" ", 1<<20) + okReport, 413, "fewer reports"},
		"a checkpoint of report": {"POST", "/v1/checkpoints", own, okReport, 400, `unknown field \"reports\"`},
	} {
		t.Run(name, func(t *testing.T) {
			status, reply := post(t, s, c.method, c.path, c.token, c.body)
			if status != c.status || !strings.Contains(reply, c.says) {
				t.Errorf("got %d %s\nwant %d and %q", status, reply, c.status, c.says)
			}
		})
	}
	if len(sink.reports)+len(sink.checkpoints) > 0 {
		t.Errorf("the sink got %v %v from refused requests", sink.reports, sink.checkpoints)
	}
}

func TestServerTellsWhatTheSinkSays(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		status int
		says   string
	}{
		"stale":   {inbox.ErrStale, 409, "end the program"},
		"unknown": {inbox.ErrUnknown, 404, "no such trial"},
		"refused": {inbox.Refuse("step %d is past the end, %d", 9, 5), 400, `{"error":"step 9 is past the end, 5"}`},
		"other":   {errors.New("disk full"), 500, "keep it in the spool: disk full"},
	} {
		t.Run(name, func(t *testing.T) {
			s := listen(t, &memory{err: func(inbox.Report) error { return c.err }})
			for path, body := range map[string]string{"/v1/reports": okReport, "/v1/checkpoints": okCheckpoint} {
				status, reply := post(t, s, "POST", path, s.Endpoint(7, 1).Token, body)
				if status != c.status || !strings.Contains(reply, c.says) {
					t.Errorf("%s: got %d %s\nwant %d and %q", path, status, reply, c.status, c.says)
				}
			}
		})
	}
}

// A driver with the same secret and study knows the tokens of the last one, and
// no other driver does.
func TestTokensBelongToSecretAndStudy(t *testing.T) {
	token := func(secret, study string) string {
		s, err := inbox.Listen(inbox.Config{Sink: &memory{}, Secret: []byte(secret), Study: study})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close(t.Context())
		return s.Endpoint(7, 1).Token
	}
	if first, second := token("k", "s"), token("k", "s"); first != second {
		t.Error("the token changes between drivers of one secret and study")
	}
	if token("k", "s") == token("k", "s2") || token("k", "s") == token("k2", "s") {
		t.Error("drivers of another secret or study have the same token")
	}
}

func TestServerWithoutRoomSendsTheRestAway(t *testing.T) {
	inside, leave := make(chan bool, 2), make(chan bool)
	sink := &memory{enter: func(context.Context) { inside <- true; <-leave }}
	s, err := inbox.Listen(inbox.Config{Sink: sink, MaxConcurrent: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	first := make(chan int, 1)
	go func() {
		status, _ := post(t, s, "POST", "/v1/reports", s.Endpoint(7, 1).Token, okReport)
		first <- status
	}()
	<-inside
	status, reply := post(t, s, "POST", "/v1/reports", s.Endpoint(7, 1).Token, okReport)
	close(leave)
	if status != 503 || !strings.Contains(reply, "busy") {
		t.Errorf("the second request got %d %s, want 503", status, reply)
	}
	if got := <-first; got != 200 {
		t.Errorf("the first request got %d", got)
	}
}

func TestCloseAnswersWhatIsInFlight(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	inside, leave := make(chan bool), make(chan bool)
	s := listen(t, &memory{enter: func(context.Context) { inside <- true; <-leave }})
	answered := make(chan int, 1)
	go func() {
		status, _ := post(t, s, "POST", "/v1/reports", s.Endpoint(7, 1).Token, okReport)
		answered <- status
	}()
	<-inside
	closed := make(chan error, 1)
	go func() { closed <- s.Close(context.Background()) }()
	for { // until the door is shut
		conn, err := net.Dial("tcp", s.Addr())
		if err != nil {
			break
		}
		conn.Close()
	}
	leave <- true
	if status := <-answered; status != 200 {
		t.Errorf("the request in flight got %d", status)
	}
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
}

func TestCloseEndsTheSinkWhenPatienceEnds(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	inside := make(chan bool)
	s := listen(t, &memory{enter: func(ctx context.Context) { inside <- true; <-ctx.Done() }})
	go http.DefaultTransport.(*http.Transport).Clone().RoundTrip(request(t, s)) // gets no answer
	<-inside
	patience, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := s.Close(patience); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("close: %v, want the deadline's error", err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

// A trial that hangs up before its answer has still reported.
func TestReportOutlivesItsClient(t *testing.T) {
	inside, gone := make(chan bool), make(chan bool)
	ended := make(chan error, 1)
	s := listen(t, &memory{enter: func(ctx context.Context) {
		inside <- true
		<-gone
		ended <- ctx.Err()
	}})
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if err := request(t, s).Write(conn); err != nil {
		t.Fatal(err)
	}
	<-inside
	conn.Close()
	close(gone)
	if err := <-ended; err != nil {
		t.Errorf("the sink's context ended with the connection: %v", err)
	}
}

func request(t *testing.T, s *inbox.Server) *http.Request {
	req, err := http.NewRequest("POST", "http://"+s.Addr()+"/v1/reports", strings.NewReader(okReport))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.Endpoint(7, 1).Token)
	return req
}

func TestEndpointFile(t *testing.T) {
	dir := t.TempDir()
	for _, address := range []string{"http://127.0.0.1:1", "http://127.0.0.1:2"} { // a driver, and the next
		want := inbox.Endpoint{Address: address, Token: "7.1.x"}
		if err := inbox.WriteEndpoint(dir, want); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, inbox.EndpointFile))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(string(data)); got != `{"address":"`+address+`","token":"7.1.x"}` {
			t.Errorf("the file holds %s", got)
		}
	}
	info, err := os.Stat(filepath.Join(dir, inbox.EndpointFile))
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v; want 0600", info.Mode(), err)
	}
	for range 2 {
		if err := inbox.RemoveEndpoint(dir); err != nil {
			t.Error(err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	if err := inbox.WriteEndpoint(filepath.Join(dir, "missing"), inbox.Endpoint{}); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("a missing folder gives %v", err)
	}
}
