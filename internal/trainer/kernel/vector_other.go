//go:build !amd64 || float64check

package kernel

// Each of these does a leading part of its operation and says how long it is:
// nothing, in this build.

func addVec(y, x []Real) int                         { return 0 }
func axpyVec(y []Real, a Real, x []Real) int         { return 0 }
func scaleVec(y []Real, a Real) int                  { return 0 }
func mulVec(y, x []Real) int                         { return 0 }
func affineVec(y, x []Real, ab *[2]Real) int         { return 0 }
func combineVec(y, u, v []Real, abc *[3]Real) int    { return 0 }
func sumVec(x []Real) (int, Real)                    { return 0, 0 }
func dotVec(x, y []Real) (int, Real)                 { return 0, 0 }
func reluVec(y, x []Real) int                        { return 0 }
func reluGradVec(dx, dy, y []Real) int               { return 0 }
func expVec(y, x []Real) int                         { return 0 }
func sigmoidVec(y, x []Real) int                     { return 0 }
func tanhVec(y, x []Real) int                        { return 0 }
func sgdVec(w, g, buf []Real, s *SGD) int            { return 0 }
func adamVec(w, g, m, v []Real, s *Adam) int         { return 0 }
func rmspropVec(w, g, v, buf []Real, s *RMSProp) int { return 0 }

func lstmStateVec(c, i, f, g, old []Real) int                { return 0 }
func lstmGradVec(dz, z, dh, dc, tanhC, old, dOld []Real) int { return 0 }

func maxPoolVec(y []Real, yPitch int, x []Real, pitch, lines, w int, bias Real) bool { return false }

func maxPoolGradVec(dx, x []Real, pitch int, dy []Real, dyPitch, lines, w int) bool { return false }
