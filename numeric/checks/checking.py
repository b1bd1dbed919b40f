"""The check of a derivation by number: its result, every step, and every matrix form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import inf

from sympy import Symbol

from derive.derivation import Derivation
from derive.expression.partials import partial_name, partial_named
from derive.forward import Forward
from derive.remembering import FEW, TRIALS, with_forward
from numeric.arrays.functions import left_unknown
from numeric.checks.branches import tried_branches
from numeric.checks.comparison import Comparison, is_zero, worst_of
from numeric.checks.trials import Place, Trials, numbered, tells_apart
from numeric.checks.untried import missed_situations, unmet_boundaries, zero_everywhere
from numeric.errors import ArrayError
from numeric.expression.forward import program
from numeric.measuring.point import Point
from numeric.sampling.boundaries import Boundaries, boundaries
from numeric.sampling.kinks import deciding
from numeric.sampling.points import responsive_sample, sample_sizes, samples, untied_sample

NEAREST = 3
"""How many tensors that all paths pass through are looked at, the nearest to the numerator first."""

Sizes = tuple[tuple[Symbol, int], ...]


@dataclass(frozen=True)
class Check:
    """What was compared of a derivation, at how many points: each thing with its worst error over all of them.

    ``unknown`` are the functions that are left unknown: the check was made with a smooth function for each.
    ``sizes`` are the values of the size symbols at the points, in their order. Of a derivation at large sizes ``note``
    says at which of them it was checked, and what was not.
    """

    points: int
    items: tuple[Comparison, ...]
    unknown: tuple[str, ...] = ()
    sizes: tuple[tuple[tuple[str, int], ...], ...] = ()
    note: str = ""

    def __repr__(self) -> str:
        outcome = (
            "right" if self.ok else f"wrong: {', '.join(item.what for item in self.failures) or 'nothing compared'}"
        )
        left = f"; {len(self.untried)} not tried" if self.untried else ""
        return f"Check({outcome}; {self.points} points, worst relative error {self.max_error:.1e}{left})"

    @property
    def ok(self) -> bool:
        """Whether something was compared, and all of it is right."""
        return len(self.untried) < len(self.items) and all(item.ok for item in self.items)

    @property
    def max_error(self) -> float:
        """The worst relative error; infinite where nothing was compared."""
        return max((item.error for item in self.items), default=inf)

    @property
    def failures(self) -> tuple[Comparison, ...]:
        """What is wrong."""
        return tuple(item for item in self.items if not item.ok)

    @property
    def untried(self) -> tuple[Comparison, ...]:
        """What could be compared at none of the points, and so is neither right nor wrong; notes say why."""
        return tuple(item for item in self.items if item.unchecked)


def check(derivation: Derivation, seed: int = 0, points: int = 3) -> Check:
    """Check a derivation by number, in float64, at ``points`` random points or more.

    The points have sizes at which mistakes show: windows at several places, strides with remainders, sums of two
    terms or more, dimensions that differ, a long axis, the size 1. They are away from kinks, but for some at which
    conditions are at their boundaries, if there are any: there the derivative must be that of the side which the
    forward definition is on.

    The result is compared with central differences of the forward definition and with the complex step;
    every step with its own quantity, measured by the complex step, and with the step before it of the
    same quantity; every matrix form with its index form, in the derivation's layout. Rows that were derived
    themselves, such as the gradient that a Hessian is the derivative of, are compared with what is measured of the
    rows before them. An expression that reads the very quantity that it defines fails, since comparing the two would
    say nothing; only a value may be given by its name, as the input of a layer is in a forward table. A result that
    reads a tensor outside its range fails, unless the derivation says that it counts as 0 there.

    Where an answer has a condition on values or on sizes that the forward definition does not have, points are sought
    at which it holds and at which it does not.

    What could be tried at none of the points, such as a kink that no point is exactly at, is among the items as
    unchecked, and does not count as passed.

    An unknown function ``f`` is given a smooth formula, so that formulas in f' are checked too; the result names
    such functions. Where a
    derivative is zero at a point (dead units), a further one of the same sizes is sought at which it is not.

    Raises:
        ArrayError: no point away from kinks was found, or ``points`` is not positive.
        ExpressionError: the forward definition itself holds something that has no number.
    """
    if points < 1:
        raise ArrayError(f"a check needs at least one point, not {points}")
    chosen = _places(derivation, seed, points)
    branching, unmet = tried_branches(derivation, seed, chosen)
    chosen += branching
    steps = numbered(derivation.steps)
    trials = [Trials(derivation, steps, place.for_derivation()) for place in chosen]
    items = worst_of(
        (
            *(item for one in trials if not one.place.kink for item in one.items()),
            *_at_boundaries([one for one in trials if one.place.kink]),
            *_untried(derivation, seed, chosen),
            *unmet,
        )
    )
    sizes = tuple(tuple((str(symbol), number) for symbol, number in place.point.sizes.items()) for place in chosen)
    return Check(len(chosen), items, unknown_functions(derivation.forward), sizes)


def _at_boundaries(trials: Sequence[Trials]) -> Iterator[Comparison]:
    """What is compared at boundaries of conditions; what can be compared at none of them is told as such."""
    found = [item for one in trials for item in one.items()]
    compared = {item.what for item in found if not item.unchecked}
    for item in found:
        if not item.unchecked:
            yield item
        elif item.what not in compared:
            yield item.of(f"{item.what}, where a condition is at its boundary")


def _untried(derivation: Derivation, seed: int, places: Sequence[Place]) -> Iterator[Comparison]:
    model = derivation.forward
    points = [place.point for place in places if not place.kink]
    yield from zero_everywhere(derivation, points)
    yield from unmet_boundaries(derivation, _boundaries(model, seed).unmet)
    yield from missed_situations(model, seed, [point.sizes for point in points])


def unknown_functions(model: Forward) -> tuple[str, ...]:
    """The functions that a forward definition leaves unknown."""
    return left_unknown((row.expression for row in model.rows), model.functions)


def _places(derivation: Derivation, seed: int, count: int) -> list[Place]:
    """The points of a check, and for each at which the derivative is zero one where it is not, if there is one.

    At the size 1 a dead unit leaves nothing of a network, and so of what is wrong at that size alone.
    """
    model, name = derivation.forward, derivation.quantity.name
    places = list(places_of(model, seed, count))
    partial = partial_named(name)
    if partial is None or not set(partial.tensors) <= set(model.tensors) or not program(model).depends(*partial.ends):
        return places
    for place in tuple(places):
        if not place.kink and is_zero(place.point.response(name)):
            places += _responsive(model, seed, name, tuple(place.point.sizes.items()))
    away = [place.point for place in places if not place.kink]
    if all(tells_apart(point, name) for point in away):
        sizings = dict.fromkeys(tuple(point.sizes.items()) for point in reversed(away))
        found = (_untied_place(model, seed, sizes) for sizes in sizings)
        places += next((place for place in found if place), ())
    return places


def _responsive(model: Forward, seed: int, name: str, sizes: Sizes) -> tuple[Place, ...]:
    """A place of these sizes at which a partial is not zero, if one is found.

    Where the numerator changes with what the forward pass begins with, most of its partials are not zero: such a place
    is shared by all of them. Where it changes nowhere with a tensor that all paths pass through, none is.
    """
    partial = partial_named(name)
    if partial is None:
        return ()
    above, below = partial.ends
    chart = program(model)
    first = [tensor.name for tensor in model.given if tensor.domain == "real" and chart.depends(above, tensor.name)]
    if first and first[0] != below:
        shared = _place_for(model, seed, partial_name(above, first[0]), sizes)
        if shared and not is_zero(shared[0].point.response(name)):
            return shared
    passed = () if partial.held else islice(_values_between(model, above, below), NEAREST)
    if not all(_place_for(model, seed, partial_name(above, through), sizes) for through in passed):
        return ()
    return _place_for(model, seed, name, sizes)


def _values_between(model: Forward, above: str, below: str) -> Iterator[str]:
    return (name for name in program(model).passed(above, below) if model.tensors[name].role == "value")


@with_forward(TRIALS)
def _place_for(model: Forward, seed: int, name: str, sizes: Sizes) -> tuple[Place, ...]:
    arrays = responsive_sample(model, seed, name, dict(sizes))
    return () if arrays is None else (Place(Point(model, arrays, dict(sizes))),)


@with_forward(TRIALS)
def _untied_place(model: Forward, seed: int, sizes: Sizes) -> tuple[Place, ...]:
    """A place of these sizes at which no candidates of a maximum are equal, if one is found."""
    arrays = untied_sample(model, seed, dict(sizes))
    return () if arrays is None else (Place(Point(model, arrays, dict(sizes))),)


@with_forward(FEW)
def _boundaries(model: Forward, seed: int) -> Boundaries:
    return boundaries(model, sample_sizes(model, seed), seed)


@with_forward(FEW)
def places_of(model: Forward, seed: int, count: int) -> tuple[Place, ...]:
    """The random points of a forward definition for a seed. Derivations of one model share what they measure."""
    found = [Place(Point(model, arrays, sizes)) for sizes, arrays in samples(model, seed, count)]
    sizes = sample_sizes(model, seed)
    exact = deciding(model)
    return (
        *found,
        *(Place(Point(model, arrays, sizes, exact=exact), kink=True) for arrays in _boundaries(model, seed).points),
    )
