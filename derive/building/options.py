"""The arguments of a layer: sizes, truth values, and the words that a layer knows."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from sympy import Expr, Integer

from derive.building.language import Argument
from derive.errors import NetworkError
from derive.expression import symbols
from derive.expression.identifiers import quoted
from derive.layers.ranges import require_in_range
from derive.render.names import parse_name

TRUTH = {"true": True, "false": False}

MODES = frozenset(
    "same valid full causal zeros ones constant reflect reflection replicate circular symmetric edge wrap "
    "none null auto default nearest linear bilinear bicubic mean sum max average channels_first channels_last".split()
)
"""Words that libraries give a meaning to; nobody calls a size so."""


@dataclass(frozen=True)
class Option:
    """An argument of a layer: its ``default``, empty where it must be given, and the ``words`` that it may be."""

    layer: str
    name: str
    default: object
    words: tuple[str, ...] = ()

    def value(self, given: Argument) -> object:
        """What the layer is given: names of sizes become sizes, ``True`` and ``False`` truth values.

        Raises:
            NetworkError: it is a word that is no size, no truth value where one is expected, or a number outside of
                the range of the hyper-parameter.
        """
        value = given if isinstance(given, str) and given in self.words else self._read(given)
        if isinstance(self.default, bool) and not isinstance(value, bool):
            raise NetworkError(f"{self.layer}: {self.name} is True or False, not {value}")
        require_in_range(self.layer, self.name, value)
        return value

    def _read(self, given: Argument) -> object:
        if isinstance(given, tuple):
            return tuple(self._read(part) for part in given)
        if isinstance(given, Expr):
            return Integer(given) if given.is_Integer else given
        if given.lower() in TRUTH and isinstance(self.default, bool):
            return TRUTH[given.lower()]
        if given.lower() in MODES | TRUTH.keys() or not self._may_be(given):
            known = "".join(f", or {word}" for word in self.words)
            raise NetworkError(
                f"{self.layer}: {self.name} is a number or the letter of a size, such as {self.name[0]}{known}; "
                f"not {quoted(given)}"
            )
        return symbols.size(given)

    def _may_be(self, given: str) -> bool:
        """Whether a word may be the name of the size: a letter with what stands below it, or what it is called.

        A number of units or channels, which has no default, may be called by any word.
        """
        if isinstance(self.default, bool) or self.default is inspect.Parameter.empty or given == self.name:
            return True
        return not parse_name(given, tensor=False).is_word
