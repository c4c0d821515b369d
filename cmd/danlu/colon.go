package main

import (
	"strconv"
	"strings"
)

// colon takes STUDY:TRIAL apart. Names of studies may have colons; what follows the
// last one is a trial only where it is a number.
func colon(args []string) []string {
	if len(args) != 1 {
		return args
	}
	if study, trial, ok := cutLast(args[0]); ok {
		return []string{study, trial}
	}
	return args
}

func cutLast(arg string) (study, trial string, ok bool) {
	i := strings.LastIndexByte(arg, ':')
	if i <= 0 {
		return "", "", false
	}
	if _, err := strconv.ParseUint(arg[i+1:], 10, 31); err != nil {
		return "", "", false
	}
	return arg[:i], arg[i+1:], true
}
