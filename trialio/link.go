package trialio

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	answerPatience = 3 * time.Second // for an answer, while danlu was there last time; a third of it after
	refusedPause   = 50 * time.Millisecond
	lookEvery      = 2 * time.Second  // while danlu is away: how often its endpoint is looked at
	knockEvery     = 20 * time.Second // and how long a useless knock may put off the next one
	knockShare     = 20               // knocking takes at most this part of the time: 1/20
)

// link carries messages to the driver, or to the spool while it is away. It has no
// goroutine: whoever reports does the work.
type link struct {
	trial, attempt          int64
	endpointFile, spoolFile string
	patience                time.Duration
	voice                   *voice

	mu    sync.Mutex // guards all below; one message is sent at a time
	at    endpoint   // as last read
	conn  *conn      // nil: none
	stale bool       // the attempt is no longer the current one: nobody listens to it
	away  bool       // the last message found nobody; until then
	look  time.Time  // the endpoint is not read again,
	knock time.Time  // and one that has not changed is not tried again
}

// endpoint is the content of the file that DANLU_ENDPOINT names.
type endpoint struct {
	Address string `json:"address"`
	Token   string `json:"token"`
}

// envelope makes a message of this attempt's: {"trial":7,"attempt":1,…}.
func (l *link) envelope(before string, content []byte, after string) []byte {
	body := append([]byte(`{"trial":`), strconv.FormatInt(l.trial, 10)...)
	body = append(body, `,"attempt":`...)
	body = strconv.AppendInt(body, l.attempt, 10)
	return slices.Concat(body, []byte(","+before), content, []byte(after+"}"))
}

// tell sends a message and returns the answer and its status: 200, 409 where the
// attempt is over, 400 where the message made no sense, or 0 where nobody
// answered and line is in the spool.
func (l *link) tell(path string, body, line []byte) ([]byte, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stale {
		return nil, statusConflict
	}
	if l.away && !l.worthTrying() {
		l.spool(line)
		return nil, 0
	}
	began := time.Now()
	reply, status, err := l.ask(path, body)
	switch {
	case err == nil && status == statusConflict:
		l.stale = true
	case err == nil && (status == statusBadRequest || status == statusTooLarge):
		l.voice.warn("refused", "a report was refused: %s", sentence(reply))
	case err == nil && status == statusOK && json.Valid(reply):
	default:
		if err == nil {
			err = fmt.Errorf("it answered %d: %s", status, sentence(reply))
		}
		l.voice.warn("away", "no driver takes reports (%v); the training goes on, and reports wait in %s", err, l.spoolFile)
		now := time.Now()
		l.away, l.look = true, now.Add(lookEvery)
		l.knock = now.Add(min(max(knockShare*now.Sub(began), lookEvery), knockEvery))
		l.spool(line)
		return nil, 0
	}
	l.away = false
	return reply, status
}

// worthTrying reports whether a driver that was away may be back: its endpoint
// has changed, or it was not tried for a while.
func (l *link) worthTrying() bool {
	now := time.Now()
	if now.Before(l.look) {
		return false
	}
	l.look = now.Add(lookEvery)
	e, err := readEndpoint(l.endpointFile)
	return err == nil && (e != l.at || !now.Before(l.knock))
}

// ask sends a message, at most three times: a kept connection may have been closed
// at the other end, and a driver that was started anew is found in its endpoint.
// Messages are idempotent, so sending one twice does no harm.
func (l *link) ask(path string, body []byte) (reply []byte, status int, err error) {
	patience := l.patience
	if l.away {
		patience /= 3
	}
	deadline := time.Now().Add(patience)
	for try := range 3 {
		kept := l.conn != nil
		if !kept {
			before := l.at
			if l.at, err = readEndpoint(l.endpointFile); err != nil {
				return nil, 0, err
			}
			if status == statusUnauthorized && l.at == before {
				return reply, status, nil // it is another's port now
			}
			if l.conn, err = dial(l.at.Address, deadline); err != nil {
				if l.away || try > 0 || !time.Now().Add(refusedPause).Before(deadline) {
					return nil, 0, err
				}
				time.Sleep(refusedPause)
				continue
			}
		}
		reply, status, err = l.conn.post(path, l.at.Token, body, deadline)
		if err == nil && status != statusUnauthorized {
			if l.conn.last {
				l.hangUp()
			}
			return reply, status, nil
		}
		l.hangUp()
		if err != nil && (!kept || errors.Is(err, os.ErrDeadlineExceeded)) {
			return nil, 0, err
		}
	}
	return reply, status, err
}

func (l *link) hangUp() {
	l.conn.Close()
	l.conn = nil
}

func readEndpoint(file string) (endpoint, error) {
	var e endpoint
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &e)
	}
	if err != nil {
		return endpoint{}, fmt.Errorf("read DANLU_ENDPOINT: %w", err)
	}
	return e, nil
}

// sentence returns what an error's answer says.
func sentence(reply []byte) string {
	var e struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(reply, &e) != nil || e.Error == "" {
		return strconv.Quote(string(reply[:min(len(reply), 200)]))
	}
	return e.Error
}
