//go:build !float64check

#include "textflag.h"

// Tiles of 12, 8, 6, 4, 2 and 1 rows by 32 columns. Z0 … Z23 hold C, two registers a
// row; Z24 and Z25 a row of B; Z26 one number of A in every lane.
//
// R8, R9, R10, R11: rows 0, 3, 6, 9 of A.  R12: bytes from row to row of A.
// R13: bytes from step to step of A.  SI: B.  DI: offsets of B's rows.
// CX: steps left.  DX: C.  BX: bytes from row to row of C.

#define ROW(addr, lo, hi) \
	VBROADCASTSS addr, Z26        \
	VFMADD231PS  Z24, Z26, lo     \
	VFMADD231PS  Z25, Z26, hi

#define LOADB \
	MOVQ    (DI), AX          \
	VMOVUPS (SI)(AX*1), Z24   \
	VMOVUPS 64(SI)(AX*1), Z25 \
	ADDQ    $8, DI

#define ZERO(lo, hi) \
	VPXORD lo, lo, lo \
	VPXORD hi, hi, hi

#define PUT(lo, hi) \
	VMOVUPS lo, K1, (DX)   \
	VMOVUPS hi, K2, 64(DX) \
	ADDQ    BX, DX

#define ADDPUT(lo, hi) \
	VADDPS  (SI), lo, K1, lo   \
	VADDPS  64(SI), hi, K2, hi \
	ADDQ    DI, SI             \
	PUT(lo, hi)

#define ARGS \
	MOVQ  k+0(FP), CX      \
	MOVQ  a+8(FP), R8      \
	MOVQ  rs+16(FP), R12   \
	MOVQ  cs+24(FP), R13   \
	MOVQ  b+32(FP), SI     \
	MOVQ  off+40(FP), DI   \
	MOVQ  c+48(FP), DX     \
	MOVQ  ldc+56(FP), BX   \
	MOVQ  mask+64(FP), AX  \
	KMOVW AX, K1           \
	SHRQ  $16, AX          \
	KMOVW AX, K2

// FETCH asks for the lines that three rows of C will be stored to, while the sums
// are being made. AX is C, then the row after them.
#define FETCH \
	PREFETCHT0 (AX)         \
	PREFETCHT0 64(AX)       \
	PREFETCHT0 (AX)(BX*1)   \
	PREFETCHT0 64(AX)(BX*1) \
	PREFETCHT0 (AX)(BX*2)   \
	PREFETCHT0 64(AX)(BX*2) \
	LEAQ       (BX)(BX*2), DX \
	ADDQ       DX, AX

// PLUS asks whether there is something to add, and where it is.
#define PLUS \
	MOVQ  plus+72(FP), SI \
	MOVQ  ldp+80(FP), DI  \
	TESTQ SI, SI

// func tile12x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, plus *float32, ldp int)
TEXT ·tile12x32(SB), NOSPLIT, $0-88
	ARGS
	LEAQ (R12)(R12*2), AX
	LEAQ (R8)(AX*1), R9
	LEAQ (R9)(AX*1), R10
	LEAQ (R10)(AX*1), R11
	MOVQ DX, AX
	FETCH
	FETCH
	FETCH
	FETCH
	MOVQ c+48(FP), DX
	ZERO(Z0, Z1)
	ZERO(Z2, Z3)
	ZERO(Z4, Z5)
	ZERO(Z6, Z7)
	ZERO(Z8, Z9)
	ZERO(Z10, Z11)
	ZERO(Z12, Z13)
	ZERO(Z14, Z15)
	ZERO(Z16, Z17)
	ZERO(Z18, Z19)
	ZERO(Z20, Z21)
	ZERO(Z22, Z23)

loop12:
	LOADB
	ROW((R8), Z0, Z1)
	ROW((R8)(R12*1), Z2, Z3)
	ROW((R8)(R12*2), Z4, Z5)
	ROW((R9), Z6, Z7)
	ROW((R9)(R12*1), Z8, Z9)
	ROW((R9)(R12*2), Z10, Z11)
	ROW((R10), Z12, Z13)
	ROW((R10)(R12*1), Z14, Z15)
	ROW((R10)(R12*2), Z16, Z17)
	ROW((R11), Z18, Z19)
	ROW((R11)(R12*1), Z20, Z21)
	ROW((R11)(R12*2), Z22, Z23)
	ADDQ R13, R8
	ADDQ R13, R9
	ADDQ R13, R10
	ADDQ R13, R11
	DECQ CX
	JNZ  loop12

	PLUS
	JNE  add12
	PUT(Z0, Z1)
	PUT(Z2, Z3)
	PUT(Z4, Z5)
	PUT(Z6, Z7)
	PUT(Z8, Z9)
	PUT(Z10, Z11)
	PUT(Z12, Z13)
	PUT(Z14, Z15)
	PUT(Z16, Z17)
	PUT(Z18, Z19)
	PUT(Z20, Z21)
	PUT(Z22, Z23)
	VZEROUPPER
	RET

add12:
	ADDPUT(Z0, Z1)
	ADDPUT(Z2, Z3)
	ADDPUT(Z4, Z5)
	ADDPUT(Z6, Z7)
	ADDPUT(Z8, Z9)
	ADDPUT(Z10, Z11)
	ADDPUT(Z12, Z13)
	ADDPUT(Z14, Z15)
	ADDPUT(Z16, Z17)
	ADDPUT(Z18, Z19)
	ADDPUT(Z20, Z21)
	ADDPUT(Z22, Z23)
	VZEROUPPER
	RET

// func tile8x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, plus *float32, ldp int)
TEXT ·tile8x32(SB), NOSPLIT, $0-88
	ARGS
	LEAQ (R12)(R12*2), AX
	LEAQ (R8)(AX*1), R9
	LEAQ (R9)(AX*1), R10
	ZERO(Z0, Z1)
	ZERO(Z2, Z3)
	ZERO(Z4, Z5)
	ZERO(Z6, Z7)
	ZERO(Z8, Z9)
	ZERO(Z10, Z11)
	ZERO(Z12, Z13)
	ZERO(Z14, Z15)

loop8:
	LOADB
	ROW((R8), Z0, Z1)
	ROW((R8)(R12*1), Z2, Z3)
	ROW((R8)(R12*2), Z4, Z5)
	ROW((R9), Z6, Z7)
	ROW((R9)(R12*1), Z8, Z9)
	ROW((R9)(R12*2), Z10, Z11)
	ROW((R10), Z12, Z13)
	ROW((R10)(R12*1), Z14, Z15)
	ADDQ R13, R8
	ADDQ R13, R9
	ADDQ R13, R10
	DECQ CX
	JNZ  loop8

	PLUS
	JNE  add8
	PUT(Z0, Z1)
	PUT(Z2, Z3)
	PUT(Z4, Z5)
	PUT(Z6, Z7)
	PUT(Z8, Z9)
	PUT(Z10, Z11)
	PUT(Z12, Z13)
	PUT(Z14, Z15)
	VZEROUPPER
	RET

add8:
	ADDPUT(Z0, Z1)
	ADDPUT(Z2, Z3)
	ADDPUT(Z4, Z5)
	ADDPUT(Z6, Z7)
	ADDPUT(Z8, Z9)
	ADDPUT(Z10, Z11)
	ADDPUT(Z12, Z13)
	ADDPUT(Z14, Z15)
	VZEROUPPER
	RET

// func tile4x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, plus *float32, ldp int)
TEXT ·tile4x32(SB), NOSPLIT, $0-88
	ARGS
	LEAQ (R12)(R12*2), AX
	LEAQ (R8)(AX*1), R9
	ZERO(Z0, Z1)
	ZERO(Z2, Z3)
	ZERO(Z4, Z5)
	ZERO(Z6, Z7)

loop4:
	LOADB
	ROW((R8), Z0, Z1)
	ROW((R8)(R12*1), Z2, Z3)
	ROW((R8)(R12*2), Z4, Z5)
	ROW((R9), Z6, Z7)
	ADDQ R13, R8
	ADDQ R13, R9
	DECQ CX
	JNZ  loop4

	PLUS
	JNE  add4
	PUT(Z0, Z1)
	PUT(Z2, Z3)
	PUT(Z4, Z5)
	PUT(Z6, Z7)
	VZEROUPPER
	RET

add4:
	ADDPUT(Z0, Z1)
	ADDPUT(Z2, Z3)
	ADDPUT(Z4, Z5)
	ADDPUT(Z6, Z7)
	VZEROUPPER
	RET

// func tile1x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, plus *float32, ldp int)
TEXT ·tile1x32(SB), NOSPLIT, $0-88
	ARGS
	ZERO(Z0, Z1)

loop1:
	LOADB
	ROW((R8), Z0, Z1)
	ADDQ R13, R8
	DECQ CX
	JNZ  loop1

	PLUS
	JNE  add1
	PUT(Z0, Z1)
	VZEROUPPER
	RET

add1:
	ADDPUT(Z0, Z1)
	VZEROUPPER
	RET

// func tile6x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, plus *float32, ldp int)
TEXT ·tile6x32(SB), NOSPLIT, $0-88
	ARGS
	LEAQ (R12)(R12*2), AX
	LEAQ (R8)(AX*1), R9
	ZERO(Z0, Z1)
	ZERO(Z2, Z3)
	ZERO(Z4, Z5)
	ZERO(Z6, Z7)
	ZERO(Z8, Z9)
	ZERO(Z10, Z11)

loop6:
	LOADB
	ROW((R8), Z0, Z1)
	ROW((R8)(R12*1), Z2, Z3)
	ROW((R8)(R12*2), Z4, Z5)
	ROW((R9), Z6, Z7)
	ROW((R9)(R12*1), Z8, Z9)
	ROW((R9)(R12*2), Z10, Z11)
	ADDQ R13, R8
	ADDQ R13, R9
	DECQ CX
	JNZ  loop6

	PLUS
	JNE  add6
	PUT(Z0, Z1)
	PUT(Z2, Z3)
	PUT(Z4, Z5)
	PUT(Z6, Z7)
	PUT(Z8, Z9)
	PUT(Z10, Z11)
	VZEROUPPER
	RET

add6:
	ADDPUT(Z0, Z1)
	ADDPUT(Z2, Z3)
	ADDPUT(Z4, Z5)
	ADDPUT(Z6, Z7)
	ADDPUT(Z8, Z9)
	ADDPUT(Z10, Z11)
	VZEROUPPER
	RET

// func tile2x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, plus *float32, ldp int)
TEXT ·tile2x32(SB), NOSPLIT, $0-88
	ARGS
	ZERO(Z0, Z1)
	ZERO(Z2, Z3)

loop2:
	LOADB
	ROW((R8), Z0, Z1)
	ROW((R8)(R12*1), Z2, Z3)
	ADDQ R13, R8
	DECQ CX
	JNZ  loop2

	PLUS
	JNE  add2
	PUT(Z0, Z1)
	PUT(Z2, Z3)
	VZEROUPPER
	RET

add2:
	ADDPUT(Z0, Z1)
	ADDPUT(Z2, Z3)
	VZEROUPPER
	RET
