package nn

import "github.com/danlu-ml/danlu/internal/trainer/kernel"

// Part is a layer inside another and how its tensors' names begin.
type Part struct {
	Name string
	Layer
}

// adopt gives the tensors of parts their names, once.
func adopt(parts []Part) {
	for _, part := range parts {
		for _, p := range part.Params() {
			p.Name = part.Name + "." + p.Name
		}
	}
}

// parent is a layer made of others.
type parent interface{ children() []Layer }

// Residual is body(x) + shortcut(x), where an empty shortcut is x itself (He et al.
// 2016). Both ways must end in the same layout.
type Residual struct {
	body, shortcut []Part
	y, dx          []Real
}

// NewResidual makes the layer; y and dx are made with the layouts of its output
// and its input.
func NewResidual(in, out *Planes, body, shortcut []Part) *Residual {
	adopt(body)
	adopt(shortcut)
	return &Residual{body: body, shortcut: shortcut, y: out.Alloc(), dx: in.Alloc()}
}

// Params are those of the body, then of the shortcut.
func (l *Residual) Params() []*Param {
	var all []*Param
	for _, c := range l.children() {
		all = append(all, c.Params()...)
	}
	return all
}

func (l *Residual) children() []Layer {
	var all []Layer
	for _, part := range l.body {
		all = append(all, part.Layer)
	}
	for _, part := range l.shortcut {
		all = append(all, part.Layer)
	}
	return all
}

// Forward adds the two ways.
func (l *Residual) Forward(x []Real, p Pass) []Real {
	return join(l.y, along(l.body, x, p), along(l.shortcut, x, p))
}

// Backward goes back both ways.
func (l *Residual) Backward(dy []Real, p Pass, needX bool) []Real {
	body, short := back(l.body, dy, p, needX), back(l.shortcut, dy, p, needX)
	if !needX {
		return nil
	}
	return join(l.dx, body, short)
}

func along(parts []Part, x []Real, p Pass) []Real {
	for _, part := range parts {
		x = part.Forward(x, p)
	}
	return x
}

func back(parts []Part, dy []Real, p Pass, needX bool) []Real {
	for i := len(parts) - 1; i >= 0; i-- {
		dy = parts[i].Backward(dy, p, needX || i > 0)
	}
	return dy
}

// join does to = a + b.
func join(to, a, b []Real) []Real {
	to = to[:len(a)]
	copy(to, a)
	kernel.Add(to, b)
	return to
}
