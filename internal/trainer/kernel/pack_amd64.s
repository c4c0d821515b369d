//go:build !float64check

#include "textflag.h"

// PACK walks along rows and copies each piece of a row, w bytes, to its tile.
#define PACK(w, PIECE) \
	MOVQ dst+0(FP), DI      \
	MOVQ src+8(FP), R8      \
	MOVQ ld+16(FP), BX      \
	MOVQ kb+24(FP), CX      \
	MOVQ size+40(FP), R9    \
row: \
	MOVQ R8, SI             \
	MOVQ DI, AX             \
	MOVQ tiles+32(FP), DX   \
piece: \
	PIECE                   \
	ADDQ $w, SI             \
	ADDQ R9, AX             \
	DECQ DX                 \
	JNZ  piece              \
	ADDQ BX, R8             \
	ADDQ $w, DI             \
	DECQ CX                 \
	JNZ  row                \
	VZEROUPPER              \
	RET

#define PIECE32 \
	VMOVUPS (SI), Y0   \
	VMOVUPS 32(SI), Y1 \
	VMOVUPS 64(SI), Y2 \
	VMOVUPS 96(SI), Y3 \
	VMOVUPS Y0, (AX)   \
	VMOVUPS Y1, 32(AX) \
	VMOVUPS Y2, 64(AX) \
	VMOVUPS Y3, 96(AX)

#define PIECE16 \
	VMOVUPS (SI), Y0   \
	VMOVUPS 32(SI), Y1 \
	VMOVUPS Y0, (AX)   \
	VMOVUPS Y1, 32(AX)

#define PIECE12 \
	VMOVUPS (SI), Y0   \
	VMOVUPS 32(SI), X1 \
	VMOVUPS Y0, (AX)   \
	VMOVUPS X1, 32(AX)

#define PIECE6 \
	VMOVUPS (SI), X0   \
	VMOVSD  16(SI), X1 \
	VMOVUPS X0, (AX)   \
	VMOVSD  X1, 16(AX)

// func pack32AVX(dst, src *float32, ld, kb, tiles, size int)
TEXT ·pack32AVX(SB), NOSPLIT, $0-48
	PACK(128, PIECE32)

// func pack16AVX(dst, src *float32, ld, kb, tiles, size int)
TEXT ·pack16AVX(SB), NOSPLIT, $0-48
	PACK(64, PIECE16)

// func pack12AVX(dst, src *float32, ld, kb, tiles, size int)
TEXT ·pack12AVX(SB), NOSPLIT, $0-48
	PACK(48, PIECE12)

// func pack6AVX(dst, src *float32, ld, kb, tiles, size int)
TEXT ·pack6AVX(SB), NOSPLIT, $0-48
	PACK(24, PIECE6)

// func prefetchRows(x *float32, ld, rows, n int)
TEXT ·prefetchRows(SB), NOSPLIT, $0-32
	MOVQ x+0(FP), SI
	MOVQ ld+8(FP), BX
	MOVQ rows+16(FP), CX

row:
	MOVQ n+24(FP), DX
	MOVQ SI, AX

line:
	PREFETCHT1 (AX)
	ADDQ $64, AX
	SUBQ $64, DX
	JGT  line
	ADDQ BX, SI
	DECQ CX
	JNZ  row
	RET

// func transpose8AVX(dst *float32, pitch int, src *float32, ld, k8, squares int)
TEXT ·transpose8AVX(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), R10
	MOVQ pitch+8(FP), DX
	MOVQ src+16(FP), R11
	MOVQ ld+24(FP), BX
	MOVQ k8+32(FP), CX
	LEAQ (BX)(BX*2), R8   // three rows of src
	LEAQ (DX)(DX*2), R9   // three rows of dst

block:
	MOVQ R11, SI
	MOVQ R10, DI
	MOVQ squares+40(FP), R12

square:
	LEAQ    (SI)(BX*4), AX
	VMOVUPS (SI), Y0
	VMOVUPS (SI)(BX*1), Y1
	VMOVUPS (SI)(BX*2), Y2
	VMOVUPS (SI)(R8*1), Y3
	VMOVUPS (AX), Y4
	VMOVUPS (AX)(BX*1), Y5
	VMOVUPS (AX)(BX*2), Y6
	VMOVUPS (AX)(R8*1), Y7

	// Pairs of rows, then pairs of pairs, then the two halves.
	VUNPCKLPS Y1, Y0, Y8
	VUNPCKHPS Y1, Y0, Y9
	VUNPCKLPS Y3, Y2, Y10
	VUNPCKHPS Y3, Y2, Y11
	VUNPCKLPS Y5, Y4, Y12
	VUNPCKHPS Y5, Y4, Y13
	VUNPCKLPS Y7, Y6, Y14
	VUNPCKHPS Y7, Y6, Y15
	VUNPCKLPD Y10, Y8, Y0
	VUNPCKHPD Y10, Y8, Y1
	VUNPCKLPD Y11, Y9, Y2
	VUNPCKHPD Y11, Y9, Y3
	VUNPCKLPD Y14, Y12, Y4
	VUNPCKHPD Y14, Y12, Y5
	VUNPCKLPD Y15, Y13, Y6
	VUNPCKHPD Y15, Y13, Y7
	VPERM2F128 $0x20, Y4, Y0, Y8
	VPERM2F128 $0x20, Y5, Y1, Y9
	VPERM2F128 $0x20, Y6, Y2, Y10
	VPERM2F128 $0x20, Y7, Y3, Y11
	VPERM2F128 $0x31, Y4, Y0, Y12
	VPERM2F128 $0x31, Y5, Y1, Y13
	VPERM2F128 $0x31, Y6, Y2, Y14
	VPERM2F128 $0x31, Y7, Y3, Y15

	LEAQ    (DI)(DX*4), AX
	VMOVUPS Y8, (DI)
	VMOVUPS Y9, (DI)(DX*1)
	VMOVUPS Y10, (DI)(DX*2)
	VMOVUPS Y11, (DI)(R9*1)
	VMOVUPS Y12, (AX)
	VMOVUPS Y13, (AX)(DX*1)
	VMOVUPS Y14, (AX)(DX*2)
	VMOVUPS Y15, (AX)(R9*1)
	LEAQ    (SI)(BX*8), SI
	ADDQ    $32, DI
	DECQ    R12
	JNZ     square
	ADDQ    $32, R11
	LEAQ    (R10)(DX*8), R10
	SUBQ    $8, CX
	JNZ     block
	VZEROUPPER
	RET
