package inbox

// DecodeReports is what the server does with a body, for the benchmark.
func DecodeReports(body []byte) error {
	_, err := decodeReports(body)
	return err
}

// ParseHead is parseHead, taken apart.
func ParseHead(text []byte) (path, token string, length int, last, ok bool) {
	h, ok := parseHead(text)
	return h.path, h.token, h.length, h.last, ok
}

// BearerOf is bearerOf.
var BearerOf = bearerOf
