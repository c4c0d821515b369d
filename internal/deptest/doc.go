// Package deptest keeps the arrows between packages pointing one way. It is tests
// alone.
//
// Every package of the module is in the table of table_test.go with what it may
// import and why; the order of the table is the order of the layers. A package
// that is missing there, or that imports what its row does not name, fails the
// test. Changing a row is a decision about the architecture: docs/architecture.md
// says how it came to be as it is.
package deptest
