

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

    def fill(body):
        for node in body:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
            names = [t.id for t in targets if isinstance(t, ast.Name) and t.id in constants]
            if names and node.value is not None:
                known, old = literal(node.value)
                if known:
                    node.value = ast.copy_location(ast.Constant(other(old, constants[names[0]])), node.value)
                    missing.pop(names[0], None)
            if isinstance(node, (ast.If, ast.Try, ast.With)):
                for part in ("body", "orelse", "finalbody", "handlers"):
                    fill(getattr(node, part, []))
            elif isinstance(node, ast.ExceptHandler):
                fill(node.body)

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
