"""Evidence: a computation of ours whose result a text quotes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from answers.contract.item import Claim, Context, Verdict
from answers.contract.model import Strict
from answers.latex.sheet import Block


@dataclass(frozen=True)
class Named:
    """A name of a text: what it may be called, and the subscript that it has."""

    base: str
    subscript: str = ""

    def __str__(self) -> str:
        return f"{self.base}_{self.subscript}" if self.subscript else self.base


Compared = Callable[[Named, Named, bool], Verdict]
"""Compares a value with the derivative of something by something, or with minus that."""


@dataclass(frozen=True)
class Found:
    """What a computation found: values by name for the text (LaTeX or plain), figures, and claims.

    ``derivatives`` compare values, by the same names, with a derivative that the text calls them.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    claims: tuple[Claim, ...] = ()
    derivatives: Mapping[str, Compared] = field(default_factory=dict)


class Evidence(Strict):
    """A kind of evidence. Each kind is one module of this package that defines one subclass."""

    kind: str

    def find(self, context: Context) -> Found:
        """Do the computation; the same options give the same result."""
        raise TypeError(f"{type(self).__name__} does not say what it finds")
