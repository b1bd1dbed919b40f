"""Generated NumPy code as code of another array library, statement by statement; comments stay as they are."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from numeric.errors import TargetError
from numeric.targets.rules import Call, Rule, written

CONSTANTS = frozenset({"inf", "pi", "e", "nan", "newaxis", "float32", "float64", "int64"})


@dataclass(frozen=True)
class Target:
    """An array library.

    Attributes:
        name: what it is called on the command line.
        alias: the name that its functions stand behind.
        imports: the import statements, ``import jax`` or ``from package import name``, by the word that asks for one.
        rules: how the calls of NumPy are written.
        helpers: the source of functions that the module then defines itself, by their names.
        native: functions that NumPy lacks and the generated module defines, and this library has.
        opening: the first statement of every function that uses the library, with ``{}`` for an array.
        store: how ``array[place] += value`` is written where arrays do not change; empty where they do.
        scatter: how values are added to an array at places of which one may occur several times.
        masked: how an array is multiplied with truth values where ``*`` does not do it.
        real: how truth values become numbers of the type of an array.
    """

    name: str
    alias: str
    imports: Mapping[str, str]
    rules: Mapping[str, Rule]
    helpers: Mapping[str, str] = field(default_factory=dict)
    native: frozenset[str] = frozenset()
    opening: str = ""
    store: str = ""
    scatter: str = ""
    masked: str = ""
    real: str = ""

    def translated(self, source: str) -> str:
        """The module for this library.

        Raises:
            TargetError: something in the source has no equivalent.
        """
        tree = ast.parse(source)
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name not in self.native]
        lines = source.splitlines()
        texts = [self._function(node, lines) for node in functions]
        title = ast.get_docstring(tree) or ""
        body = "\n\n\n".join([*self._used_helpers("\n".join(texts)), *texts])
        imports = _joined(line for word, line in self.imports.items() if re.search(rf"(?<![.\w]){word}", body))
        return f'"""{title}"""\n\n{imports}\n\n\n{body}\n'

    def _used_helpers(self, code: str) -> list[str]:
        """The helpers that the code calls, and those that they call."""
        used: list[str] = []
        pending = [code]
        while pending:
            text = pending.pop()
            found = [name for name in self.helpers if f"{name}(" in text and name not in used]
            used += found
            pending += [self.helpers[name] for name in found]
        return [self.helpers[name].strip() for name in self.helpers if name in used]

    def _function(self, node: ast.FunctionDef, lines: list[str]) -> str:
        """The text of a function with the statements that change written anew."""
        reference, sizes = _reference(node), _sizes(node)
        replaced: dict[int, tuple[int, str]] = {}
        for statement in _statements(node.body):
            changed = Writer(self, reference, sizes).visit(copy.deepcopy(statement))
            if ast.dump(changed) != ast.dump(statement):
                indent = " " * statement.col_offset
                text = ast.unparse(ast.fix_missing_locations(changed)).replace("'", '"')
                replaced[statement.lineno] = (statement.end_lineno or statement.lineno, indent + text)
        result: list[str] = []
        number = node.lineno
        while number <= (node.end_lineno or number):
            last, text = replaced.get(number, (number, lines[number - 1]))
            result.append(text)
            number = last + 1
        if self.opening and any(f"{self.alias}." in line for line in result):
            place = 1 if ast.get_docstring(node) is None else (node.body[0].end_lineno or node.lineno) - node.lineno + 1
            result.insert(place, "    " + self.opening.format(reference))
        return "\n".join(result)


def _reference(node: ast.FunctionDef) -> str:
    """The first argument of a function that is an array."""
    names = [argument.arg for argument in node.args.args if argument.arg not in ("params", "cache")]
    return names[0] if names else node.args.args[0].arg


def _sizes(node: ast.FunctionDef) -> frozenset[str]:
    """The names that a function gives to lengths: ``B = x.shape[0]``, ``B, C = x.shape``."""
    lengths = re.compile(r"^\s*(\w+(?:, \w+)*) = \w+\.shape\b", re.MULTILINE)
    return frozenset(name for names in lengths.findall(ast.unparse(node)) for name in names.split(", "))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The simple statements, those inside loops too."""
    for statement in body:
        inner = getattr(statement, "body", None)
        if inner is None:
            yield statement
        else:
            yield from _statements(inner)


class Writer(ast.NodeTransformer):
    """Writes the expressions of one statement for a target."""

    def __init__(self, target: Target, reference: str, sizes: frozenset[str]) -> None:
        self.target = target
        self.reference = reference
        self.others = sizes | {"np", target.alias}

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        call = Call.of(node)
        if call is None:
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name not in self.target.native:
                return node
            call = Call(name, {"a": node.args[0]})
        if call.name not in self.target.rules:
            raise TargetError(f"np.{call.name} has no equivalent for {self.target.name}")
        return written(self.target.rules[call.name], call, self.reference)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id == "np" and node.attr in CONSTANTS:
            return ast.Attribute(ast.Name(self.target.alias, ast.Load()), node.attr, ast.Load())
        self.generic_visit(node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        for truth, rest in ((node.left, node.right), (node.right, node.left)):
            if not _is_truth(truth) or isinstance(rest, ast.Constant):
                continue
            if self.target.masked and isinstance(node.op, ast.Mult):
                return self._masked(truth, rest)
            if self.target.real and isinstance(node.op, ast.Add | ast.Sub):
                real = self._real(truth, rest)
                left, right = (real, rest) if truth is node.left else (rest, real)
                return ast.BinOp(left, node.op, right)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        self.generic_visit(node)
        if self.target.masked and isinstance(node.op, ast.Mult) and _is_truth(node.value):
            return ast.Assign([node.target], self._masked(node.value, node.target))
        if self.target.real and isinstance(node.op, ast.Add | ast.Sub) and _is_truth(node.value):
            node.value = self._real(node.value, node.target)
        if self.target.store and isinstance(node.target, ast.Subscript):
            if not isinstance(node.op, ast.Add | ast.Sub):
                raise TargetError(f"{ast.unparse(node)} has no equivalent for {self.target.name}")
            value = ast.UnaryOp(ast.USub(), node.value) if isinstance(node.op, ast.Sub) else node.value
            return self._stored(node.target, "add", value)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        self.generic_visit(node)
        if self.target.store and isinstance(node.targets[0], ast.Subscript) and not _is_key(node.targets[0]):
            return self._stored(node.targets[0], "set", node.value)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        call = node.value
        if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "np.add.at"):
            self.generic_visit(node)
            return node
        array, place, values = call.args
        if not isinstance(place, ast.Name):
            raise TargetError(f"np.add.at along another axis than the first has no equivalent for {self.target.name}")
        parts = {"array": ast.unparse(array), "place": place.id, "values": ast.unparse(self.visit(values))}
        return ast.parse(self.target.scatter.format(**parts)).body[0]

    def _stored(self, place: ast.Subscript, how: str, value: ast.expr) -> ast.stmt:
        """``array = array.at[place].add(value)``, as the target writes it."""
        array = ast.unparse(place.value)
        inner = ast.unparse(place)[len(array) + 1 : -1]
        stored = self.target.store.format(array=array, place=inner, how=how, value=ast.unparse(value))
        return ast.parse(f"{array} = {stored}").body[0]

    def _masked(self, truth: ast.expr, rest: ast.expr) -> ast.expr:
        """A product with truth values."""
        return _expression(self.target.masked.format(truth=ast.unparse(truth), array=ast.unparse(rest)))

    def _real(self, truth: ast.expr, beside: ast.expr) -> ast.expr:
        """Truth values as numbers of the type of the array that they stand beside."""
        arrays = [node.id for node in ast.walk(beside) if isinstance(node, ast.Name) and node.id not in self.others]
        if not arrays:
            raise TargetError(f"the type of the numbers for {ast.unparse(truth)} is not known")
        return _expression(self.target.real.format(truth=ast.unparse(truth), array=arrays[0]))


def _expression(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body


def _joined(imports: Iterable[str]) -> str:
    """Import statements, those from one package as one."""
    names: dict[str, list[str]] = {}
    for line in imports:
        start, _, name = line.rpartition(" import ")
        names.setdefault(start or line, []).extend([name] if start else [])
    return "\n".join(f"{start} import {', '.join(sorted(found))}" if found else start for start, found in names.items())


def _is_truth(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return _is_truth(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        return _is_truth(node.left)
    if isinstance(node, ast.Subscript):
        return _is_truth(node.value)
    return isinstance(node, ast.Compare)


def _is_key(node: ast.Subscript) -> bool:
    """Whether a place is a key of a dictionary, ``cache["p"]``."""
    return isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
