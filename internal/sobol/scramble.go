package sobol

// scramble is Owen's nested uniform scrambling of one coordinate: bit k is
// flipped by a coin that belongs to the k bits above it, so that every elementary
// interval is carried to another one of its size.
func scramble(x uint32, seed uint64) uint32 {
	var flips uint32
	for k := range bits {
		node := uint64(1)<<k | uint64(x)>>(bits-k) // the bits above, told apart by their number
		flips = flips<<1 | uint32(mix(seed^node*0x9e3779b97f4a7c15)>>63)
	}
	return x ^ flips
}

// mix is a bijection of 64 bits that leaves no pattern: the finaliser of
// SplitMix64 (Steele, Lea and Flood 2014, fig. 14).
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
