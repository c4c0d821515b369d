// Package kernel does the arithmetic of the trainer: matrix products,
// convolutions seen as matrix products, and passes over flat vectors. It knows
// nothing of layers, shapes of networks or training.
//
// Each operation exists as portable Go and, on amd64, as Go assembly for
// AVX2+FMA and for AVX-512. The best that the processor has is chosen once, when
// the program starts; [Force] chooses another for a test or a comparison, the
// environment variable DANLU_KERNELS for a whole process. The portable code is
// the definition: every other version is tested against it.
//
// [Team] shares large operations out to threads; no number depends on how many.
//
// Start at [Gemm.Mul]. The scheme is that of Goto and van de Geijn, Anatomy of
// High-Performance Matrix Multiplication, 2008, less the packing of the left
// operand: a tile reads its rows in place, which costs nothing at the sizes
// that occur here.
//
// # Symbols
//
//	m, n, k   C is m×n, A is m×k, B is k×n
//	MR, NR    rows and columns of the tile of C held in registers
//	KC        steps of k done between two visits to C
package kernel
