"""A derivation is a value: what was derived, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass, field

from sympy import Expr

from derive.render.derivations import derivation_latex, derivation_unicode
from derive.steps import Derived, Notation


@dataclass(frozen=True)
class General:
    """The derivation for all sizes of which another one is a case, and the numbers that make it that case."""

    derivation: Derivation
    numbers: tuple[tuple[Expr, Expr], ...]


@dataclass(frozen=True)
class Derivation(Derived):
    """The derivation of one quantity of a forward definition.

    Where sizes are large numbers, ``general`` is the derivation with letters that it comes from.
    """

    general: General | None = field(default=None, compare=False, repr=False)

    def __repr__(self) -> str:
        return f"Derivation({self.unicode()})"

    def _repr_latex_(self) -> str:
        """What a notebook shows: the equation, with the one command of it that MathJax does not know."""
        return rf"$\def\bm#1{{\boldsymbol{{#1}}}} \displaystyle {self.latex()}$"

    def latex(self, notation: Notation = "matrix", *, steps: bool = False) -> str:
        """The equation in LaTeX; with ``steps`` the body of an ``align*`` that holds all of them."""
        return derivation_latex(self, notation, steps)

    def unicode(self, notation: Notation = "matrix", *, steps: bool = False) -> str:
        """The equation for a terminal; with ``steps`` all of them, each under its sentence."""
        return derivation_unicode(self, notation, steps)
