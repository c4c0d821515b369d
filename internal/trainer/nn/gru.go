package nn

import "github.com/danlu-ml/danlu/internal/trainer/kernel"

// gru is the cell of Cho et al. 2014 in PyTorch's form, where the reset gate
// applies after the product with h':
//
//	r, z = σ(x_r + h_r), σ(x_z + h_z);  n = tanh(x_n + r·h_n)
//	h = (1 − z)·n + z·h'
//
// The gates of a row lie in the order r, z, n; h_n stays in zh.
type gru struct{}

func (gru) gates() int { return 3 }

func (gru) forward(d *direction, s step) {
	h := d.hidden
	for row := s.row; row < s.row+s.n; row++ {
		x, zh := d.z[row*3*h:(row+1)*3*h], d.zh[row*3*h:(row+1)*3*h]
		kernel.Add(x[:2*h], zh[:2*h])
		kernel.Sigmoid(x[:2*h], x[:2*h])
		r, z, n, hn := x[:h], x[h:2*h], x[2*h:], zh[2*h:]
		for j := range n {
			n[j] += r[j] * hn[j]
		}
		kernel.Tanh(n, n)
		before, out := d.before[row*h:(row+1)*h], d.h[row*h:(row+1)*h]
		for j := range out {
			out[j] = n[j] + z[j]*(before[j]-n[j])
		}
	}
}

func (gru) backward(d *direction, s step) {
	h := d.hidden
	for row := s.row; row < s.row+s.n; row++ {
		x, dx, dzh := d.z[row*3*h:(row+1)*3*h], d.dz[row*3*h:(row+1)*3*h], d.dzh[row*3*h:(row+1)*3*h]
		r, z, n, hn := x[:h], x[h:2*h], x[2*h:], d.zh[row*3*h+2*h:(row+1)*3*h]
		before, dh := d.before[row*h:(row+1)*h], d.dh[row*h:(row+1)*h]
		for j, v := range dh {
			dn := v * (1 - z[j]) * (1 - n[j]*n[j])
			dx[2*h+j], dzh[2*h+j] = dn, dn*r[j]
			dx[j] = dn * hn[j] * r[j] * (1 - r[j])
			dx[h+j] = v * (before[j] - n[j]) * z[j] * (1 - z[j])
		}
		copy(dzh[:2*h], dx[:2*h])
		if row-s.row < s.old {
			dOld := d.dh[(s.before+row-s.row)*h:][:h]
			for j, v := range dh {
				dOld[j] += v * z[j]
			}
		}
	}
}
