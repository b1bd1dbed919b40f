"""The gamma function and the derivatives of its logarithm, of real numbers.

SymPy has them too, but of complex numbers, and it writes polygamma(0, 1) in Euler's constant. These stay as they are
written, and ``LogGamma`` is log|Γ|, as in NumPy's and PyTorch's libraries, which is real at negative numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

from sympy import Expr, Function
from sympy.core.function import ArgumentIndexError


class RealFunction(Function):
    """A function of one real number whose values are real."""

    nargs = 1

    def _eval_is_extended_real(self) -> bool:
        return True

    def fdiff(self, argindex: int = 1) -> Expr:
        """The derivative by the argument.

        Raises:
            ArgumentIndexError: it is none that has a name here.
        """
        raise ArgumentIndexError(self, argindex)


class Gamma(RealFunction):
    """Γ(z), the continuation of the factorial: Γ(n + 1) = n!."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """Γ(z)·ψ(z)."""
        return self * Digamma(self.args[0])


class LogGamma(RealFunction):
    """log|Γ(z)|."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """ψ(z), on both sides of 0."""
        return Digamma(self.args[0])


class PolyGamma(RealFunction):
    """A derivative of log|Γ|, of one order for each of its kinds."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """The one of the next order."""
        kind = NEXT.get(type(self))
        return super().fdiff(argindex) if kind is None else kind(self.args[0])


class Digamma(PolyGamma):
    """ψ(z), the first derivative of log|Γ|."""


class Trigamma(PolyGamma):
    """ψ'(z), the second one."""


class Tetragamma(PolyGamma):
    """ψ''(z)."""


class Pentagamma(PolyGamma):
    """ψ'''(z), the last one that has a name here."""


POLYGAMMA: tuple[type[PolyGamma], ...] = (Digamma, Trigamma, Tetragamma, Pentagamma)
"""The derivatives of log|Γ| by their order as derivatives of ψ, from 0 on."""

NEXT = MappingProxyType(dict(pairwise(POLYGAMMA)))
"""For each its derivative."""

ORDER: Mapping[type[RealFunction], int] = MappingProxyType({kind: order for order, kind in enumerate(POLYGAMMA)})
"""How often ψ is differentiated."""

FAMILY: tuple[type[RealFunction], ...] = (Gamma, LogGamma, *POLYGAMMA)


def named(kind: type[RealFunction]) -> str:
    """What equations and programs call one of the functions."""
    return {Gamma: "gamma", LogGamma: "lgamma"}.get(kind) or kind.__name__.lower()


SPELT = MappingProxyType({named(kind): kind for kind in FAMILY})
"""The functions by the names that equations call them."""
