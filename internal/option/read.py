"""Tells what a Python script and the files beside it that it imports say of their
options, of what they print and of what they use; runs none of them.

Usage: python -I -S -c SOURCE SCRIPT FOLDER [FILE...]. The files change the script's
variables, as a configuration in Python does. Writes one JSON object.
"""

import ast
import json
import os
import re
import string
import sys

MAX_FILES = 60
INTERESTING = {
    "SummaryWriter", "LightningCLI", "HfArgumentParser", "Trainer", "TrainingArguments", "Seq2SeqTrainer", "CSVLogger",
    "TensorBoardLogger", "DictWriter", "writer", "params", "report", "Fire", "run", "cli", "parse_args", "main", "train",
    "Adam", "AdamW", "RMSprop", "SGD",
}


# What people call the variable that has the data a step of Lightning's is for.
STAGE = re.compile(r"^(self\.)?(stage|split|phase|mode|prefix|subset|step_type)$")


def dotted(node):
    """a.b.c of a name or attribute, or ''."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return head + "." + node.attr if head else node.attr
    return ""


def literal(node):
    """Whether nothing but numbers and texts is in it: 0.1, 2 ** 6."""
    return all(isinstance(n, (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)) for n in ast.walk(node))


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def assigned(node):
    """(name, value) of an assignment."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [(t.id, node.value) for t in targets if isinstance(t, ast.Name) and node.value is not None]


def entries(node):
    """(key, value) of {"lr": 0.1} and dict(lr=0.1)."""
    if isinstance(node, ast.Dict):
        return [(k.value, v) for k, v in zip(node.keys, node.values) if isinstance(k, ast.Constant) and isinstance(k.value, str)]
    if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in ("dict", "Namespace", "SimpleNamespace", "EasyDict"):
        return [(k.arg, k.value) for k in node.keywords if k.arg]
    return []


def source_of(node):
    try:
        return ast.unparse(node)
    except Exception:
        return dotted(node)


class Reader:
    def __init__(self, folder):
        self.folder = folder
        self.seen = set()
        self.options, self.prints, self.constants = [], [], []
        self.imports, self.calls, self.notes = set(), set(), set()
        self.values = {}
        self.counters = {}  # of the loops around: name → whether it counts from 0
        self.parsers, self.made, self.functions = set(), 0, set()

    def value(self, node):
        """(known, text) of a literal, a constant of the module or simple arithmetic."""
        if node is None:
            return False, ""
        try:
            return True, ast.literal_eval(node)
        except Exception:
            pass
        if isinstance(node, ast.Name) and node.id in self.values:
            return True, self.values[node.id]
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div, ast.Add, ast.Sub, ast.Pow)):
            (a, x), (b, y) = self.value(node.left), self.value(node.right)
            number = (int, float)
            if a and b and isinstance(x, number) and isinstance(y, number) and abs(x) < 1e9 and abs(y) < 64:
                try:
                    return True, {"Mult": x * y, "Add": x + y, "Sub": x - y, "Div": x / y if y else 0, "Pow": x**y if y >= -64 else 0}[type(node.op).__name__]
                except Exception:
                    pass
        return False, ""

    def text(self, v):
        return "" if v is None else v if isinstance(v, str) else repr(v)

    def read(self, path, depth):
        path = os.path.realpath(path)
        if path in self.seen or len(self.seen) >= MAX_FILES or not os.path.isfile(path):
            return
        self.seen.add(path)
        try:
            with open(path, encoding="utf-8", errors="replace") as f:
                text = f.read(2_000_000)
            tree = ast.parse(text)
        except (OSError, SyntaxError, ValueError) as e:
            if depth == 0:
                self.notes.add("unreadable: %s" % e)
            return
        if "sys.argv" in text:
            self.notes.add("argv")
            if "globals()" in text and re.search(r"['\"]--['\"]", text):
                self.notes.add("globals")
        main, self.path = depth == 0, path
        for node in tree.body:
            for n in node.body if main and is_main_guard(node) else [node]:
                self.constant(n, main)
        # what an imported file does when it is itself the program is not this program's
        body = [n for n in tree.body if main or not is_main_guard(n)]
        self.functions |= {m.name for n in body for m in ast.walk(n) if isinstance(m, ast.FunctionDef)}
        for n in body:
            self.walk(n, None, False)
        for n in body:
            for m in ast.walk(n):
                self.follow(m, path, depth)

    def constant(self, node, main):
        if main and isinstance(node, ast.ClassDef) and not any(isinstance(n, FUNCTIONS) and not n.name.startswith("__") for n in node.body):
            for n in node.body:  # class Config: lr = 0.1
                for t, value in assigned(n):
                    self.settable(node.name + "." + t, value)
        for t, value in assigned(node):
            known, v = self.value(value)
            if known and isinstance(v, (int, float, str, bool)):
                self.values[t] = v
            if main:
                self.settable(t, value)
                for key, inner in entries(value):
                    self.settable(t + "." + key, inner)

    def settable(self, name, value):
        """Notes a value that has a name, and no other has a part in."""
        known, v = self.value(value)
        if known and isinstance(v, (int, float, str, bool)):
            self.constants.append({"names": [name], "type": type(v).__name__, "default": self.text(v), "known": True, "kind": "constant", "of": "literal" if literal(value) else "", "line": value.lineno})

    def override(self, path):
        before = {o["names"][0]: o for o in self.constants}
        try:
            with open(path, encoding="utf-8", errors="replace") as f:
                tree = ast.parse(f.read(2_000_000))
        except (OSError, SyntaxError, ValueError):
            return
        self.constants = []
        for node in tree.body:
            self.constant(node, True)
        before.update((o["names"][0], o) for o in self.constants)
        self.constants = list(before.values())

    def configured(self, flag, path):
        """The fields that a get_config of ml_collections' gives values to: --config.model.depth."""
        try:
            with open(path, encoding="utf-8", errors="replace") as f:
                tree = ast.parse(f.read(2_000_000))
        except (OSError, SyntaxError, ValueError):
            return

        def field(name, value, line):
            inner = value.args[0] if isinstance(value, ast.Call) and dotted(value.func).endswith("ConfigDict") and value.args else value
            for key, v in entries(inner):
                field(name + "." + key, v, line)
            known, v = self.value(value)
            if known and isinstance(v, (int, float, str, bool)) and "." in name:
                self.options.append({"names": [flag + name[name.index("."):]], "kind": "absl", "line": line, "type": type(v).__name__, "known": True, "default": self.text(v)})

        for function in tree.body:
            if isinstance(function, ast.FunctionDef) and function.name == "get_config":
                for node in ast.walk(function):
                    for t in node.targets if isinstance(node, ast.Assign) else []:
                        if dotted(t):
                            field(dotted(t), node.value, node.lineno)

    def follow(self, node, path, depth):
        names = []
        if isinstance(node, ast.Import):
            names = [(0, a.name) for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            names = [(node.level, base)] + [(node.level, (base + "." if base else "") + a.name) for a in node.names]
        elif isinstance(node, ast.Call) and dotted(node.func) == "exec":
            m = re.search(r"open\(['\"]([^'\"]+\.py)['\"]", source_of(node))
            if m:
                self.read(os.path.join(self.folder, m.group(1)), depth + 1)
            return
        for level, name in names:
            if not level:
                self.imports.add(name.split(".")[0])
            if depth >= 4:
                continue
            roots = [os.path.dirname(path), self.folder]
            if level:
                up = os.path.dirname(path)
                for _ in range(level - 1):
                    up = os.path.dirname(up)
                roots = [up]
            for root in dict.fromkeys(roots):
                base = os.path.join(root, *name.split(".")) if name else root
                for candidate in (base + ".py", os.path.join(base, "__init__.py")):
                    if os.path.isfile(candidate) and "site-packages" not in candidate:
                        self.read(candidate, depth + 1)
                        break

    def walk(self, node, function, loop):
        if isinstance(node, ast.ClassDef):
            self.dataclass(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.function(node)
            function = node
        if isinstance(node, (ast.For, ast.While)):
            loop = True
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            self.counters[node.target.id] = from_zero(node.iter)
        if isinstance(node, ast.Call):
            self.call(node, function, loop)
            self.parser(node, loop)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Call):
            self.named(node)
        if isinstance(node, ast.Assign) and "argv" in source_of(node.value):
            self.positional(node)
        for child in ast.iter_child_nodes(node):
            self.walk(child, function, loop)

    def option(self, names, kind, keywords, line, **more):
        kw = {k.arg: k.value for k in keywords if k.arg}
        known, default = self.value(kw.get("default"))
        o = {"names": names, "kind": kind, "line": line, "known": known and default is not None, "default": self.text(default) if known else ""}
        if known and isinstance(default, (list, tuple)):
            o["many"] = True
        t = dotted(kw.get("type")).split(".")[-1] if "type" in kw else type(default).__name__ if known and default is not None else ""
        if isinstance(kw.get("type"), ast.Call):
            t = dotted(kw["type"].func).split(".")[-1]
            if t == "Choice" and kw["type"].args:
                kw.setdefault("choices", kw["type"].args[0])
        o["type"] = t
        if isinstance(kw.get("choices"), (ast.Tuple, ast.List, ast.Set)) or "choices" in kw:
            ok, c = self.value(kw["choices"])
            if ok and isinstance(c, (list, tuple, set)):
                o["choices"] = [self.text(x) for x in c]
        action = self.value(kw.get("action"))[1] if "action" in kw else ""
        if action in ("store_true", "store_false") or self.value(kw.get("is_flag"))[1] is True:
            o["flag"], o["type"] = True, "bool"
            if not o["known"]:
                o["known"], o["default"] = True, "False"
            if action == "store_false":
                o["default"] = "False"  # whether it is given, not what it sets
        if dotted(kw.get("action")).endswith("BooleanOptionalAction"):
            o["flag"], o["type"], o["off"] = True, "bool", "--no-" + names[-1].lstrip("-")
        if "nargs" in kw:
            n = self.value(kw["nargs"])[1]
            o["many"] = n not in ("?", 1)
        o["required"] = self.value(kw.get("required"))[1] is True
        h = self.value(kw.get("help"))[1]
        o["help"] = h if isinstance(h, str) else ""
        o.update(more)
        self.options.append(o)

    def call(self, node, function, loop):
        name = dotted(node.func)
        last = name.split(".")[-1]
        if last in INTERESTING:
            self.calls.add(name if last in ("params", "report", "run", "cli", "main", "writer", "train") else last)
        args = [self.value(a)[1] if self.value(a)[0] else None for a in node.args[:4]]
        if last in ("add_argument", "add_arg") and args and isinstance(args[0], str):
            self.option([a for a in args if isinstance(a, str)], "argparse", node.keywords, node.lineno)
        elif name in ("click.option", "option") and args and isinstance(args[0], str):
            names = [a for a in args if isinstance(a, str) and a.startswith("-")]
            flat, off = [], ""
            for n in names:
                on, _, negative = n.partition("/")
                flat.append(on.strip())
                off = negative.strip() or off
            self.option(flat, "click", node.keywords, node.lineno, **({"off": off, "flag": True, "type": "bool"} if off else {}))
        elif re.match(r"(flags\.|absl\.flags\.)?DEFINE_(float|integer|string|bool|boolean|enum|enum_class)$", name) and args and isinstance(args[0], str):
            kind = last[len("DEFINE_"):]
            known, default = self.value(node.args[1] if len(node.args) > 1 else None)
            choices = args[2] if kind == "enum" and len(args) > 2 and isinstance(args[2], (list, tuple)) else None
            h = args[3 if kind.startswith("enum") else 2] if len(args) > (3 if kind.startswith("enum") else 2) else ""
            o = {"names": ["--" + args[0]], "kind": "absl", "line": node.lineno, "type": {"integer": "int", "boolean": "bool", "string": "str"}.get(kind, kind),
                 "known": known and default is not None, "default": self.text(default) if known else "", "help": h if isinstance(h, str) else ""}
            if o["type"] == "bool":
                o["flag"], o["off"] = True, "--no" + args[0]
            if choices:
                o["choices"] = [str(c) for c in choices]
            self.options.append(o)
        elif last == "DEFINE_config_file" and (args and isinstance(args[0], str) or not args):
            self.notes.add("config file: " + (args[0] if args else "config"))
        elif name == "danlu.params":
            for k in node.keywords:
                if k.arg:
                    known, v = self.value(k.value)
                    self.options.append({"names": [k.arg], "kind": "danlu", "line": node.lineno, "type": type(v).__name__ if known else "", "known": known, "default": self.text(v)})
        elif name == "danlu.report":
            names = [k.arg for k in node.keywords if k.arg and k.arg not in ("step", "exit_on_stop")]
            self.prints.append({"pieces": [{"t": "danlu.report:" + n} for n in names], "line": node.lineno, "loop": loop, "in": ""})
        elif name in ("fire.Fire", "Fire", "typer.run", "auto_cli", "CLI", "jsonargparse.CLI", "jsonargparse.auto_cli", "tyro.cli") and node.args:
            self.notes.add("entry:" + dotted(node.args[0]))
        if last == "log" and isinstance(node.func, ast.Attribute) and len(node.args) > 1 and any(isinstance(a, (ast.Constant, ast.JoinedStr)) for a in node.args[:1]):
            pieces = [{"t": "val"} if STAGE.match(p.get("e", "")) else p for p in self.pieces(node.args[0])]  # Lightning's self.log("val_loss", loss)
            self.notes.add("logged")
            self.prints.append({"pieces": [{"t": " "}] + pieces + [{"t": "="}, {"e": source_of(node.args[1])}], "line": node.lineno, "loop": True, "in": ""})
        elif last == "set_postfix" or (last == "log" and not node.args and len(node.keywords) > 1):
            pieces = []
            for k in node.keywords:
                if k.arg:
                    pieces += [{"t": " " + k.arg + "="}, {"e": source_of(k.value)}]
            self.prints.append({"pieces": pieces, "line": node.lineno, "loop": True, "in": ""})
        elif last == "print" or any(formatted(a) for a in spelled(node).args):
            self.printed(node, loop, function)

    def positional(self, node):
        """lr = float(sys.argv[1]) if len(sys.argv) > 1 else 0.1; also _, lr = sys.argv."""
        for target in node.targets:
            if isinstance(target, ast.Name):
                value, default = node.value, None
                if isinstance(value, ast.IfExp) and "argv" in source_of(value.test):
                    value, default = (value.body, value.orelse) if "argv" in source_of(value.body) else (value.orelse, value.body)
                places = [m for m in ast.walk(value) if isinstance(m, ast.Subscript) and is_argv(m.value)]
                at = self.value(places[0].slice)[1] if len(places) == 1 else None
                if not isinstance(at, int) or at < 1:
                    continue
                known, v = self.value(default)
                if not known and target.id in self.values:
                    known, v = True, self.values[target.id]
                t = dotted(value.func) if isinstance(value, ast.Call) else type(v).__name__ if known else "str"
                self.argument(target.id, at, t, known, v, node.lineno)
            elif isinstance(target, ast.Tuple):
                value, first = node.value, 0
                if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
                    first = self.value(value.slice.lower)[1] or 0
                    value = value.value
                if is_argv(value):
                    for i, e in enumerate(target.elts):
                        if isinstance(e, ast.Name) and first + i > 0:
                            self.argument(e.id, first + i, "", False, None, node.lineno)

    def argument(self, name, at, type_, known, v, line):
        self.options.append({"names": [name], "kind": "positional", "at": at, "line": line, "type": type_, "known": known and v is not None, "default": self.text(v)})

    def named(self, node):
        """Notes the names of parsers of argparse, and of their groups."""
        last = dotted(node.value.func).split(".")[-1]
        if last in ("ArgumentParser", "add_argument_group", "add_mutually_exclusive_group"):
            for t in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self.parsers.add(dotted(t))

    def parser(self, node, loop):
        """Notes what keeps the calls of add_argument from telling all options there are."""
        name = dotted(node.func)
        holder, _, last = name.rpartition(".")
        if last == "ArgumentParser":
            self.made += 1
            known = {"description", "prog", "epilog", "formatter_class", "usage", "add_help", "allow_abbrev"}
            if name not in ("argparse.ArgumentParser", "ArgumentParser") or any(k.arg not in known for k in node.keywords):
                self.notes.add("partial: a parser with more than a description")
        elif last in ("add_subparsers", "set_defaults", "parse_known_args", "add_argparse_args"):
            self.notes.add("partial: " + last)
        elif last in ("add_argument", "add_arg"):
            if loop or not node.args or not all(isinstance(a, ast.Constant) for a in node.args) or any(k.arg is None for k in node.keywords):
                self.notes.add("partial: an option without a name in the source")
            kw = {k.arg: k.value for k in node.keywords}
            if any(k in kw and not self.value(kw[k])[0] for k in ("default", "choices", "nargs", "action") if not (k == "action" and "Boolean" in dotted(kw.get(k)))):
                self.notes.add("partial: a value that is computed")
        elif any(dotted(a) in self.parsers for a in node.args) and name not in self.functions and dotted(node.func).split(".")[-1] not in self.functions:
            self.notes.add("partial: a parser that is given away")

    def function(self, node):
        for d in node.decorator_list:
            if "hydra.main" in source_of(d):
                self.notes.add("hydra")
                folder = next((self.value(k.value)[1] for k in getattr(d, "keywords", []) if k.arg == "config_path"), None)
                if isinstance(folder, str):
                    self.groups(os.path.join(os.path.dirname(self.path), folder))
        typer = any(dotted(d.func if isinstance(d, ast.Call) else d).endswith(".command") for d in node.decorator_list)
        a = node.args
        pairs = list(zip(a.args[len(a.args) - len(a.defaults):], a.defaults)) + [(k, d) for k, d in zip(a.kwonlyargs, a.kw_defaults) if d is not None]
        for arg, default in pairs:
            keywords = []
            if isinstance(default, ast.Call) and dotted(default.func).endswith("Option"):
                keywords = default.keywords
                default = default.args[0] if default.args else None
            known, v = self.value(default)
            t = source_of(arg.annotation) if arg.annotation else type(v).__name__ if known else ""
            h = next((self.value(k.value)[1] for k in keywords if k.arg == "help"), "")
            self.options.append({"names": [arg.arg], "kind": "typer" if typer else "signature", "of": node.name, "line": node.lineno, "type": t,
                                 "known": known and v is not None, "default": self.text(v), "help": h if isinstance(h, str) else ""})

    def groups(self, folder):
        """Notes the groups of a folder of Hydra's: its folders, with the files to choose from."""
        for at, folders, files in os.walk(folder):
            folders[:] = sorted(f for f in folders if f != "hydra" and not f.startswith("."))
            names = sorted(f.rsplit(".", 1)[0] for f in files if f.endswith((".yaml", ".yml")))
            if at != folder and len(names) > 1:
                self.notes.add("group:%s=%s" % (os.path.relpath(at, folder).replace(os.sep, "/"), "|".join(names)))

    def dataclass(self, node):
        if not any("dataclass" in source_of(d) or "chz" in source_of(d) for d in node.decorator_list):
            return
        for i, f in enumerate(node.body):
            if not isinstance(f, ast.AnnAssign) or not isinstance(f.target, ast.Name):
                continue
            default, h, choices = f.value, "", None
            if isinstance(default, ast.Call) and dotted(default.func).split(".")[-1] in ("field", "Field"):
                kw = {k.arg: k.value for k in default.keywords}
                meta = self.value(kw.get("metadata"))[1]
                if isinstance(meta, dict):
                    h = meta.get("help", "")
                default = kw.get("default")
            following = node.body[i + 1] if i + 1 < len(node.body) else None
            if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant) and isinstance(following.value.value, str):
                h = h or following.value.value
            known, v = self.value(default)
            t = source_of(f.annotation)
            if t.startswith("Literal["):
                ok, c = self.value(f.annotation.slice)
                if ok:
                    choices = [self.text(x) for x in (c if isinstance(c, tuple) else (c,))]
            o = {"names": ["--" + f.target.id], "kind": "dataclass", "of": node.name, "line": f.lineno, "type": t, "known": known and v is not None, "default": self.text(v), "help": h if isinstance(h, str) else ""}
            if choices:
                o["choices"] = choices
            self.options.append(o)

    def printed(self, node, loop, function):
        pieces, node = [], spelled(node)
        for i, a in enumerate(node.args):
            if i:
                pieces.append({"t": " "})
            pieces += self.pieces(a)
        if isinstance(node.func, ast.Attribute) and not any(formatted(a) for a in node.args):
            return
        for p in pieces:
            p["z"] = self.counters.get(p.get("e"), False)
        if any("e" in p for p in pieces) and any("t" in p and p["t"].strip() for p in pieces):
            self.prints.append({"pieces": pieces, "line": node.lineno, "loop": loop, "in": function.name if function else ""})

    def pieces(self, a):
        if isinstance(a, ast.Constant):
            return [{"t": str(a.value)}]
        if isinstance(a, ast.JoinedStr):
            out = []
            for v in a.values:
                if isinstance(v, ast.Constant):
                    out.append({"t": str(v.value)})
                elif isinstance(v, ast.FormattedValue):
                    spec = "".join(str(x.value) for x in v.format_spec.values if isinstance(x, ast.Constant)) if v.format_spec else ""
                    out.append({"e": source_of(v.value), "f": spec})
            return out
        if isinstance(a, ast.BinOp) and isinstance(a.op, ast.Mod):
            known, template = self.value(a.left)
            if known and isinstance(template, str):
                values = list(a.right.elts) if isinstance(a.right, ast.Tuple) else [a.right]
                return self.percent(template, values)
        if isinstance(a, ast.BinOp) and isinstance(a.op, ast.Add):
            return self.pieces(a.left) + self.pieces(a.right)
        if isinstance(a, ast.Call) and isinstance(a.func, ast.Attribute) and a.func.attr == "format":
            known, template = self.value(a.func.value)
            if known and isinstance(template, str):
                return self.format(template, a)
        if isinstance(a, ast.Call) and dotted(a.func) in ("str", "round", "float") and a.args:
            return [{"e": source_of(a.args[0])}]
        if isinstance(a, ast.Call) and dotted(a.func).split(".")[-1] == "dumps" and a.args and isinstance(a.args[0], ast.Dict):
            return self.mapping(a.args[0], '"')
        if isinstance(a, ast.Dict):
            return self.mapping(a, "'")
        return [{"e": source_of(a)}]

    def mapping(self, node, quote):
        out = [{"t": "{"}]
        for i, (k, v) in enumerate(zip(node.keys, node.values)):
            key = self.value(k)[1] if k is not None else ""
            out += [{"t": (", " if i else "") + quote + str(key) + quote + ": "}, {"e": source_of(v)}]
        return out + [{"t": "}"}]

    def percent(self, template, values):
        out, at = [], 0
        for m in re.finditer(r"%(?:\((\w+)\))?[-+ #0]*[\d*]*(?:\.[\d*]+)?([a-zA-Z%])", template):
            out.append({"t": template[at:m.start()]})
            at = m.end()
            if m.group(2) == "%":
                out.append({"t": "%"})
            elif values:
                out.append({"e": source_of(values.pop(0)), "f": m.group(2)})
            else:
                out.append({"e": m.group(1) or "", "f": m.group(2)})
        return out + [{"t": template[at:]}]

    def format(self, template, call):
        positional, keyword, n, out = list(call.args), {k.arg: k.value for k in call.keywords}, 0, []
        try:
            parsed = list(string.Formatter().parse(template))
        except ValueError:
            return [{"t": template}]
        for literal, field, spec, _ in parsed:
            if literal:
                out.append({"t": literal})
            if field is None:
                continue
            key = re.split(r"[.\[]", field)[0]
            if key == "":
                key, n = str(n), n + 1
            node = positional[int(key)] if key.isdigit() and int(key) < len(positional) else keyword.get(key)
            out.append({"e": source_of(node) if node is not None else field, "f": spec or ""})
        return out


def spelled(node):
    """logging.info("loss %.3f", x) as the call with "loss %.3f" % x; any other as it is."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("debug", "info", "warning") and len(node.args) > 1:
        text = node.args[0]
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and "%" in text.value:
            values = ast.Tuple(elts=node.args[1:], ctx=ast.Load())
            return ast.copy_location(ast.Call(func=node.func, args=[ast.copy_location(ast.BinOp(left=text, op=ast.Mod(), right=values), node)], keywords=[]), node)
    return node


def formatted(a):
    """Whether an argument is text with values in it."""
    if isinstance(a, ast.JoinedStr):
        return any(isinstance(v, ast.FormattedValue) for v in a.values)
    if isinstance(a, ast.BinOp) and isinstance(a.op, (ast.Mod, ast.Add)):
        return isinstance(a.left, (ast.Constant, ast.BinOp)) and isinstance(getattr(a.left, "value", ""), str)
    return isinstance(a, ast.Call) and isinstance(a.func, ast.Attribute) and a.func.attr == "format" and isinstance(a.func.value, (ast.Constant, ast.BinOp))


def is_argv(node):
    return dotted(node) in ("sys.argv", "argv")


def from_zero(iterated):
    """Whether a loop over it counts from 0: range(n), range(0, n), range(start, n), perhaps within tqdm."""
    if not isinstance(iterated, ast.Call) or not iterated.args:
        return False
    if dotted(iterated.func).split(".")[-1] in ("tqdm", "trange", "track"):
        return dotted(iterated.func).endswith("trange") and len(iterated.args) == 1 or from_zero(iterated.args[0])
    if dotted(iterated.func) != "range":
        return False
    first = iterated.args[0]
    return len(iterated.args) == 1 or isinstance(first, ast.Constant) and first.value == 0


def is_main_guard(node):
    return isinstance(node, ast.If) and "__name__" in source_of(node.test) and "__main__" in source_of(node.test)


def main():
    script, folder = sys.argv[1], sys.argv[2]
    r = Reader(folder)
    r.read(script, 0)
    if r.made == 1 and "argparse" in r.imports and not any(n.startswith("partial: ") for n in r.notes):
        r.notes.add("complete")
    for word in sys.argv[3:]:
        flag, named, path = word.rpartition("=")
        if not named:
            r.override(os.path.join(folder, path))
        elif "config file: " + flag.lstrip("-") in r.notes:
            r.configured(flag, os.path.join(folder, path))
    json.dump({"options": r.options + r.constants, "prints": r.prints, "imports": sorted(r.imports), "calls": sorted(r.calls),
               "notes": sorted(r.notes), "files": sorted(r.seen)}, sys.stdout)


main()
