"""What can be wrong with the arrays or expressions that are to be evaluated."""

from __future__ import annotations


class ArrayError(ValueError):
    """Arrays that are missing, or whose shapes do not fit a forward definition."""


class MissingSizeError(ArrayError):
    """A size that no array shows and that is not given either; ``name`` is what it is called."""

    def __init__(self, name: str, known: str) -> None:
        super().__init__(
            f"no array gives the size {name} (known sizes: {known}); give it beside the arrays, such as {name}=3"
        )
        self.name, self.known = name, known


class CheckError(ValueError):
    """A derivation that contradicts its forward definition, and so is no answer."""


class ExpressionError(ValueError):
    """An expression or matrix node that has no number here."""
