// Package data reads labelled examples and divides them for training. It knows
// formats (IDX, CSV, lines of text, folders of pictures), the sets embedded in the program, splits, and the
// normalisation learnt from the training part. It leaves batches, augmentation
// and everything about networks to its callers.
//
// Start at [Table] and [Table.Split].
package data

// Table is a set of examples for classification, read only once loaded: many
// trainings share it.
type Table struct {
	Name    string
	X       []float32 // n×D, row-major, as in the source (pixels 0 to 255)
	D       int
	Y       []int32  // class of each row, 0 … len(Classes)−1
	Classes []string // their names
	// Held is the first row of the held-out part; the rows before it train.
	// Held = n means that the source has no held-out part.
	Held int
	// Starts are the first rows of sequences, and n: sequence s has the rows from
	// Starts[s] up to Starts[s+1]. It is nil where rows are independent.
	Starts []int32
	// Words is the size of the vocabulary if features are numbers of words, the
	// most frequent first; see [WordNone]. Else it is 0.
	Words int
	// Vocabulary are the words with numbers, from WordUnknown+1.
	Vocabulary []string
	// Groups are the numbers of the groups whose rows stay together in a split, one
	// for each row; nil where rows are independent or sequences.
	Groups []int32
	// Image is the shape of a row that is a picture; zero for other rows.
	Image Shape
}

// Shape is that of a picture: a row of a table holds channel after channel,
// each line by line.
type Shape struct{ Channels, Height, Width int }

// N is the number of rows.
func (t *Table) N() int { return len(t.Y) }

// Row is the i-th example; it must not be changed.
func (t *Table) Row(i int32) []float32 { return t.X[int(i)*t.D : int(i+1)*t.D] }
