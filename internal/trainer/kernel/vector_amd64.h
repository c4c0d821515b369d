// The bodies of the vector operations, written once for both register widths.
// The file that includes this one defines V0 … V15, WIDTH (bytes), LANES and
// what differs between the two.
//
// On entry CX is the number of elements, a multiple of LANES and not 0; DI, SI,
// DX and BX are the slices in order; AX is the table or the structure; V8 is
// the scalar. Axpy's slices come before its scalar.

#define ADD \
loop: \
	VMOVUPS (DI), V0     \
	VADDPS  (SI), V0, V0 \
	VMOVUPS V0, (DI)     \
	ADDQ    WIDTH, DI    \
	ADDQ    WIDTH, SI    \
	SUBQ    LANES, CX    \
	JNZ     loop

#define AXPY \
loop: \
	VMOVUPS     (DI), V0     \
	VFMADD231PS (SI), V8, V0 \
	VMOVUPS     V0, (DI)     \
	ADDQ        WIDTH, DI    \
	ADDQ        WIDTH, SI    \
	SUBQ        LANES, CX    \
	JNZ         loop

#define SCALE \
loop: \
	VMULPS  (DI), V8, V0 \
	VMOVUPS V0, (DI)     \
	ADDQ    WIDTH, DI    \
	SUBQ    LANES, CX    \
	JNZ     loop

#define MUL \
loop: \
	VMOVUPS (DI), V0     \
	VMULPS  (SI), V0, V0 \
	VMOVUPS V0, (DI)     \
	ADDQ    WIDTH, DI    \
	ADDQ    WIDTH, SI    \
	SUBQ    LANES, CX    \
	JNZ     loop

// V8, V9: factor and summand, from (AX).
#define AFFINE \
	VBROADCASTSS (AX), V8    \
	VBROADCASTSS 4(AX), V9   \
loop: \
	VMOVUPS     (SI), V0     \
	VFMADD213PS V9, V8, V0   \
	VMOVUPS     V0, (DI)     \
	ADDQ        WIDTH, DI    \
	ADDQ        WIDTH, SI    \
	SUBQ        LANES, CX    \
	JNZ         loop

// V8, V9, V10: two factors and a summand, from (AX).
#define COMBINE \
	VBROADCASTSS (AX), V8    \
	VBROADCASTSS 4(AX), V9   \
	VBROADCASTSS 8(AX), V10  \
loop: \
	VMOVUPS     (SI), V0     \
	VFMADD213PS V10, V8, V0  \
	VFMADD231PS (DX), V9, V0 \
	VMOVUPS     V0, (DI)     \
	ADDQ        WIDTH, DI    \
	ADDQ        WIDTH, SI    \
	ADDQ        WIDTH, DX    \
	SUBQ        LANES, CX    \
	JNZ         loop

// TOTAL adds up V0 and puts the sum into (AX).
#define TOTAL \
	FOLD                \
	VHADDPS X0, X0, X0  \
	VHADDPS X0, X0, X0  \
	VMOVSS  X0, (AX)

#define SUM \
	VXORPS V0, V0, V0 \
loop: \
	VADDPS (DI), V0, V0 \
	ADDQ   WIDTH, DI    \
	SUBQ   LANES, CX    \
	JNZ    loop         \
	TOTAL

#define DOT \
	VXORPS V0, V0, V0 \
loop: \
	VMOVUPS     (DI), V1     \
	VFMADD231PS (SI), V1, V0 \
	ADDQ        WIDTH, DI    \
	ADDQ        WIDTH, SI    \
	SUBQ        LANES, CX    \
	JNZ         loop         \
	TOTAL

#define RELU \
	VXORPS V15, V15, V15 \
loop: \
	VMAXPS  (SI), V15, V0 \
	VMOVUPS V0, (DI)      \
	ADDQ    WIDTH, DI     \
	ADDQ    WIDTH, SI     \
	SUBQ    LANES, CX     \
	JNZ     loop

#define RELUGRAD \
	VXORPS V15, V15, V15 \
loop: \
	VMOVUPS (DX), V0   \
	VMOVUPS (SI), V1   \
	KEEP(V0, V1, V2)   \
	VMOVUPS V2, (DI)   \
	ADDQ    WIDTH, DI  \
	ADDQ    WIDTH, SI  \
	ADDQ    WIDTH, DX  \
	SUBQ    LANES, CX  \
	JNZ     loop

// EXPTABLE loads the constants of EXPCORE from (AX): see expTable.
#define EXPTABLE \
	VBROADCASTSS 0(AX), V3 \
	VBROADCASTSS 4(AX), V4 \
	VBROADCASTSS 8(AX), V5 \
	VBROADCASTSS 12(AX), V6 \
	VBROADCASTSS 16(AX), V7 \
	VBROADCASTSS 20(AX), V8 \
	VBROADCASTSS 24(AX), V9 \
	VBROADCASTSS 28(AX), V10 \
	VBROADCASTSS 32(AX), V11 \
	VBROADCASTSS 36(AX), V12 \
	VBROADCASTSS 40(AX), V13 \
	VBROADCASTSS 44(AX), V14 \
	VBROADCASTSS 48(AX), V15

// EXPCORE does V0 = e^V0 with V1 and V2 for work. x = n·ln 2 + r, |r| ≤ ln 2 ÷ 2,
// and e^r is a polynomial. Adding 1.5·2²³ rounds x ÷ ln 2 to n and leaves n in
// the low bits, from where it is shifted into the exponent.
#define EXPCORE \
	VMAXPS V3, V0, V0 \
	VMINPS V4, V0, V0 \
	VMOVUPS V6, V1 \
	VFMADD231PS V5, V0, V1 \
	VSUBPS V6, V1, V2 \
	VFNMADD231PS V7, V2, V0 \
	VFNMADD231PS V8, V2, V0 \
	VMOVUPS V9, V2 \
	VFMADD213PS V10, V0, V2 \
	VFMADD213PS V11, V0, V2 \
	VFMADD213PS V12, V0, V2 \
	VFMADD213PS V13, V0, V2 \
	VFMADD213PS V14, V0, V2 \
	VFMADD213PS V15, V0, V2 \
	VFMADD213PS V15, V0, V2 \
	VPSLLD $23, V1, V1 \
	VPADDD V15, V1, V1 \
	VMULPS V1, V2, V0

#define EXP \
	EXPTABLE \
loop: \
	VMOVUPS (SI), V0 \
	EXPCORE \
	VMOVUPS V0, (DI) \
	ADDQ WIDTH, DI \
	ADDQ WIDTH, SI \
	SUBQ LANES, CX \
	JNZ loop

// FLUSH makes the processor take denormal numbers, below 1.2e-38, for zero, until
// UNFLUSH: moments of units that are silent decay to such numbers, which take many
// times as long. 8 bytes of the stack keep the control word and its changed copy.
#define FLUSH \
	STMXCSR 0(SP) \
	MOVL 0(SP), R8 \
	ORL $0x8040, R8 \
	MOVL R8, 4(SP) \
	LDMXCSR 4(SP)

#define UNFLUSH \
	LDMXCSR 0(SP)

// V8 … V12: the fields of SGD in order.
#define SGD \
	VBROADCASTSS 0(AX), V8 \
	VBROADCASTSS 4(AX), V9 \
	VBROADCASTSS 8(AX), V10 \
	VBROADCASTSS 12(AX), V11 \
	VBROADCASTSS 16(AX), V12 \
loop: \
	VMOVUPS (DI), V0 \
	VMOVUPS (SI), V1 \
	VFMADD231PS V0, V10, V1 \
	VMOVUPS (DX), V2 \
	VFMADD213PS V1, V9, V2 \
	VMOVUPS V2, (DX) \
	VMULPS V1, V11, V3 \
	VFMADD231PS V2, V12, V3 \
	VFNMADD231PS V3, V8, V0 \
	VMOVUPS V0, (DI) \
	ADDQ WIDTH, DI \
	ADDQ WIDTH, SI \
	ADDQ WIDTH, DX \
	SUBQ LANES, CX \
	JNZ loop

// V4 … V10: the fields of Adam in order, but V5 is 1 − β₁; V11 is 1 − β₂.
#define ADAM \
	VBROADCASTSS 0(AX), V4 \
	VBROADCASTSS 4(AX), V5 \
	VBROADCASTSS 8(AX), V6 \
	VBROADCASTSS 12(AX), V7 \
	VBROADCASTSS 16(AX), V8 \
	VBROADCASTSS 20(AX), V9 \
	VBROADCASTSS 24(AX), V10 \
	MOVL $0x3f800000, R8 \
	VMOVD R8, X12 \
	VBROADCASTSS X12, V12 \
	VSUBPS V5, V12, V5 \
	VSUBPS V6, V12, V11 \
loop: \
	PREFETCHT0 2048(DI) \
	PREFETCHT0 2048(SI) \
	PREFETCHT0 2048(DX) \
	PREFETCHT0 2048(BX) \
	VMULPS (DI), V10, V0 \
	VMOVUPS (SI), V1 \
	VFMADD231PS V0, V9, V1 \
	VMOVUPS (DX), V2 \
	VSUBPS V2, V1, V3 \
	VFMADD231PS V3, V5, V2 \
	VMOVUPS V2, (DX) \
	VMULPS (BX), V6, V3 \
	VMULPS V1, V1, V1 \
	VFMADD231PS V1, V11, V3 \
	VMOVUPS V3, (BX) \
	VSQRTPS V3, V3 \
	VFMADD213PS V8, V7, V3 \
	VMULPS V2, V4, V2 \
	VDIVPS V3, V2, V2 \
	VSUBPS V2, V0, V0 \
	VMOVUPS V0, (DI) \
	ADDQ WIDTH, DI \
	ADDQ WIDTH, SI \
	ADDQ WIDTH, DX \
	ADDQ WIDTH, BX \
	SUBQ LANES, CX \
	JNZ loop

// V8 … V12: the fields of RMSProp in order; V13 is 1 − α.
#define RMSPROP \
	VBROADCASTSS 0(AX), V8 \
	VBROADCASTSS 4(AX), V9 \
	VBROADCASTSS 8(AX), V10 \
	VBROADCASTSS 12(AX), V11 \
	VBROADCASTSS 16(AX), V12 \
	MOVL $0x3f800000, R8 \
	VMOVD R8, X13 \
	VBROADCASTSS X13, V13 \
	VSUBPS V9, V13, V13 \
loop: \
	VMOVUPS (DI), V0 \
	VMOVUPS (SI), V1 \
	VFMADD231PS V0, V11, V1 \
	VMULPS V1, V1, V2 \
	VMULPS V2, V13, V2 \
	VFMADD231PS (DX), V9, V2 \
	VMOVUPS V2, (DX) \
	VSQRTPS V2, V2 \
	VADDPS V10, V2, V2 \
	VDIVPS V2, V1, V1 \
	VMOVUPS (BX), V3 \
	VFMADD213PS V1, V12, V3 \
	VMOVUPS V3, (BX) \
	VFNMADD231PS V3, V8, V0 \
	VMOVUPS V0, (DI) \
	ADDQ WIDTH, DI \
	ADDQ WIDTH, SI \
	ADDQ WIDTH, DX \
	ADDQ WIDTH, BX \
	SUBQ LANES, CX \
	JNZ loop

// σ(x) = 1 ÷ (1 + e^−x); V15 is 1.
#define SIGMOID \
	EXPTABLE \
loop: \
	VXORPS  V0, V0, V0   \
	VSUBPS  (SI), V0, V0 \
	EXPCORE              \
	VADDPS  V15, V0, V0  \
	VDIVPS  V0, V15, V0  \
	VMOVUPS V0, (DI)     \
	ADDQ    WIDTH, DI    \
	ADDQ    WIDTH, SI    \
	SUBQ    LANES, CX    \
	JNZ     loop

// tanh(x) = 2 ÷ (1 + e^−2x) − 1.
#define TANH \
	EXPTABLE \
loop: \
	VXORPS  V0, V0, V0   \
	VSUBPS  (SI), V0, V0 \
	VADDPS  V0, V0, V0   \
	EXPCORE              \
	VADDPS  V15, V0, V0  \
	VADDPS  V15, V15, V1 \
	VDIVPS  V0, V1, V0   \
	VSUBPS  V15, V0, V0  \
	VMOVUPS V0, (DI)     \
	ADDQ    WIDTH, DI    \
	ADDQ    WIDTH, SI    \
	SUBQ    LANES, CX    \
	JNZ     loop

// LSTMGRAD goes back through a row of LSTM cells: see LSTMGrad. BX is the length of
// a gate in bytes; i, f, g, o lie at R9 and their gradients at R10. V15 is 1.
#define LSTMGRAD \
	MOVQ 0(AX), CX \
	MOVQ 8(AX), BX \
	MOVQ 16(AX), R9 \
	MOVQ 24(AX), R10 \
	MOVQ 32(AX), DI \
	MOVQ 40(AX), SI \
	MOVQ 48(AX), DX \
	MOVQ 56(AX), R11 \
	MOVQ 64(AX), R12 \
	LEAQ (BX)(BX*2), R13 \
	MOVL $0x3f800000, R8 \
	VMOVD R8, X15 \
	VBROADCASTSS X15, V15 \
loop: \
	VMOVUPS (R9), V0 \
	VMOVUPS (R9)(BX*1), V1 \
	VMOVUPS (R9)(BX*2), V2 \
	VMOVUPS (R9)(R13*1), V3 \
	VMOVUPS (DI), V4 \
	VMOVUPS (DX), V5 \
	VMULPS V3, V4, V6 \
	VMOVUPS V5, V7 \
	VFNMADD213PS V15, V5, V7 \
	VMOVUPS (SI), V8 \
	VFMADD231PS V7, V6, V8 \
	VMULPS V6, V5, V6 \
	VSUBPS V3, V15, V7 \
	VMULPS V7, V6, V6 \
	VMOVUPS V6, (R10)(R13*1) \
	VMULPS V8, V0, V6 \
	VMOVUPS V2, V7 \
	VFNMADD213PS V15, V2, V7 \
	VMULPS V7, V6, V7 \
	VMOVUPS V7, (R10)(BX*2) \
	VMULPS V6, V2, V6 \
	VSUBPS V0, V15, V7 \
	VMULPS V7, V6, V6 \
	VMOVUPS V6, (R10) \
	VMULPS V8, V1, V6 \
	VMOVUPS (R12), V7 \
	VADDPS V6, V7, V7 \
	VMOVUPS V7, (R12) \
	VMULPS (R11), V6, V6 \
	VSUBPS V1, V15, V7 \
	VMULPS V7, V6, V6 \
	VMOVUPS V6, (R10)(BX*1) \
	ADDQ WIDTH, R9 \
	ADDQ WIDTH, R10 \
	ADDQ WIDTH, DI \
	ADDQ WIDTH, SI \
	ADDQ WIDTH, DX \
	ADDQ WIDTH, R11 \
	ADDQ WIDTH, R12 \
	SUBQ LANES, CX \
	JNZ loop

// LSTMSTATE does c = f·c' + i·g with c in DI, i in SI, f in DX, g in BX, c' in AX.
#define LSTMSTATE \
loop: \
	VMOVUPS (SI), V0 \
	VMULPS (BX), V0, V0 \
	VMOVUPS (DX), V1 \
	VFMADD231PS (AX), V1, V0 \
	VMOVUPS V0, (DI) \
	ADDQ WIDTH, DI \
	ADDQ WIDTH, SI \
	ADDQ WIDTH, DX \
	ADDQ WIDTH, BX \
	ADDQ WIDTH, AX \
	SUBQ LANES, CX \
	JNZ loop
