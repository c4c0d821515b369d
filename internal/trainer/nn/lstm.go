package nn

import "github.com/danlu-ml/danlu/internal/trainer/kernel"

// lstm is the cell of Hochreiter and Schmidhuber with forget gates, as PyTorch's:
//
//	i, f, o = σ(z_i), σ(z_f), σ(z_o);  g = tanh(z_g)
//	c = f·c' + i·g;  h = o·tanh(c)
//
// The gates of a row lie in the order i, f, g, o.
type lstm struct{}

func (lstm) gates() int { return 4 }

func (lstm) forward(d *direction, s step) {
	h := d.hidden
	for r := s.row; r < s.row+s.n; r++ {
		z := d.z[r*4*h : (r+1)*4*h]
		kernel.Sigmoid(z[:2*h], z[:2*h])
		kernel.Tanh(z[2*h:3*h], z[2*h:3*h])
		kernel.Sigmoid(z[3*h:], z[3*h:])
		old, _ := d.state(s, r)
		c := d.c[r*h : (r+1)*h]
		kernel.LSTMState(c, z, old)
		tanhC, out := d.tanhC[r*h:(r+1)*h], d.h[r*h:(r+1)*h]
		kernel.Tanh(tanhC, c)
		copy(out, z[3*h:])
		kernel.Mul(out, tanhC)
	}
}

func (lstm) backward(d *direction, s step) {
	h := d.hidden
	for r := s.row; r < s.row+s.n; r++ {
		z, dz := d.z[r*4*h:(r+1)*4*h], d.dz[r*4*h:(r+1)*4*h]
		old, dOld := d.state(s, r)
		kernel.LSTMGrad(dz, z, d.dh[r*h:(r+1)*h], d.dc[r*h:(r+1)*h], d.tanhC[r*h:(r+1)*h], old, dOld)
	}
}

// state is the state of the step before for row r of a step, and where its gradient
// goes: zeros, and nowhere, for a row that has none.
func (d *direction) state(s step, r int) (old, dOld []Real) {
	h := d.hidden
	if r-s.row >= s.old {
		return d.none[:h], d.none[h:]
	}
	at := (s.before + r - s.row) * h
	return d.c[at : at+h], d.dc[at : at+h]
}
