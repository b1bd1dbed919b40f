"""Mutants of a derivation: what comes out if one step of the chain rule is done wrongly, measured at every point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import permutations
from typing import Any

import numpy

from answers.marking.comparing import Target, agrees, arrangements, letters_of_left_side, value_of
from answers.marking.edits import Explanation
from answers.marking.judging import Judged, Question, values
from answers.marking.points import lengths_of
from answers.reading import ReadingError
from derive.expression.partials import Partial, partial_name, partial_named
from derive.expression.symbols import accesses, name_of
from derive.forward import Forward, Row
from numeric.errors import ArrayError
from numeric.measuring.point import Point

Array = Any
PLAIN = (2, 3, 4, 5, 10)
"""The factors that get lost."""


@dataclass(frozen=True)
class Mutant:
    """A derivation with one mistake, as its values at points."""

    misconception: str
    sentence: str
    value: Callable[[Point], Array]
    step: str = ""
    """The partial of the derivation that comes out otherwise first."""


def explain_by_mutants(question: Question, judged: Judged) -> Explanation | None:
    """The one misconception with which the derivation gives what was written, at every point, in either layout."""
    written = list(observations(question, judged))
    found: dict[str, Explanation] = {}
    for observed in written:
        factor = _factor(question, observed)
        if factor is not None:
            found.setdefault(factor.misconception, factor)
    if not found:
        for mutant in mutants(question):
            if any(explains(mutant, observed) for observed in written):
                found.setdefault(mutant.misconception, Explanation(mutant.misconception, mutant.sentence, mutant.step))
    if not found:
        found = {e.misconception: e for e in _over_samples(question, judged)}
    if not found:
        return _by_other(question, judged)
    return next(iter(found.values())) if len(found) == 1 else None


Observed = list[tuple[Point, Array]]


def observations(question: Question, judged: Judged) -> Iterator[Observed]:
    """What was written at every point, in each way in which its elements may be taken."""
    target = Target.of(question.derivation, rows=judged.setting.rows)
    side = judged.reading.last
    first = letters_of_left_side(judged.reading, target)
    for option in arrangements(side, target, question.indices, first):
        try:
            yield list(values(question, judged.setting, side, option, target))
        except ReadingError:
            continue


def explains(mutant: Mutant, observed: Observed) -> bool:
    """Whether what was written is the mutant at every point."""
    try:
        return all(agrees(array, mutant.value(point)) for point, array in observed)
    except (ArrayError, ReadingError, ValueError):
        return False


def _factor(question: Question, observed: Observed) -> Explanation | None:
    """A number, the same at all points or a quotient of sizes, by which the answer differs from what is right."""
    ratios = []
    for point, array in observed:
        truth = question.truth(point)
        scale = float(numpy.vdot(truth, truth).real)
        if scale == 0 or truth.shape != array.shape:
            return None
        ratio = float(numpy.vdot(truth, array).real) / scale
        if ratio == 0 or not agrees(array, ratio * truth):
            return None
        ratios.append((ratio, lengths_of(point)))
    numbers = [Fraction(1), *(Fraction(n) for n in PLAIN), *(Fraction(1, n) for n in PLAIN)]
    names = ["", *ratios[0][1]]
    for sign in (1, -1):
        for number in numbers:
            if all(numpy.isclose(ratio, sign * float(number)) for ratio, _ in ratios):
                return _named_factor(sign, number)
        for top, bottom in permutations(names, 2):
            if all(numpy.isclose(r, sign * sizes.get(top, 1) / sizes.get(bottom, 1)) for r, sizes in ratios):
                return _named_size(sign, top, bottom)
    if all(numpy.isclose(ratio, ratios[0][0]) for ratio, _ in ratios):
        return Explanation("lost factor", f"It is {ratios[0][0]:.6g} times what is right.")
    return None


def _named_factor(sign: int, number: Fraction) -> Explanation:
    if number == 1:
        return Explanation("sign", "It is the opposite of what is right.")
    also = "sign and " if sign < 0 else ""
    if number < 1:
        return Explanation(f"{also}lost factor {1 / number}", f"The factor {1 / number} is missing.")
    inverse = f"1/{number}"
    sentence = f"It is {number} times what is right: a factor {inverse} is missing, or {number} is too much."
    return Explanation(f"{also}lost factor {inverse}", sentence)


def _named_size(sign: int, top: str, bottom: str) -> Explanation:
    also = "sign and " if sign < 0 else ""
    if not bottom:
        return Explanation(f"{also}sum for mean (lost factor 1/{top})", f"The factor 1/{top} of the mean is missing.")
    if not top:
        return Explanation(
            f"{also}mean for sum (1/{bottom} too much)", f"It is divided by {bottom}, which is too much."
        )
    return Explanation(f"{also}1/{bottom} for 1/{top}", f"It is divided by {bottom} in the place of {top}.")


def mutants(question: Question) -> Iterator[Mutant]:
    """The mistakes that can be made in the chain rule of a partial."""
    model = question.derivation.forward
    asked = question.derivation.quantity.partial
    if asked is None or asked.held or not set(asked.ends) <= set(model.tensors):
        return
    top, by = asked.ends
    if model.initial:
        return
    reached = _between(model, top, by)
    for row in model.rows:
        if row.name in reached:
            yield from _skipped(model, row, top, by)
    for name in [by, *reached]:
        yield from _left_out(model, name, top, by, reached)


def _by_other(question: Question, judged: Judged) -> Explanation | None:
    """The answer to another question: the derivative by another tensor."""
    model, name = question.derivation.forward, question.derivation.quantity.name
    asked = partial_named(name)
    if asked is None or asked.held:
        return None
    side, setting = judged.reading.last, judged.setting
    for other in model.tensors:
        if other in asked.ends or model.tensors[other].role == "hidden":
            continue
        measured = partial_name(asked.top, other)
        target = Target.of(question.derivation, rows=setting.rows, instead=measured)
        for option in arrangements(side, target, (), ()):
            with suppress(ReadingError, ArrayError):
                found = values(question, setting, side, option, target)
                if all(agrees(array, point.value(measured)) and array.any() for point, array in found):
                    sentence = f"It is the derivative by {other}, not by {asked.bottom}."
                    return Explanation("derivative by the wrong tensor", sentence)
    return None


def _between(model: Forward, top: str, by: str) -> list[str]:
    """The rows on the way from one tensor to another, the last included."""
    behind: list[str] = []
    for row in model.rows:
        if _reads(row) & {by, *behind}:
            behind.append(row.name)
    ahead = {top}
    for row in reversed(model.rows):
        if row.name in ahead:
            ahead |= _reads(row)
    return [name for name in behind if name in ahead]


def _reads(row: Row) -> set[str]:
    return {name_of(access) for access in accesses(row.expression)}


def times(left: Array, right: Array, rank: int) -> Array:
    """A product of partials, summed over the axes of what lies between them."""
    return numpy.tensordot(left, right, axes=rank)


def _skipped(model: Forward, row: Row, top: str, by: str) -> Iterator[Mutant]:
    """A slope left out, taken twice, or taken for elementwise where each output is of all inputs."""
    read = _only_argument(model, row)
    if read is None or not row.indices or row.tensor.role == "hidden":
        return
    at = partial_name(top, read)
    said = f"The slope at {row.name}, its derivative by {read}, is"
    own = partial(_with_step, row, read, top, by)
    yield Mutant("missing slope", f"{said} missing.", partial(own, lambda step, identity, rank: identity), at)
    yield Mutant(
        "a slope too many", f"{said} there twice.", partial(own, lambda step, _, rank: times(step, step, rank)), at
    )
    mixes = "every output depends on all inputs, and only its own is counted"
    sentence = f"In the derivative of {row.name} by {read} {mixes}."
    yield Mutant("path left out", sentence, partial(own, lambda step, identity, rank: step * identity), at)


Stepping = Callable[[Array, Array, int], Array]
"""What stands for a derivative, by that, by the identity of its shape, and by the number of axes of a side."""


def _with_step(row: Row, read: str, top: str, by: str, stepping: Stepping, point: Point) -> Array:
    """The chain rule with another derivative of a row by what it reads."""
    rank = len(row.indices)
    own = _identity(point, row.name)
    step = point.value(partial_name(row.name, read))
    instead = stepping(step, own, rank)
    if agrees(instead, step):
        raise ArrayError("nothing is changed")
    outer = own if row.name == top else point.value(partial_name(top, row.name))
    change = times(outer, instead - step, rank)
    if read != by:
        change = times(change, point.value(partial_name(read, by)), rank)
    truth: Array = point.value(partial_name(top, by))
    return truth + change


def _only_argument(model: Forward, row: Row) -> str | None:
    """The one tensor of a row's own shape that it is a function of, maybe by hidden rows; None if there is no such."""
    reads = _reads(row)
    while hidden := {name for name in reads if name in model.row and model.tensors[name].role == "hidden"}:
        reads = (reads - hidden).union(*(_reads(model.row[name]) for name in hidden))
    if len(reads) != 1:
        return None
    read = next(iter(reads))
    trivial = row.expression in accesses(row.expression)
    return None if trivial or model.shape_of(read) != row.tensor.shape else read


def _identity(point: Point, name: str) -> Array:
    shape = numpy.shape(point.value(name))
    return numpy.eye(int(numpy.prod(shape))).reshape((*shape, *shape))


def _left_out(model: Forward, name: str, top: str, by: str, reached: list[str]) -> Iterator[Mutant]:
    """One of several ways from a tensor on left out."""
    readers = [row.name for row in model.rows if row.name in reached and name in _reads(row)]
    if len(readers) < 2 or name == top:
        return
    rank = len(model.tensors[name].shape)
    for reader in readers:
        held = tuple(sorted(other for other in readers if other != reader))

        def value(point: Point, reader: str = reader, held: tuple[str, ...] = held) -> Array:
            step = point.value(Partial(reader, name, held).name)
            if reader == top:
                change = step
            else:
                change = times(point.value(partial_name(top, reader)), step, len(model.tensors[reader].shape))
            if name != by:
                change = times(change, point.value(partial_name(name, by)), rank)
            truth: Array = point.value(partial_name(top, by))
            return truth - change

        visible = model.tensors[reader].role != "hidden"
        sentence = f"The path through {reader} is left out." if visible else "A path from the tensor on is left out."
        yield Mutant("path left out", sentence, value, partial_name(top, name))


def _over_samples(question: Question, judged: Judged) -> Iterator[Explanation]:
    """A sum that was not taken, or one too many: the answer has an axis more or less than what is asked for."""
    side = judged.reading.last
    if side.letters:
        return
    missing, over = True, True
    for point in question.points:
        truth = numpy.asarray(question.truth(point))
        try:
            array = value_of(side, judged.setting.at(point))
        except ReadingError:
            return
        missing &= any(agrees(array.sum(axis=axis), truth) for axis in range(array.ndim) if array.ndim > truth.ndim)
        over &= any(
            agrees(truth.sum(axis=axis).squeeze(), array.squeeze()) for axis in range(truth.ndim) if truth.size > 1
        )
    if missing:
        yield Explanation(
            "forgot to sum over the batch", "The sum over the samples is missing: there is a row for each."
        )
    elif over:
        yield Explanation("summed too much", "A sum is taken over an axis that the answer has.")
