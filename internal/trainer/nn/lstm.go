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
		i, f, g := z[:h], z[h:2*h], z[2*h:3*h]
		c := d.c[r*h : (r+1)*h]
		if r-s.row < s.old {
			old := d.c[(s.before+r-s.row)*h:][:h]
			for j := range c {
				c[j] = f[j]*old[j] + i[j]*g[j]
			}
		} else {
			for j := range c {
				c[j] = i[j] * g[j]
			}
		}
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
		i, f, g, o := z[:h], z[h:2*h], z[2*h:3*h], z[3*h:]
		di, df, dg, do := dz[:h], dz[h:2*h], dz[2*h:3*h], dz[3*h:]
		dh, dc, tanhC := d.dh[r*h:(r+1)*h], d.dc[r*h:(r+1)*h], d.tanhC[r*h:(r+1)*h]
		var old, dOld []Real
		if r-s.row < s.old {
			at := (s.before + r - s.row) * h
			old, dOld = d.c[at:at+h], d.dc[at:at+h]
		}
		for j, v := range dh {
			t := tanhC[j]
			grad := dc[j] + v*o[j]*(1-t*t)
			di[j] = grad * g[j] * i[j] * (1 - i[j])
			dg[j] = grad * i[j] * (1 - g[j]*g[j])
			do[j] = v * t * o[j] * (1 - o[j])
			if old == nil {
				df[j] = 0
				continue
			}
			df[j] = grad * old[j] * f[j] * (1 - f[j])
			dOld[j] += grad * f[j]
		}
	}
}
