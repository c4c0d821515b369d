//go:build !float64check

#include "textflag.h"

// Pooling of lines in pairs.
//
// R8: lines left.  R9: columns of y left in this line.  SI, DI: upper and lower
// line of x.  DX: line of y.  R10, R11: upper and lower line of dx.  R12: bytes
// from SI to DI.  BX: poolArgs.

#define ARGS \
	MOVQ a+0(FP), BX  \
	MOVQ 0(BX), R8    \
	MOVQ 16(BX), DX   \
	MOVQ 32(BX), SI   \
	MOVQ 40(BX), R12  \
	MOVQ 48(BX), R10

// LINE begins a pair of lines; R13, R15 and AX keep where it began.
#define LINE \
	MOVQ 8(BX), R9           \
	MOVQ SI, R13             \
	MOVQ DX, R15             \
	MOVQ R10, AX             \
	LEAQ (SI)(R12*1), DI     \
	LEAQ (R10)(R12*1), R11

// NEXT goes on to the next pair of lines.
#define NEXT \
	LEAQ (R13)(R12*2), SI \
	LEAQ (AX)(R12*2), R10 \
	MOVQ R15, DX          \
	ADDQ 24(BX), DX       \
	DECQ R8

#define ORDER512 \
	LEAQ    ·poolOrder(SB), AX \
	VMOVUPS (AX), Z28    \
	VMOVUPS 64(AX), Z29  \
	VMOVUPS 128(AX), Z30 \
	VMOVUPS 192(AX), Z31

// MASK512 sets K1 to the lowest min(n, 16) bits, where R14 holds n; n ≥ 1.
#define MASK512(n, k) \
	MOVQ    $16, CX  \
	CMPQ    n, CX    \
	CMOVQLT n, CX    \
	MOVL    $1, R14  \
	SHLL    CX, R14  \
	DECL    R14      \
	KMOVW   R14, k

// FOUR512 loads 16 squares: Z4 and Z5 their upper numbers, Z6 and Z7 their lower
// ones, Z8 the largest.
#define FOUR512 \
	VMOVUPS   (SI), Z4      \
	VMOVUPS   64(SI), Z1    \
	VMOVUPS   (DI), Z6      \
	VMOVUPS   64(DI), Z3    \
	VMOVAPS   Z4, Z5        \
	VMOVAPS   Z6, Z7        \
	VPERMT2PS Z1, Z28, Z4   \
	VPERMT2PS Z1, Z29, Z5   \
	VPERMT2PS Z3, Z28, Z6   \
	VPERMT2PS Z3, Z29, Z7   \
	VMAXPS    Z4, Z5, Z8    \
	VMAXPS    Z6, Z7, Z9    \
	VMAXPS    Z8, Z9, Z8

// func maxPoolAVX512(a *poolArgs)
TEXT ·maxPoolAVX512(SB), NOSPLIT, $0-8
	ORDER512
	ARGS
	VBROADCASTSS 64(BX), Z27

lines:
	LINE

columns:
	MASK512(R9, K1)
	FOUR512
	VADDPS  Z27, Z8, Z8
	VMOVUPS Z8, K1, (DX)
	ADDQ    $128, SI
	ADDQ    $128, DI
	ADDQ    $64, DX
	SUBQ    $16, R9
	JGT     columns
	NEXT
	JNZ     lines
	VZEROUPPER
	RET

// func maxPoolGradAVX512(a *poolArgs)
TEXT ·maxPoolGradAVX512(SB), NOSPLIT, $0-8
	ORDER512
	ARGS

lines:
	LINE

columns:
	MASK512(R9, K1)
	FOUR512
	VMOVUPS.Z (DX), K1, Z10

	// The first of the four that equals the largest has the gradient.
	VCMPPS    $0, Z8, Z4, K2
	VCMPPS    $0, Z8, Z5, K3
	VCMPPS    $0, Z8, Z6, K5
	KANDNW    K3, K2, K3
	KORW      K2, K3, K4
	KANDNW    K5, K4, K5
	KORW      K4, K5, K4
	KNOTW     K4, K6
	VMOVAPS.Z Z10, K2, Z11
	VMOVAPS.Z Z10, K3, Z12
	VMOVAPS.Z Z10, K5, Z13
	VMOVAPS.Z Z10, K6, Z14
	VMOVAPS   Z11, Z15
	VMOVAPS   Z13, Z16
	VPERMT2PS Z12, Z30, Z11
	VPERMT2PS Z12, Z31, Z15
	VPERMT2PS Z14, Z30, Z13
	VPERMT2PS Z14, Z31, Z16

	// 2·min(left, 16) numbers of each line of dx.
	ADDQ    R9, R9
	MASK512(R9, K1)
	VMOVUPS Z11, K1, (R10)
	VMOVUPS Z13, K1, (R11)
	SUBQ    $16, R9
	JLE     half
	MASK512(R9, K1)
	VMOVUPS Z15, K1, 64(R10)
	VMOVUPS Z16, K1, 64(R11)

half:
	ADDQ $16, R9
	SHRQ $1, R9
	ADDQ $128, SI
	ADDQ $128, DI
	ADDQ $128, R10
	ADDQ $128, R11
	ADDQ $64, DX
	SUBQ $16, R9
	JGT  columns
	NEXT
	JNZ  lines
	VZEROUPPER
	RET

// FOUR256 loads 8 squares: Y4 and Y5 their upper numbers, Y6 and Y7 their lower
// ones, Y8 the largest. The shuffles take numbers out of 128-bit lanes, the
// permutations put the lanes in order.
#define FOUR256 \
	VMOVUPS (SI), Y0            \
	VMOVUPS 32(SI), Y1          \
	VMOVUPS (DI), Y2            \
	VMOVUPS 32(DI), Y3          \
	VSHUFPS $0x88, Y1, Y0, Y4   \
	VSHUFPS $0xdd, Y1, Y0, Y5   \
	VSHUFPS $0x88, Y3, Y2, Y6   \
	VSHUFPS $0xdd, Y3, Y2, Y7   \
	VPERMPD $0xd8, Y4, Y4       \
	VPERMPD $0xd8, Y5, Y5       \
	VPERMPD $0xd8, Y6, Y6       \
	VPERMPD $0xd8, Y7, Y7       \
	VMAXPS  Y4, Y5, Y8          \
	VMAXPS  Y6, Y7, Y9          \
	VMAXPS  Y8, Y9, Y8

// MASK256 loads the masks of the lowest min(n, 16) of 16 lanes.
#define MASK256(n, lo, hi) \
	MOVQ    $16, CX         \
	CMPQ    n, CX           \
	CMOVQLT n, CX           \
	MOVQ    56(BX), R14     \
	NEGQ    CX              \
	VMOVDQU 64(R14)(CX*4), lo \
	VMOVDQU 96(R14)(CX*4), hi

// func maxPoolAVX2(a *poolArgs)
TEXT ·maxPoolAVX2(SB), NOSPLIT, $0-8
	ARGS
	VBROADCASTSS 64(BX), Y15

lines:
	LINE

columns:
	MASK256(R9, Y10, Y11)
	FOUR256
	VADDPS     Y15, Y8, Y8
	VMASKMOVPS Y8, Y10, (DX)
	ADDQ       $64, SI
	ADDQ       $64, DI
	ADDQ       $32, DX
	SUBQ       $8, R9
	JGT        columns
	NEXT
	JNZ        lines
	VZEROUPPER
	RET

// func maxPoolGradAVX2(a *poolArgs)
TEXT ·maxPoolGradAVX2(SB), NOSPLIT, $0-8
	ARGS

lines:
	LINE

columns:
	MASK256(R9, Y10, Y11)
	FOUR256
	VMASKMOVPS (DX), Y10, Y10

	// As above, with masks in registers; each takes its part of the gradient out
	// of what is left. A square without a largest, being NaN, gives it to the last.
	VCMPPS  $0, Y8, Y4, Y4
	VCMPPS  $0, Y8, Y5, Y5
	VCMPPS  $0, Y8, Y6, Y6
	VANDPS  Y10, Y4, Y0
	VANDNPS Y10, Y4, Y10
	VANDPS  Y10, Y5, Y1
	VANDNPS Y10, Y5, Y10
	VANDPS  Y10, Y6, Y2
	VANDNPS Y10, Y6, Y3
	VUNPCKLPS  Y1, Y0, Y4
	VUNPCKHPS  Y1, Y0, Y5
	VUNPCKLPS  Y3, Y2, Y6
	VUNPCKHPS  Y3, Y2, Y7
	VPERM2F128 $0x20, Y5, Y4, Y0
	VPERM2F128 $0x31, Y5, Y4, Y1
	VPERM2F128 $0x20, Y7, Y6, Y2
	VPERM2F128 $0x31, Y7, Y6, Y3
	ADDQ       R9, R9
	MASK256(R9, Y10, Y11)
	VMASKMOVPS Y0, Y10, (R10)
	VMASKMOVPS Y1, Y11, 32(R10)
	VMASKMOVPS Y2, Y10, (R11)
	VMASKMOVPS Y3, Y11, 32(R11)
	SHRQ       $1, R9
	ADDQ       $64, SI
	ADDQ       $64, DI
	ADDQ       $64, R10
	ADDQ       $64, R11
	ADDQ       $32, DX
	SUBQ       $8, R9
	JGT        columns
	NEXT
	JNZ        lines
	VZEROUPPER
	RET
