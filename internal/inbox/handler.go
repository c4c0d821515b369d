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

const (
	reportsPath     = "/v1/reports"
	checkpointsPath = "/v1/checkpoints"
)

// ServeHTTP answers requests that are not plain; see plainConn.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reply, err := s.answer(w, r)
	w.Header()["Content-Type"] = jsonType
	if err != nil {
		var status int
		status, reply = s.explain(r.URL.Path, err)
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		w.WriteHeader(status)
	}
	w.Write(append(reply, '\n')) // who has hung up meanwhile asks again
}

var jsonType = []string{"application/json"}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.URL.Path != reportsPath && r.URL.Path != checkpointsPath {
		return nil, httpErrorf(http.StatusNotFound, "nothing at %s: post to /v1/reports or /v1/checkpoints", r.URL.Path)
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, httpErrorf(http.StatusMethodNotAllowed, "%s %s: use POST", r.Method, r.URL.Path)
	}
	buf := s.bodies.Get().(*bytes.Buffer)
	defer s.bodies.Put(buf)
	return s.take(r.Context().Done(), r.URL.Path, bearerOf(r.Header.Get("Authorization")), func() ([]byte, error) {
		buf.Reset()
		switch n, err := buf.ReadFrom(io.LimitReader(r.Body, maxBody+1)); {
		case err != nil:
			return nil, httpErrorf(http.StatusBadRequest, "the body ended early: %v", err)
		case n > maxBody:
			return nil, httpErrorf(http.StatusRequestEntityTooLarge, "the body has more than %d bytes: send fewer reports at once", maxBody)
		}
		return buf.Bytes(), nil
	})
}

// take handles a message to one of the paths: body reads it, once it is known that
// its sender may speak and there is room. gone tells that the sender is.
func (s *Server) take(gone <-chan struct{}, path, token string, body func() ([]byte, error)) ([]byte, error) {
	trial, attempt, ok := s.signer.verify(token)
	if !ok {
		return nil, httpErrorf(http.StatusUnauthorized, "the token is not one of this driver's: read the file in DANLU_ENDPOINT again")
	}
	if err := s.enter(gone); err != nil {
		return nil, err
	}
	defer s.leave()
	data, err := body()
	if err != nil {
		return nil, err
	}
	if path == checkpointsPath {
		return s.checkpoint(trial, attempt, data)
	}
	return s.reports(trial, attempt, data)
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

// explain turns an error into a status and the answer the trial sees.
func (s *Server) explain(path string, err error) (status int, reply []byte) {
	status, sentence := http.StatusInternalServerError, err.Error()
	var known httpError
	switch {
	case errors.As(err, &known):
		status = known.status
	case errors.Is(err, ErrStale):
		status = http.StatusConflict
	case errors.Is(err, ErrUnknown):
		status = http.StatusNotFound
	case errors.Is(err, ErrRefused):
		status = http.StatusBadRequest
	case errors.Is(err, ErrLater):
		status = http.StatusServiceUnavailable
	default:
		s.log.Error("a report was not stored; its trial spools it", "path", path, "error", err)
		sentence = "not stored, keep it in the spool: " + sentence
	}
	reply, _ = json.Marshal(map[string]string{"error": sentence}) // text can't fail
	return status, reply
}

// enter waits for one of the server's slots.
func (s *Server) enter(gone <-chan struct{}) error {
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
	case <-gone:
	case <-s.ctx.Done():
	case <-patience.C:
	}
	return httpErrorf(http.StatusServiceUnavailable, "the driver is busy with %d other requests: keep this one in the spool", cap(s.slots))
}

func (s *Server) leave() { <-s.slots }

// bearerOf is the token in an Authorization header, "" if there is none.
func bearerOf(authorization string) string {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
