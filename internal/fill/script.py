

def filled(script, constants):
    """The code of the script with other values where it assigns to these names."""
    import ast
    import sys

    with open(script, "rb") as f:
        tree = ast.parse(f.read(), script)
    missing = dict(constants)

    def literal(node):
        try:
            return True, ast.literal_eval(node)
        except ValueError:  # 2 ** 6, 1 / 255
            numbers = all(isinstance(n, (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)) for n in ast.walk(node))
            return numbers, None

    def other(old, text):
        if isinstance(old, bool):
            return text in ("True", "true")
        if isinstance(old, str):
            return text
        for kind in [type(old)] if isinstance(old, (int, float)) else [int, float, str]:
            try:
                return kind(text)
            except ValueError:
                pass
        return float(text)

    def put(value, name):
        """The value that a name is to have, else the one it has."""
        if name not in constants or value is None:
            return value
        known, old = literal(value)
        if not known:
            return value
        missing.pop(name, None)
        return ast.copy_location(ast.Constant(other(old, constants[name])), value)

    def fill(body, prefix=""):
        for node in body:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
            for name in [prefix + t.id for t in targets if isinstance(t, ast.Name)]:
                node.value = put(node.value, name)
                if isinstance(node.value, ast.Dict):
                    node.value.values = [put(v, "%s.%s" % (name, getattr(k, "value", ""))) for k, v in zip(node.value.keys, node.value.values)]
                elif isinstance(node.value, ast.Call):
                    for k in node.value.keywords:
                        k.value = put(k.value, "%s.%s" % (name, k.arg))
            if isinstance(node, ast.ClassDef) and not prefix:
                fill(node.body, node.name + ".")
            elif isinstance(node, (ast.If, ast.Try, ast.With)):
                for part in ("body", "orelse", "finalbody", "handlers"):
                    fill(getattr(node, part, []), prefix)
            elif isinstance(node, ast.ExceptHandler):
                fill(node.body, prefix)

    fill(tree.body)
    if missing:
        sys.exit("danlu fill: %s has no constant %s" % (script, ", ".join(sorted(missing))))

    class Here(ast.NodeTransformer):
        def visit_Name(self, node):
            return ast.copy_location(ast.Constant(script), node) if node.id == "__file__" else node

    return compile(ast.fix_missing_locations(Here().visit(tree)), script, "exec", dont_inherit=True)


if __name__ == "__main__":
    import os
    import sys

    sys.argv[0] = SCRIPT
    sys.path[0] = os.path.dirname(SCRIPT)
    del os, sys

exec(filled(SCRIPT, CONSTANTS))
