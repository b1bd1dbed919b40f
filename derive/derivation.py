"""A derivation is a value: what was derived, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module

from sympy import Expr

from derive.render.derivations import derivation_latex, derivation_unicode
from derive.render.notebook import notebook_html
from derive.steps import Derived, Notation

LONGEST = 100
"""A prompt shows an equation of so many characters; of a longer one what it is of."""


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
        text = self.unicode()
        if "\n" in text or len(text) > LONGEST:
            text = f"{text.partition(' = ')[0]} = …, shape {' × '.join(map(str, self.shape)) or '1'}"
        return f"Derivation({text})"

    def _repr_latex_(self) -> str:
        """What a notebook shows: the equation, with the one command of it that MathJax does not know."""
        return rf"$\def\bm#1{{\boldsymbol{{#1}}}} \displaystyle {self.latex()}$"

    def _repr_html_(self) -> str:
        """What a notebook shows: the equation, its shape, and the steps to be opened."""
        return notebook_html(self)

    def latex(self, notation: Notation = "matrix", *, steps: bool = False) -> str:
        """The equation in LaTeX; with ``steps`` the body of an ``align*`` that holds all of them."""
        return derivation_latex(self, notation, steps)

    def unicode(self, notation: Notation = "matrix", *, steps: bool = False) -> str:
        """The equation for a terminal; with ``steps`` all of them, each under its sentence."""
        return derivation_unicode(self, notation, steps)

    def sympy(self) -> Expr:
        """The element at the quantity's indices as an expression of SymPy."""
        return self.result

    def numpy(self) -> str:
        """A module for NumPy with one function, which computes this from what is given.

        Raises:
            CompileError: something in it has no generated code, or a size that no array shows.
        """
        return self._program("numpy")

    def torch(self) -> str:
        """The same for PyTorch."""
        return self._program("torch")

    def jax(self) -> str:
        """The same for JAX."""
        return self._program("jax")

    def _program(self, target: str) -> str:
        # Programs are written above derivations, which know nothing of them until one is asked for.
        return str(import_module("numeric.codegen.single").source_of(self, target))

    def equals(self, other: Derivation) -> bool:
        """Whether another derivation has the same value, at random points of what this one is given."""
        return bool(import_module("numeric.checks.equality").same_value(self, other))
