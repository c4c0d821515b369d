//go:build !float64check

#include "textflag.h"

#define WIDTH $32
#define LANES $8
#define V0 Y0
#define V1 Y1
#define V2 Y2
#define V3 Y3
#define V4 Y4
#define V5 Y5
#define V6 Y6
#define V7 Y7
#define V8 Y8
#define V9 Y9
#define V10 Y10
#define V11 Y11
#define V12 Y12
#define V13 Y13
#define V14 Y14
#define V15 Y15

// KEEP does out = x where y > 0, else 0; V15 is zero.
#define KEEP(y, x, out) \
	VCMPPS $0x1e, V15, y, V14 \
	VANDPS V14, x, out

// FOLD adds the upper half of V0 to its lower half.
#define FOLD \
	VEXTRACTF128 $1, Y0, X1 \
	VADDPS       X1, X0, X0

#include "vector_amd64.h"

// func addAVX2(n int, y, x *float32)
TEXT ·addAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	ADD
	VZEROUPPER
	RET

// func axpyAVX2(n int, y, x *float32, a float32)
TEXT ·axpyAVX2(SB), NOSPLIT, $0-28
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	VBROADCASTSS a+24(FP), V8
	AXPY
	VZEROUPPER
	RET

// func scaleAVX2(n int, y *float32, a float32)
TEXT ·scaleAVX2(SB), NOSPLIT, $0-20
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	VBROADCASTSS a+16(FP), V8
	SCALE
	VZEROUPPER
	RET

// func mulAVX2(n int, y, x *float32)
TEXT ·mulAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	MUL
	VZEROUPPER
	RET

// func affineAVX2(n int, y, x *float32, ab *[2]float32)
TEXT ·affineAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	MOVQ ab+24(FP), AX
	AFFINE
	VZEROUPPER
	RET

// func combineAVX2(n int, y, u, v *float32, abc *[3]float32)
TEXT ·combineAVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ u+16(FP), SI
	MOVQ v+24(FP), DX
	MOVQ abc+32(FP), AX
	COMBINE
	VZEROUPPER
	RET

// func sumAVX2(n int, x *float32, sum *float32)
TEXT ·sumAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), DI
	MOVQ sum+16(FP), AX
	SUM
	VZEROUPPER
	RET

// func dotAVX2(n int, x, y *float32, sum *float32)
TEXT ·dotAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), DI
	MOVQ y+16(FP), SI
	MOVQ sum+24(FP), AX
	DOT
	VZEROUPPER
	RET

// func reluAVX2(n int, y, x *float32)
TEXT ·reluAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	RELU
	VZEROUPPER
	RET

// func reluGradAVX2(n int, dx, dy, y *float32)
TEXT ·reluGradAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ dx+8(FP), DI
	MOVQ dy+16(FP), SI
	MOVQ y+24(FP), DX
	RELUGRAD
	VZEROUPPER
	RET

// func expAVX2(n int, y, x *float32, table *float32)
TEXT ·expAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	MOVQ table+24(FP), AX
	EXP
	VZEROUPPER
	RET

// func sigmoidAVX2(n int, y, x *float32, table *float32)
TEXT ·sigmoidAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	MOVQ table+24(FP), AX
	SIGMOID
	VZEROUPPER
	RET

// func tanhAVX2(n int, y, x *float32, table *float32)
TEXT ·tanhAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ y+8(FP), DI
	MOVQ x+16(FP), SI
	MOVQ table+24(FP), AX
	TANH
	VZEROUPPER
	RET

// func sgdAVX2(n int, w, grad, buf *float32, s *SGD)
TEXT ·sgdAVX2(SB), NOSPLIT, $8-40
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

// func adamAVX2(n int, w, grad, m, v *float32, s *Adam)
TEXT ·adamAVX2(SB), NOSPLIT, $8-48
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

// func rmspropAVX2(n int, w, grad, v, buf *float32, s *RMSProp)
TEXT ·rmspropAVX2(SB), NOSPLIT, $8-48
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

// func lstmGradAVX2(a *lstmGradArgs)
TEXT ·lstmGradAVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	LSTMGRAD
	VZEROUPPER
	RET

// func lstmStateAVX2(n int, c, i, f, u, old *float32)
TEXT ·lstmStateAVX2(SB), NOSPLIT, $0-48
	MOVQ n+0(FP), CX
	MOVQ c+8(FP), DI
	MOVQ i+16(FP), SI
	MOVQ f+24(FP), DX
	MOVQ u+32(FP), BX
	MOVQ old+40(FP), AX
	LSTMSTATE
	VZEROUPPER
	RET
