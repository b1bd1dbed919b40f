"""The lines of an answer in numbers: what something is called, its formula, and its numbers in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

import numpy
from sympy import Add, Expr, Indexed, S

from answers.numbers.digits import in_unicode, texts
from answers.numbers.given import Given, names_in
from answers.numbers.run import Change, Stage
from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.partials import partial_name, partial_named
from derive.layer import upstream_name
from derive.matrix.build import transpose
from derive.matrix.nodes import Elementwise, Named, Node
from derive.network import Network
from derive.render import latex, unicode
from derive.render.derivations import (
    derivation_latex,
    derivation_unicode,
    quantity_latex,
    quantity_unicode,
    result_latex,
)
from derive.render.names import KnownRanks, ranks_of
from derive.render.printing import symbol_latex, symbol_unicode
from derive.updates import GRADIENT, PARAMETER, STEP, UpdateRule
from numeric.arrays.axes import Array
from numeric.arrays.layout import in_layout, numerator_is_scalar

WIDTH = 60
"""Letters that fit on a line, about."""

MOST_COLUMNS = 10
"""So many columns a ``bmatrix`` has at most."""

ROW = r"\\\\(?:\[3pt\])?"
"""Where a row of a matrix ends."""

Relation = Literal["=", r"\leftarrow"]


@dataclass(frozen=True)
class Line:
    """What has the numbers ``array``, which are laid out as they are printed: a vector is a column unless it is a row.

    ``name`` is what the quantity is called; ``left`` is its symbol and ``formula`` what it is made of, in LaTeX and
    for a terminal. An ``equation`` is printed before the numbers where the formula is that of an element. Where all
    axes have the length 1 and the symbol is that of a number, it ``is_number`` without brackets.
    """

    name: str
    left: tuple[str, str]
    array: Array
    formula: tuple[str, str] = ("", "")
    equation: tuple[str, str] = ("", "")
    relation: Relation = "="
    is_row: bool = False
    is_number: bool = False
    derivation: Derivation | None = None

    def latex(self, digits: int, base: int) -> tuple[str, ...]:
        """The equations of the line."""
        numbers = list(self._numbers(digits, base))
        formula = self.formula[0]
        if self.equation[0]:
            return (self.equation[0], *(f"{self.left[0]}{place} {self.relation} {shown}" for place, shown in numbers))
        if formula and len(numbers) == 1 and _width(self.left[0]) + _width(formula) + _width(numbers[0][1]) < WIDTH:
            return (f"{self.left[0]} {self.relation} {formula} = {numbers[0][1]}",)
        first = (f"{self.left[0]} {self.relation} {formula}",) if formula else ()
        return (*first, *(f"{self.left[0]}{place} {self.relation} {shown}" for place, shown in numbers))

    def unicode(self, digits: int, base: int) -> tuple[str, ...]:
        """The same for a terminal, with numbers as they are given: in nested lists."""
        shown = in_unicode(_listed(self.array, texts(self.array.ravel(), digits)))
        arrow = "←" if self.relation == r"\leftarrow" else "="
        if self.equation[1]:
            return (self.equation[1], f"{self.left[1]} {arrow} {shown}")
        return (f"{self.left[1]} {arrow} {f'{self.formula[1]} = ' if self.formula[1] else ''}{shown}",)

    def width(self, digits: int) -> int:
        """About how many letters wide its numbers are, with its symbol."""
        return _width(self.left[0]) + 3 + max(_width(shown) for _, shown in self._numbers(digits, 0))

    def _numbers(self, digits: int, base: int) -> Iterator[tuple[str, str]]:
        """The numbers in brackets, each with the subscripts of the axes in front where there are more than two."""
        array = self.array
        if self.is_number:
            yield "", matrix_latex(array.reshape(()), digits)
            return
        while array.ndim > 2 and array.shape[0] == 1:
            array = array[0]
        if array.ndim <= 2:
            yield "", matrix_latex(array, digits, is_row=self.is_row)
            return
        for place in numpy.ndindex(array.shape[:-2]):
            counted = ", ".join(str(step + base) for step in place)
            yield f"[{counted}]", matrix_latex(array[place], digits)


def matrix_latex(array: Array, digits: int, *, is_row: bool = False) -> str:
    """A number, a column or a row, or a matrix in brackets."""
    shown = texts(array.ravel(), digits)
    if array.ndim == 0:
        return shown[0]
    if array.ndim == 1:
        array = array.reshape((1, -1) if is_row else (-1, 1))
    columns = array.shape[1]
    rows = (" & ".join(shown[start : start + columns]) for start in range(0, len(shown), columns or 1))
    # Fractions above one another need room between them.
    body = (r" \\[3pt] " if any("frac" in text for text in shown) else r" \\ ").join(rows)
    if columns <= MOST_COLUMNS:
        return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"
    return rf"\left[\begin{{array}}{{{'c' * columns}}} {body} \end{{array}}\right]"


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
        named = symbol_latex(name, ranks=ranks), symbol_unicode(name, ranks=ranks)
        if partial_named(name) is not None:
            named = latex(Named(name, *_rows_and_columns(tensor.shape)), ranks=ranks), named[1]
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
    named = quantity_latex(derivation.quantity, given.model), quantity_unicode(derivation.quantity, given.model)
    laid_out = in_layout(array, name, given.model, given.network.layout)
    formula, equation = ("", ""), ("", "")
    if derivation.matrix is not None or not derivation.quantity.indices:
        right = derivation_unicode(derivation).partition(" = ")[2]
        formula = result_latex(derivation), right
    elif not isinstance(derivation.result, Indexed):
        equation = derivation_latex(derivation, "index"), derivation_unicode(derivation, "index")
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

    def element(self, target: Any, formula: Expr, shape: tuple[Expr, ...]) -> tuple[str, str]:
        """An assignment of a formula that holds no gradient, as one of an element."""
        places = symbols.fresh_indices(len(shape), {symbol.name for symbol in symbols.sizes_in(shape)})
        named = {symbol: node for symbol, node in self.nodes.items() if isinstance(node, Named)}
        elements = {symbol: symbols.element(node.name, places) for symbol, node in named.items()}
        sides = elements[target], formula.xreplace(elements)
        above = " \\leftarrow ".join(latex(side, ranks=self.ranks) for side in sides)
        return above, " ← ".join(unicode(side, ranks=self.ranks) for side in sides)


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
    left: tuple[str, str]
    formula: tuple[str, str]
    element: tuple[str, str] = ("", "")

    @property
    def latex(self) -> tuple[str, ...]:
        """The assignment in LaTeX."""
        return (self.element[0] or rf"{self.left[0]} \leftarrow {self.formula[0]}",)


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
        left = latex(target, ranks=letters.ranks), unicode(target, ranks=letters.ranks)
        if shape and _adds_constants(formula, set(letters.nodes)):
            element = letters.element(assignment.target, formula, shape)
            yield RuleLine(name, left, ("", ""), element)
            continue
        node = letters.node(formula)
        yield RuleLine(name, left, (latex(node, ranks=letters.ranks), unicode(node, ranks=letters.ranks)))


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


def _listed(array: Array, shown: tuple[str, ...]) -> str:
    """Numbers as nested lists."""
    words = iter(shown)

    def listed(depth: int) -> str:
        if depth == array.ndim:
            return next(words)
        return f"[{', '.join(listed(depth + 1) for _ in range(array.shape[depth]))}]"

    return listed(0)


def _width(text: str) -> int:
    """About how many letters wide a formula is; of a matrix its widest row."""
    if "begin{" in text:
        inside = re.sub(r"\\(left|right)|\\(begin|end)\{\w+\}(\{c+\})?", "", text)
        rows = [[_width(cell) for cell in row.split("&")] for row in re.split(ROW, inside)]
        return sum(max(column) + 2 for column in zip(*rows, strict=True))
    fractions = re.sub(r"\\t?frac\{((?:[^{}]|\{[^{}]*\})*)\}\{(?:[^{}]|\{[^{}]*\})*\}", r"\1", text)
    words = re.sub(r"\\(bm|mathbf|mathrm|operatorname|left|right|hat|partial)(?![A-Za-z])", "", fractions)
    return len(re.sub(r"[{}^_\\, ]", "", re.sub(r"\\[A-Za-z]+", "x", words)))
