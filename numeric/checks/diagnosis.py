"""What is wrong with a gradient, in words: transposed, not summed over the batch, off by a factor that has a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, permutations

import numpy

from numeric.arrays.axes import Array

Sizes = Mapping[str, int]

MOST_AXES = 6
"""Of so many axes all orders are tried."""


@dataclass(frozen=True)
class Difference:
    """What is wrong with a gradient at one point, and what its factor may come from there.

    A factor of 2 may be a 2 or a size of 2: what holds at every point is the reason. Where only elements are said to be
    wrong, or a factor has no name, it is not ``explained``; what explains it is not ``sought`` where that takes long.
    """

    text: str
    hints: tuple[str, ...] = ()
    explained: bool = True
    sought: bool = True


@dataclass(frozen=True)
class Bound:
    """How far elements may be off, as a share of the largest one, and as a number."""

    share: float
    apart: float

    @property
    def of_factor(self) -> float:
        """How far a factor may be from one that has a name."""
        return max(1e-5, self.share)

    def times(self, factor: float) -> Bound:
        """That of an array that is so many times as large."""
        return Bound(self.share, max(abs(factor), 1.0) * self.apart)


def difference(
    name: str, found: Array, all_expected: Mapping[str, Array], sizes: Sizes, tolerance: float
) -> Difference | None:
    """What is wrong with the gradient of ``name``, None if nothing is.

    Args:
        all_expected: the right gradients, of other tensors too: one may be taken for another.
        sizes: the lengths of the dimensions by name, ``{"B": 4, "n": 3}``.
        tolerance: the largest error beside the largest element of the gradient.
    """
    expected = all_expected[name]
    bound = Bound(tolerance, tolerance * max(1e-12, float(numpy.abs(expected).max(initial=0))))
    if found.shape != expected.shape:
        reason = _reshaped(found, expected, sizes, bound)
        return replace(reason, text=f"has shape {found.shape}, expected {expected.shape}{reason.text}")
    bad = ~(numpy.abs(found - expected) <= bound.apart)
    if not bad.any():
        return None
    infinite = ~numpy.isfinite(found)
    if infinite.any():
        return Difference(f"{_element(found, expected, infinite)}; {_share(infinite, 'not finite')}")
    explained = _explained(name, found, all_expected, sizes, bound)
    if explained is not None:
        return explained
    text = f"{_element(found, expected, bad)}; {_share(bad, 'wrong')}{_signs(found, expected, bound)}"
    return Difference(text, explained=False)


def _explained(
    name: str, found: Array, all_expected: Mapping[str, Array], sizes: Sizes, bound: Bound
) -> Difference | None:
    """What explains the whole gradient, if something simple does."""
    expected = all_expected[name]
    if not found.any():
        return Difference("is 0 everywhere")
    factor = _factor(found, expected, bound)
    if factor is not None:
        return _off_by(factor, "is", sizes, bound)
    for other, gradient in all_expected.items():
        if other != name and gradient.shape == found.shape and _close(found, gradient, bound):
            return Difference(f"is the gradient of {other}")
    if expected.ndim == 2 and expected.shape[0] == expected.shape[1]:
        factor = _factor(found, expected.T, bound)
        if factor is not None:
            return _off_by(factor, "is transposed, and" if factor != 1 else "is transposed", sizes, bound)
    return None


def _off_by(factor: float, start: str, sizes: Sizes, bound: Bound) -> Difference:
    if factor == 1:
        return Difference(start)
    verb = "" if start == "is" else " is"
    near = [
        (value, text) for value, text in _known_factors(sizes) if abs(value - factor) <= bound.of_factor * abs(value)
    ]
    times = _times(near[0][0] if near else factor)
    return Difference(
        f"{start}{verb} {times} what it should be in every element",
        tuple(text for _, text in near),
        explained=bool(near),
    )


def _reshaped(found: Array, expected: Array, sizes: Sizes, bound: Bound) -> Difference:
    """What the right shape would come from, where the elements say so."""
    if found.size == expected.size and found.squeeze().shape == expected.squeeze().shape:
        wrong = not _close(found.reshape(expected.shape), expected, bound)
        axes = (
            "there is an axis of length 1 too many" if found.ndim > expected.ndim else "an axis of length 1 is missing"
        )
        return Difference(f": {axes}" + (", and the elements are wrong too" if wrong else ""))
    if found.ndim == 2 and found.T.shape == expected.shape:
        factor = _factor(found.T, expected, bound)
        if factor is None:
            return Difference(": it is transposed, and the elements are wrong too")
        return _off_by(factor, ": it is transposed" if factor == 1 else ": it is transposed, and", sizes, bound)
    turned = _turned(found, expected, bound)
    if turned is not None:
        order, factor = turned
        fits = f": numpy.transpose(..., {order}) has the right shape"
        if factor is None:
            return Difference(f"{fits}, but the elements are wrong too")
        return _off_by(factor, f"{fits} and elements" if factor == 1 else f"{fits}, and", sizes, bound)
    return _unsummed(found, expected, sizes, bound) or Difference("")


def _unsummed(found: Array, expected: Array, sizes: Sizes, bound: Bound) -> Difference | None:
    """The axes that a gradient is not summed over, or is summed over too much."""
    for more, fewer, missing in ((found, expected, True), (expected, found, False)):
        for axes in combinations(range(more.ndim), max(more.ndim - fewer.ndim, 0)):
            rest = tuple(length for axis, length in enumerate(more.shape) if axis not in axes)
            if not axes or rest != fewer.shape:
                continue
            for how, whole in (("sum", more.sum(axis=axes)), ("mean", more.mean(axis=axes))):
                if _close(whole, fewer, bound):
                    over = f"the {how} over {_named(axes, more.shape, sizes)}"
                    return Difference(f": {over} is {'missing' if missing else 'taken, which should not be'}")
    return None


def _named(axes: tuple[int, ...], shape: tuple[int, ...], sizes: Sizes) -> str:
    """Axes in words, with the sizes that are as long."""
    if axes == (0,):
        named = [size for size, length in sizes.items() if length == shape[0]]
        return "the first axis" + (f", of length {named[0]}," if named else "")
    if len(axes) == 1:
        return f"axis {axes[0]}"
    return f"axes {', '.join(map(str, axes[:-1]))} and {axes[-1]}"


def _turned(found: Array, expected: Array, bound: Bound) -> tuple[tuple[int, ...], float | None] | None:
    """The order of axes in which a gradient has the right shape, and the factor by which its elements are off there.

    Of several orders it is one in which they are off by a factor, if there is one. None if there is no order.
    """
    if not 3 <= found.ndim <= MOST_AXES or sorted(found.shape) != sorted(expected.shape):
        return None
    orders = [order for order in permutations(range(found.ndim)) if found.transpose(order).shape == expected.shape]
    tried = [(order, _factor(found.transpose(order), expected, bound)) for order in orders]
    return next((one for one in tried if one[1] is not None), tried[0])


def _factor(found: Array, expected: Array, bound: Bound) -> float | None:
    """The number by which every element is off; None if there is none."""
    if found.shape != expected.shape or not expected.size:
        return None
    place = numpy.unravel_index(int(numpy.argmax(numpy.abs(expected))), expected.shape)
    if expected[place] == 0:
        return None
    factor = float((found * expected).sum() / (expected * expected).sum())
    if factor == 0 or not numpy.isfinite(factor) or not _close(found, factor * expected, bound.times(factor)):
        return None
    return 1.0 if abs(factor - 1) <= bound.share else factor


def _times(factor: float) -> str:
    """A factor in words: ``4 times``, ``1/3 times``."""
    number = f"{factor:.6g}"
    fraction = Fraction(factor).limit_denominator(100)
    if len(number) > 5 and abs(float(fraction) - factor) <= 1e-9 * abs(factor):
        number = str(fraction)
    return f"{number} times"


def _known_factors(sizes: Sizes) -> Iterator[tuple[float, str]]:
    """Factors that are forgotten or put twice, the commonest first, each with what it may come from."""
    yield -1.0, "the sign is wrong"
    yield 2.0, "there is a factor of 2 too many"
    yield 0.5, "a factor of 2 is missing"
    ordered = sorted(sizes.items(), key=lambda pair: pair[0] != "B")
    for size, length in ordered:
        yield float(length), f"a division by {size} is missing"
        yield 1 / length, f"there is a division by {size} too many"
    for size, length in ordered:
        yield -float(length), f"the sign is wrong, and a division by {size} is missing"
        yield length / 2, f"a factor of 2/{size} is missing"
        yield 2 / length, f"there is a factor of 2/{size} too many"
        yield 2.0 * length, f"there is a factor of 2 too many, and a division by {size} is missing"
        yield 0.5 / length, f"a factor of 2 is missing, and there is a division by {size} too many"


def _element(found: Array, expected: Array, bad: Array) -> str:
    """The worst element, with its value and by what factor it is off."""
    errors = numpy.where(bad, numpy.nan_to_num(numpy.abs(found - expected), nan=numpy.inf), -1.0)
    place = numpy.unravel_index(int(numpy.argmax(errors)), errors.shape)
    where = f"at [{', '.join(str(int(number)) for number in place)}] " if place else ""
    mine, right = float(found[place]), float(expected[place])
    factor = mine / right if right != 0 else numpy.nan
    times = f", {factor:.6g} times as much" if numpy.isfinite(factor) and factor != 0 else ""
    return f"{where}is {mine:.6g}, expected {right:.6g}{times}"


def _share(bad: Array, what: str) -> str:
    count = int(bad.sum())
    if bad.ndim == 2 and 0 < count < bad.size:
        for axis, line in ((1, "row"), (0, "column")):
            whole = numpy.flatnonzero(bad.all(axis=axis))
            if len(whole) * bad.shape[axis] == count:
                places = ", ".join(map(str, whole))
                return f"{line}{'s' if len(whole) > 1 else ''} {places} {'are' if len(whole) > 1 else 'is'} {what}"
    return f"{count} of {bad.size} elements {'is' if count == 1 else 'are'} {what}"


def _signs(found: Array, expected: Array, bound: Bound) -> str:
    return ": their signs are" if _close(numpy.abs(found), numpy.abs(expected), bound) else ""


def _close(found: Array, expected: Array, bound: Bound) -> bool:
    return found.shape == expected.shape and bool((numpy.abs(found - expected) <= bound.apart).all())
