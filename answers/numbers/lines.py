"""The lines of an answer in numbers: what something is called, its formula, and its numbers in brackets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

import numpy
from sympy import Add, Expr, Indexed, S

from answers.numbers.digits import NumberTypeset, typeset_numbers
from answers.numbers.given import Given, names_in
from answers.numbers.run import Change, Stage
from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.partials import partial_name, partial_named
from derive.layer import upstream_name
from derive.matrix.build import transpose
from derive.matrix.nodes import Elementwise, Named, Node
from derive.network import Network
from derive.render.derivations import equation_typeset, quantity_typeset, result_typeset
from derive.render.names import KnownRanks, ranks_of
from derive.render.piece import Typeset
from derive.render.printing import symbol_typeset, typeset
from derive.updates import GRADIENT, PARAMETER, STEP, UpdateRule
from numeric.arrays.axes import Array
from numeric.arrays.layout import in_layout, numerator_is_scalar

WIDTH = 60
"""Letters that fit on a line, about."""

MOST_COLUMNS = 10
"""So many columns a ``bmatrix`` has at most."""

Relation = Literal["=", r"\leftarrow"]

NOTHING = Typeset()


@dataclass(frozen=True)
class Line:
    """What has the numbers ``array``, which are laid out as they are printed: a vector is a column unless it is a row.

    ``name`` is what the quantity is called; ``left`` is its symbol and ``formula`` what it is made of, in LaTeX and
    for a terminal. An ``equation`` is printed before the numbers where the formula is that of an element. Where all
    axes have the length 1 and the symbol is that of a number, it ``is_number`` without brackets.
    """

    name: str
    left: Typeset
    array: Array
    formula: Typeset = NOTHING
    equation: Typeset = NOTHING
    relation: Relation = "="
    is_row: bool = False
    is_number: bool = False
    derivation: Derivation | None = None

    def latex(self, digits: int, base: int) -> tuple[str, ...]:
        """The equations of the line."""
        parts = list(self._parts(digits, base))
        left, formula = self.left.latex, self.formula.latex
        numbers = tuple(f"{left}{part.place} {self.relation} {part.latex}" for part in parts)
        if self.equation.latex:
            return (self.equation.latex, *numbers)
        if formula and len(parts) == 1 and self.left.width + self.formula.width + parts[0].width < WIDTH:
            return (f"{left} {self.relation} {formula} = {parts[0].latex}",)
        return (*((f"{left} {self.relation} {formula}",) if formula else ()), *numbers)

    def unicode(self, digits: int, base: int) -> tuple[str, ...]:
        """The same for a terminal, with numbers as they are given: in nested lists."""
        shown = _listed(self.array, typeset_numbers(self.array.ravel(), digits))
        left, formula = self.left.unicode, self.formula.unicode
        arrow = "←" if self.relation == r"\leftarrow" else "="
        if self.equation.unicode:
            return (self.equation.unicode, f"{left} {arrow} {shown}")
        return (f"{left} {arrow} {f'{formula} = ' if formula else ''}{shown}",)

    def width(self, digits: int) -> int:
        """About how many letters wide its numbers are, with its symbol."""
        return round(self.left.width + 3 + max(part.width for part in self._parts(digits, 0)))

    def _parts(self, digits: int, base: int) -> Iterator[InBrackets]:
        """The numbers in brackets, each with the subscripts of the axes in front where there are more than two."""
        array = self.array
        if self.is_number:
            yield InBrackets.of(array.reshape(()), digits)
            return
        while array.ndim > 2 and array.shape[0] == 1:
            array = array[0]
        if array.ndim <= 2:
            yield InBrackets.of(array, digits, is_row=self.is_row)
            return
        for place in numpy.ndindex(array.shape[:-2]):
            counted = ", ".join(str(step + base) for step in place)
            yield InBrackets.of(array[place], digits, f"[{counted}]")


@dataclass(frozen=True)
class InBrackets:
    """The ``rows`` of a matrix in brackets at a ``place`` of an array of more axes, or one number without brackets."""

    rows: tuple[tuple[NumberTypeset, ...], ...]
    place: str = ""
    is_number: bool = False

    @classmethod
    def of(cls, array: Array, digits: int, place: str = "", *, is_row: bool = False) -> InBrackets:
        """A number, a column or a row, or a matrix."""
        shown = typeset_numbers(array.ravel(), digits)
        if array.ndim == 1:
            array = array.reshape((1, -1) if is_row else (-1, 1))
        columns = array.shape[1] if array.ndim else 1
        rows = (shown[start : start + columns] for start in range(0, len(shown), columns or 1))
        return cls(tuple(rows), place, array.ndim == 0)

    @property
    def latex(self) -> str:
        """What stands there."""
        if self.is_number:
            return self.rows[0][0].latex
        columns = len(self.rows[0]) if self.rows else 0
        # Fractions above one another need room between them.
        end = r" \\[3pt] " if any(number.is_fraction for row in self.rows for number in row) else r" \\ "
        body = end.join(" & ".join(number.latex for number in row) for row in self.rows)
        if columns <= MOST_COLUMNS:
            return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"
        return rf"\left[\begin{{array}}{{{'c' * columns}}} {body} \end{{array}}\right]"

    @property
    def width(self) -> float:
        """About how many letters wide it is."""
        if self.is_number:
            return self.rows[0][0].width
        return sum(max(number.width for number in column) + 2 for column in zip(*self.rows, strict=True))


def matrix_latex(array: Array, digits: int, *, is_row: bool = False) -> str:
    """A number, a column or a row, or a matrix in brackets."""
    return InBrackets.of(array, digits, is_row=is_row).latex


def given_lines(given: Given, *, learnt: bool = True) -> tuple[Line, ...]:
    """What is given; without what was ``learnt`` only what differs from sample to sample."""
    ranks = ranks_of(given.model)
    lines = []
    for tensor in given.model.given:
        if not learnt and tensor.role in ("parameter", "buffer"):
            continue
        name, array = tensor.name, given.arrays[tensor.name]
        if given.upstream is not None and name == upstream_name(given.upstream):
            name, ranks[partial_name(given.top, given.upstream)] = partial_name(given.top, given.upstream), array.ndim
            array = in_layout(array, name, given.model, given.network.layout)
        elif tensor.domain == "class":
            array = numpy.asarray(array + given.network.index_base, object)
        named = symbol_typeset(name, ranks=ranks)
        if partial_named(name) is not None:
            whole = typeset(Named(name, *_rows_and_columns(tensor.shape)), ranks=ranks)
            named = replace(whole, unicode=named.unicode)
        lines.append(Line(name, named, array, is_row=_is_row(name, given), is_number=_is_number(name, given)))
    return tuple(lines)


def _is_row(name: str, given: Given) -> bool:
    return given.network.layout == "numerator" and numerator_is_scalar(name, given.model)


def _is_number(name: str, given: Given) -> bool:
    """Whether a tensor or a partial has the one place that its shape allows."""
    return all(length == 1 for length in given.model.shape_of(name))


def value_lines(stage: Stage, values: tuple[Derivation, ...]) -> tuple[Line, ...]:
    """The values of a stage."""
    return tuple(_line(derivation, stage.values[derivation.quantity.name], stage.given) for derivation in values)


def gradient_lines(stage: Stage, gradients: tuple[Derivation, ...]) -> tuple[Line, ...]:
    """The derivatives of a stage."""
    return tuple(_line(derivation, stage.gradients[derivation.quantity.name], stage.given) for derivation in gradients)


def _line(derivation: Derivation, array: Array, given: Given) -> Line:
    name = derivation.quantity.name
    named = quantity_typeset(derivation.quantity, given.model)
    laid_out = in_layout(array, name, given.model, given.network.layout)
    formula, equation = NOTHING, NOTHING
    if derivation.matrix is not None or not derivation.quantity.indices:
        formula = result_typeset(derivation)
    elif not isinstance(derivation.result, Indexed):
        equation = equation_typeset(derivation, "index")
    is_row, is_number = _is_row(name, given), _is_number(name, given)
    return Line(name, named, laid_out, formula, equation, is_row=is_row, is_number=is_number, derivation=derivation)


@dataclass(frozen=True)
class Letters:
    """The nodes that stand for a parameter, its gradient and what a rule keeps of it."""

    nodes: dict[Any, Node]
    ranks: KnownRanks

    @classmethod
    def of(
        cls, parameter: str, rule: UpdateRule, network: Network, slope: Node | None = None, top: str = "l"
    ) -> Letters:
        """Those of a parameter of a network, the gradient as it stands in the layout, or what it is by ``slope``."""
        ranks = ranks_of(network.forward)
        shape = network.forward.tensors[parameter].shape
        rows, columns = _rows_and_columns(shape)
        nodes: dict[Any, Node] = {PARAMETER: Named(parameter, rows, columns)}
        gradient = partial_name(top, parameter)
        if turned(parameter, network):
            nodes[GRADIENT] = transpose(slope or Named(gradient, columns, rows))
        else:
            nodes[GRADIENT] = slope or Named(gradient, rows, columns)
        for assignment in rule.assignments[:-1]:
            name = state_name(assignment.target.name, parameter)
            nodes[assignment.target] = Named(name, rows, columns)
            ranks[name] = len(shape)
            ranks.units = MappingProxyType({**ranks.units, name: ranks.units.get(parameter, frozenset())})
        return cls(nodes, ranks)

    def node(self, formula: Expr) -> Node:
        """A formula of an element as one of the whole tensors."""
        variables = tuple(symbol for symbol in self.nodes if formula.has(symbol))
        return Elementwise(formula, variables, tuple(self.nodes[symbol] for symbol in variables))

    def element(self, target: Any, formula: Expr, shape: tuple[Expr, ...]) -> Typeset:
        """An assignment of a formula that holds no gradient, as one of an element."""
        places = symbols.fresh_indices(len(shape), {symbol.name for symbol in symbols.sizes_in(shape)})
        named = {symbol: node for symbol, node in self.nodes.items() if isinstance(node, Named)}
        elements = {symbol: symbols.element(node.name, places) for symbol, node in named.items()}
        sides = elements[target], formula.xreplace(elements)
        left, right = (typeset(side, ranks=self.ranks) for side in sides)
        texts = rf"{left.latex} \leftarrow {right.latex}", f"{left.unicode} ← {right.unicode}"
        return Typeset(*texts, left.width + right.width + 3)


def turned(parameter: str, network: Network) -> bool:
    """Whether the gradient by a parameter is laid out as its transpose."""
    return len(network.forward.tensors[parameter].shape) in (1, 2) and network.layout == "numerator"


def state_name(symbol: str, parameter: str) -> str:
    """What a rule keeps of a parameter: ``v_W1``, ``m_hat_b1``."""
    return f"{symbol}_{parameter}"


@dataclass(frozen=True)
class RuleLine:
    """An assignment of a rule in letters: what it is to, and what it makes of it, in LaTeX and for a terminal.

    Where constants are added, which a matrix has no short sign for, it is told of an ``element``.
    """

    name: str
    left: Typeset
    formula: Typeset
    element: Typeset = NOTHING

    @property
    def latex(self) -> tuple[str, ...]:
        """The assignment in LaTeX."""
        return (self.element.latex or rf"{self.left.latex} \leftarrow {self.formula.latex}",)


def rule_lines(
    parameter: str,
    rule: UpdateRule,
    network: Network,
    step: int | None = None,
    slope: Node | None = None,
    top: str = "l",
) -> Iterator[RuleLine]:
    """The assignments of a rule to a parameter in letters; of a ``step`` its number is put in.

    The gradient is written as such, or as the ``slope`` that it is found to be.
    """
    letters = Letters.of(parameter, rule, network, slope, top)
    taken = names_in(network.forward) - {parameter}
    numbers = {symbol: _number(value) for symbol, value in rule.constants.items() if symbol.name in taken}
    if step is not None:
        numbers[STEP] = S(step)
    shape = network.forward.tensors[parameter].shape
    for assignment in rule.assignments:
        formula = assignment.formula.xreplace(numbers)
        target = letters.nodes[assignment.target]
        name = parameter if assignment.target == PARAMETER else state_name(assignment.target.name, parameter)
        left = typeset(target, ranks=letters.ranks)
        if shape and _adds_constants(formula, set(letters.nodes)):
            element = letters.element(assignment.target, formula, shape)
            yield RuleLine(name, left, NOTHING, element)
            continue
        yield RuleLine(name, left, typeset(letters.node(formula), ranks=letters.ranks))


def _adds_constants(formula: Expr, tensors: set[Any]) -> bool:
    """Whether a constant is added to what is a whole tensor."""
    sums = (part for part in formula.atoms(Add) if part.free_symbols & tensors)
    return any(not term.free_symbols & tensors for part in sums for term in part.args)


def _number(value: Fraction) -> Expr:
    return S(value.numerator) / value.denominator


def change_lines(change: Change, stage: Stage) -> tuple[Line, ...]:
    """The assignments of a step with their numbers."""
    given = stage.given
    told = rule_lines(change.parameter, change.rule, given.network, stage.number, top=given.top)
    is_number = _is_number(change.parameter, given)
    return tuple(
        Line(one.name, one.left, array, one.formula, one.element, r"\leftarrow", is_number=is_number)
        for one, array in zip(told, change.values, strict=True)
    )


def _rows_and_columns(shape: tuple[Expr, ...]) -> tuple[Expr, Expr]:
    """The shape of a matrix; that of the innermost ones of a tensor of more axes, which is only named."""
    rows, columns = (*((S.One, S.One) if not shape else ()), *shape, *((S.One,) if len(shape) == 1 else ()))[-2:]
    return rows, columns


def _listed(array: Array, shown: tuple[Typeset, ...]) -> str:
    """Numbers as nested lists."""
    words = (number.unicode for number in shown)

    def listed(depth: int) -> str:
        if depth == array.ndim:
            return next(words)
        return f"[{', '.join(listed(depth + 1) for _ in range(array.shape[depth]))}]"

    return listed(0)
