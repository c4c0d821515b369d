//go:build !float64check

#include "textflag.h"

// Tiles of 6, 4, 2 and 1 rows by 16 columns. Y0 … Y11 hold C, two registers a row;
// Y12 and Y13 a row of B; Y14 one number of A in every lane, later the masks.
// General registers are used as in the AVX-512 tiles.

#define ROW(addr, lo, hi) \
	VBROADCASTSS addr, Y14        \
	VFMADD231PS  Y12, Y14, lo     \
	VFMADD231PS  Y13, Y14, hi

#define LOADB \
	MOVQ    (DI), AX          \
	VMOVUPS (SI)(AX*1), Y12   \
	VMOVUPS 32(SI)(AX*1), Y13 \
	ADDQ    $8, DI

#define ZERO(lo, hi) \
	VXORPS lo, lo, lo \
	VXORPS hi, hi, hi

// Y14 and Y15 are the masks of the low and the high eight columns.
#define PUT(lo, hi) \
	VMASKMOVPS lo, Y14, (DX)   \
	VMASKMOVPS hi, Y15, 32(DX) \
	ADDQ       BX, DX

#define ADDPUT(lo, hi) \
	VMASKMOVPS (SI), Y14, Y12   \
	VMASKMOVPS 32(SI), Y15, Y13 \
	ADDQ       DI, SI           \
	VADDPS     Y12, lo, lo      \
	VADDPS     Y13, hi, hi      \
	PUT(lo, hi)

#define ARGS \
	MOVQ k+0(FP), CX    \
	MOVQ a+8(FP), R8    \
	MOVQ rs+16(FP), R12 \
	MOVQ cs+24(FP), R13 \
	MOVQ b+32(FP), SI   \
	MOVQ off+40(FP), DI \
	MOVQ c+48(FP), DX   \
	MOVQ ldc+56(FP), BX

#define MASKS \
	MOVQ    mask+64(FP), AX \
	VMOVDQU (AX), Y14       \
	VMOVDQU 32(AX), Y15     \
	MOVQ    plus+72(FP), SI \
	MOVQ    ldp+80(FP), DI  \
	TESTQ   SI, SI

// func tile6x16(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask *int32, plus *float32, ldp int)
TEXT ·tile6x16(SB), NOSPLIT, $0-88
	ARGS
	LEAQ (R12)(R12*2), AX
	LEAQ (R8)(AX*1), R9
	ZERO(Y0, Y1)
	ZERO(Y2, Y3)
	ZERO(Y4, Y5)
	ZERO(Y6, Y7)
	ZERO(Y8, Y9)
	ZERO(Y10, Y11)

loop6:
	LOADB
	ROW((R8), Y0, Y1)
	ROW((R8)(R12*1), Y2, Y3)
	ROW((R8)(R12*2), Y4, Y5)
	ROW((R9), Y6, Y7)
	ROW((R9)(R12*1), Y8, Y9)
	ROW((R9)(R12*2), Y10, Y11)
	ADDQ R13, R8
	ADDQ R13, R9
	DECQ CX
	JNZ  loop6

	MASKS
	JNE  add6
	PUT(Y0, Y1)
	PUT(Y2, Y3)
	PUT(Y4, Y5)
	PUT(Y6, Y7)
	PUT(Y8, Y9)
	PUT(Y10, Y11)
	VZEROUPPER
	RET

add6:
	ADDPUT(Y0, Y1)
	ADDPUT(Y2, Y3)
	ADDPUT(Y4, Y5)
	ADDPUT(Y6, Y7)
	ADDPUT(Y8, Y9)
	ADDPUT(Y10, Y11)
	VZEROUPPER
	RET

// func tile4x16(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask *int32, plus *float32, ldp int)
TEXT ·tile4x16(SB), NOSPLIT, $0-88
	ARGS
	LEAQ (R12)(R12*2), AX
	LEAQ (R8)(AX*1), R9
	ZERO(Y0, Y1)
	ZERO(Y2, Y3)
	ZERO(Y4, Y5)
	ZERO(Y6, Y7)

loop4:
	LOADB
	ROW((R8), Y0, Y1)
	ROW((R8)(R12*1), Y2, Y3)
	ROW((R8)(R12*2), Y4, Y5)
	ROW((R9), Y6, Y7)
	ADDQ R13, R8
	ADDQ R13, R9
	DECQ CX
	JNZ  loop4

	MASKS
	JNE  add4
	PUT(Y0, Y1)
	PUT(Y2, Y3)
	PUT(Y4, Y5)
	PUT(Y6, Y7)
	VZEROUPPER
	RET

add4:
	ADDPUT(Y0, Y1)
	ADDPUT(Y2, Y3)
	ADDPUT(Y4, Y5)
	ADDPUT(Y6, Y7)
	VZEROUPPER
	RET

// func tile1x16(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask *int32, plus *float32, ldp int)
TEXT ·tile1x16(SB), NOSPLIT, $0-88
	ARGS
	ZERO(Y0, Y1)

loop1:
	LOADB
	ROW((R8), Y0, Y1)
	ADDQ R13, R8
	DECQ CX
	JNZ  loop1

	MASKS
	JNE  add1
	PUT(Y0, Y1)
	VZEROUPPER
	RET

add1:
	ADDPUT(Y0, Y1)
	VZEROUPPER
	RET

// func tile2x16(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask *int32, plus *float32, ldp int)
TEXT ·tile2x16(SB), NOSPLIT, $0-88
	ARGS
	ZERO(Y0, Y1)
	ZERO(Y2, Y3)

loop2:
	LOADB
	ROW((R8), Y0, Y1)
	ROW((R8)(R12*1), Y2, Y3)
	ADDQ R13, R8
	DECQ CX
	JNZ  loop2

	MASKS
	JNE  add2
	PUT(Y0, Y1)
	PUT(Y2, Y3)
	VZEROUPPER
	RET

add2:
	ADDPUT(Y0, Y1)
	ADDPUT(Y2, Y3)
	VZEROUPPER
	RET
