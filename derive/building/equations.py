"""Forward definitions as text, read into rows of SymPy expressions.

    e[i] = exp(z[i])
    s    = sum[k] e[k]
    y[i] = e[i] / s

The range of an index is the size of the axis that it reads by itself; ``sum[k<n]`` gives it where the
index only occurs inside arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import sympy
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput
from sympy import Eq, Expr, Function, KroneckerDelta, Rational, Sum, Symbol

from derive import symbols
from derive.errors import DefinitionError
from derive.forward import Domain
from derive.functions import ArgMax, Bracket, Maximum, coordinates

ELEMENTARY = {
    "exp": sympy.exp,
    "log": sympy.log,
    "ln": sympy.log,
    "sqrt": sympy.sqrt,
    "abs": sympy.Abs,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "erf": sympy.erf,
    "floor": sympy.floor,
    "mod": sympy.Mod,
}
COMPARISONS = {
    "<": sympy.Lt,
    "<=": sympy.Le,
    ">": sympy.Gt,
    ">=": sympy.Ge,
    "==": sympy.Eq,
    "!=": sympy.Ne,
}
CONSTANTS = {"pi": sympy.pi}


@dataclass(frozen=True)
class Equation:
    """A row as it was read: its name, its index symbols and its right side."""

    name: str
    indices: tuple[Symbol, ...]
    expression: Expr
    domain: Domain = "real"


@dataclass(frozen=True)
class Vocabulary:
    """What the names in an equation stand for.

    ``shapes`` holds every tensor that may be read, ``sizes`` the values of the names of dimensions,
    ``constants`` those of scalar hyper-parameters. A name that is in none of them is an index if it is
    bound, a real symbol otherwise.
    """

    shapes: Mapping[str, tuple[Expr, ...]]
    sizes: Mapping[str, Expr]
    constants: Mapping[str, Expr]


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = (files("derive.building") / "equations.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", start=["rows", "expression"])


def parse_equations(text: str, vocabulary: Vocabulary) -> tuple[Equation, ...]:
    """The rows of a forward definition, in order; each may read the ones before it.

    Raises:
        DefinitionError: the text is not a list of equations, an element has the wrong number of
            subscripts, or an index has no range.
    """
    shapes = dict(vocabulary.shapes)
    equations: list[Equation] = []
    for row in parse_tree(text.strip(), "rows").children:
        name, subscripts, body = row.children
        taken = [] if subscripts is None else [str(child.children[0]) for child in subscripts.children]
        reader = Reader(Vocabulary(shapes, vocabulary.sizes, vocabulary.constants), set(taken))
        expression = reader.read(body)
        indices = tuple(symbols.index(letter) for letter in taken)
        if isinstance(expression, Maximum):
            equations += _located(Equation(str(name), indices, expression))
        else:
            equations.append(Equation(str(name), indices, expression))
        shapes[str(name)] = tuple(
            _range_of(i, expression, shapes, shapes.get(str(name)), r) for r, i in enumerate(indices)
        )
    return tuple(equations)


def _located(equation: Equation) -> Iterator[Equation]:
    """A maximum as the place where it stands, ``m_star`` for the index m, and the value that is read there."""
    maximum = equation.expression
    value = maximum.function.args[0].expr if isinstance(maximum.function, sympy.Piecewise) else maximum.function
    names = {letter: f"{letter.name}_star" for letter, _, _ in maximum.limits}
    stars = {letter: symbols.element(name, equation.indices) for letter, name in names.items()}
    if len(maximum.limits) == 1:
        (name,) = names.values()
        yield Equation(name, equation.indices, ArgMax(maximum.function, *maximum.limits), "index")
    else:
        yield Equation("place", equation.indices, ArgMax(maximum.function, *maximum.limits), "index")
        place = symbols.element("place", equation.indices)
        for letter, coordinate in coordinates(place, maximum.limits).items():
            yield Equation(names[letter], equation.indices, coordinate, "index")
    yield Equation(equation.name, equation.indices, value.xreplace(stars))


def parse_formula(text: str, variable: str = "z", constants: Mapping[str, Expr] | None = None) -> Expr:
    """A scalar formula such as ``z * [z > 0]`` in the real symbol ``variable``.

    Raises:
        DefinitionError: the text is not a formula.
    """
    known = {variable: symbols.scalar(variable), **(constants or {})}
    return Reader(Vocabulary({}, {}, known), set()).read(parse_tree(text.strip(), "expression"))


def range_of(letter: Symbol, expression: Expr, shapes: Mapping[str, tuple[Expr, ...]]) -> Expr | None:
    """The size of the first axis that ``letter`` reads by itself, or None."""
    accesses = sorted(expression.atoms(sympy.Indexed), key=str)
    for access in accesses:
        for position, subscript in enumerate(access.indices):
            if subscript == letter:
                return shapes[symbols.name_of(access)][position]
    return None


def _range_of(
    letter: Symbol,
    expression: Expr,
    shapes: Mapping[str, tuple[Expr, ...]],
    declared: tuple[Expr, ...] | None,
    axis: int,
) -> Expr:
    if declared is not None:
        return declared[axis]
    found = range_of(letter, expression, shapes)
    if found is None:
        raise DefinitionError(f"the range of index {letter} is not known: declare the shape of the tensor it indexes")
    return found


def parse_tree(text: str, start: str) -> Tree[Any]:
    """The syntax tree of a text: of ``rows``, or of one ``expression``.

    Raises:
        DefinitionError: the text cannot be read.
    """
    try:
        return _parser().parse(text, start=start)
    except UnexpectedInput as error:
        context = error.get_context(text, span=30).rstrip()
        raise DefinitionError(
            f"cannot read the equation at line {error.line}, column {error.column}:\n{context}"
        ) from error


class Reader:
    """Turns a parse tree into a SymPy expression."""

    def __init__(self, vocabulary: Vocabulary, letters: set[str]) -> None:
        self.vocabulary = vocabulary
        self.letters = letters

    def read(self, tree: Tree[Any] | Token) -> Expr:
        """The expression that a tree stands for."""
        if isinstance(tree, Token):
            raise DefinitionError(f"unexpected {tree}")
        handler = getattr(self, f"_{tree.data}", None)
        if handler is None:
            return self._arithmetic(str(tree.data), [self.read(child) for child in tree.children])
        result: Expr = handler(*tree.children)
        return result

    @staticmethod
    def _arithmetic(operator: str, values: list[Expr]) -> Expr:
        if operator == "negate":
            return -values[0]
        left, right = values
        operations = {
            "add": lambda: left + right,
            "subtract": lambda: left - right,
            "multiply": lambda: left * right,
            "divide": lambda: left / right,
            "raise": lambda: left**right,
            "both": lambda: sympy.And(left, right),
            "either": lambda: sympy.Or(left, right),
        }
        return operations[operator]()

    def _number(self, token: Token) -> Expr:
        return Rational(str(token))

    def _symbol(self, token: Token) -> Expr:
        name = str(token)
        if name in self.letters:
            return symbols.index(name)
        known = {**CONSTANTS, **self.vocabulary.sizes, **self.vocabulary.constants}
        if name in known:
            return known[name]
        self._check_rank(name, 0)
        return symbols.scalar(name)

    def _access(self, token: Token, subscripts: Tree[Any]) -> Expr:
        name = str(token)
        self._check_rank(name, len(subscripts.children))
        return symbols.element(name, [self.read(child) for child in subscripts.children])

    def _check_rank(self, name: str, given: int) -> None:
        shape = self.vocabulary.shapes.get(name)
        if shape is None and given:
            known = ", ".join(sorted(self.vocabulary.shapes))
            raise DefinitionError(f"{name} is read but not defined; known here: {known}")
        if shape is not None and len(shape) != given:
            raise DefinitionError(f"{name} has {len(shape)} axes, {given} subscripts were given")

    def _call(self, token: Token, *arguments: Tree[Any]) -> Expr:
        values = [self.read(argument) for argument in arguments]
        function = ELEMENTARY.get(str(token)) or Function(str(token))
        result: Expr = function(*values)
        return result

    def _bracket(self, condition: Tree[Any]) -> Expr:
        read = self.read(condition)
        if isinstance(read, Eq) and read.lhs.is_integer and read.rhs.is_integer:
            return KroneckerDelta(read.lhs, read.rhs)
        return Bracket(read)

    def _comparison(self, left: Tree[Any], operator: Token, right: Tree[Any]) -> Expr:
        result: Expr = COMPARISONS[str(operator)](self.read(left), self.read(right))
        return result

    def _reduction(self, kind: Token, *parts: Tree[Any]) -> Expr:
        *ranges, condition, body = parts
        letters = [str(part.children[0]) for part in ranges]
        inner = Reader(self.vocabulary, self.letters | set(letters))
        expression = inner.read(body)
        limits = [self._limit(part, expression) for part in ranges]
        if str(kind) == "max":
            if condition is not None:
                expression = sympy.Piecewise((expression, inner.read(condition)), (-sympy.oo, True))
            return Maximum(expression, *limits)
        return Sum(expression if condition is None else expression * Bracket(inner.read(condition)), *limits)

    def _limit(self, part: Tree[Any], body: Expr) -> tuple[Symbol, Expr, Expr]:
        letter = symbols.index(str(part.children[0]))
        bound = part.children[1]
        length = range_of(letter, body, self.vocabulary.shapes) if bound is None else self.read(bound)
        if length is None:
            raise DefinitionError(f"the range of index {letter} is not known: write sum[{letter}<size]")
        return letter, sympy.S.Zero, length - 1
