// Package tfevents reads and writes the event files of TensorBoard: records with
// masked CRC-32C checksums around protocol buffers, of which it knows the scalars
// and, for writing, what the HParams plugin needs.
//
// A file may still grow while it is read: a record that is not whole yet is waited
// for, a damaged one is reported and passed over, and where the framing itself is
// lost the next record is searched for. The package watches nothing and knows
// nothing of trials; it holds little memory, since it runs beside every one.
//
// Start reading at [Reader] and [Writer].
package tfevents
