"""The definition of a layer with the arguments that a text gives it, of the library or of a user's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace

from sympy import Expr, Integer

from derive.building.foreign import layer_elsewhere
from derive.building.language import Argument, Stage
from derive.building.order import check_arguments
from derive.errors import NetworkError, nearest
from derive.expression import symbols
from derive.expression.identifiers import quoted
from derive.layers import ACTIVATION, LAYERS, WORDS
from derive.layers.definition import LayerDefinition
from derive.layers.ranges import require_in_range
from derive.render.names import parse_name


def sized(own: LayerDefinition, stage: Stage) -> LayerDefinition:
    """A layer of a user's own with the sizes that its arguments give, in their order or by their names.

    Raises:
        NetworkError: it has no such size, or an argument is none.
    """
    given = dict(stage.named)
    known = f"its sizes are {', '.join(own.sizes)}" if own.sizes else "it has no sizes of its own"
    if len(stage.positional) > len(own.sizes):
        raise NetworkError(f"{own.name} takes {len(own.sizes)} arguments, got {len(stage.positional)}; {known}")
    for name, argument in zip(own.sizes, stage.positional, strict=False):
        if name in given:
            raise NetworkError(f"{own.name} got its size {name} twice")
        given[name] = argument
    for name, argument in given.items():
        if name not in own.sizes:
            raise NetworkError(f"{own.name} has no size {name}; {known}")
        if isinstance(argument, tuple):
            raise NetworkError(f"the size {name} of {own.name} is a number or a letter, not several")
    sizes = {name: symbols.dimension(str(given[name])) if name in given else size for name, size in own.sizes.items()}
    return replace(own, sizes=sizes)


def lengthened(definition: LayerDefinition, length: Callable[[Expr], Expr]) -> LayerDefinition:
    """The definition with other lengths of its axes."""
    lengths = {name: length(definition.sizes[name]) for name in definition.lengths}
    return replace(definition, sizes={**definition.sizes, **lengths})


def defined(stage: Stage, rank: int | None = None) -> LayerDefinition:
    """The definition of a layer of the library with the arguments that the stage gives it.

    ``rank`` is the number of axes of a sample that the layer reads, for layers that take any number of them.

    Raises:
        NetworkError: the layer does not exist, or does not take these arguments.
    """
    factory = LAYERS.get(stage.name)
    if factory is None:
        near = layer_elsewhere(stage.name) or nearest(stage.name, [*LAYERS, *ACTIVATION])
        raise NetworkError(f"there is no layer {stage.name}; {near}")
    signature = inspect.signature(factory)
    check_arguments(stage, signature)
    named = dict(stage.named)
    if rank is not None and "rank" in signature.parameters:
        named.setdefault("rank", Integer(rank))
    try:
        bound = signature.bind(*stage.positional, **named)
    except TypeError as error:
        raise NetworkError(f"{stage.name}: {error}; it takes {stage.name}{_printed(signature)}") from error
    words = WORDS.get(stage.name, {})
    for name, value in bound.arguments.items():
        option = Option(stage.name, name, signature.parameters[name].default, words.get(name, ()))
        bound.arguments[name] = option.value(value)
    return factory(*bound.args, **bound.kwargs)


def _printed(signature: inspect.Signature) -> str:
    """The arguments with their defaults, without types."""
    shown = [
        name if parameter.default is parameter.empty else f"{name}={parameter.default}"
        for name, parameter in signature.parameters.items()
    ]
    return f"({', '.join(shown)})"


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
