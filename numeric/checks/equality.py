"""Whether two derivations have one value, however they are written."""

from __future__ import annotations

from derive.derivation import Derivation
from numeric.arrays.threads import one_thread
from numeric.checks.comparison import largest, relative_error
from numeric.checks.tolerances import DOUBLE
from numeric.errors import ArrayError
from numeric.sampling.points import samples
from numeric.values.evaluation import evaluate

POINTS = 3


def same_value(one: Derivation, other: Derivation, seed: int = 0) -> bool:
    """Whether two derivations have one value at random points of what the first is given.

    They may be of different forward definitions, if these are given tensors of the same names and shapes.
    """
    with one_thread():
        for sizes, arrays in samples(one.forward, seed, POINTS):
            given = {**arrays, **{symbol.name: length for symbol, length in sizes.items()}}
            try:
                left, right = evaluate(one, given), evaluate(other, given)
                if relative_error(left, right, max(largest(right), 1e-9)) > DOUBLE:
                    return False
            except ArrayError:
                return False
    return True
