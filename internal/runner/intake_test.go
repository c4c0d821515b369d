package runner_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/sim"
	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/internal/runner"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
)

// BenchmarkIntake is how many points a driver takes in from 16 trials that report
// over HTTP, 20 reports a request, and are answered once those are on the disk.
// The trials run in this process, so what they take of the processor counts too.
func BenchmarkIntake(b *testing.B) {
	const clients, requests, batch = 16, 200, 20
	for b.Loop() {
		ctx := b.Context()
		dir := b.TempDir()
		st, err := sqlite.Open(filepath.Join(dir, "danlu.db"), sqlite.Options{})
		if err != nil {
			b.Fatal(err)
		}
		def := definition("none")
		def.Fidelity.Max, def.Parallel, def.Budget.Trials = requests*batch, clients, clients
		ses, err := session.Open(ctx, st, def.Name, session.Me("a benchmark"), engine.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := ses.Begin(ctx, def, study.Provenance{}); err != nil {
			b.Fatal(err)
		}
		world := sim.NewWorld(func(p *sim.Process) executor.Exit {
			if err := flood(p.Launch, requests, batch); err != nil {
				return executor.Exit{Code: 1, Tail: err.Error()}
			}
			return executor.Exit{}
		}, sim.Options{})
		ex := world.Driver()
		r := runner.New(runner.Config{Session: ses, Store: st, Executor: ex, RunsDir: dir, Listen: true})
		if _, err := r.Run(ctx); err != nil {
			b.Fatal(err)
		}
		v := ses.Engine.View()
		if v.SeenMetrics["loss"] != clients*requests*batch || v.Count[study.Completed] != clients {
			b.Fatalf("took in %d points, states %v", v.SeenMetrics["loss"], v.Count)
		}
		ex.Close()
		world.Close()
		ses.Close(ctx)
		st.Close()
	}
	b.ReportMetric(float64(b.N*clients*requests*batch)/b.Elapsed().Seconds(), "points/s")
}

// flood reports as fast as it is answered.
func flood(l executor.Launch, requests, batch int) error {
	text, err := os.ReadFile(filepath.Join(l.Dir, inbox.EndpointFile))
	if err != nil {
		return err
	}
	var at inbox.Endpoint
	if err := json.Unmarshal(text, &at); err != nil {
		return err
	}
	host := strings.TrimPrefix(at.Address, "http://")
	c, err := net.Dial("tcp", host)
	if err != nil {
		return err
	}
	defer c.Close()
	answers := bufio.NewReader(c)
	for k := range requests {
		var body strings.Builder
		fmt.Fprintf(&body, `{"trial":%d,"attempt":%d,"reports":[`, l.Trial, l.Attempt)
		for i := range batch {
			if i > 0 {
				body.WriteByte(',')
			}
			step := k*batch + i + 1
			fmt.Fprintf(&body, `{"step":%d,"values":{"loss":%g}}`, step, 1/float64(step))
		}
		body.WriteString("]}")
		_, err := fmt.Fprintf(c, "POST /v1/reports HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", host, at.Token, body.Len(), body.String())
		if err != nil {
			return err
		}
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			return err
		}
		reply, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			return fmt.Errorf("answered %d %s, %w", resp.StatusCode, reply, err)
		}
	}
	return nil
}
