package inbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// batchSize is how many spooled reports are handed over at once.
const batchSize = 256

// batch gathers lines of a spool until they are worth handing over. Its tail
// moves past them, and counts the garbage among them, only then.
type batch struct {
	tail    *Tail
	sink    Sink
	reports []Report
	at      []int // of each report: its line
	garbage []garbageLine
	bytes   int64 // read since the tail's offset
	lines   int   // read since the tail's line
	handed  int   // reports and checkpoints, in all
}

type garbageLine struct {
	line int
	why  error
}

// add takes the next line; size is its length in the file, newline included.
func (b *batch) add(ctx context.Context, text []byte, size int64) error {
	line, err := decodeSpoolLine(text)
	if size > maxBody+1 {
		err = fmt.Errorf("the line has more than %d bytes", maxBody)
	}
	if err == nil && line.checkpoint != "" {
		if err := b.flush(ctx); err != nil { // what was said before it goes first
			return err
		}
		err = b.offerCheckpoint(ctx, line)
		if err != nil && !errors.Is(err, ErrRefused) {
			return err
		}
	}
	b.bytes += size
	b.lines++
	at := b.tail.line + b.lines
	switch {
	case len(bytes.TrimSpace(text)) == 0: // a client that finds half a line ends it before its own
	case err != nil:
		b.garbage = append(b.garbage, garbageLine{at, err})
	case line.checkpoint == "":
		b.reports = append(b.reports, line.report)
		b.at = append(b.at, at)
	}
	if len(b.reports) == batchSize {
		return b.flush(ctx)
	}
	return nil
}

// flush hands over what was gathered.
func (b *batch) flush(ctx context.Context) error {
	if err := b.offerReports(ctx); err != nil {
		return err
	}
	for _, g := range b.garbage {
		if b.tail.garbage++; b.tail.first == nil {
			b.tail.first = fmt.Errorf("%s:%d: %w", b.tail.path, g.line, g.why)
		}
	}
	b.tail.offset += b.bytes
	b.tail.line += b.lines
	*b = batch{tail: b.tail, sink: b.sink, handed: b.handed} // the slice is the sink's now
	return nil
}

// offerReports gives the sink all reports at once. If it refuses them they go one
// by one, so that only those it means are garbage.
func (b *batch) offerReports(ctx context.Context) error {
	if len(b.reports) == 0 {
		return nil
	}
	_, err := b.sink.Reports(ctx, b.tail.trial, b.tail.attempt, b.reports)
	if err == nil {
		b.handed += len(b.reports)
		return nil
	}
	if !errors.Is(err, ErrRefused) {
		return err
	}
	var refused []garbageLine
	for i, r := range b.reports {
		_, err := b.sink.Reports(ctx, b.tail.trial, b.tail.attempt, []Report{r})
		switch {
		case err == nil:
			b.handed++
		case errors.Is(err, ErrRefused):
			refused = append(refused, garbageLine{b.at[i], err})
		default:
			return err
		}
	}
	b.garbage = append(b.garbage, refused...)
	return nil
}

func (b *batch) offerCheckpoint(ctx context.Context, line spoolLine) error {
	err := b.sink.Checkpoint(ctx, b.tail.trial, b.tail.attempt, line.report.Step, line.checkpoint)
	if err == nil {
		b.handed++
	}
	return err
}
