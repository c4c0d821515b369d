package nn

import (
	"fmt"
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// Recurrent runs over sequences, in one direction or in both with their outputs
// side by side. A batch of sequences is packed: sorted by length, longest first;
// then all their first elements, all their second elements and so on, as rows.
// Pass.Steps has the number of rows of each step, which never grows. So no row is
// padding, and every other layer takes the rows as it takes any.
type Recurrent struct {
	in, hidden int
	dirs       []*direction
	gemm       *kernel.Gemm
	x, dy      []Real // the last input and gradient, not owned
	y, dx      []Real
	pass       Pass
	// One direction; both go at once.
	forward, backward func(i, thread int)
}

// cell is what differs between kinds of recurrent layers.
type cell interface {
	// gates is how many numbers a hidden unit computes from x and from h.
	gates() int
	// forward computes the rows from..from+n of one step: z has x's part of the
	// gates and zh that of the step before, h is where the output goes.
	forward(d *direction, s step)
	// backward turns d.dh of the step's rows into d.dz and d.dzh, and adds what
	// the cell itself passes on to the step before.
	backward(d *direction, s step)
}

// step is one step of a pass: n rows from row, of which the first old have a step
// before, from row before.
type step struct{ row, n, before, old int }

// NewRecurrent makes a layer of cells, "lstm" or "gru", for up to n rows.
func NewRecurrent(gemm *kernel.Gemm, kind string, in, hidden int, both bool, n int) *Recurrent {
	l := &Recurrent{in: in, hidden: hidden, gemm: gemm}
	if both { // each with its own, as a part can't share out its work
		l.dirs = []*direction{newDirection(&kernel.Gemm{}, kind, in, hidden, n, false), newDirection(&kernel.Gemm{}, kind, in, hidden, n, true)}
	} else {
		l.dirs = []*direction{newDirection(gemm, kind, in, hidden, n, false)}
	}
	l.forward = func(i, _ int) { l.dirs[i].forward(l.x, l.y[i*hidden:], l.Out(), l.pass) }
	l.backward = func(i, _ int) { l.dirs[i].backward(l.x, l.dy[i*hidden:], l.Out(), l.pass) }
	l.y, l.dx = make([]Real, n*l.Out()), make([]Real, n*in)
	return l
}

// Out is the number of features that come out.
func (l *Recurrent) Out() int { return l.hidden * len(l.dirs) }

// Params are, of each direction, weights from x, from h, and both biases, as in
// PyTorch.
func (l *Recurrent) Params() []*Param {
	var all []*Param
	for _, d := range l.dirs {
		all = append(all, d.wx, d.wh, d.bx, d.bh)
	}
	return all
}

// Forward maps n×in to n×Out.
func (l *Recurrent) Forward(x []Real, p Pass) []Real {
	l.x, l.pass = x, p
	p.Team.Do(len(l.dirs), l.forward)
	return l.y[:p.N*l.Out()]
}

// Backward goes back through time.
func (l *Recurrent) Backward(dy []Real, p Pass, needX bool) []Real {
	l.dy, l.pass = dy, p
	p.Team.Do(len(l.dirs), l.backward)
	if !needX {
		return nil
	}
	for i, d := range l.dirs {
		l.gemm.Mul(kernel.Rows(l.dx, l.in), kernel.Rows(d.dz, d.width), kernel.Rows(d.wx.W, l.in), p.N, l.in, d.width, i > 0)
	}
	return l.dx[:p.N*l.in]
}

// direction is one direction of a recurrent layer. G is the number of gates, H
// that of hidden units.
type direction struct {
	cell           cell
	in, hidden     int
	width          int // G·H
	backwards      bool
	gemm           *kernel.Gemm
	wx, wh, bx, bh *Param // G·H×in, G·H×H, G·H, G·H
	panels         kernel.Panels
	z, zh          []Real // n×G·H: x's part, then the gates; h's part
	h, before      []Real // n×H: outputs, and those of the step before
	c, tanhC       []Real // n×H, for LSTM
	none           []Real // 2×H: the state before the first step, zero; the gradient of it
	bias           []Real // G·H: what is added to z
	dh, dc         []Real // n×H
	dz, dzh        []Real // n×G·H; the same slice where the parts are only added
}

func newDirection(gemm *kernel.Gemm, kind string, in, hidden, n int, backwards bool) *direction {
	d := &direction{in: in, hidden: hidden, backwards: backwards, gemm: gemm}
	switch kind {
	case "lstm":
		d.cell = lstm{}
	case "gru":
		d.cell = gru{}
	default:
		panic(fmt.Sprintf("nn: unknown cell %q", kind))
	}
	d.width = d.cell.gates() * hidden
	start := uniform(1 / math.Sqrt(float64(hidden)))
	suffix := ""
	if backwards {
		suffix = "_reverse"
	}
	d.wx = &Param{Name: "weight_ih" + suffix, Role: Weight, Size: d.width * in, Shape: []int{d.width, in}, Init: start}
	d.wh = &Param{Name: "weight_hh" + suffix, Role: Weight, Size: d.width * hidden, Shape: []int{d.width, hidden}, Init: start}
	d.bx = &Param{Name: "bias_ih" + suffix, Role: Bias, Size: d.width, Init: start}
	d.bh = &Param{Name: "bias_hh" + suffix, Role: Bias, Size: d.width, Init: start}
	rows := func(width int) []Real { return make([]Real, n*width) }
	d.z, d.dz, d.bias = rows(d.width), rows(d.width), make([]Real, d.width)
	d.zh, d.dzh = d.z, d.dz
	if kind == "gru" {
		d.zh, d.dzh = rows(d.width), rows(d.width)
	}
	if kind == "lstm" {
		d.c, d.tanhC, d.dc = rows(hidden), rows(hidden), rows(hidden)
		d.none = make([]Real, 2*hidden)
	}
	d.h, d.before, d.dh = rows(hidden), rows(hidden), rows(hidden)
	return d
}

// steps calls each for every step, in the order of the direction or against it.
func (d *direction) steps(counts []int, against bool, each func(step)) {
	row := 0
	if d.backwards != against {
		for _, n := range counts {
			row += n
		}
		for t := len(counts) - 1; t >= 0; t-- {
			row -= counts[t]
			each(d.step(counts, t, row))
		}
		return
	}
	for t, n := range counts {
		each(d.step(counts, t, row))
		row += n
	}
}

func (d *direction) step(counts []int, t, row int) step {
	s := step{row: row, n: counts[t]}
	switch {
	case !d.backwards && t > 0:
		s.before, s.old = row-counts[t-1], counts[t]
	case d.backwards && t+1 < len(counts):
		s.before, s.old = row+counts[t], counts[t+1]
	}
	return s
}

// forward writes the outputs into y, pitch numbers a row.
func (d *direction) forward(x, y []Real, pitch int, p Pass) {
	copy(d.bias, d.bx.W)
	if &d.zh[0] == &d.z[0] {
		kernel.Add(d.bias, d.bh.W)
	} else {
		for i := range p.N {
			copy(d.zh[i*d.width:(i+1)*d.width], d.bh.W)
		}
	}
	d.gemm.Affine(kernel.Rows(d.z, d.width), kernel.Rows(x, d.in), kernel.Rows(d.wx.W, d.in), d.bias, p.N, d.width, d.in)
	d.panels.Pack(kernel.Rows(d.wh.W, d.hidden).T(), d.hidden, d.width)
	clear(d.before[:p.N*d.hidden])
	d.steps(p.Steps, false, func(s step) {
		if s.old > 0 {
			h := d.h[s.before*d.hidden:]
			copy(d.before[s.row*d.hidden:(s.row+s.old)*d.hidden], h)
			d.panels.Mul(kernel.Rows(d.zh[s.row*d.width:], d.width), kernel.Rows(h, d.hidden), s.old, true)
		}
		d.cell.forward(d, s)
	})
	for i := range p.N {
		copy(y[i*pitch:i*pitch+d.hidden], d.h[i*d.hidden:])
	}
}

// backward sets the gradients of the parameters, and dz.
func (d *direction) backward(x, dy []Real, pitch int, p Pass) {
	for i := range p.N {
		copy(d.dh[i*d.hidden:(i+1)*d.hidden], dy[i*pitch:])
	}
	if d.dc != nil {
		clear(d.dc[:p.N*d.hidden])
	}
	d.panels.Pack(kernel.Rows(d.wh.W, d.hidden), d.width, d.hidden)
	d.steps(p.Steps, true, func(s step) {
		d.cell.backward(d, s)
		if s.old > 0 {
			d.panels.Mul(kernel.Rows(d.dh[s.before*d.hidden:], d.hidden), kernel.Rows(d.dzh[s.row*d.width:], d.width), s.old, true)
		}
	})
	d.gemm.Mul(kernel.Rows(d.wx.G, d.in), kernel.Rows(d.dz, d.width).T(), kernel.Rows(x, d.in), d.width, d.in, p.N, false)
	d.gemm.Mul(kernel.Rows(d.wh.G, d.hidden), kernel.Rows(d.dzh, d.width).T(), kernel.Rows(d.before, d.hidden), d.width, d.hidden, p.N, false)
	clear(d.bx.G)
	clear(d.bh.G)
	for i := range p.N {
		kernel.Add(d.bx.G, d.dz[i*d.width:(i+1)*d.width])
		if &d.dzh[0] != &d.dz[0] {
			kernel.Add(d.bh.G, d.dzh[i*d.width:(i+1)*d.width])
		}
	}
	if &d.dzh[0] == &d.dz[0] {
		copy(d.bh.G, d.bx.G)
	}
}
