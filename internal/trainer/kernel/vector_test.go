package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// lengths are around the widths of registers.
var lengths = []int{0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 100, 4099}

func TestVectorOperationsAgreeWithPortableCode(t *testing.T) {
	for _, level := range Levels()[1:] {
		for _, n := range lengths {
			for _, op := range operations {
				t.Run(fmt.Sprintf("%v/%s/%d", level, op.name, n), func(t *testing.T) { checkOperation(t, level, op, n, 1) })
			}
		}
	}
}

func FuzzVectorOperations(f *testing.F) {
	f.Add(uint16(33), uint64(1), uint8(0))
	f.Fuzz(func(t *testing.T, n uint16, seed uint64, at uint8) {
		for _, level := range Levels()[1:] {
			checkOperation(t, level, operations[int(at)%len(operations)], int(n%5000), seed)
		}
	})
}

// checkOperation compares an operation on slices of n numbers, drawn from seed, with
// the portable one.
func checkOperation(t *testing.T, level Level, op operation, n int, seed uint64) {
	t.Helper()
	want, got := inputs(n, seed), inputs(n, seed)
	restore := Force(Portable)
	op.run(want)
	Force(level)
	op.run(got)
	restore()
	for v := range want {
		for i := range want[v] {
			w, g := float64(want[v][i]), float64(got[v][i])
			if math.Abs(w-g) > op.ulps*0x1p-24*max(1, math.Abs(w)) {
				t.Fatalf("%v, %s of %d: slice %d, element %d: %v, portable has %v", level, op.name, n, v, i, g, w)
			}
		}
	}
}

type operation struct {
	name string
	ulps float64
	run  func(x [][]Real)
}

// operations are run on slices 1 to 4 of five; the last may take a scalar's
// result. ulps bounds the difference in units of 2⁻²⁴ of max(1, |value|): a few
// roundings each, and fused where the assembly fuses.
var operations = []operation{
	{"Add", 0, func(x [][]Real) { Add(x[0], x[1]) }},
	{"Axpy", 4, func(x [][]Real) { Axpy(x[0], 0.3, x[1]) }},
	{"Scale", 0, func(x [][]Real) { Scale(x[0], -1.7) }},
	{"ReLU", 0, func(x [][]Real) { ReLU(x[0], x[1]) }},
	{"ReLUGrad", 0, func(x [][]Real) { ReLUGrad(x[0], x[1], x[2]) }},
	{"Exp", 6, func(x [][]Real) { Exp(x[0], x[1]) }},
	{"Sigmoid", 8, func(x [][]Real) { Sigmoid(x[0], x[1]) }},
	{"Tanh", 8, func(x [][]Real) { Tanh(x[0], x[1]) }},
	{"Mul", 0, func(x [][]Real) { Mul(x[0], x[1]) }},
	{"Affine", 4, func(x [][]Real) { Affine(x[0], x[1], 0.3, -2) }},
	{"Combine", 8, func(x [][]Real) { Combine(x[0], 0.3, x[1], -2, x[2], 5) }},
	{"Sum", 256, func(x [][]Real) { x[4][0] = Real(Sum(x[3])) }},
	{"Dot", 256, func(x [][]Real) { x[4][0] = Real(Dot(x[3], x[3])) }},
	{"SGD", 8, func(x [][]Real) { (&SGD{0.1, 0.9, 0.01, 1, 0.9}).Step(x[0], x[1], x[2]) }},
	{"Adam", 16, func(x [][]Real) {
		(&Adam{0.1, 0.9, 0.999, 3, 1e-8, 0.01, 0.99}).Step(x[0], x[1], x[2], x[3])
	}},
	{"LSTMState", 8, func(x [][]Real) { LSTMState(x[0], gates(x), x[1]) }},
	{"LSTMGrad", 64, func(x [][]Real) {
		h := len(x[0])
		dz := make([]Real, 4*h)
		LSTMGrad(dz, gates(x), x[3], x[0], x[1], x[2], make([]Real, h))
		for v := range x[:4] {
			copy(x[v], dz[v*h:])
		}
	}},
	{"LSTMGrad of the state before", 64, func(x [][]Real) {
		LSTMGrad(make([]Real, 4*len(x[0])), gates(x), x[3], x[0], x[1], slices.Clone(x[2]), x[2])
	}},
	{"RMSProp", 16, func(x [][]Real) { (&RMSProp{0.1, 0.9, 1e-4, 0.01, 0.5}).Step(x[0], x[1], x[3], x[2]) }},
}

// gates are the numbers of the first four slices as those of a row of LSTM cells.
func gates(x [][]Real) []Real { return slices.Concat(x[:4]...) }

// inputs are four slices of length n, the fourth positive, and one of length 1.
// They start one element into their array, to be unaligned.
func inputs(n int, seed uint64) [][]Real {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	all := make([][]Real, 5)
	for v := range all[:4] {
		all[v] = make([]Real, n+1)[1:]
		for i := range all[v] {
			all[v][i] = Real(rng.NormFloat64())
			if v == 3 {
				all[v][i] = 0.5 + Real(rng.Float64())
			}
		}
	}
	all[4] = make([]Real, 1)
	return all
}

func TestExpOverItsWholeRange(t *testing.T) {
	for _, level := range Levels() {
		t.Run(level.String(), func(t *testing.T) {
			defer Force(level)()
			x := make([]Real, 20_001)
			for i := range x {
				x[i] = Real(i-10_000) * 0.01 // −100 … 100
			}
			y := make([]Real, len(x))
			Exp(y, x)
			for i, v := range x {
				want := math.Exp(min(max(float64(v), -87), 87))
				// The polynomial is good to 2 units, its evaluation loses one.
				if math.Abs(float64(y[i])-want) > 3*0x1p-23*want {
					t.Fatalf("e^%v = %v, want %v", v, y[i], want)
				}
			}
		})
	}
}

func TestStepsTakeDenormalMomentsForZero(t *testing.T) {
	const n = 32 // whole registers
	steps := map[string]func(w, g, m, v []Real){
		"sgd": func(w, g, m, _ []Real) { (&SGD{LR: 0.1, Momentum: 0.9, ByMomentum: 1}).Step(w, g, m) },
		"adam": func(w, g, m, v []Real) {
			(&Adam{Rate: 0.1, Beta1: 0.9, Beta2: 0.999, Eps: 1, Keep: 1}).Step(w, g, m, v)
		},
		"rmsprop": func(w, g, m, v []Real) { (&RMSProp{LR: 0.1, Alpha: 0.9, Eps: 1, Momentum: 0.9}).Step(w, g, v, m) },
	}
	for _, level := range Levels()[1:] {
		for name, step := range steps {
			t.Run(fmt.Sprintf("%v/%s", level, name), func(t *testing.T) {
				defer Force(level)()
				w, g, m, v := make([]Real, n), make([]Real, n), make([]Real, n), make([]Real, n)
				tiny := Real(1e-40)
				fill := func(x []Real) {
					for i := range x {
						x[i] = tiny
					}
				}
				fill(m)
				step(w, g, m, v)
				for i := range m {
					if m[i] != 0 {
						t.Fatalf("a moment of 1e-40 became %g, want 0", m[i])
					}
				}
				// All other arithmetic goes on as before.
				if half := tiny / 2; half == 0 {
					t.Fatal("outside of the step 1e-40 ÷ 2 is 0 too")
				}
			})
		}
	}
}
