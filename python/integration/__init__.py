"""The helpers with the libraries they help: run by scripts/test-examples, where those are installed."""
