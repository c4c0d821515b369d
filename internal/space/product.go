package space

// Product is what is searched where one parameter is the inverse of another: the
// two as a product, as in lr·weight_decay, which stays where it is while the other
// moves.
type Product struct {
	Name  string
	Value Value // none where one of the two does not exist
}

// Products are those of a configuration, in the order of the parameters.
func (s *Space) Products(vs Values) []Product {
	var all []Product
	for i := range s.params {
		p := &s.params[i]
		if p.Scale == nil || p.Scale.Exponent != -1 {
			continue
		}
		product := Product{Name: p.Scale.To + "·" + p.Name}
		a, there := vs[p.Scale.To]
		if b, ok := vs[p.Name]; ok && there {
			product.Value = FloatValue(significant(a.Float()*b.Float(), 6))
		}
		all = append(all, product)
	}
	return all
}
