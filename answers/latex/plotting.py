"""Plots from arrays: axes with round ticks, curves that break where they jump."""

from __future__ import annotations

from collections.abc import Sequence

import numpy
from numpy.typing import NDArray

from answers.latex.sheet import Axis, Curve, Dot, Plot, Point, Tick

Values = NDArray[numpy.float64]


def curve(x: Values, y: Values, label: str = "", jumps: Sequence[float] = ()) -> Curve:
    """A curve through the points, in pieces that end at the ``jumps`` of x."""
    breaks = sorted({int(numpy.searchsorted(x, jump, side="right")) for jump in jumps})
    pieces = zip(numpy.split(x, breaks), numpy.split(y, breaks), strict=True)
    points = (tuple(zip(xs.tolist(), ys.tolist(), strict=True)) for xs, ys in pieces)
    return Curve(tuple(_thinned(piece) for piece in points if piece), label)


def jump_dots(number: int, x: float, left: float, right: float, value: float) -> tuple[Dot, Dot]:
    """The ends of curve ``number`` at a jump: filled on the side whose value the function takes."""
    return Dot(x, left, left == value, number), Dot(x, right, right == value, number)


def plot(
    curves: Sequence[Curve],
    x_label: str,
    y_label: str = "",
    *,
    title: str = "",
    width: float = 6.0,
    height: float = 4.0,
    dots: Sequence[Dot] = (),
    logarithmic: bool = False,
) -> Plot:
    """A plot of the curves with ticks at round numbers; ``logarithmic`` says that y holds powers of ten."""
    points = [point for one in curves for piece in one.pieces for point in piece]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    margin = 0.06 * ((max(ys) - min(ys)) or 1.0)
    return Plot(
        axis(min(xs), max(xs), x_label),
        axis(min(ys) - margin, max(ys) + margin, y_label, power=logarithmic),
        tuple(curves),
        tuple(dots),
        title,
        width,
        height,
    )


def axis(low: float, high: float, label: str, *, power: bool = False) -> Axis:
    """An axis with ticks at round numbers; ``power`` says that it holds powers of ten."""
    ticks = _powers(low, high) if power else _round_numbers(low, high)
    return Axis(low, high, label, tuple(Tick(value, text) for value, text in ticks))


def _round_numbers(low: float, high: float) -> list[tuple[float, str]]:
    step = _round_step(high - low)
    first, last = int(numpy.ceil(low / step - 1e-9)), int(numpy.floor(high / step + 1e-9))
    values = [round(k * step, 10) for k in range(first, last + 1)]
    return [(value, f"${value:g}$") for value in values]


def _powers(low: float, high: float) -> list[tuple[float, str]]:
    """Powers of ten, at most about seven; between two of them also 2 and 5 times a power."""
    step = max(1, round((high - low) / 7))
    whole = [k for k in range(int(numpy.ceil(low)), int(numpy.floor(high)) + 1) if k % step == 0]
    if len(whole) > 2:
        return [(float(k), f"$10^{{{k}}}$") for k in whole]
    decades = range(int(numpy.floor(low)), int(numpy.ceil(high)) + 1)
    marks = [(numpy.log10(digit) + k, _decimal(digit, k)) for k in decades for digit in (1, 2, 5)]
    return [(round(float(value), 6), text) for value, text in marks if low <= value <= high]


def _decimal(digit: int, power: int) -> str:
    """The digit times a power of ten, written out unless it has many zeros."""
    if -3 <= power <= 3:
        return f"${digit * 10.0**power:g}$"
    return f"$10^{{{power}}}$" if digit == 1 else rf"${digit} \cdot 10^{{{power}}}$"


def _round_step(length: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides the length into four to ten."""
    rough = max(length, 1e-12) / 6
    power = 10.0 ** numpy.floor(numpy.log10(rough))
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough))


def _thinned(piece: tuple[Point, ...], most: int = 160) -> tuple[Point, ...]:
    """The piece with at most so many points, its ends among them, rounded for TeX."""
    stride = max(1, -(-len(piece) // most))
    kept = (*piece[:-1:stride], piece[-1])
    return tuple((round(x, 6), round(y, 6)) for x, y in kept)
