package tfevents

import "time"

// Param is a parameter as the HParams plugin shows it: its name and, for one run,
// a value, which is a string, a bool or a float64.
type Param struct {
	Name  string
	Value any
}

// Experiment writes what the runs of a folder have in common: the parameters,
// each with one of its values for its type, and the metrics' tags. It belongs into
// a file of its own above the runs'.
func (w *Writer) Experiment(at time.Time, params []Param, metrics []string) error {
	exp := message(nil).double(3, seconds(at))
	for _, p := range params {
		info := message(nil).text(1, p.Name)
		switch p.Value.(type) {
		case string:
			info = info.varint(4, 1)
		case bool:
			info = info.varint(4, 2)
		case float64:
			info = info.varint(4, 3)
		}
		exp = exp.bytes(4, info)
	}
	for _, m := range metrics {
		exp = exp.bytes(5, message(nil).bytes(1, message(nil).text(2, m)))
	}
	return w.hparams(at, "_hparams_/experiment", 2, exp)
}

// Session writes a run's parameters and when it began.
func (w *Writer) Session(at time.Time, params []Param) error {
	start := message(nil)
	for _, p := range params {
		start = start.bytes(1, message(nil).text(1, p.Name).bytes(2, protoValue(p.Value)))
	}
	return w.hparams(at, "_hparams_/session_start_info", 3, start.double(5, seconds(at)))
}

// Status is how a run fares, by the plugin's enumeration.
type Status uint64

// The states that the plugin knows.
const (
	Succeeded Status = 1 + iota
	Failed
	Running
)

// End writes how a run ended, and when.
func (w *Writer) End(at time.Time, s Status) error {
	return w.hparams(at, "_hparams_/session_end_info", 4, message(nil).varint(1, uint64(s)).double(2, seconds(at)))
}

// hparams writes an HParamsPluginData (tensorboard's plugin_data.proto) with one
// of its fields set.
func (w *Writer) hparams(at time.Time, tag string, number int, content message) error {
	return w.plugin(at, tag, "hparams", message(nil).bytes(number, content))
}

// protoValue is a google.protobuf.Value.
func protoValue(v any) message {
	switch v := v.(type) {
	case string:
		return message(nil).text(3, v)
	case bool:
		if v {
			return message(nil).varint(4, 1)
		}
		return message(nil).varint(4, 0)
	case float64:
		return message(nil).double(2, v)
	}
	return message(nil).varint(1, 0) // nothing
}
