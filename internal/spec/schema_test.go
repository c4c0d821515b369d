package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/danlu-ml/danlu/internal/space"
)

func readSchema(t *testing.T) schema {
	t.Helper()
	text, err := os.ReadFile("../../docs/danlu.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var root schema
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	return root
}

// The schema for editors must know the keys that the reader knows, and no others.
func TestTheSchemaHasTheReadersKeys(t *testing.T) {
	root := readSchema(t)
	at := func(path ...any) schema {
		var x any = map[string]any(root)
		for _, step := range path {
			switch step := step.(type) {
			case string:
				x = x.(map[string]any)[step]
			case int:
				x = x.([]any)[step]
			}
		}
		return x.(map[string]any)
	}
	for name, c := range map[string]struct {
		at   schema
		want []string
	}{
		"the file":    {root, fileObject.keys()},
		"param":       {at("$defs", "param", "anyOf", 1), paramObject.keys()},
		"objective":   {at("$defs", "objective", "anyOf", 1), objectiveObject.keys()},
		"fidelity":    {at("properties", "fidelity"), fidelityObject.keys()},
		"checkpoints": {at("properties", "checkpoints"), checkpointsObject.keys()},
		"budget":      {at("properties", "budget", "anyOf", 1), budgetObject.keys()},
		"resources":   {at("properties", "resources"), resourcesObject.keys()},
		"observe":     {at("properties", "observe", "anyOf", 2), observeObject.keys()},
	} {
		got := slices.Sorted(maps.Keys(c.at["properties"].(map[string]any)))
		slices.Sort(c.want)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("keys of %s (-reader +schema):\n%s", name, d)
		}
		if c.at["additionalProperties"] != false {
			t.Errorf("the schema lets pass unknown keys of %s", name)
		}
	}
	var roles []string
	for _, role := range at("$defs", "param", "anyOf", 1, "properties", "role")["enum"].([]any) {
		roles = append(roles, role.(string))
	}
	if d := cmp.Diff(space.Roles(), roles); d != "" {
		t.Errorf("roles (-space +schema):\n%s", d)
	}
}

func TestTheSchemaTakesWhatTheReaderTakes(t *testing.T) {
	root := readSchema(t)
	accepted, err := filepath.Glob("testdata/accepted/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(accepted, "testdata/contract.yaml") {
		if err := root.validate(root, readTree(t, path), ""); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// What depends on one key alone, an editor can tell as well.
func TestTheSchemaRefusesWhatOneKeyTells(t *testing.T) {
	root := readSchema(t)
	for _, name := range []string{
		"unknown-key", "unknown-key-far", "unknown-key-of-budget", "unknown-key-of-parameter", "wrong-type-budget", "wrong-type-bool",
		"wrong-type-params", "wrong-type-fraction", "budget-number", "budget-empty", "budget-zero", "budget-time-without-unit", "no-value",
		"one-bound", "fraction-in-int", "bounds-quoted", "choice-empty", "choice-nested", "no-domain", "parameter-list", "parameter-constant",
		"no-parameters", "role-unknown", "condition-as-text", "scaling-without-at", "missing", "objective-no-direction", "objective-number",
		"objective-mapping", "objective-mapping-half", "target-form", "target-op", "scheduler-options", "mode-unknown", "seed-negative",
		"gpus-fraction", "share-above-one", "name-long", "parameter-name-odd", "command-empty",
	} {
		path := "testdata/refused/" + name + ".yaml"
		if err := root.validate(root, readTree(t, path), ""); err == nil {
			t.Errorf("the schema takes %s", path)
		}
	}
}

func readTree(t *testing.T, path string) any {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := yaml.Load(text, &tree); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return plain(tree)
}

// plain makes of YAML's values what JSON would have.
func plain(x any) any {
	switch x := x.(type) {
	case map[any]any:
		m := map[string]any{}
		for k, v := range x {
			m[fmt.Sprint(k)] = plain(v)
		}
		return m
	case map[string]any:
		for k, v := range x {
			x[k] = plain(v)
		}
	case []any:
		for i, v := range x {
			x[i] = plain(v)
		}
	case int:
		return float64(x)
	case int64:
		return float64(x)
	case uint64:
		return float64(x)
	}
	return x
}

// schema is JSON Schema (2020-12) as far as ours uses it.
type schema map[string]any

func (s schema) validate(root schema, x any, at string) error {
	if ref, ok := s["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/$defs/")
		return schema(root["$defs"].(map[string]any)[name].(map[string]any)).validate(root, x, at)
	}
	for _, key := range slices.Sorted(maps.Keys(s)) {
		if err := s.keyword(key, root, x, at); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	return nil
}

func (s schema) keyword(key string, root schema, x any, at string) error {
	number, isNumber := x.(float64)
	text, isText := x.(string)
	list, isList := x.([]any)
	object, isObject := x.(map[string]any)
	limit, _ := s[key].(float64)
	ok := true
	switch key {
	case "type":
		types, many := s[key].([]any)
		if !many {
			types = []any{s[key]}
		}
		ok = slices.ContainsFunc(types, func(t any) bool { return isType(x, t.(string)) })
	case "const":
		ok = cmp.Equal(x, s[key])
	case "enum":
		ok = slices.ContainsFunc(s[key].([]any), func(v any) bool { return cmp.Equal(x, v) })
	case "pattern":
		ok = !isText || regexp.MustCompile(s[key].(string)).MatchString(text)
	case "maxLength":
		ok = !isText || float64(len([]rune(text))) <= limit
	case "minimum":
		ok = !isNumber || number >= limit
	case "exclusiveMinimum":
		ok = !isNumber || number > limit
	case "maximum":
		ok = !isNumber || number <= limit
	case "minItems":
		ok = !isList || float64(len(list)) >= limit
	case "maxItems":
		ok = !isList || float64(len(list)) <= limit
	case "minProperties":
		ok = !isObject || float64(len(object)) >= limit
	case "maxProperties":
		ok = !isObject || float64(len(object)) <= limit
	case "required":
		for _, name := range s[key].([]any) {
			_, there := object[name.(string)]
			ok = ok && (there || !isObject)
		}
	case "anyOf":
		ok = slices.ContainsFunc(s[key].([]any), func(sub any) bool {
			return schema(sub.(map[string]any)).validate(root, x, at) == nil
		})
	case "items":
		for i, item := range list {
			if err := schema(s[key].(map[string]any)).validate(root, item, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case "propertyNames":
		for name := range object {
			if err := schema(s[key].(map[string]any)).validate(root, name, at+"."+name); err != nil {
				return err
			}
		}
	case "properties", "additionalProperties":
		return s.properties(root, object, at)
	case "$schema", "$id", "$defs", "title", "description", "default", "examples":
	default:
		return fmt.Errorf("this test does not know the keyword %s", key)
	}
	if !ok {
		return fmt.Errorf("%v is against %s: %v", x, key, s[key])
	}
	return nil
}

func (s schema) properties(root schema, object map[string]any, at string) error {
	known, _ := s["properties"].(map[string]any)
	for name, x := range object {
		sub, ok := known[name].(map[string]any)
		if !ok {
			if s["additionalProperties"] == false {
				return fmt.Errorf("there is no key %s", name)
			}
			if sub, ok = s["additionalProperties"].(map[string]any); !ok {
				continue
			}
		}
		if err := schema(sub).validate(root, x, at+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func isType(x any, name string) bool {
	switch x := x.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case float64:
		return name == "number" || (name == "integer" && x == math.Trunc(x))
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	return false
}
