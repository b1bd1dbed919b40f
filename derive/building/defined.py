"""The definition of a layer with the arguments that a text gives it, of the library or of a user's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace

from sympy import Expr, Integer

from derive.building.foreign import layer_elsewhere
from derive.building.language import Stage
from derive.building.options import Option
from derive.building.order import check_arguments
from derive.errors import NetworkError, nearest
from derive.expression import symbols
from derive.layers import ACTIVATION, LAYERS, WORDS
from derive.layers.definition import LayerDefinition


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
