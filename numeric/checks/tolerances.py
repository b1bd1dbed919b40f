"""Every relative error that a comparison allows, with the reason for it.

A tolerance lies well above what rounding and the method of the comparison do to an expression that is right, and well
below what a wrong factor, sign, index or term does to one that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

DOUBLE = 1e-9
"""Two computations of one thing in 64 bits: they differ by rounding, some 1e-16 for each of the terms that are added
up, and conditions that are bad cost a few digits more. The complex step loses no digits to a difference, so what is
measured by it is held to this, too."""

SINGLE = 1e-4
"""The same in 32 bits: rounding is some 6e-8 for each term."""

DIFFERENCES = 1e-5
"""Against central differences in 64 bits, which are right to about two thirds of the digits: what the step cuts off and
what rounding does to the difference are then both near 1e-10, and of large derivatives near 1e-7."""

QUOTIENT = 1e-3
"""Against one difference quotient through many layers, along a direction that may cross kinks in some of them."""

STEPWISE = 1e-6
"""What passes two computations that lose digits, one after the other: limits from values far out, areas that are
added up from many parts, quotients of formulas and of differences that are taken by the complex step."""

DIGITS = 1e-12
"""The numbers of a graph: they are exact, or proved to more digits than 64 bits have, and what they are compared with
is computed with hundreds. Only the last digits of a quotient of differences are off."""

CURVE = 1e-4
"""The points of a curve, beside its largest value: a tenth of the width of its line, and more than difference
quotients of a smooth function are off by."""

DRAWN = 1e-5
"""What is computed from coordinates of a drawing, which are rounded to six digits behind the point."""

PROGRAM = 1e-5
"""What a file of somebody's computes, which may work in 32 bits in places; a wrong formula is off by far more."""

SMALLER: Mapping[float, float] = {DOUBLE: 1e-5, DIFFERENCES: 1e-3}
"""Elements of an array below this fraction of its largest one are compared with that fraction of the largest: they are
what is left of larger terms, whose rounding they keep."""

NOISE = 100.0
"""Rounding errors may be this many times the noise that was measured: the noise is seen in a few trials, and where many
terms are added up the worst of them is well above the usual one."""
