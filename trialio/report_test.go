package trialio_test

import (
	"errors"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/trialio"
)

func TestReportReachesTheDriver(t *testing.T) {
	d := newDriver(t)
	d.come()
	trial := d.trial(0)
	values := map[string]float64{"a": 0.1, "损失": math.NaN(), "up": math.Inf(1), "down": math.Inf(-1), `q"`: 5e-324}
	for decision, should := range map[trialio.Decision]bool{trialio.Pause: true, trialio.Stop: true, trialio.Continue: false} {
		d.say(string(decision), nil)
		if got := trial.Report(3, values); got != decision || trial.ShouldStop() != should {
			t.Errorf("told %q, got %q and ShouldStop %v", decision, got, trial.ShouldStop())
		}
	}
	if diff := cmp.Diff(values, d.steps[3], cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("values (-said +stored):\n%s", diff)
	}
	if d.readSpool() != 0 || d.stderr.Len() > 0 {
		t.Errorf("something went wrong on the way: %s", &d.stderr)
	}
}

func TestReportsShareAConnection(t *testing.T) {
	d := newDriver(t)
	opened := 0
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"decision":"continue","step":1}`)) }),
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				opened++ // read only after Close
			}
		},
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan bool)
	go func() { server.Serve(l); close(served) }()
	d.point(inbox.Endpoint{Address: "http://" + l.Addr().String()})
	trial := d.trial(0)
	for step := range int64(5) {
		trial.Report(step, loss(1))
	}
	server.Close()
	<-served
	if opened != 1 {
		t.Errorf("5 reports opened %d connections, want 1", opened)
	}
}

func TestReportFromManyGoroutines(t *testing.T) {
	d := newDriver(t)
	d.come()
	trial := d.trial(0)
	var all sync.WaitGroup
	for g := range int64(8) {
		all.Go(func() {
			for i := range int64(20) {
				trial.Report(g*20+i, loss(1))
			}
		})
	}
	all.Wait()
	if got := len(d.seen()); got != 160 {
		t.Errorf("%d steps arrived, want 160", got)
	}
}

func TestReportFindsADriverStartedAnew(t *testing.T) {
	d := newDriver(t)
	d.come()
	trial := d.trial(0)
	trial.Report(1, loss(1))
	d.leave()
	d.come() // another port, other tokens
	trial.Report(2, loss(1))
	if diff := cmp.Diff([]int64{1, 2}, d.seen()); diff != "" || d.readSpool() != 0 {
		t.Errorf("over the network (-want +got):\n%s", diff)
	}
}

// A driver may come back on the port of the last one: only the token is new, and
// the first the trial hears of it is 401.
func TestReportReadsANewToken(t *testing.T) {
	d := newDriver(t)
	var tokens []string // written by one request after the other, read after Close
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tokens = append(tokens, r.Header.Get("Authorization"))
		if len(tokens) == 1 {
			inbox.WriteEndpoint(d.dir, inbox.Endpoint{Address: "http://" + r.Host, Token: "new"})
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Write([]byte(`{"decision":"pause","step":1}`))
	}))
	d.point(inbox.Endpoint{Address: server.URL, Token: "old"})
	if got := d.trial(0).Report(1, loss(1)); got != trialio.Pause {
		t.Errorf("decision %q", got)
	}
	server.Close()
	if diff := cmp.Diff([]string{"Bearer old", "Bearer new"}, tokens); diff != "" || d.readSpool() != 0 {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
}

// While nobody answers, reports wait in the spool; the driver that returns is
// found within seconds, and has everything once.
func TestReportsWaitForTheDriver(t *testing.T) {
	d := newDriver(t)
	d.come() // outside the bubble: a server's waiting would stop its clock
	synctest.Test(t, func(t *testing.T) {
		hide := func() {
			if err := inbox.RemoveEndpoint(d.dir); err != nil {
				t.Fatal(err)
			}
		}
		hide()
		trial := d.trial(0)
		d.say("pause", nil)
		for step := range int64(4) {
			if got := trial.Report(step, loss(1)); got != trialio.Continue {
				t.Errorf("away, the decision is %q, want continue, since none was heard", got)
			}
		}
		d.point(d.server.Endpoint(7, 1))
		trial.Report(4, loss(1)) // too soon to look again
		time.Sleep(2 * time.Second)
		if got := trial.Report(5, loss(1)); got != trialio.Pause {
			t.Errorf("back, the decision is %q, want pause", got)
		}
		if diff := cmp.Diff([]int64{5}, d.seen()); diff != "" {
			t.Errorf("over the network (-want +got):\n%s", diff)
		}
		if n := d.readSpool(); n != 5 {
			t.Errorf("%d reports were in the spool, want 5", n)
		}
		if diff := cmp.Diff([]int64{0, 1, 2, 3, 4, 5}, d.seen()); diff != "" {
			t.Errorf("in all (-want +got):\n%s", diff)
		}
		if n := strings.Count(d.stderr.String(), "\n"); n != 1 {
			t.Errorf("%d warnings, want 1:\n%s", n, &d.stderr)
		}
	})
}

// The last word stays while nobody answers.
func TestStopStaysWhileTheDriverIsAway(t *testing.T) {
	d := newDriver(t)
	d.come()
	trial := d.trial(0)
	d.say("stop", nil)
	trial.Report(1, loss(1))
	d.leave()
	if got := trial.Report(2, loss(1)); got != trialio.Stop || !trial.ShouldStop() {
		t.Errorf("decision %q", got)
	}
	if n := d.readSpool(); n != 1 {
		t.Errorf("%d reports in the spool, want 1", n)
	}
}

// A driver that accepts and never answers delays a report once, not every time.
func TestReportIsNotHeldByAHalfDeadDriver(t *testing.T) {
	d := newDriver(t)
	address, calls := stranger(t, "")
	d.point(inbox.Endpoint{Address: address})
	trial := d.trial(50 * time.Millisecond)
	for step := range int64(100) {
		if got := trial.Report(step, loss(1)); got != trialio.Continue {
			t.Fatalf("decision %q", got)
		}
	}
	if calls() != 1 {
		t.Errorf("the driver was called %d times by 100 reports in no time, want once", calls())
	}
	if n := d.readSpool(); n != 100 {
		t.Errorf("%d reports in the spool, want 100", n)
	}
}

func TestReportSurvivesAnyAnswer(t *testing.T) {
	for name, answer := range map[string]string{
		"nothing of HTTP":        "SSH-2.0-OpenSSH_9.6\r\n",
		"an older HTTP":          "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
		"no number":              "HTTP/1.1 OK\r\n\r\n",
		"no length":              "HTTP/1.1 200 OK\r\n\r\n",
		"a negative length":      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"a huge length":          "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
		"half a body":            "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{",
		"an endless line":        strings.Repeat("x", 1<<16),
		"endless headers":        "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", 1000),
		"a page":                 "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
		"chunks":                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
		"a server that is lost":  "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nlost",
		"a server in trouble":    "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
		"who does not know us":   "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
		"another trial's driver": "HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			d := newDriver(t)
			address, _ := stranger(t, answer)
			d.point(inbox.Endpoint{Address: address, Token: "t"})
			if got := d.trial(50*time.Millisecond).Report(1, loss(1)); got != trialio.Continue {
				t.Errorf("decision %q", got)
			}
			if n := d.readSpool(); n != 1 {
				t.Errorf("%d reports in the spool, want 1", n)
			}
		})
	}
}

func TestReportWithoutAnEndpoint(t *testing.T) {
	for name, text := range map[string]string{"missing": "", "half": `{"addr`, "https": `{"address":"https://x:1"}`, "empty": `{}`} {
		t.Run(name, func(t *testing.T) {
			d := newDriver(t)
			if text != "" {
				mustWrite(t, d.env("DANLU_ENDPOINT"), text)
			}
			if got := d.trial(0).Report(1, loss(1)); got != trialio.Continue || d.readSpool() != 1 {
				t.Errorf("decision %q, steps %v", got, d.seen())
			}
		})
	}
}

func TestReportOfAStaleAttemptStops(t *testing.T) {
	d := newDriver(t)
	d.come()
	d.say("", inbox.ErrStale)
	trial := d.trial(0)
	if got := trial.Report(1, loss(1)); got != trialio.Stop || !trial.ShouldStop() {
		t.Errorf("decision %q", got)
	}
	d.leave()
	if got := trial.Report(2, loss(1)); got != trialio.Stop || d.readSpool() != 0 {
		t.Errorf("the next decision is %q; a stale attempt must not spool", got)
	}
}

func TestReportThatIsRefusedIsNotKept(t *testing.T) {
	d := newDriver(t)
	d.come()
	d.say("", inbox.Refuse("step 9 is past the end"))
	if got := d.trial(0).Report(9, loss(1)); got != trialio.Continue || d.readSpool() != 0 {
		t.Errorf("decision %q", got)
	}
	if !strings.Contains(d.stderr.String(), "step 9 is past the end") {
		t.Errorf("the person is told %q", &d.stderr)
	}
}

func TestReportThatCannotBeStoredIsSpooled(t *testing.T) {
	d := newDriver(t)
	d.come()
	d.say("", errors.New("disk full"))
	d.trial(0).Report(1, loss(1))
	d.say("", nil)
	if n := d.readSpool(); n != 1 || !strings.Contains(d.stderr.String(), "disk full") {
		t.Errorf("%d in the spool, told %q", n, &d.stderr)
	}
}

func TestReportThatMakesNoSenseIsNotSent(t *testing.T) {
	d := newDriver(t)
	d.come()
	trial := d.trial(0)
	trial.Report(-1, loss(1))
	trial.Report(1, nil)
	if len(d.seen()) > 0 || strings.Count(d.stderr.String(), "is not sent") != 1 {
		t.Errorf("steps %v, told %q", d.seen(), &d.stderr)
	}
}

func TestOnlyRankZeroSpeaks(t *testing.T) {
	for _, variable := range []string{"RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK"} {
		d := newDriver(t)
		d.come()
		for rank, want := range map[string]int{"1": 0, "0": 1} {
			clear(d.steps)
			trial := trialio.New(func(name string) string {
				if name == variable {
					return rank
				}
				return d.env(name)
			})
			if got := trial.Report(1, loss(1)); got != trialio.Continue || len(d.seen()) != want || d.readSpool() != 0 {
				t.Errorf("%s=%s: decision %q, %d reports, want %d", variable, rank, got, len(d.seen()), want)
			}
		}
	}
}

// A line that a full disk cut off is ended, so that it takes no other with it.
func TestSpoolEndsAHalfLine(t *testing.T) {
	d := newDriver(t)
	mustWrite(t, d.spool(), `{"step":1,"val`)
	trial := d.trial(0)
	trial.Report(2, loss(1))
	trial.Report(3, loss(1))
	got, err := os.ReadFile(d.spool())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"step":1,"val` + "\n" + `{"step":2,"values":{"loss":1}}` + "\n" + `{"step":3,"values":{"loss":1}}` + "\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("spool (-want +got):\n%s", diff)
	}
}

func TestReportWithNowhereToSpoolGoesOn(t *testing.T) {
	d := newDriver(t)
	if err := os.Mkdir(d.spool(), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := d.trial(0).Report(1, loss(1)); got != trialio.Continue || !strings.Contains(d.stderr.String(), "reports are lost") {
		t.Errorf("decision %q, told %q", got, &d.stderr)
	}
}
