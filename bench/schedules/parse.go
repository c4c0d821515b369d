package main

import (
	"fmt"
	"strconv"
	"strings"
)

// parse reads a line of the results.
func parse(line string, t *training, o *outcome) error {
	fields := strings.Split(line, ",")
	if len(fields) != 8 {
		return fmt.Errorf("%d fields in place of 8: remove the line", len(fields))
	}
	t.task, t.schedule = fields[0], fields[1]
	for i, to := range []*int{&t.epochs, &t.quarter, &t.seed} {
		n, err := strconv.Atoi(fields[2+i])
		if err != nil {
			return err
		}
		*to = n
	}
	for i, to := range []*float64{&o.val, &o.test, &o.seconds} {
		x, err := strconv.ParseFloat(fields[5+i], 64)
		if err != nil {
			return err
		}
		*to = x
	}
	return nil
}
