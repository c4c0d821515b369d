package tfevents

import "bytes"

// Frame puts data into a record.
func Frame(data []byte) []byte {
	var b bytes.Buffer
	_ = (&Writer{out: &b}).record(data)
	return b.Bytes()
}
