"""Programs for NumPy as programs for another array library, statement by statement; comments stay as they are."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from numeric.errors import TargetError
from numeric.source import tree
from numeric.source.printing import printed
from numeric.source.program import Program
from numeric.targets.rules import Call, Rule, dotted_name, written

CONSTANTS = frozenset({"inf", "pi", "e", "nan", "newaxis", "float32", "float64", "int64"})


@dataclass(frozen=True)
class Target:
    """An array library.

    Attributes:
        name: what it is called on the command line.
        alias: the name that its functions stand behind.
        imports: the import statements, ``import jax`` or ``from package import name``, by the name that asks for one.
        rules: how the calls of NumPy are written.
        helpers: functions that the module then defines itself, by their names.
        native: functions that NumPy lacks and the generated module defines, and this library has.
        opening: the first statement of every function that uses the library, a pattern with an ``array``.
        store: where arrays do not change, what has methods ``add`` and ``set`` for ``array`` at a ``place``.
        scatter: how ``values`` are added to an ``array`` at a ``place`` of which one may occur several times.
        masked: how an ``array`` is multiplied with ``truth`` values where ``*`` does not do it.
        real: how ``truth`` values become numbers of the type of an ``array``.
    """

    name: str
    alias: str
    imports: Mapping[str, str]
    rules: Mapping[str, Rule]
    helpers: Mapping[str, ast.FunctionDef] = field(default_factory=dict)
    native: frozenset[str] = frozenset()
    opening: str = ""
    store: str = ""
    scatter: str = ""
    masked: str = ""
    real: str = ""

    def translated(self, program: Program) -> Program:
        """The module for this library.

        Raises:
            TargetError: something in it has no equivalent.
        """
        functions = [self._function(one) for one in program.functions if one.name not in self.native]
        everything = (*self._used_helpers(functions), *functions)
        used = _used(everything)
        imports = _joined(line for word, line in self.imports.items() if word in used)
        return Program(program.title, imports, everything)

    def _used_helpers(self, functions: Sequence[ast.FunctionDef]) -> list[ast.FunctionDef]:
        """The helpers that the functions call, and those that these call."""
        used: set[str] = set()
        pending = list(functions)
        while pending:
            called = tree.names_in(pending.pop()) & set(self.helpers) - used
            used |= called
            pending += [self.helpers[name] for name in called]
        return [helper for name, helper in self.helpers.items() if name in used]

    def _function(self, function: ast.FunctionDef) -> ast.FunctionDef:
        """A function with its statements written for the library."""
        reference = _reference(function)
        made = copy.deepcopy(function)
        writer = Writer(self, reference, _sizes(function))
        made.body = [writer.visit(statement) for statement in made.body]
        if self.opening and self.alias in tree.names_in(*made.body):
            place = 0 if ast.get_docstring(made) is None else 1
            made.body.insert(place, tree.statement(self.opening, array=tree.name(reference)))
        return made


def _used(functions: Iterable[ast.FunctionDef]) -> set[str]:
    """The names that functions call, or take functions from."""
    found: set[str] = set()
    for node in (node for function in functions for node in ast.walk(function)):
        inner = node.func if isinstance(node, ast.Call) else node.value if isinstance(node, ast.Attribute) else None
        found |= {inner.id} if isinstance(inner, ast.Name) else set()
    return found


def _reference(function: ast.FunctionDef) -> str:
    """The first argument of a function that is an array."""
    arguments = [argument.arg for argument in function.args.args]
    return next((name for name in arguments if name not in ("params", "cache")), arguments[0])


def _sizes(function: ast.FunctionDef) -> frozenset[str]:
    """The names that a function gives to lengths: ``B = x.shape[0]``, ``B, C = x.shape``."""
    found: set[str] = set()
    for node in function.body:
        if isinstance(node, ast.Assign):
            value = node.value.value if isinstance(node.value, ast.Subscript) else node.value
            if isinstance(value, ast.Attribute) and value.attr == "shape":
                found |= tree.names_in(*node.targets)
    return frozenset(found)


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
                changed = printed(node.target)
                raise TargetError(f"how {changed} is changed in place has no equivalent for {self.target.name}")
            value = tree.negative(node.value) if isinstance(node.op, ast.Sub) else node.value
            return self._stored(node.target, "add", value)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        self.generic_visit(node)
        if self.target.store and isinstance(node.targets[0], ast.Subscript) and not _is_key(node.targets[0]):
            return self._stored(node.targets[0], "set", node.value)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        call = node.value
        if not (isinstance(call, ast.Call) and dotted_name(call.func) == "np.add.at"):
            self.generic_visit(node)
            return node
        array, place, values = call.args
        if not isinstance(place, ast.Name):
            raise TargetError(f"np.add.at along another axis than the first has no equivalent for {self.target.name}")
        return tree.statement(self.target.scatter, array=array, place=place, values=self.visit(values))

    def _stored(self, place: ast.Subscript, how: str, value: ast.expr) -> ast.stmt:
        """``array = array.at[place].add(value)``, as the target writes it."""
        stored = tree.quoted(self.target.store, array=place.value, place=place.slice)
        return tree.assigned(place.value, tree.method(stored, how, value))

    def _masked(self, truth: ast.expr, rest: ast.expr) -> ast.expr:
        """A product with truth values."""
        return tree.quoted(self.target.masked, truth=truth, array=rest)

    def _real(self, truth: ast.expr, beside: ast.expr) -> ast.expr:
        """Truth values as numbers of the type of the array that they stand beside."""
        arrays = [node.id for node in ast.walk(beside) if isinstance(node, ast.Name) and node.id not in self.others]
        if not arrays:
            raise TargetError(f"the type of the numbers for {printed(truth)} is not known")
        return tree.quoted(self.target.real, truth=truth, array=tree.name(arrays[0]))


def _joined(imports: Iterable[str]) -> tuple[str, ...]:
    """Import statements, those from one package as one."""
    names: dict[str, list[str]] = {}
    for line in imports:
        start, _, name = line.rpartition(" import ")
        names.setdefault(start or line, []).extend([name] if start else [])
    return tuple(f"{start} import {', '.join(sorted(found))}" if found else start for start, found in names.items())


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
