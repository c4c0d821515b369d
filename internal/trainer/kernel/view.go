package kernel

// View is a matrix inside a slice: element (i, j) is Data[i*Row+j*Col]. A
// row-major n×d matrix is View{x, d, 1}; its transpose is View{x, 1, d}.
type View struct {
	Data     []Real
	Row, Col int
}

// Rows is the row-major matrix with d columns held in x.
func Rows(x []Real, d int) View { return View{x, d, 1} }

// T is the transpose, of the same elements.
func (v View) T() View { return View{v.Data, v.Col, v.Row} }

// at is what lies from (i, j), nil without data.
func (v View) at(i, j int) []Real {
	if v.Data == nil {
		return nil
	}
	return v.Data[i*v.Row+j*v.Col:]
}

// from is the matrix without its first i rows and j columns.
func (v View) from(i, j int) View { return View{v.at(i, j), v.Row, v.Col} }
