package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// source is a package of algorithms, by its declarations.
type source struct {
	makers map[string]string // the function that makes it, by the name in danlu.yaml
	funcs  map[string]*ast.FuncDecl
	types  map[string]*ast.TypeSpec
	docs   map[string]string
	named  map[string]bool // types with a method Name: the algorithms
}

func read(dir string) (*source, error) {
	s := &source{map[string]string{}, map[string]*ast.FuncDecl{}, map[string]*ast.TypeSpec{}, map[string]string{}, map[string]bool{}}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			s.add(d)
		}
	}
	if len(s.makers) == 0 {
		return nil, fmt.Errorf("%s has no variable makers", dir)
	}
	return s, nil
}

func (s *source) add(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		switch {
		case d.Recv == nil:
			s.funcs[d.Name.Name] = d
		case d.Name.Name == "Name":
			s.named[nameOf(d.Recv.List[0].Type)] = true
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				s.types[spec.Name.Name] = spec
				s.docs[spec.Name.Name] = d.Doc.Text()
			case *ast.ValueSpec:
				if spec.Names[0].Name == "makers" {
					s.register(spec.Values[0])
				}
			}
		}
	}
}

func (s *source) register(x ast.Expr) {
	lit, ok := x.(*ast.CompositeLit)
	if !ok {
		return
	}
	for _, e := range lit.Elts {
		kv := e.(*ast.KeyValueExpr)
		if name, err := strconv.Unquote(kv.Key.(*ast.BasicLit).Value); err == nil {
			s.makers[name] = nameOf(kv.Value)
		}
	}
}

func nameOf(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.StarExpr:
		return nameOf(x.X)
	}
	return ""
}

// algorithms writes the names of a registry with what their comments say, and their
// options. Several names of one maker stand together.
func algorithms(b *bytes.Buffer, title, pkg, more string) error {
	s, err := read(filepath.Join("internal", pkg))
	if err != nil {
		return err
	}
	byMaker := map[string][]string{}
	for name, maker := range s.makers {
		byMaker[maker] = append(byMaker[maker], name)
	}
	var groups [][]string
	for _, names := range byMaker {
		slices.Sort(names)
		groups = append(groups, names)
	}
	slices.SortFunc(groups, slices.Compare)
	fmt.Fprintf(b, "\n## %s\n\n`%s: NAME`, or `%s: {NAME: {option: value}}`; more is in [%s](%s).\n", title, pkg, pkg, more, more)
	for _, names := range groups {
		if err := s.write(b, names); err != nil {
			return err
		}
	}
	return nil
}

func (s *source) write(b *bytes.Buffer, names []string) error {
	f := s.funcs[s.makers[names[0]]]
	if f == nil {
		return fmt.Errorf("%s is made by %s, which is not there", names[0], s.makers[names[0]])
	}
	kind, options := s.parts(f)
	doc := f.Doc.Text()
	if doc == "" {
		doc = s.docs[kind]
	}
	if doc == "" {
		return fmt.Errorf("neither %s nor the type it makes says what %s is", f.Name.Name, names[0])
	}
	fmt.Fprintf(b, "\n### %s\n\n%s\n", strings.Join(names, ", "), about(doc, names))
	if options == "" {
		return nil
	}
	b.WriteString("\n| option | value | meaning |\n|---|---|---|\n")
	return s.options(b, options)
}

// parts finds in a maker the type it makes, itself or by a function it calls, and
// the type of its options.
func (s *source) parts(f *ast.FuncDecl) (kind, options string) {
	var called []*ast.FuncDecl
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if name := nameOf(n.Type); kind == "" && s.named[name] {
				kind = name
			}
		case *ast.ValueSpec:
			if name := nameOf(n.Type); strings.HasSuffix(name, "Options") {
				options = name
			}
		case *ast.CallExpr:
			if g := s.funcs[nameOf(n.Fun)]; g != nil {
				called = append(called, g)
			}
		}
		return true
	})
	for _, g := range called {
		if kind == "" {
			kind, _ = s.parts(g)
		}
	}
	if options == "" {
		options = s.field(kind, "options")
	}
	return kind, options
}

// field is the type of a struct's field.
func (s *source) field(of, name string) string {
	t := s.types[of]
	if t == nil {
		return ""
	}
	if fields, ok := t.Type.(*ast.StructType); ok {
		for _, field := range fields.Fields.List {
			if len(field.Names) == 1 && field.Names[0].Name == name {
				return nameOf(field.Type)
			}
		}
	}
	return ""
}

func (s *source) options(b *bytes.Buffer, name string) error {
	t := s.types[name]
	if t == nil {
		return fmt.Errorf("there is no type %s", name)
	}
	above := "" // what was said of the field before: one comment may be about several
	for _, field := range t.Type.(*ast.StructType).Fields.List {
		if len(field.Names) == 0 { // embedded
			if err := s.options(b, nameOf(field.Type)); err != nil {
				return err
			}
			continue
		}
		tag, err := strconv.Unquote(field.Tag.Value)
		if err != nil {
			return err
		}
		said := cmp.Or(strings.TrimSpace(field.Doc.Text()+field.Comment.Text()), above)
		above = said
		if said == "" {
			return fmt.Errorf("%s.%s has no comment", name, field.Names[0].Name)
		}
		key := strings.TrimSuffix(strings.TrimPrefix(tag, `json:"`), `"`)
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", key, valueOf(field.Type), cell(meaning(said, field.Names[0].Name)))
	}
	return nil
}

// valueOf names the values of a Go type as danlu.yaml has them.
func valueOf(x ast.Expr) string {
	if list, ok := x.(*ast.ArrayType); ok {
		return "list of " + valueOf(list.Elt) + "s"
	}
	return map[string]string{"float64": "number", "int": "whole number", "int64": "whole number", "bool": "true, false", "string": "word"}[nameOf(x)]
}

var (
	link    = regexp.MustCompile(`\[([\w.]+)\]`) // to a part of the code
	inside  = regexp.MustCompile(`[,:]\s+see (package )?\w+| \((package \w+|\w+\.\w+\.\w+)\)|, with the model of package \w+`)
	zero    = regexp.MustCompile(`\b(nil: |0: |0 means )`)
	spaces  = regexp.MustCompile(`\s+`)
	atStart = regexp.MustCompile(`(^|\. )[a-z]`)
)

// plain is a comment without what it says to readers of the code.
func plain(comment string) string {
	return inside.ReplaceAllString(link.ReplaceAllString(strings.TrimSpace(comment), "$1"), "")
}

// meaning is what a comment says of an option, as a sentence.
func meaning(comment, field string) string {
	said := spaces.ReplaceAllString(plain(comment), " ")
	for _, begin := range []string{field + " is ", field + " are ", field + " "} {
		if rest, ok := strings.CutPrefix(said, begin); ok && !strings.HasPrefix(rest, "and ") {
			said = rest
			break
		}
	}
	said = zero.ReplaceAllString(said, "by default ")
	said = atStart.ReplaceAllStringFunc(said, strings.ToUpper)
	return strings.TrimSuffix(said, ".") + "."
}

// about is what a comment says of the algorithms of these names: its first
// paragraph, whose first word is the code's own name for them, behind one further
// down that begins with their name.
func about(doc string, names []string) string {
	paragraphs := strings.Split(plain(doc), "\n\n")
	for _, p := range paragraphs[1:] {
		if rest, ok := strings.CutPrefix(p, names[0]+" "); ok {
			return "`" + names[0] + "` " + rest + "\n\n" + paragraphs[0]
		}
	}
	first, rest, _ := strings.Cut(paragraphs[0], " ")
	if !slices.Contains(names, first) {
		first = names[0]
	}
	return "`" + first + "` " + rest
}
