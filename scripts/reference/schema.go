package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// node is a schema, its properties in the order of the file.
type node struct {
	Ref         string           `json:"$ref"`
	Description string           `json:"description"`
	Type        any              `json:"type"`
	Const       any              `json:"const"`
	Enum        []any            `json:"enum"`
	Default     any              `json:"default"`
	Properties  ordered          `json:"properties"`
	AnyOf       []*node          `json:"anyOf"`
	Items       *node            `json:"items"`
	Defs        map[string]*node `json:"$defs"`
	Additional  json.RawMessage  `json:"additionalProperties"`
}

type property struct {
	name string
	node *node
}

type ordered []property

func (o *ordered) UnmarshalJSON(text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		p := property{name.(string), new(node)}
		if err := dec.Decode(p.node); err != nil {
			return err
		}
		*o = append(*o, p)
	}
	return nil
}

// keys writes every key of danlu.yaml, from its schema.
func keys(b *bytes.Buffer, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var root node
	if err := json.Unmarshal(text, &root); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	b.WriteString("\n## danlu.yaml\n\n" + root.Description + " Editors read [danlu.schema.json](danlu.schema.json).\n")
	table(b, "", root.Properties)
	for _, p := range root.Properties {
		for _, alternative := range p.node.AnyOf {
			if len(alternative.Properties) > 0 {
				table(b, p.name, alternative.Properties)
			}
		}
		if len(p.node.Properties) > 0 {
			table(b, p.name, p.node.Properties)
		}
	}
	for _, name := range []string{"objective", "param"} {
		for _, alternative := range root.Defs[name].AnyOf {
			if len(alternative.Properties) > 0 {
				table(b, map[string]string{"objective": "objective", "param": "params.NAME"}[name], alternative.Properties)
			}
		}
	}
	return nil
}

func table(b *bytes.Buffer, of string, properties ordered) {
	if of != "" {
		fmt.Fprintf(b, "\n### %s\n", of)
	}
	b.WriteString("\n| key | value | meaning |\n|---|---|---|\n")
	for _, p := range properties {
		meaning := p.node.Description
		if p.node.Default != nil {
			meaning += fmt.Sprintf(" Default: `%v`.", p.node.Default)
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", p.name, strings.Join(p.node.kinds(), ", "), cell(meaning))
	}
}

// kinds are the ways a value may be written.
func (n *node) kinds() (all []string) {
	add := func(kind string) {
		for _, known := range all {
			if known == kind {
				return
			}
		}
		all = append(all, kind)
	}
	words := map[string]string{"string": "text", "integer": "whole number", "object": "mapping", "array": "list", "boolean": "true, false", "null": "nothing"}
	switch {
	case strings.HasPrefix(n.Ref, "#/$defs/"):
		add("see below")
	case n.Const != nil:
		add(fmt.Sprintf("`%v`", n.Const))
	case len(n.Enum) > 0:
		for _, e := range n.Enum {
			add(fmt.Sprintf("`%v`", e))
		}
	case len(n.AnyOf) > 0:
		for _, a := range n.AnyOf {
			for _, kind := range a.kinds() {
				add(kind)
			}
		}
	default:
		types, ok := n.Type.([]any)
		if !ok {
			types = []any{n.Type}
		}
		for _, t := range types {
			name := fmt.Sprint(t)
			if words[name] != "" {
				name = words[name]
			}
			add(name)
		}
	}
	return all
}

// cell keeps a text within a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(strings.TrimSpace(text))
}
