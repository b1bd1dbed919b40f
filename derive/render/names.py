"""What the name of a tensor, a size, an index or a function says: its letter, accent, layer number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from sympy import Expr

from derive.errors import DefinitionError, DeriveError
from derive.expression import walks
from derive.expression.partials import partial_named
from derive.forward import Forward
from derive.remembering import EXPRESSIONS

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eps": "ε", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip

ACCENTS = ("hat", "bar", "tilde", "star")

PARAMETERS = frozenset({"W", "b", "weight", "bias", "gamma", "beta"})
"""Parameters of a layer: their layer number is written above, W^(1), as homeworks do."""

WORDS = frozenset({"weight", "bias"})

SPELT = {
    "ln": "log", "asin": "arcsin", "acos": "arccos", "atan": "arctan",
    "asinh": "arsinh", "acosh": "arcosh", "atanh": "artanh",
    "arcsinh": "arsinh", "arccosh": "arcosh", "arctanh": "artanh", "ceiling": "ceil",
    "gamma": "Gamma", "Digamma": "psi", "Trigamma": "psi'", "Tetragamma": "psi''", "Pentagamma": "psi'''",
    "digamma": "psi", "trigamma": "psi'", "tetragamma": "psi''", "pentagamma": "psi'''",
}  # fmt: skip
"""Functions that are printed under another name than the one that programs give them."""

Ranks = Mapping[str, int]
"""The number of indices of each tensor by name."""


@dataclass(frozen=True)
class Name:
    """A name taken apart: ``W1`` is W with number 1, ``y_hat`` is y with an accent, ``f'`` has a prime.

    ``upstream`` marks ``dy``, the gradient of the loss with respect to y. ``tag`` is a name written below.
    """

    stem: str
    accent: str = ""
    number: str = ""
    tag: str = ""
    primes: int = 0
    upstream: bool = False

    @property
    def is_parameter(self) -> bool:
        """Whether the stem is that of a layer's parameter."""
        return self.stem in PARAMETERS

    @property
    def is_word(self) -> bool:
        """Whether it is a word to be set upright, not a letter."""
        return len(self.stem) > 1 and self.stem not in GREEK


@lru_cache(maxsize=EXPRESSIONS)
def parse_name(text: str, *, tensor: bool = True) -> Name:
    """The parts of a name that is not a partial derivative's; of a ``tensor``, or else of a size or an index."""
    primes = len(text) - len(text.rstrip("'"))
    upstream = _upstream(text) if tensor else None
    if upstream is not None:
        return upstream
    stem, *tags = text.rstrip("'").split("_")
    if not stem:
        return Name(text.rstrip("'"), primes=primes)
    accent = tags.pop(0) if tags and tags[0] in ACCENTS else ""
    rest = [tag for tag in tags if tag]
    number = ""
    plain = re.fullmatch(r"(\D*[^\W\d]\D*)(\d+)", stem)
    if plain:
        stem, number = plain.groups()
    size = re.fullmatch(r"([A-Z])(in|out)|([a-z])([A-Z])", stem)
    if size and not rest and not number:
        stem, rest = (size[1], [size[2]]) if size[1] else (size[3], [size[4]])
    return Name(stem, accent, number, "_".join(rest), primes)


def _upstream(text: str) -> Name | None:
    """``dy`` taken apart, where what follows the d is a tensor's name."""
    if not text.startswith("d") or len(text) < 2 or not (text[1].isalpha() and text.isascii()):
        return None
    rest = parse_name(text[1:])
    if (rest.is_word and rest.stem not in WORDS) or text in GREEK:
        return None
    return Name(rest.stem, rest.accent, rest.number, rest.tag, rest.primes, upstream=True)


@lru_cache(maxsize=EXPRESSIONS)
def look(text: str) -> tuple[object, ...]:
    """What tells a name from others in print: z1 and z_1, y and y_, eps and epsilon look alike."""
    name = parse_name(text)
    letter = {"l": "ℓ", "epsilon": "ε"}.get(name.stem, GREEK.get(name.stem, name.stem))
    below: tuple[object, ...] = (name.number,) if name.number else ()
    below += look(name.tag)[:-2] if name.tag else ()
    accent = (name.accent,) if name.accent else ()
    return letter, *accent, *below, name.primes, name.upstream


def require_distinct(names: Iterable[str]) -> None:
    """Complain of two names that print alike.

    Raises:
        DefinitionError: there are such.
    """
    known: dict[tuple[object, ...], str] = {}
    for name in names:
        other = known.setdefault(look(name), name)
        if other != name:
            raise DefinitionError(f"{other} and {name} look alike in print; call one of them otherwise")


def rank_of(name: str, ranks: Ranks, subscripts: int = 0) -> int:
    """The rank of a tensor: as given; 0 for the loss ``l``; else the number of its ``subscripts``."""
    return ranks.get(name, 0 if name == "l" else subscripts)


def split_subscripts(name: str, count: int, ranks: Ranks) -> tuple[str, str, int] | None:
    """Numerator, denominator and the rank of the numerator of a partial with ``count`` subscripts.

    Returns None for a name that is no partial's.

    Raises:
        DeriveError: the ranks do not say how the subscripts divide between the two.
    """
    partial = partial_named(name)
    if partial is None:
        return None
    top, bottom = partial.ends
    if top in ranks or top == "l":
        return top, bottom, min(rank_of(top, ranks), count)
    if bottom in ranks:
        return top, bottom, max(count - ranks[bottom], 0)
    if count == 0:
        return top, bottom, 0
    known = ", ".join(sorted(ranks)) or "none"
    raise DeriveError(f"the {count} subscripts of {name} need the rank of {top} or of {bottom} (ranks known: {known})")


class KnownRanks(dict[str, int]):
    """The ranks of tensors, with the names of those whose values are ``places``, which count as indices do.

    ``units`` are the axes of tensors along which there is one place only: they need no subscript. Those ``before`` the
    first time are states whose number is that of a time, where times count from 0: h₋₁, not h₀.
    """

    places: frozenset[str] = frozenset()
    units: Mapping[str, frozenset[int]] = MappingProxyType({})
    before: frozenset[str] = frozenset()


def ranks_of(forward: Forward, sizes: Mapping[Expr, Expr] = MappingProxyType({}), *, index_base: int = 1) -> KnownRanks:
    """The ranks of the tensors of a forward definition, which of them hold places, and their axes of one place.

    ``sizes`` are numbers for sizes, of which some may be 1. Where indices count from 0, states at the beginning are
    before time 0.
    """
    ranks = KnownRanks({name: len(tensor.shape) for name, tensor in forward.tensors.items()})
    ranks.places = frozenset(name for name in forward.tensors if forward.holds_places(name))
    ranks.before = frozenset(initial for _, initial in forward.initial) if index_base == 0 else frozenset()
    units = {
        name: frozenset(axis for axis, length in enumerate(tensor.shape) if walks.replaced(length, sizes) == 1)
        for name, tensor in forward.tensors.items()
    }
    ranks.units = MappingProxyType({name: axes for name, axes in units.items() if axes})
    return ranks


def units_in(ranks: Ranks, name: str) -> frozenset[int]:
    """The axes of a tensor along which there is one place only, as far as they are known."""
    return ranks.units.get(name, frozenset()) if isinstance(ranks, KnownRanks) else frozenset()


def is_before(name: str, ranks: Ranks) -> bool:
    """Whether a tensor is the state one time before time 0."""
    return isinstance(ranks, KnownRanks) and name in ranks.before


def places_in(ranks: Ranks) -> frozenset[str]:
    """The names of the tensors whose values are places, as far as they are known."""
    return ranks.places if isinstance(ranks, KnownRanks) else frozenset()
