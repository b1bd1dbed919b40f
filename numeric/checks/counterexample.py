"""The smallest case at which a function is wrong: small sizes first, then as few elements as it takes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy

from derive.forward import Forward
from numeric.arrays.axes import Array, stacked
from numeric.arrays.threads import one_thread
from numeric.checks.judge import Judge, Outcome
from numeric.errors import ArrayError
from numeric.expression.forward import program
from numeric.sampling import Sizing
from numeric.sampling.plan import fitted
from numeric.sampling.points import FIXED, gap_values, sample

CALLS, SECONDS = 400, 4.0
"""How often a function is called at smaller cases, and how long it computes there, at the most."""
TRIES = 3
"""At how many points smaller sizes are tried."""
SHOWN = 16
"""Of arrays of more elements those that are not 0 are shown."""
DIGITS = 6


@dataclass
class Search:
    """Looks for a smaller point at which one value is still wrong, as long as there is time.

    What fails at a kink alone is another fault, so that points with a value exactly at one do not count.
    """

    judge: Judge
    name: str
    fixed: Sizing
    seed: int
    calls: int = 0
    began: float = field(default_factory=time.process_time)

    def smallest(self, start: Outcome) -> Outcome:
        """The smallest case that was found, the one that it starts from if there is none smaller."""
        return self._sparser(self._smaller(start))

    @property
    def _is_over(self) -> bool:
        return self.calls >= CALLS or time.process_time() - self.began > SECONDS

    @property
    def _model(self) -> Forward:
        return self.judge.oracle.network.forward

    def _fails(self, chosen: Sizing, arrays: Mapping[str, Array]) -> Outcome | None:
        """What is wrong at a point, None if nothing is, or the function cannot be called there."""
        if self._is_over or _at_kink(self._model, arrays, chosen):
            return None
        self.calls += 1
        try:
            outcome = self.judge.at(chosen, arrays)
        except Exception:  # a user's function may raise anything where it is not wrong but cannot compute
            return None
        return outcome if any(one.name == self.name for one in outcome.findings) else None

    def _smaller(self, start: Outcome) -> Outcome:
        """The case with every size as small as it can be."""
        best, derived = start, {symbol for symbol, _ in self._model.sizes}
        before = None
        while before is not best:
            before = best
            for symbol in sorted(set(best.chosen) - derived - set(self.fixed), key=str):
                for length in range(1, best.chosen[symbol]):
                    sizes = fitted(self._model, {**best.chosen, symbol: length})
                    found = None if sizes is None else self._drawn(sizes)
                    if found is not None:
                        best = found
                        break
        return best

    def _drawn(self, sizes: Sizing) -> Outcome | None:
        """A case of these sizes at one of several points: two windows do not always choose the same element."""
        for further in range(TRIES):
            try:
                with one_thread():
                    arrays = sample(self._model, self.seed + further, sizes)
            except ArrayError:
                return None
            found = self._fails(sizes, arrays)
            if found is not None:
                return found
        return None

    def _sparser(self, best: Outcome) -> Outcome:
        """The case with zeros, else ones, where that can be."""
        domains = {tensor.name: tensor.domain for tensor in self._model.given}
        names = [name for name in best.arrays if domains.get(name, "class") not in FIXED and best.arrays[name].ndim]
        for value in (0.0, 1.0):
            for name in names:
                whole = numpy.where(best.arrays[name] == 0, 0.0, value)
                best = self._fails(best.chosen, {**best.arrays, name: whole}) or best
                for place in zip(*numpy.nonzero(best.arrays[name]), strict=True):
                    if self._is_over or best.arrays[name][place] == value:
                        continue
                    tried = best.arrays[name].copy()
                    tried[place] = value
                    best = self._fails(best.chosen, {**best.arrays, name: tried}) or best
        return best


def _at_kink(model: Forward, arrays: Mapping[str, Array], sizes: Sizing) -> bool:
    """Whether a condition is exactly at its boundary, or a value is not finite."""
    chart = program(model)
    values = {name: stacked(numpy.asarray(array), numpy.float64) for name, array in arrays.items()}
    with one_thread(), numpy.errstate(all="ignore"):
        chart.compute(chart.needed(chart.rows, values), values, sizes, numpy.float64)
        if not all(numpy.isfinite(values[name]).all() for name in chart.rows):
            return True
        return any((numpy.asarray(array) == 0).any() for _, array in gap_values(model, values, sizes))


def in_words(outcome: Outcome, name: str, judge: Judge) -> str:
    """A case as a line of a message: its sizes, its arrays, what was found and what is expected."""
    finding = next(one for one in outcome.findings if one.name == name)
    given = {own: array for own, array in outcome.arrays.items() if own not in judge.hidden}
    arrays = (f"{judge.call.called.naming.theirs(own)} = {shown(array)}" for own, array in given.items())
    case = ", ".join((*([outcome.where] if outcome.where else []), *arrays))
    titled = judge.oracle.titled(name)
    return f"smallest case found: {case}: {titled} is {shown(finding.found)}, expected {shown(finding.expected)}"


def shown(array: Array) -> str:
    """An array in one line; of a long one what is not 0, with its places."""
    if array.size <= SHOWN:
        return _nested(numpy.asarray(array).tolist())
    places = list(zip(*numpy.nonzero(array), strict=True))
    if not places:
        return f"0 of shape {array.shape}"
    listed = [f"{_number(array[place])} at [{', '.join(str(int(k)) for k in place)}]" for place in places[:4]]
    rest = f" and {len(places) - 4} more" if len(places) > 4 else ", else 0"
    return f"{', '.join(listed)}{rest} of shape {array.shape}"


def _nested(values: object) -> str:
    return f"[{', '.join(map(_nested, values))}]" if isinstance(values, list) else _number(values)


def _number(value: Any) -> str:
    return f"{float(value):.{DIGITS}g}"
