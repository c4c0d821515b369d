package kernel

// LSTMState is the new state of a row of n LSTM cells, c = f·c' + i·g, for gates
// i, f, g, o that lie one after another in z, n numbers each. old is c'.
func LSTMState(c, z, old []Real) {
	h := len(c)
	i, f, g, old := z[:h], z[h:2*h], z[2*h:3*h], old[:h]
	for j := lstmStateVec(c, i, f, g, old); j < h; j++ {
		c[j] = f[j]*old[j] + i[j]*g[j]
	}
}

// LSTMGrad goes back through a row of n LSTM cells. Given dh, the gradient of what
// they put out, and dc, that of their state, with t = tanh c and
//
//	d = dc + dh·o·(1 − t²)
//
// it sets the gradients of the gates before their functions, laid out as the gates,
// and adds the gradient of the state before:
//
//	dz = d·g·i·(1 − i), d·c'·f·(1 − f), d·i·(1 − g²), dh·t·o·(1 − o);  dOld += d·f
func LSTMGrad(dz, z, dh, dc, tanhC, old, dOld []Real) {
	h := len(dh)
	dc, tanhC, old, dOld = dc[:h], tanhC[:h], old[:h], dOld[:h]
	i, f, g, o := z[:h], z[h:2*h], z[2*h:3*h], z[3*h:4*h]
	di, df, dg, do := dz[:h], dz[h:2*h], dz[2*h:3*h], dz[3*h:4*h]
	for j := lstmGradVec(dz, z, dh, dc, tanhC, old, dOld); j < h; j++ {
		t := tanhC[j]
		d := dc[j] + dh[j]*o[j]*(1-t*t)
		di[j] = d * g[j] * i[j] * (1 - i[j])
		dg[j] = d * i[j] * (1 - g[j]*g[j])
		do[j] = dh[j] * t * o[j] * (1 - o[j])
		df[j] = d * old[j] * f[j] * (1 - f[j])
		dOld[j] += d * f[j]
	}
}
