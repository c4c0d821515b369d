package inbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// httpError is an answer other than 200: a status, and the sentence for "error".
type httpError struct {
	status   int
	sentence string
}

func (e httpError) Error() string { return e.sentence }

func httpErrorf(status int, format string, args ...any) error {
	return httpError{status, fmt.Sprintf(format, args...)}
}

// ServeHTTP answers POST /v1/reports and POST /v1/checkpoints.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reply, err := s.answer(w, r)
	w.Header()["Content-Type"] = jsonType
	if err != nil {
		status, sentence := s.explain(r, err)
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		w.WriteHeader(status)
		reply, _ = json.Marshal(map[string]string{"error": sentence})
	}
	w.Write(append(reply, '\n')) // who has hung up meanwhile asks again
}

var jsonType = []string{"application/json"}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	handle := s.reports
	switch r.URL.Path {
	case "/v1/reports":
	case "/v1/checkpoints":
		handle = s.checkpoint
	default:
		return nil, httpErrorf(http.StatusNotFound, "nothing at %s: post to /v1/reports or /v1/checkpoints", r.URL.Path)
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, httpErrorf(http.StatusMethodNotAllowed, "%s %s: use POST", r.Method, r.URL.Path)
	}
	trial, attempt, ok := s.signer.verify(bearer(r))
	if !ok {
		return nil, httpErrorf(http.StatusUnauthorized, "the token is not one of this driver's: read the file in DANLU_ENDPOINT again")
	}
	if err := s.enter(r); err != nil {
		return nil, err
	}
	defer s.leave()

	buf := s.bodies.Get().(*bytes.Buffer)
	defer s.bodies.Put(buf)
	buf.Reset()
	switch n, err := buf.ReadFrom(io.LimitReader(r.Body, maxBody+1)); {
	case err != nil:
		return nil, httpErrorf(http.StatusBadRequest, "the body ended early: %v", err)
	case n > maxBody:
		return nil, httpErrorf(http.StatusRequestEntityTooLarge, "the body has more than %d bytes: send fewer reports at once", maxBody)
	}
	return handle(trial, attempt, buf.Bytes())
}

func (s *Server) reports(trial, attempt int, body []byte) ([]byte, error) {
	m, err := decodeReports(body)
	if err != nil {
		return nil, httpErrorf(http.StatusBadRequest, "reports not understood: %v", err)
	}
	if err := own(trial, attempt, m.trial, m.attempt); err != nil {
		return nil, err
	}
	a, err := s.sink.Reports(s.ctx, trial, attempt, m.reports)
	if err != nil {
		return nil, err
	}
	if a.Decision == "" {
		a.Decision = Continue
	}
	reply := append(make([]byte, 0, 64), `{"decision":"`...)
	reply = append(reply, a.Decision...)
	reply = append(reply, `","step":`...)
	reply = strconv.AppendInt(reply, a.Step, 10)
	return append(reply, '}'), nil
}

func (s *Server) checkpoint(trial, attempt int, body []byte) ([]byte, error) {
	m, err := decodeCheckpoint(body)
	if err != nil {
		return nil, httpErrorf(http.StatusBadRequest, "checkpoint not understood: %v", err)
	}
	if err := own(trial, attempt, m.trial, m.attempt); err != nil {
		return nil, err
	}
	if err := s.sink.Checkpoint(s.ctx, trial, attempt, m.step, m.path); err != nil {
		return nil, err
	}
	return []byte(`{"ok":true}`), nil
}

// own refuses a message in the name of another attempt than the token's.
func own(trial, attempt int, saidTrial, saidAttempt int64) error {
	if int64(trial) == saidTrial && int64(attempt) == saidAttempt {
		return nil
	}
	return httpErrorf(http.StatusForbidden, "this token speaks for trial %d, attempt %d, not for trial %d, attempt %d",
		trial, attempt, saidTrial, saidAttempt)
}

// explain turns an error into a status and the sentence the trial sees.
func (s *Server) explain(r *http.Request, err error) (int, string) {
	var known httpError
	switch {
	case errors.As(err, &known):
		return known.status, known.sentence
	case errors.Is(err, ErrStale):
		return http.StatusConflict, err.Error()
	case errors.Is(err, ErrUnknown):
		return http.StatusNotFound, err.Error()
	case errors.Is(err, ErrRefused):
		return http.StatusBadRequest, err.Error()
	}
	s.log.Error("a report was not stored; its trial spools it", "path", r.URL.Path, "error", err)
	return http.StatusInternalServerError, fmt.Sprintf("not stored, keep it in the spool: %v", err)
}

// enter waits for one of the server's slots.
func (s *Server) enter(r *http.Request) error {
	select {
	case s.slots <- struct{}{}:
		return nil
	default:
	}
	patience := time.NewTimer(slotPatience)
	defer patience.Stop()
	select {
	case s.slots <- struct{}{}:
		return nil
	case <-r.Context().Done():
	case <-s.ctx.Done():
	case <-patience.C:
	}
	return httpErrorf(http.StatusServiceUnavailable, "the driver is busy with %d other requests: keep this one in the spool", cap(s.slots))
}

func (s *Server) leave() { <-s.slots }

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
