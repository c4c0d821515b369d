// Package text says how things look in a terminal: widths, numbers, durations,
// curves, tables, colour. It writes nothing by itself and knows nothing of
// studies.
//
// Everything is measured in columns, so that wide characters line up, and nothing
// wraps: what does not fit ends in `…`. Text from outside goes through [Clean]
// first, lest a trial's output moves the cursor.
//
// Start reading at [Line] and [Table].
package text
