package kernel

// packPanel copies columns j0 … j0+cols−1 of rows k0 … k0+kb−1 of b into dst,
// kb×nr and row-major, filling up with zeros to nr columns.
func packPanel(dst []Real, b View, k0, kb, j0, cols, nr int) {
	src := b.Data[k0*b.Row+j0*b.Col:]
	if b.Col == 1 {
		if cols == nr {
			packRows(dst, src, b.Row, kb, nr)
			return
		}
		for p := range kb {
			row := dst[p*nr : (p+1)*nr]
			clear(row[copy(row, src[p*b.Row:p*b.Row+cols]):])
		}
		return
	}
	if b.Row == 1 {
		packTransposed(dst, src, b.Col, kb, cols, nr)
		return
	}
	for p := range kb {
		row := dst[p*nr : (p+1)*nr]
		for j := range cols {
			row[j] = src[p*b.Row+j*b.Col]
		}
		clear(row[cols:])
	}
}

// packTransposedGo packs a panel whose columns are contiguous in src, ld apart.
func packTransposedGo(dst, src []Real, ld, kb, cols, nr int) {
	for j := range nr {
		if j >= cols {
			for p := range kb {
				dst[p*nr+j] = 0
			}
			continue
		}
		for p, v := range src[j*ld : j*ld+kb] {
			dst[p*nr+j] = v
		}
	}
}

// packRowsGo packs a full panel whose rows are contiguous in src, ld apart.
func packRowsGo(dst, src []Real, ld, kb, nr int) {
	for p := range kb {
		copy(dst[p*nr:(p+1)*nr], src[p*ld:p*ld+nr])
	}
}

// packColumnsGo copies kb pieces of width numbers, ld apart in src, one after
// another into dst.
func packColumnsGo(dst, src []Real, ld, kb, width int) {
	for p := range kb {
		copy(dst[p*width:(p+1)*width], src[p*ld:p*ld+width])
	}
}
