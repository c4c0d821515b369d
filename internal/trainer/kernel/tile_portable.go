package kernel

// The portable tile is 4×4: sixteen sums and what feeds them are about what a
// compiler keeps in registers.
const (
	portableRows = 4
	portableCols = 4
)

// tileGo computes a rows×cols tile of C (rows ≤ 4, cols ≤ 4):
//
//	c[i*ldc + j] = Σ_p a[i*rs + p*cs] · b[off[p]/RealBytes + j] + plus[i*ldp + j]
//
// plus may be nil, or c itself. b must hold 4 numbers from every offset, whatever
// cols is.
func tileGo(rows, cols, k int, a []Real, rs, cs int, b []Real, off []int, c []Real, ldc int, plus []Real, ldp int) {
	var sum [portableRows][portableCols]Real
	if rows == portableRows {
		tile4(&sum, k, a, rs, cs, b, off)
	} else {
		for i := range rows {
			tile1(&sum[i], k, a[i*rs:], cs, b, off)
		}
	}
	for i := range rows {
		row := c[i*ldc : i*ldc+cols]
		for j := range row {
			v := sum[i][j]
			if plus != nil {
				v += plus[i*ldp+j]
			}
			row[j] = v
		}
	}
}

func tile4(sum *[portableRows][portableCols]Real, k int, a []Real, rs, cs int, b []Real, off []int) {
	// Two halves of 4×2: eight sums stay in registers where sixteen spill.
	a0, a1, a2, a3 := a, a[rs:], a[2*rs:], a[3*rs:]
	for h := 0; h < portableCols; h += 2 {
		var s00, s01, s10, s11, s20, s21, s30, s31 Real
		q := 0
		for _, o := range off[:k] {
			at := o/RealBytes + h
			b0, b1 := b[at], b[at+1]
			x0, x1, x2, x3 := a0[q], a1[q], a2[q], a3[q]
			s00 += x0 * b0
			s01 += x0 * b1
			s10 += x1 * b0
			s11 += x1 * b1
			s20 += x2 * b0
			s21 += x2 * b1
			s30 += x3 * b0
			s31 += x3 * b1
			q += cs
		}
		sum[0][h], sum[0][h+1] = s00, s01
		sum[1][h], sum[1][h+1] = s10, s11
		sum[2][h], sum[2][h+1] = s20, s21
		sum[3][h], sum[3][h+1] = s30, s31
	}
}

func tile1(sum *[portableCols]Real, k int, a []Real, cs int, b []Real, off []int) {
	var s0, s1, s2, s3 Real
	q := 0
	for _, o := range off[:k] {
		row := b[o/RealBytes : o/RealBytes+portableCols]
		x := a[q]
		s0 += x * row[0]
		s1 += x * row[1]
		s2 += x * row[2]
		s3 += x * row[3]
		q += cs
	}
	*sum = [portableCols]Real{s0, s1, s2, s3}
}
