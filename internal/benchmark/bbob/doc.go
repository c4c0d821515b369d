// Package bbob has the 24 noiseless functions of BBOB (Hansen, Finck, Ros and Auger
// 2009, RR-6829: Real-Parameter Black-Box Optimization Benchmarking: Noiseless
// Functions Definitions), in all instances: optimum and rotations are those of COCO,
// whose values the test compares with.
//
// The search space is [-5, 5] in every dimension. It knows nothing of trials.
//
//	d   dimension
//	x   a point, d
//	xo  the optimum, d
//	R,Q rotations, d×d
//	Λα  the diagonal α^(i/2(d-1))
//
// Start reading at [New].
package bbob
