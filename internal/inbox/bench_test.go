//go:build unix

package inbox_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/inbox"
)

const benchClients = 16

// BenchmarkServer measures the server alone: 16 clients, in a process of their
// own so that their time is not counted, send reports over kept connections.
// cpu-µs/request is this process's user and system time.
func BenchmarkServer(b *testing.B) {
	for _, points := range []int{1, 20} {
		b.Run(fmt.Sprintf("points=%d", points), func(b *testing.B) {
			s, err := inbox.Listen(inbox.Config{Sink: nullSink{}, Study: "bench"})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close(context.Background())
			b.ReportAllocs()
			b.ResetTimer()
			before := cpu(b)
			clients := exec.Command(os.Args[0])
			clients.Env = append(os.Environ(),
				"DANLU_BENCH_ADDRESS="+s.Addr(),
				"DANLU_BENCH_TOKEN="+s.Endpoint(7, 1).Token,
				fmt.Sprint("DANLU_BENCH_REQUESTS=", (b.N+benchClients-1)/benchClients),
				fmt.Sprint("DANLU_BENCH_POINTS=", points))
			if out, err := clients.CombinedOutput(); err != nil {
				b.Fatalf("clients: %v\n%s", err, out)
			}
			used := cpu(b) - before
			b.ReportMetric(float64(used.Nanoseconds())/1e3/float64(b.N), "cpu-µs/request")
			b.ReportMetric(float64(b.N*points)/b.Elapsed().Seconds(), "points/s")
		})
	}
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// benchBody is what a trial sends: points reports of one metric each.
func benchBody(points int) string {
	var body strings.Builder
	body.WriteString(`{"trial":7,"attempt":1,"reports":[`)
	for i := range points {
		if i > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"step":%d,"values":{"val_loss":0.%d}}`, i, 123456789+i)
	}
	body.WriteString(`]}`)
	return body.String()
}

// TestMain makes the test binary a load generator when told an address.
func TestMain(m *testing.M) {
	if address := os.Getenv("DANLU_BENCH_ADDRESS"); address != "" {
		if err := benchLoad(address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func benchLoad(address string) error {
	var requests, points int
	fmt.Sscan(os.Getenv("DANLU_BENCH_REQUESTS"), &requests)
	fmt.Sscan(os.Getenv("DANLU_BENCH_POINTS"), &points)
	body := benchBody(points)
	request := []byte(fmt.Sprintf("POST /v1/reports HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s",
		address, os.Getenv("DANLU_BENCH_TOKEN"), len(body), body))
	errs := make(chan error, benchClients)
	var all sync.WaitGroup
	for range benchClients {
		all.Go(func() { errs <- benchClient(address, request, requests) })
	}
	all.Wait()
	for range benchClients {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

func benchClient(address string, request []byte, requests int) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for range requests {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		response, err := http.ReadResponse(r, nil)
		if err != nil {
			return err
		}
		if reply, _ := io.ReadAll(response.Body); !bytes.Contains(reply, []byte("continue")) {
			return fmt.Errorf("answer %s: %s", response.Status, reply)
		}
	}
	return nil
}

// BenchmarkDecode compares the decoder with encoding/json, which checks less: it
// passes over unknown fields, repeated metrics and missing steps.
func BenchmarkDecode(b *testing.B) {
	body := []byte(benchBody(20))
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := inbox.DecodeReports(body); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var m struct {
				Trial, Attempt int
				Reports        []struct {
					Step   int64
					Values map[string]float64
				}
			}
			if err := json.Unmarshal(body, &m); err != nil {
				b.Fatal(err)
			}
		}
	})
}
