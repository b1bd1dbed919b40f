"""Formulas of the little language, read into SymPy expressions: what the names in them stand for, and their trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

import sympy
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput
from sympy import Eq, Expr, Function, KroneckerDelta, Sum, Symbol

from derive.building import as_written
from derive.building.hints import element_of, way_out
from derive.building.known import ARGUMENTS, ELEMENTARY, ELSEWHERE, OF_MATRICES, SEVERAL, UNKNOWN
from derive.building.placed import PlacedError, position_of, shown_in
from derive.building.shorthands import FORMULAS, WHOLE, written_out
from derive.errors import DefinitionError, nearest
from derive.expression import symbols
from derive.expression.functions import Bracket, Maximum
from derive.expression.matrices import InverseEntry, ProductOver, determinant, inverse
from derive.numbers.magnitudes import called, limited, power, rational
from derive.remembering import EXPRESSIONS, ONE

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
class Vocabulary:
    """What the names in an equation stand for.

    ``shapes`` holds every tensor that may be read, ``sizes`` the values of the names of dimensions,
    ``constants`` those of scalar hyper-parameters, ``functions`` the names of functions that have a formula
    elsewhere. A name that is in none of them is an index if it is bound, a real symbol otherwise.
    """

    shapes: Mapping[str, tuple[Expr, ...]]
    sizes: Mapping[str, Expr]
    constants: Mapping[str, Expr]
    functions: frozenset[str] = frozenset()


@lru_cache(maxsize=ONE)
def _parser() -> Lark:
    grammar = (files("derive.building") / "equations.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", start=["rows", "expression"], propagate_positions=True)


def bound_names(tree: Tree[Any]) -> frozenset[str]:
    """The indices that sums and maxima of a text bind."""
    return frozenset(str(part.children[0]) for part in tree.find_data("range"))


def parse_formula(
    text: str,
    variable: str = "z",
    constants: Mapping[str, Expr] | None = None,
    functions: Iterable[str] = (),
) -> Expr:
    """A scalar formula such as ``z * [z > 0]`` in the real symbol ``variable``.

    ``functions`` are the names of those that it may apply beside the elementary ones.

    Raises:
        DefinitionError: the text is not a formula, or there is no such function.
    """
    known = {variable: symbols.scalar(variable), **(constants or {})}
    tree = parse_tree(text.strip(), "expression", frozenset(functions))
    with shown_in(text.strip(), tree):
        return Reader(Vocabulary({}, {}, known, frozenset(functions)), set(), bound_names(tree)).read(tree)


def range_of(letter: Symbol, expression: Expr, shapes: Mapping[str, tuple[Expr, ...]]) -> Expr | None:
    """The size of the first axis that ``letter`` reads by itself, or None."""
    for part in sorted(expression.atoms(InverseEntry), key=str):
        if letter in part.place:
            return part.length
    accesses = sorted(expression.atoms(sympy.Indexed), key=str)
    for access in accesses:
        for position, subscript in enumerate(access.indices):
            if subscript == letter:
                return shapes[symbols.name_of(access)][position]
    return None


@lru_cache(maxsize=EXPRESSIONS)
def parse_tree(text: str, start: str, functions: frozenset[str] = frozenset()) -> Tree[Any]:
    """The syntax tree of a text: of ``rows``, or of one ``expression``. It is shared, so nobody changes it.

    Shorthands are written out, but for those that are called as ``functions`` which have a formula elsewhere.

    A definition is built several times while letters are sought for its numbers, always from the same texts.

    Raises:
        DefinitionError: the text cannot be read.
    """
    tree = _parsed(text, start)
    with shown_in(text, tree):
        return written_out(tree, _formula, functions)


def _formula(text: str) -> Tree[Any]:
    return _parsed(text, "expression")


def _parsed(text: str, start: str) -> Tree[Any]:
    try:
        return _parser().parse(text, start=start)
    except UnexpectedInput as error:
        context = error.get_context(text, span=30).rstrip()
        way = way_out(text, error.pos_in_stream or 0, start == "rows")
        raise DefinitionError(
            f"cannot read the equation at line {error.line}, column {error.column}{way}:\n{context}"
        ) from error


def _real(value: Expr, what: str) -> Expr:
    """The value, which holds nothing that is no real number.

    Raises:
        DefinitionError: it does, as 1/0 and sqrt(-1) do.
    """
    if value.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo, sympy.I) or (value.is_number and value.is_real is False):
        raise DefinitionError(f"{what} is no real number, as after a division by 0 or of a root of a negative number")
    return value


@dataclass(frozen=True)
class Reader:
    """Turns a parse tree into a SymPy expression.

    ``letters`` are the indices in scope, ``bound`` those that sums anywhere in the text bind. ``place`` says what is
    read where only indices and sizes may stand: the subscripts of a tensor, the range of an index. ``as_written``
    leaves the operations as they are written, where SymPy would cancel z/z to 1 and exp(log(z)) to z.
    """

    vocabulary: Vocabulary
    letters: Set[str]
    bound: Set[str] = frozenset()
    place: str = ""
    as_written: bool = False

    def read(self, tree: Tree[Any] | Token) -> Expr:
        """The expression that a tree stands for."""
        if isinstance(tree, Token):
            raise PlacedError(f"unexpected {tree}", position_of(tree))
        handler = getattr(self, f"_{tree.data}", None)
        if handler is None:
            return self._arithmetic(str(tree.data), [self.read(child) for child in tree.children])
        result: Expr = handler(*tree.children)
        return result

    def _kept(self, values: Iterable[Expr]) -> bool:
        """Whether operations on the values stay as they are. Subscripts, ranges and numbers are always computed."""
        return self.as_written and not self.place and not all(isinstance(value, sympy.Number) for value in values)

    def _arithmetic(self, operator: str, values: list[Expr]) -> Expr:
        if self._kept(values):
            return as_written.computed(
                *(("multiply", sympy.S.NegativeOne) if operator == "negate" else (operator,)), *values
            )
        return self._computed(operator, values)

    @staticmethod
    def _computed(operator: str, values: list[Expr]) -> Expr:
        if operator == "negate":
            return -values[0]
        left, right = values
        operations = {
            "add": lambda: left + right,
            "subtract": lambda: left - right,
            "multiply": lambda: left * right,
            "divide": lambda: left / right,
            "raise": lambda: power(left, right),
            "both": lambda: sympy.And(left, right),
            "either": lambda: sympy.Or(left, right),
        }
        result: Expr = operations[operator]()
        if not isinstance(result, Expr):
            return result
        return _real(limited(result, f"the result of {operator}"), f"the result of {operator}")

    def _number(self, token: Token) -> Expr:
        try:
            return rational(str(token))
        except DefinitionError as error:
            raise PlacedError(str(error), position_of(token)) from None

    def _symbol(self, token: Token) -> Expr:
        name = str(token)
        if name in self.letters:
            return symbols.index(name)
        known = {**CONSTANTS, **self.vocabulary.sizes, **self.vocabulary.constants}
        if name in known:
            return known[name]
        if name not in self.vocabulary.shapes and (self.place or name in self.bound):
            raise self._unbound(token)
        self._check_rank(token, 0)
        return symbols.scalar(name)

    def _unbound(self, token: Token) -> PlacedError:
        """What to say of a name that is no index in scope and no size where only those may stand."""
        name = str(token)
        if self.place.startswith("the range"):
            near = nearest(name, self.vocabulary.sizes)
            return PlacedError(f"no shape names the size {name} in {self.place}; {near}", position_of(token))
        where = f" in {self.place}" if self.place else ""
        if name in self.bound:
            return PlacedError(f"the index {name} is bound by nothing{where}", position_of(token), name)
        indices = f"indices here: {', '.join(sorted(self.letters)) or 'none'}"
        sizes = f"sizes: {', '.join(sorted(self.vocabulary.sizes)) or 'none'}"
        out = f"sum over it, sum[{name}] ..., or give it on the left, y[{name}] = ..."
        return PlacedError(
            f"the index {name} is bound by nothing{where}: {out} ({indices}; {sizes})", position_of(token)
        )

    def _access(self, token: Token, subscripts: Tree[Any]) -> Expr:
        self._check_rank(token, len(subscripts.children))
        inside = replace(self, place=f"the subscripts of {token}")
        read = [inside.read(child) for child in subscripts.children]
        for child, subscript, length in zip(subscripts.children, read, self.vocabulary.shapes[str(token)], strict=True):
            fixed = not subscript.free_symbols - symbols.sizes_in([subscript])
            if fixed and (subscript.is_negative or (length - subscript).is_nonpositive):
                last = f"{length} - 1" if length.is_Symbol else length - 1
                raise PlacedError(
                    f"{subscript} is outside of {token}: the subscript runs from 0 to {last}", position_of(child)
                )
        return symbols.element(str(token), read)

    def _check_rank(self, token: Token, given: int) -> None:
        name = str(token)
        shape = self.vocabulary.shapes.get(name)
        if shape is None and given:
            known = ", ".join(sorted(self.vocabulary.shapes))
            raise PlacedError(f"{name} is read but not defined; known here: {known}", position_of(token))
        if shape is not None and len(shape) != given:
            raise PlacedError(
                f"{name} has {len(shape)} axes, {given} subscripts were given; {element_of(name, len(shape))}",
                position_of(token),
            )

    def _call(self, token: Token, *arguments: Tree[Any]) -> Expr:
        if str(token) in OF_MATRICES and str(token) not in self.vocabulary.functions:
            return self._of_matrix(token, arguments)
        self.check_call(token, len(arguments))
        values = [self.read(argument) for argument in arguments]
        function = ELEMENTARY.get(str(token))
        if self._kept(values):
            return as_written.applied(function or Function(str(token)), *values)
        if function is None:
            return Function(str(token))(*values)
        if str(token) == "mod" and values[1] == 0:
            raise PlacedError("mod divides by 0", position_of(token))
        return _real(called(function, *values), f"{token}({', '.join(map(str, values))})")

    def _matrix(self, token: Token, tree: Tree[Any]) -> tuple[str, tuple[Expr, ...], Expr]:
        """The square matrix that a function is given: its tensor, what it is read at before, the number of its rows."""
        name = str(token)
        how = f"{name}({'A' if name != 'inv' else 'A)[i,j'}{']' if name == 'inv' else ')'}"
        if tree.data not in ("symbol", "access"):
            raise PlacedError(
                f"{name} takes the name of a matrix, {how}: give what it is applied to a row of its own",
                position_of(tree),
            )
        tensor = tree.children[0]
        before = tree.children[1].children if tree.data == "access" else []
        shape = self.vocabulary.shapes.get(str(tensor))
        if shape is None or len(shape) != len(before) + 2:
            axes = "nothing" if shape is None else f"{len(shape) - len(before)} axes"
            known = ", ".join(one for one, lengths in self.vocabulary.shapes.items() if len(lengths) > 1) or "none"
            raise PlacedError(
                f"{name} takes a matrix, and {tensor} has {axes} here (tensors with two axes or more: {known})",
                position_of(tree),
            )
        rows, columns = shape[-2:]
        if rows != columns:
            raise PlacedError(f"{name} takes a square matrix, and {tensor} is {rows} × {columns}", position_of(tree))
        inside = replace(self, place=f"the subscripts of {tensor}")
        return str(tensor), tuple(inside.read(child) for child in before), rows

    def _of_matrix(self, token: Token, arguments: Sequence[Tree[Any]]) -> Expr:
        """A determinant, or its logarithm."""
        if len(arguments) != 1:
            raise PlacedError(f"{token} takes 1 argument, {len(arguments)} were given", position_of(token))
        if str(token) == "inv":
            raise PlacedError("an inverse is read by its elements, inv(A)[i,j]", position_of(token))
        found = determinant(*self._matrix(token, arguments[0]))
        return found if str(token) == "det" else as_written.applied(sympy.log, found)

    def _entry(self, token: Token, matrix: Tree[Any], subscripts: Tree[Any]) -> Expr:
        """An element of an inverse."""
        if str(token) != "inv":
            raise PlacedError(f"{token} has no subscripts; of functions only inv(A)[i,j] has", position_of(token))
        tensor, before, length = self._matrix(token, matrix)
        if len(subscripts.children) != 2:
            given = len(subscripts.children)
            raise PlacedError(f"an inverse has 2 axes, {given} subscripts were given", position_of(token))
        inside = replace(self, place=f"the subscripts of inv({tensor})")
        row, column = (inside.read(child) for child in subscripts.children)
        return inverse(tensor, before, length, (row, column))

    def check_call(self, token: Token, given: int) -> None:
        """Complain of the name of a function that is not known, or that takes another number of arguments.

        Raises:
            PlacedError: it is so; the message says what is near.
        """
        name = str(token)
        if name not in ELEMENTARY:
            self._check_function(token)
        if name in SEVERAL:
            if given < 2:
                raise PlacedError(f"{name} takes two arguments or more; {SEVERAL[name]}", position_of(token))
            return
        if UNKNOWN.fullmatch(name) and not name.endswith("'") and name not in self.vocabulary.functions:
            return
        wanted = ARGUMENTS.get(name, 1)
        if given != wanted:
            counted = f"{wanted} argument{'s' if wanted > 1 else ''}"
            raise PlacedError(f"{name} takes {counted}, {given} were given", position_of(token))

    def _check_function(self, token: Token) -> None:
        name = str(token)
        if name in self.vocabulary.shapes or name in self.letters:
            axes = len(self.vocabulary.shapes.get(name, ()))
            meant = f"{name}[...]" if axes else f"{name}*(...)"
            raise PlacedError(f"{name} is no function; did you mean {meant}?", position_of(token))
        if name.rstrip("'") in self.vocabulary.functions or UNKNOWN.fullmatch(name):
            return
        known = {*ELEMENTARY, *FORMULAS, *WHOLE, *OF_MATRICES, *self.vocabulary.functions}
        out = ELSEWHERE.get(name.lower()) if name not in known else None
        if out is not None and not {name.lower()} & {one.lower() for one in known}:
            raise PlacedError(f"there is no function {name}: {out}", position_of(token))
        out = f"{nearest(name, known)}; f, g and h stand for functions that are left unknown"
        raise PlacedError(f"there is no function {name}; {out}", position_of(token))

    def _bracket(self, condition: Tree[Any]) -> Expr:
        read = self.read(condition)
        if isinstance(read, Eq) and read.lhs.is_integer and read.rhs.is_integer:
            return KroneckerDelta(read.lhs, read.rhs)
        return Bracket(read)

    def _comparison(self, left: Tree[Any], operator: Token, right: Tree[Any]) -> Expr:
        sides = self.read(left), self.read(right)
        comparison = COMPARISONS[str(operator)]
        result: Expr = as_written.built(comparison, *sides) if self._kept(sides) else comparison(*sides)
        return result

    def _reduction(self, kind: Token, *parts: Tree[Any]) -> Expr:
        *ranges, condition, body = parts
        letters = [str(part.children[0]) for part in ranges]
        inner = replace(self, letters=self.letters | set(letters))
        expression = inner.read(body)
        limits = [self._limit(part, expression, inner, body) for part in ranges]
        if str(kind) == "max":
            if condition is not None:
                expression = sympy.Piecewise((expression, inner.read(condition)), (-sympy.oo, True))
            return self._apart(Maximum, expression, limits)
        if str(kind) in ("prod", "Π"):
            if condition is not None:
                expression = sympy.Piecewise((expression, inner.read(condition)), (1, True))
            return self._apart(ProductOver, expression, limits)
        if condition is not None:
            bracket = Bracket(inner.read(condition))
            expression = self._arithmetic("multiply", [expression, bracket])
        return self._apart(Sum, expression, limits)

    def _apart(self, kind: type[Expr], body: Expr, limits: list[tuple[Symbol, Expr, Expr]]) -> Expr:
        """A sum or a maximum whose indices have other names than those in scope around it."""
        hidden = [letter for letter, _, _ in limits if letter.name in self.letters]
        taken = {*self.letters, *self.bound, *self.vocabulary.sizes, *symbols.names_in(body)}
        renaming = dict(zip(hidden, symbols.fresh_indices(len(hidden), taken), strict=True))
        if renaming:
            body = as_written.replaced(body, renaming) if self._kept((body,)) else body.xreplace(renaming)
        result: Expr = kind(body, *((renaming.get(k, k), low, high) for k, low, high in limits))
        return result

    def _limit(self, part: Tree[Any], expression: Expr, inner: Reader, body: Tree[Any]) -> tuple[Symbol, Expr, Expr]:
        """An index with its range, which also an axis says whose tensor cancels in the body."""
        token, bound = part.children
        letter = symbols.index(str(token))
        if bound is None:
            length = range_of(letter, expression, self.vocabulary.shapes)
            if length is None and not self.as_written:
                length = range_of(letter, replace(inner, as_written=True).read(body), self.vocabulary.shapes)
        else:
            length = replace(self, place=f"the range of {letter}").read(bound)
        if length is None:
            raise PlacedError(f"the range of index {letter} is not known: write sum[{letter}<size]", position_of(token))
        return letter, sympy.S.Zero, length - 1
