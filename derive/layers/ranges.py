"""The numbers that hyper-parameters may be, by their names, which mean the same in all layers and losses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sympy import Expr

from derive.errors import NetworkError
from derive.expression.symbols import LARGEST


@dataclass(frozen=True)
class Range:
    """Numbers from ``low`` to ``high``, with or without the ends themselves; ``whole`` ones or all.

    ``lettered`` says whether a letter may stand for one.
    """

    low: int | None = None
    high: int | None = None
    whole: bool = False
    above: bool = False
    below: bool = False
    lettered: bool = True

    def __contains__(self, number: Expr) -> bool:
        """Whether a number is one of them."""
        if not number.is_real or not number.is_finite or (self.whole and not number.is_Integer):
            return False
        if self.low is not None and (number < self.low or (self.above and number == self.low)):
            return False
        return self.high is None or not (number > self.high or (self.below and number == self.high))

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        start = "" if self.low is None else f" above {self.low}" if self.above else f" from {self.low}"
        if self.high is None:
            return kind + start + (" on" if start and not self.above else "")
        return f"{kind}{start} to {'below ' if self.below else ''}{self.high}"

    def require(self, owner: str, name: str, value: object) -> None:
        """See that the value of a hyper-parameter, or each of several, is in the range.

        Raises:
            NetworkError: a number is not, or a letter stands where none may.
        """
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Expr) and one.is_Integer and abs(one) > LARGEST:
                raise NetworkError(f"{owner}: {name} is at most 10^15, not {str(one)[:20]}...")
            if isinstance(one, Expr) and (one not in self if one.is_number else not self.lettered):
                raise NetworkError(f"{owner}: {name} is {self}, not {one}")


COUNT = Range(low=1, whole=True)
NOT_NEGATIVE = Range(low=0)
POSITIVE = Range(low=0, above=True)
ANY = Range()

RANGES: Mapping[str, Range] = MappingProxyType(
    {
        **dict.fromkeys(("outputs", "kernel", "stride", "dilation", "groups", "pieces", "hidden", "heads"), COUNT),
        **dict.fromkeys(("rows", "dimension", "width", "keys", "values", "other", "scale", "factor", "size"), COUNT),
        "rank": Range(low=1, whole=True, lettered=False),
        **dict.fromkeys(("padding", "output_padding"), Range(low=0, whole=True)),
        "shape": Range(low=-1, whole=True),
        "axis": Range(whole=True, lettered=False),
        "p": Range(low=0, high=1, below=True),
        **dict.fromkeys(("slope", "alpha", "low", "high", "above", "below", "threshold", "value"), ANY),
        **dict.fromkeys(("beta", "delta", "power"), POSITIVE),
        **dict.fromkeys(("margin", "gamma", "lambda", "k"), NOT_NEGATIVE),
        "smoothing": Range(low=0, high=1),
    }
)
"""The range of every hyper-parameter that is a number."""


def require_in_range(owner: str, name: str, value: object) -> None:
    """See that a hyper-parameter of the library has a value that it may have.

    Raises:
        NetworkError: a number is outside of the range that is declared for it.
    """
    RANGES.get(name, ANY).require(owner, name, value)
