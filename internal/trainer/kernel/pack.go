package kernel

// packPanels copies the kb×n matrix b into panels of nr columns, each kb×nr and
// row-major, size apart in dst. The last is filled up with zeros.
func packPanels(dst []Real, b View, kb, n, nr, size int) {
	j := 0
	if b.Col == 1 && n >= nr {
		packRows(dst, b.Data, b.Row, kb, nr, n/nr, size)
		j = n / nr * nr
	}
	for ; j < n; j += nr {
		packPanel(dst[j/nr*size:][:kb*nr], View{b.Data[j*b.Col:], b.Row, b.Col}, kb, min(nr, n-j), nr)
	}
}

// packPanel copies a kb×cols matrix into a panel.
func packPanel(dst []Real, b View, kb, cols, nr int) {
	if b.Row == 1 {
		packTransposed(dst, b.Data, b.Col, kb, cols, nr)
		return
	}
	for p := range kb {
		row := dst[p*nr : (p+1)*nr]
		for j := range cols {
			row[j] = b.Data[p*b.Row+j*b.Col]
		}
		clear(row[cols:])
	}
}

// packTransposed packs a panel whose columns are contiguous in src, ld apart.
func packTransposed(dst, src []Real, ld, kb, cols, nr int) {
	transpose(dst, nr, src, ld, kb, cols)
	if cols < nr {
		for p := range kb {
			clear(dst[p*nr+cols : (p+1)*nr])
		}
	}
}

// transposeGo copies cols pieces of kb numbers, ld apart in src, into columns of dst:
// dst[p*pitch + j] = src[j*ld + p].
func transposeGo(dst []Real, pitch int, src []Real, ld, kb, cols int) {
	for j := range cols {
		for p, v := range src[j*ld : j*ld+kb] {
			dst[p*pitch+j] = v
		}
	}
}

// packRowsGo copies kb rows of tiles·width numbers, ld apart in src, so that the
// pieces of width of a tile lie one after another in dst; the tiles are size apart.
func packRowsGo(dst, src []Real, ld, kb, width, tiles, size int) {
	for p := range kb {
		for t := range tiles {
			copy(dst[t*size+p*width:][:width], src[p*ld+t*width:])
		}
	}
}
