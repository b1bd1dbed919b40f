"""The evidence ``at_numbers``: what a network and its gradients are at given numbers, for a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy
import sympy

from answers.contract.evidence import Evidence, Found
from answers.contract.item import Claim, Context
from answers.contract.methods import DIFFERENCES, FORWARD_PASS
from answers.contract.sides import Leaf, Named, Quoted, Side
from answers.numbers.answer import Numbers, number_claims
from answers.numbers.claims import read_line
from answers.numbers.lines import NOTHING, Line, given_lines, matrix_latex
from answers.numbers.measured import floats
from answers.numbers.model import AtNumbers
from derive.errors import nearest
from derive.expression.partials import partial_name
from numeric.arrays.axes import Array
from numeric.arrays.layout import in_layout
from numeric.checks.comparison import Comparison, relative_error
from numeric.checks.tolerances import DOUBLE

MOST_ELEMENTS = 200
"""The elements of larger tensors are not quoted one by one."""


class NetworkAtNumbers(AtNumbers, Evidence):
    """``z1``, ``l``, ``dl/dW1``, ``W1``, in step 2 ``z1@2``, after the last step ``W1_new``; elements are ``z1[1]``."""

    kind: Literal["at_numbers"]

    def find(self, context: Context) -> Found:
        plan = self.plan(context)
        numbers = Numbers.of(plan, self.digits)
        found = dict(_named(numbers))
        values = {
            key: text for key, one in found.items() for key, text in _texts(key, one.line, self.digits, numbers.base)
        }
        arrays = {key: floats(one.line.array) for key, one in found.items()}
        constants = {
            symbol.name: float(value) for rule in plan.rules.values() for symbol, value in rule.constants.items()
        }
        quoted = Claim(
            "numbers that a text may quote",
            "numbers that a text may quote",
            (FORWARD_PASS, DIFFERENCES),
            lambda: _quoted(values, found, numbers),
        )
        return Found(
            values,
            (),
            (*number_claims(numbers, formulas=False), quoted),
            Quotations(arrays, constants, numbers.base, plan.given.top),
        )


@dataclass(frozen=True)
class Quotable:
    """Numbers that can be quoted, of which stage, counted from 0, and whether of those behind its step."""

    line: Line
    stage: int
    behind: bool = False

    def measured(self, numbers: Numbers) -> Array:
        """What was measured in their place, as they are laid out."""
        place = numbers.measured[self.stage]
        array = (place.after if self.behind else place.before).arrays[self.line.name]
        given = numbers.plan.given
        return in_layout(numpy.asarray(array, dtype=float), self.line.name, given.model, given.network.layout)


def _named(numbers: Numbers) -> Iterator[tuple[str, Quotable]]:
    """What can be quoted: of the first step by its name, of others with the number of the step behind."""
    for number, stage in enumerate(numbers.stages):
        mark = f"@{stage.number}" if number else ""
        for line in (*given_lines(stage.given), *numbers.values(stage), *numbers.gradients(stage)):
            yield f"{line.name}{mark}", Quotable(line, number)
    for change in numbers.stages[-1].changes:
        line = Line(change.parameter, NOTHING, change.values[-1])
        yield f"{change.parameter}_new", Quotable(line, len(numbers.stages) - 1, behind=True)


def _quoted(values: Mapping[str, str], found: Mapping[str, Quotable], numbers: Numbers) -> Comparison:
    """Whether every text that can be quoted says what was measured."""
    worst, note = 0.0, ""
    for key, text in values.items():
        name, bracket, place = key.partition("[")
        stated, truth = read_line(f"x = {text}", numbers.digits), found[name].measured(numbers)
        if bracket:
            truth = _squeezed(truth)[_place(place, numbers.base)]
        exact = numpy.reshape(truth, stated.numbers.shape)
        scale = max(1e-300, float(numpy.abs(truth).max(initial=0.0)))
        excess = numpy.abs(stated.numbers - exact) - stated.rounding * (1 + 1e-9)
        error = max(0.0, float(excess.max(initial=0.0))) / scale
        if error > worst:
            worst, note = error, f"{key} is quoted as {text}, found was {truth}"
    return Comparison(worst, DOUBLE, len(values), note if worst > DOUBLE else "")


def _squeezed(array: Array) -> Array:
    while array.ndim > 2 and array.shape[0] == 1:
        array = array[0]
    return array


def _place(text: str, base: int) -> tuple[int, ...]:
    """The place that stands in brackets, counted from 0."""
    return tuple(int(step) - base for step in text.rstrip("]").split(","))


def _texts(key: str, line: Line, digits: int, base: int) -> Iterator[tuple[str, str]]:
    """The numbers of a line as a text quotes them: all of them, and each."""
    array = _squeezed(line.array)
    if array.ndim <= 2:
        yield key, matrix_latex(array, digits, is_row=line.is_row)
    if array.ndim and array.size <= MOST_ELEMENTS:
        for place in numpy.ndindex(array.shape):
            counted = ",".join(str(step + base) for step in place)
            yield f"{key}[{counted}]", matrix_latex(array[(*place, ...)], digits)


@dataclass(frozen=True)
class Quotations:
    """Compares what a text calls a derivative with the derivative at the numbers."""

    arrays: Mapping[str, Array]
    constants: Mapping[str, float]
    base: int
    top: str = "l"

    def knows(self, name: Named) -> bool:
        """Whether a name of the text is that of a tensor or a constant here."""
        return self._plain(name) in {*self.arrays, *self.constants} or name.base in ("L", "J", self.top)

    def is_derivative(self, name: Named) -> bool:
        """No value here is called by the name of a derivative."""
        return False

    def verdict(self, left: Side, right: Side) -> Comparison:
        """Whether both sides have the same numbers."""
        try:
            one, other = (self._value(side) for side in (left, right))
        except KeyError as missing:
            return Comparison.failed(str(missing.args[0]), DOUBLE)
        if numpy.shape(one) not in (numpy.shape(other), numpy.shape(other)[::-1]):
            return Comparison.failed(f"{left.text} and {right.text} differ in shape", DOUBLE)
        turned = (
            numpy.reshape(other, numpy.shape(one)) if numpy.shape(one) == numpy.shape(other) else numpy.transpose(other)
        )
        error = relative_error(one, turned, max(1e-300, float(numpy.abs(one).max(initial=0.0))))
        note = "" if error <= DOUBLE else f"not equal: {left.text} is {one}, {right.text} is {other}"
        return Comparison(error, DOUBLE, max(1, numpy.size(one)), note)

    def _value(self, side: Side) -> Array:
        symbols = list(side.leaves)
        evaluate = sympy.lambdify(symbols, side.expression, "numpy")
        return numpy.asarray(evaluate(*(self._leaf(side.leaves[symbol]) for symbol in symbols)), dtype=float)

    def _leaf(self, leaf: Leaf) -> Array | float:
        if isinstance(leaf, Quoted):
            return self._quoted(leaf.value)
        if isinstance(leaf, Named):
            plain = self._plain(leaf)
            return self.constants[plain] if plain in self.constants else self._known(plain)
        if leaf.top is None or len(leaf.bottoms) != 1:
            raise KeyError(f"{leaf} does not say what is differentiated by what; write dL/dW1")
        plain = self._plain(leaf.top)
        top = self.top if plain not in self.arrays and plain in ("L", "J") else plain
        return self._known(partial_name(top, self._plain(leaf.bottoms[0])))

    def _quoted(self, key: str) -> Array | float:
        name, bracket, place = key.partition("[")
        array = self._known(name)
        if not bracket:
            return array
        return float(_squeezed(array)[_place(place, self.base)])

    def _known(self, name: str) -> Array:
        if name not in self.arrays:
            raise KeyError(f"there is no {name} among the numbers; {nearest(name, self.arrays)}")
        return self.arrays[name]

    def _plain(self, name: Named) -> str:
        joined = f"{name.base}{name.subscript.strip('{}')}"
        return joined if joined in {*self.arrays, *self.constants} else str(name)
