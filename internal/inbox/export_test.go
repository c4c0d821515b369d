package inbox

// DecodeReports is what the server does with a body, for the benchmark.
func DecodeReports(body []byte) error {
	_, err := decodeReports(body)
	return err
}
