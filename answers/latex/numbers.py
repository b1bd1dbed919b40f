"""Numbers as a text prints them."""

from __future__ import annotations


def scientific(value: float, digits: int = 2) -> str:
    """A number in LaTeX maths with so many digits: ``9.5 \\times 10^{-7}``, plain between 0.01 and 1000."""
    plain = f"{value:#.{digits}g}".rstrip(".")
    if value == 0 or (0.01 <= abs(value) < 1000 and "e" not in plain):
        return plain
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}"
