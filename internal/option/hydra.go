package option

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

var hydraGroup = regexp.MustCompile(`(?m)^([\w/@.\-]+): [\w\-., ]+$`)

// parseHydra reads the help of a Hydra program, in which the configuration stands
// as YAML behind a heading.
func parseHydra(text string) *Program {
	before, config, _ := strings.Cut(text, "== Config ==")
	if _, rest, ok := strings.Cut(config, "foo.bar=value)"); ok {
		config = rest
	}
	config, _, _ = strings.Cut(config, "\nPowered by Hydra")
	p := ParseConfig(config)
	if _, groups, ok := strings.Cut(before, "== Configuration groups =="); ok {
		for _, m := range hydraGroup.FindAllStringSubmatch(groups, -1) {
			p.Groups = append(p.Groups, m[1])
		}
	}
	return p
}

// ParseConfig reads a configuration in YAML, as `--cfg job` prints it, as options
// of a Hydra program: model.hidden=128. What is no mapping gives no options.
func ParseConfig(text string) *Program {
	p := &Program{Style: Hydra}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil || len(doc.Content) == 0 {
		return p
	}
	p.flatten("", doc.Content[0])
	return p
}

func (p *Program) flatten(prefix string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, v := prefix+n.Content[i].Value, n.Content[i+1]
		switch {
		case strings.HasPrefix(n.Content[i].Value, "_"): // _target_ and its like are no settings
		case v.Kind == yaml.MappingNode:
			p.flatten(key+".", v)
		case v.Kind == yaml.ScalarNode:
			o := &Option{Names: []string{key}, Default: v.Value, Known: v.Tag != "!!null", Group: strings.TrimSuffix(prefix, ".")}
			o.Type = map[string]Type{"!!float": Float, "!!int": Int, "!!bool": Bool, "!!str": String}[v.Tag]
			if v.Value == "???" {
				o.Default, o.Known, o.Required, o.Type = "", false, true, Unknown
			} else if v.Tag == "!!str" && v.Style == 0 {
				o.Type = literal(v.Value) // 1e-4 is text to YAML 1.1, and a number to OmegaConf
			}
			if strings.Contains(v.Value, "${") {
				continue // follows another setting
			}
			p.Options = append(p.Options, o)
		}
	}
}
