"""Wrong values as a table: each element that is off beside what it should be, and by what factor."""

from __future__ import annotations

from collections.abc import Iterator

import numpy

from numeric.arrays.axes import Array

ROWS = 12
"""So many elements are shown, the worst first."""


def table(found: Array, expected: Array, share: float) -> str:
    """The elements that are off by more than a share of the largest one, in lines with columns."""
    if found.shape != expected.shape:
        return f"  shape {found.shape}, expected {expected.shape}"
    apart = numpy.nan_to_num(numpy.abs(found - expected), nan=numpy.inf)
    bad = apart > share * max(1e-12, float(numpy.abs(expected).max(initial=0.0)))
    order = numpy.argsort(-apart.ravel(), kind="stable")
    wrong = (numpy.unravel_index(int(k), found.shape) for k in order if bad.ravel()[k])
    places = [tuple(int(k) for k in place) for place in wrong]
    rows = [("element", "found", "expected", "found/expected"), *_rows(found, expected, sorted(places[:ROWS]))]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    others = len(places) - ROWS
    more = [f"  ... and {others} more"] if others > 0 else []
    return "\n".join([*lines, *more, f"  {int((~bad).sum())} of {bad.size} elements are right"])


def _rows(found: Array, expected: Array, places: list[tuple[int, ...]]) -> Iterator[tuple[str, str, str, str]]:
    for place in places:
        one, other = float(found[place]), float(expected[place])
        ratio = f"{one / other:.6g}" if other != 0 else ""
        yield f"[{', '.join(map(str, place))}]", f"{one:.6g}", f"{other:.6g}", ratio
