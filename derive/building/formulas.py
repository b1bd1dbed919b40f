"""Formulas that a person wrote: the expression that they stand for, and the form in which they were written.

They are in the language of ``derive.building.equations``. Beside it ``diff(f, z[i])`` is a partial derivative, and
``sigma'(u)`` the slope of a function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lark import Token, Tree
from sympy import Expr, Symbol

from derive.building.equations import Equation, parse_equations
from derive.building.placed import shown_in
from derive.building.reader import Reader, Vocabulary, bound_names, parse_tree, range_of
from derive.errors import DefinitionError
from derive.expression import symbols
from derive.expression.scalar import ScalarFunction
from derive.forward import Domain, Forward, Row, Tensor
from derive.render.names import require_distinct

DERIVATIVE = "diff"
"""The name of a partial derivative in a formula."""


@dataclass(frozen=True)
class Definition:
    """A definition as it was written: the element that it defines, and the tree of its right side."""

    name: str
    letters: tuple[Symbol, ...]
    tree: Tree[Any]


@dataclass(frozen=True)
class Setting:
    """What formulas are about: tensors, and the rows that are defined from them.

    ``as_written`` has the rows with nothing cancelled in them.
    """

    forward: Forward
    as_written: Forward
    vocabulary: Vocabulary
    definitions: tuple[Definition, ...] = ()

    def range_of(self, letter: Symbol, expressions: tuple[Expr, ...]) -> Expr:
        """The size of the range of a free index, by the axes that it reads by itself.

        Raises:
            DefinitionError: no axis gives it.
        """
        found = (range_of(letter, expression, self.vocabulary.shapes) for expression in expressions)
        known = next((size for size in found if size is not None), None)
        if known is None:
            raise DefinitionError(f"the range of index {letter} is not known: it never stands alone as a subscript")
        return known


@dataclass(frozen=True)
class Formula:
    """A formula as it was written (``tree``), and its value as an expression.

    ``as_written`` is the expression with nothing cancelled, which has no value where the formula has none: z/z at 0.
    """

    text: str
    tree: Tree[Any]
    expression: Expr
    as_written: Expr
    setting: Setting
    letters: tuple[Symbol, ...]


def setting_of(
    shapes: Mapping[str, tuple[str | int, ...]],
    definitions: str = "",
    functions: tuple[ScalarFunction, ...] = (),
    domains: Mapping[str, Domain] | None = None,
) -> Setting:
    """A setting from the shapes of given tensors, and equations that define further ones from them.

    Raises:
        DefinitionError: a definition cannot be read, or reads what is neither given nor defined before, or two
            names look alike in print.
    """
    dimensions = {name: tuple(map(symbols.dimension, shape)) for name, shape in shapes.items()}
    sizes = {size.name: size for shape in dimensions.values() for size in symbols.sizes_in(shape)}
    vocabulary = Vocabulary(dimensions, sizes, {}, frozenset(function.name for function in functions))
    written = parse_tree(definitions.strip(), "rows", vocabulary.functions).children if definitions.strip() else []
    rows = _rows(definitions, vocabulary) if written else ()
    kept = _rows(definitions, vocabulary, as_written=True) if written else ()
    said, made = domains or {}, {row.name for row in rows}
    given = [
        Tensor(name, shape, "input", said.get(name, "real")) for name, shape in dimensions.items() if name not in made
    ]
    defined = {row.name: row.tensor.shape for row in rows if row.tensor.domain != "index"}
    require_distinct([*dimensions, *defined])
    return Setting(
        Forward(tuple(given), rows, functions),
        Forward(tuple(given), kept, functions),
        replace(vocabulary, shapes={**dimensions, **defined}, functions=vocabulary.functions | {DERIVATIVE}),
        tuple(map(_definition, written)),
    )


def _rows(definitions: str, vocabulary: Vocabulary, *, as_written: bool = False) -> tuple[Row, ...]:
    return tuple(
        Row(Tensor(equation.name, equation.shape, "value", equation.domain), equation.indices, equation.expression)
        for equation in _apart(parse_equations(definitions, vocabulary, kept=as_written))
    )


def _apart(equations: Iterable[Equation]) -> Iterator[Equation]:
    """The equations, with the places of each maximum under names of their own: ``k_star_M`` for that of M."""
    places: list[Equation] = []
    for equation in equations:
        if equation.domain == "index":
            places.append(equation)
            continue
        names = {place.name: f"{place.name}_{equation.name}" for place in places}
        for one in (*places, equation):
            yield replace(one, name=names.get(one.name, one.name), expression=_renamed(one.expression, names))
        places = []


def _renamed(expression: Expr, names: Mapping[str, str]) -> Expr:
    renaming = {
        access: symbols.element(names[symbols.name_of(access)], symbols.subscripts_of(access))
        for access in symbols.accesses(expression)
        if symbols.name_of(access) in names
    }
    return expression.xreplace(renaming) if renaming else expression


def _definition(row: Tree[Any]) -> Definition:
    name, subscripts, body = row.children
    letters = [] if subscripts is None else [str(child.children[0]) for child in subscripts.children]
    return Definition(str(name), tuple(map(symbols.index, letters)), body)


def parse_formula_in(text: str, setting: Setting) -> Formula:
    """A formula in the tensors of a setting. Names in subscripts that no sum binds are its free indices.

    Raises:
        DefinitionError: the text is no formula, or reads a tensor or calls a function that is not there.
    """
    tree = parse_tree(text.strip(), "expression", setting.vocabulary.functions)
    known = {*setting.vocabulary.sizes, *setting.vocabulary.shapes}
    bound = bound_names(tree)
    letters = tuple(sorted({name for name in _subscript_names(tree) if name not in known} - bound))
    with shown_in(text.strip(), tree):
        reader = Reader(setting.vocabulary, set(letters), bound)
        expression, as_written = reader.read(tree), replace(reader, as_written=True).read(tree)
    return Formula(text, tree, expression, as_written, setting, tuple(map(symbols.index, letters)))


def _subscript_names(tree: Tree[Any]) -> Iterator[str]:
    for subscripts in tree.find_data("subscripts"):
        for symbol in subscripts.find_data("symbol"):
            yield str(symbol.children[0])


def names_in(tree: Tree[Any]) -> Iterator[str]:
    """The names of the letters in a formula as it was written, even of those that cancel."""
    for symbol in tree.find_data("symbol"):
        yield str(symbol.children[0])


def calls(tree: Tree[Any]) -> Iterator[str]:
    """The names of the functions that a formula applies."""
    for call in tree.find_data("call"):
        (name,) = (child for child in call.children if isinstance(child, Token))
        yield str(name)
