"""A user's function beside what was derived: called at points, its values compared, what is wrong told in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy

from numeric.arrays.axes import Array
from numeric.arrays.threads import one_thread
from numeric.checks.callables.calling import Call
from numeric.checks.callables.libraries import RefusedError, working
from numeric.checks.callables.naming import as_numpy
from numeric.checks.callables.returned import by_name, numbers
from numeric.checks.diagnosis import Difference, difference
from numeric.checks.oracle import Oracle
from numeric.checks.precision import Allowed, Precision, operations, precision_of
from numeric.checks.reasons import Wrong, is_small, reasons
from numeric.checks.reports import table
from numeric.measuring.point import Point
from numeric.sampling import Sizing


class GradientError(AssertionError):
    """A function that computes gradients is wrong: what is wrong, at which point, and what it should be.

    Attributes:
        findings: what is wrong at the first point at which something is.
        formulas: what each wrong value should be, as it was derived, by the names in the message.
        commands: what prints these formulas on the command line, where there is such.
    """

    __module__ = "gradsheet"  # the name under which people import it stands in their tracebacks

    def __init__(
        self,
        message: str,
        findings: Sequence[Finding] = (),
        formulas: Mapping[str, str] | None = None,
        commands: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.findings = tuple(findings)
        self.formulas = dict(formulas or {})
        self.commands = tuple(commands)

    def gradsheet_report(self) -> str:
        """What is wrong at the first point as a table, what was derived, and the commands that print it."""
        lines = []
        for one in self.findings:
            lines += [f"{one.title}:", table(one.found, one.expected, one.allowed.share)]
            lines += [f"  {self.formulas[one.name]}"] if one.name in self.formulas else []
        return "\n".join([*lines, *(f"$ {command}" for command in self.commands)])


@dataclass(frozen=True)
class Finding:
    """A value that is wrong at a point: what was found, what is expected, and how far apart they may be."""

    name: str
    title: str
    difference: Difference
    found: Array
    expected: Array
    allowed: Allowed


@dataclass(frozen=True)
class Outcome:
    """What was compared at a point: its sizes, its arrays, and what is wrong there."""

    chosen: Sizing
    arrays: Mapping[str, Array]
    findings: tuple[Finding, ...] = ()
    refused: bool = False

    @property
    def sizes(self) -> dict[str, int]:
        """The sizes by name."""
        return {str(size): length for size, length in self.chosen.items()}

    @property
    def where(self) -> str:
        """The sizes in words."""
        return ", ".join(f"{size} = {length}" for size, length in sorted(self.sizes.items()))


@dataclass(frozen=True)
class ForwardValues(Mapping[str, Array]):
    """The values of the forward pass at a point, computed when they are asked for."""

    oracle: Oracle
    arrays: Mapping[str, Array]
    sizes: Sizing

    def __getitem__(self, name: str) -> Array:
        with one_thread():
            return Point(self.oracle.network.forward, self.arrays, self.sizes).value(name)

    def __iter__(self) -> Iterator[str]:
        return (row.name for row in self.oracle.network.forward.rows if row.tensor.role == "value")

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class Judge:
    """Compares what a function returns with what was derived.

    ``constants`` are hyper-parameters that it holds itself; ``hidden`` is what it is not given.
    """

    oracle: Oracle
    call: Call
    precision: Precision
    tolerance: float | None = None
    constants: Mapping[str, float] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    def at(self, chosen: Sizing, drawn: Mapping[str, Array], *, smooth: bool = True) -> Outcome:
        """What is wrong at a point, which is ``smooth`` or exactly at a kink.

        Where what was derived is not finite, at the end of a root, there is nothing to compare with.

        Raises:
            AssertionError: the function returned what is no gradient.
            ArrayError: it cannot be called with what there is.
        """
        arrays = {name: self._given(name, array) for name, array in {**drawn, **self._held()}.items()}
        outcome = Outcome(chosen, arrays)
        sizes = outcome.sizes
        try:
            given = {name: array for name, array in arrays.items() if name not in self.hidden}
            returned = self.call(given, sizes, outcome.where, ForwardValues(self.oracle, arrays, chosen))
        except RefusedError:
            return Outcome(chosen, arrays, refused=True)
        naming, network = self.call.called.naming, self.oracle.network
        found = by_name(self.oracle.returned(returned), self.oracle.order, network, naming)
        wanted = {**dict.fromkeys(self.oracle.order), **found}
        with one_thread():
            expected = self.oracle.expected(tuple(wanted), arrays | sizes, smooth=smooth)
        wrong = (self._compared(name, gradient, expected, outcome, chosen) for name, gradient in found.items())
        return Outcome(chosen, arrays, tuple(one for one in wrong if one is not None))

    def _held(self) -> dict[str, Array]:
        return {name: numpy.asarray(value, numpy.float64) for name, value in self.constants.items()}

    def _given(self, name: str, array: Array) -> Array:
        """An array as the function has it: class numbers as integers, real numbers in the type that it is given."""
        tensors = self.oracle.network.forward.tensors
        if name in tensors and tensors[name].domain == "class":
            return array.astype(numpy.int64)
        if name not in tensors:
            return array
        with working(self.call.called.library, self.call.dtype):
            seen = as_numpy(self.call.convert(array)) if self.call.called.takes is None else array
        return self.precision.rounded(seen.astype(numpy.float64) if seen.dtype.kind == "f" else array)

    def _compared(
        self, name: str, gradient: Any, expected: Mapping[str, Array], outcome: Outcome, chosen: Sizing
    ) -> Finding | None:
        """What is wrong with one value, None if nothing is."""
        oracle, naming = self.oracle, self.call.called.naming
        array, kind = numbers(oracle.titled(name), gradient)
        precision = precision_of(kind, self.precision.name)
        allowed = precision.allowed(operations(oracle.network.forward, name, chosen))
        if self.tolerance is not None:
            allowed = Allowed(self.tolerance, "the tolerance that was asked for")
        derived = naming.shaped(name, expected[name])
        array, derived = where_finite(oracle.unfolded(name, array, derived.shape), derived)
        found = difference(name, array, {**expected, name: derived}, outcome.sizes, allowed.share)
        if found is None:
            return None
        if array.shape == derived.shape and self.tolerance is None:
            apart = numpy.abs(array - derived).reshape(expected[name].shape)
            reach = precision.of_noise * oracle.noise(name, outcome.arrays, chosen)
            # That of a large tensor is measured along directions, not for each element.
            bound = reach if reach.shape == apart.shape else reach.max(initial=0.0)
            if (apart <= bound).all():
                return None
        if not found.explained and array.shape == expected[name].shape:
            found = self._explained(found, Wrong(name, array, derived, allowed.share), outcome)
        return Finding(name, oracle.titled(name), found, array, derived, allowed)

    def _explained(self, found: Difference, wrong: Wrong, outcome: Outcome) -> Difference:
        """What is wrong with what explains all of it, where that is found."""
        if not is_small(self.oracle, wrong.name, outcome.chosen):
            return replace(found, sought=False)
        return replace(found, hints=tuple(reasons(self.oracle, wrong, outcome.arrays, outcome.chosen)))


def where_finite(array: Array, derived: Array) -> tuple[Array, Array]:
    """Both with 0 where the derived gradient is not finite: there is nothing to compare with."""
    finite = numpy.isfinite(derived)
    if array.shape != derived.shape or finite.all():
        return array, derived
    return numpy.where(finite, array, 0.0), numpy.where(finite, derived, 0.0)


def error_of(oracle: Oracle, where: str, outcomes: Iterable[Outcome], beside: Sequence[str] = ()) -> GradientError:
    """What is wrong at some of the points, as an error: a sentence for each value, the first point, what is allowed.

    ``beside`` are further lines of the message. Something is wrong at one of the points.
    """
    wrong: dict[str, list[Finding]] = {}
    outcomes = tuple(outcomes)
    for outcome in outcomes:
        for one in outcome.findings:
            wrong.setdefault(one.name, []).append(one)
    first = next(outcome for outcome in outcomes if outcome.findings)
    lines = [*_sentences(wrong, oracle), f"({where} with {first.where})" if first.where else f"({where})"]
    lines += dict.fromkeys(str(one[0].allowed) for one in wrong.values() if one[0].found.shape == one[0].expected.shape)
    formulas = {name: oracle.formula(name) for name in wrong}
    lines += [f"derived: {text}" for text in formulas.values()]
    return GradientError("\n".join([*lines, *beside]), first.findings, formulas, oracle.commands(tuple(wrong)))


def _sentences(wrong: Mapping[str, Sequence[Finding]], oracle: Oracle) -> Iterator[str]:
    """A sentence for each value that is wrong, one for all that are wrong in the same way."""
    alike: dict[str, list[str]] = {}
    for name, found in wrong.items():
        alike.setdefault(_joined([one.difference for one in found]), []).append(oracle.titled(name))
    for text, titles in alike.items():
        yield f"{titles[0]} {text}" if len(titles) == 1 else f"{_together(titles)}: each {text}"


def _together(titles: Sequence[str]) -> str:
    """Several titles in one sentence: the gradients of W1, b1."""
    kinds = [title.partition(" of ")[0] for title in titles]
    if len(set(kinds)) > 1 or " of " not in titles[0]:
        return ", ".join(titles)
    return f"{kinds[0]}s of {', '.join(title.partition(' of ')[2] for title in titles)}"


def _joined(found: Sequence[Difference]) -> str:
    """What was wrong first, and what it may come from at every point."""
    sought = [one for one in found if one.sought]
    reasons = [hint for hint in sought[0].hints if all(hint in one.hints for one in sought)] if sought else []
    return found[0].text + (f": {reasons[0]}" if reasons else "")
