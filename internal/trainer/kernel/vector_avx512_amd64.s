//go:build !float64check

#include "textflag.h"

#define WIDTH $64
#define LANES $16
#define V0 Z0
#define V1 Z1
#define V2 Z2
#define V3 Z3
#define V4 Z4
#define V5 Z5
#define V6 Z6
#define V7 Z7
#define V8 Z8
#define V9 Z9
#define V10 Z10
#define V11 Z11
#define V12 Z12
#define V13 Z13
#define V14 Z14
#define V15 Z15

// KEEP does out = x where y > 0, else 0; V15 is zero.
#define KEEP(y, x, out) \
	VCMPPS    $0x1e, V15, y, K1 \
	VMOVUPS.Z x, K1, out

// FOLD adds the four quarters of V0 into X0.
#define FOLD \
	VEXTRACTF64X4 $1, Z0, Y1     \
	VADDPS        Y1, Y0, Y0     \
	VEXTRACTF128  $1, Y0, X1     \
	VADDPS        X1, X0, X0

#include "vector_amd64.h"

// func addAVX512(n int, y, x *float32)
TEXT ·addAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	ADD
	VZEROUPPER
	RET

// func axpyAVX512(n int, y, x *float32, a float32)
TEXT ·axpyAVX512(SB), NOSPLIT, $0-28
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	VBROADCASTSS a+24(FP), V8
	AXPY
	VZEROUPPER
	RET

// func scaleAVX512(n int, y *float32, a float32)
TEXT ·scaleAVX512(SB), NOSPLIT, $0-20
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	VBROADCASTSS a+16(FP), V8
	SCALE
	VZEROUPPER
	RET

// func mulAVX512(n int, y, x *float32)
TEXT ·mulAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	MUL
	VZEROUPPER
	RET

// func affineAVX512(n int, y, x *float32, ab *[2]float32)
TEXT ·affineAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	MOVQ ab+24(FP), AX
	AFFINE
	VZEROUPPER
	RET

// func combineAVX512(n int, y, u, v *float32, abc *[3]float32)
TEXT ·combineAVX512(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ u+16(FP), SI
	MOVQ v+24(FP), DX
	MOVQ abc+32(FP), AX
	COMBINE
	VZEROUPPER
	RET

// func sumAVX512(n int, x *float32, sum *float32)
TEXT ·sumAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), DI
	MOVQ sum+16(FP), AX
	SUM
	VZEROUPPER
	RET

// func dotAVX512(n int, x, y *float32, sum *float32)
TEXT ·dotAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), DI
	MOVQ y+16(FP), SI
	MOVQ sum+24(FP), AX
	DOT
	VZEROUPPER
	RET

// func reluAVX512(n int, y, x *float32)
TEXT ·reluAVX512(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	RELU
	VZEROUPPER
	RET

// func reluGradAVX512(n int, dx, dy, y *float32)
TEXT ·reluGradAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ dx+8(FP), DI
	MOVQ dy+16(FP), SI
	MOVQ y+24(FP), DX
	RELUGRAD
	VZEROUPPER
	RET

// func expAVX512(n int, y, x *float32, table *float32)
TEXT ·expAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	MOVQ table+24(FP), AX
	EXP
	VZEROUPPER
	RET

// func sigmoidAVX512(n int, y, x *float32, table *float32)
TEXT ·sigmoidAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	MOVQ table+24(FP), AX
	SIGMOID
	VZEROUPPER
	RET

// func tanhAVX512(n int, y, x *float32, table *float32)
TEXT ·tanhAVX512(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	MOVQ table+24(FP), AX
	TANH
	VZEROUPPER
	RET

// func sgdAVX512(n int, w, grad, buf *float32, s *SGD)
TEXT ·sgdAVX512(SB), NOSPLIT, $8-40
	MOVQ n+0(FP), CX
	MOVQ w+8(FP), DI
	MOVQ grad+16(FP), SI
	MOVQ buf+24(FP), DX
	MOVQ s+32(FP), AX
	FLUSH
	SGD
	UNFLUSH
	VZEROUPPER
	RET

// func adamAVX512(n int, w, grad, m, v *float32, s *Adam)
TEXT ·adamAVX512(SB), NOSPLIT, $8-48
	MOVQ n+0(FP), CX
	MOVQ w+8(FP), DI
	MOVQ grad+16(FP), SI
	MOVQ m+24(FP), DX
	MOVQ v+32(FP), BX
	MOVQ s+40(FP), AX
	FLUSH
	ADAM
	UNFLUSH
	VZEROUPPER
	RET

// func rmspropAVX512(n int, w, grad, v, buf *float32, s *RMSProp)
TEXT ·rmspropAVX512(SB), NOSPLIT, $8-48
	MOVQ n+0(FP), CX
	MOVQ w+8(FP), DI
	MOVQ grad+16(FP), SI
	MOVQ v+24(FP), DX
	MOVQ buf+32(FP), BX
	MOVQ s+40(FP), AX
	FLUSH
	RMSPROP
	UNFLUSH
	VZEROUPPER
	RET

// func lstmGradAVX512(a *lstmGradArgs)
TEXT ·lstmGradAVX512(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	LSTMGRAD
	VZEROUPPER
	RET

// func lstmStateAVX512(n int, c, i, f, u, old *float32)
TEXT ·lstmStateAVX512(SB), NOSPLIT, $0-48
	MOVQ n+0(FP), CX
	MOVQ c+8(FP), DI
	MOVQ i+16(FP), SI
	MOVQ f+24(FP), DX
	MOVQ u+32(FP), BX
	MOVQ old+40(FP), AX
	LSTMSTATE
	VZEROUPPER
	RET
