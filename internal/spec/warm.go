package spec

import "strings"

// readWarm reads the names of earlier studies: one, or a list.
func readWarm(r *reader, n *node, d *draft) {
	const want = "the name of an earlier study, or a list of them, as in warm_from: mnist or warm_from: [mnist@../old/danlu.db]"
	if n.kind == mapKind {
		r.wrong(n, "warm_from", want)
		return
	}
	for _, item := range listOf(n) {
		name, ok := r.text(item, "warm_from", want)
		if !ok {
			continue
		}
		of, path, elsewhere := strings.Cut(name, "@")
		switch why := unsafeName(of); {
		case why != "":
			r.fail(item, "warm_from: %q can't be a study: %s; write STUDY, or STUDY@STORE for one in another store", clip(of), why)
		case elsewhere && path == "":
			r.fail(item, "warm_from: %s@ names no store; write %[1]s@../old/danlu.db, or leave the @ out", of)
		default:
			d.WarmFrom = append(d.WarmFrom, name)
		}
	}
}
