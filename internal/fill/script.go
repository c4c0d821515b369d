package fill

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// runner is the program that stands in a script's place, behind what it is to run.
//
//go:embed script.py
var runner string

// script is a program that runs the script at path with other constants.
func script(path string, values []Value) []byte {
	constants := map[string]string{}
	for _, v := range values {
		constants[v.Name] = v.Text
	}
	name, errName := json.Marshal(path)
	all, errAll := json.Marshal(constants) // its keys are sorted
	if errName != nil || errAll != nil {
		panic("strings that are no JSON") // there are none
	}
	return fmt.Appendf(nil, "SCRIPT = %s\nCONSTANTS = %s\n%s", name, all, runner)
}
