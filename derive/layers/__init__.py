"""The layers, activations and losses that the little language knows, by their forward definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from inspect import signature
from types import MappingProxyType

from derive.building.reader import parse_formula
from derive.expression import symbols
from derive.expression.scalar import ScalarFunction
from derive.layers import attention, convolution, dense, gates, normalisation, pooling, recurrent, shapes, space
from derive.layers.activations import ACTIVATIONS, NAMED
from derive.layers.definition import Activation, LayerDefinition, LossDefinition, Penalty
from derive.layers.losses import LOSSES, PENALTIES
from derive.remembering import ONE

LAYERS: Mapping[str, Callable[..., LayerDefinition]] = MappingProxyType(
    {
        **dense.LAYERS,
        **convolution.LAYERS,
        **pooling.LAYERS,
        **normalisation.LAYERS,
        **gates.LAYERS,
        **shapes.LAYERS,
        **space.LAYERS,
        **attention.LAYERS,
        **recurrent.LAYERS,
    }
)
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(convolution.WORDS)
ACTIVATION: Mapping[str, Activation] = MappingProxyType({activation.name: activation for activation in ACTIVATIONS})
CALLED: Mapping[str, Activation] = MappingProxyType(
    {activation.call: activation for activation in ACTIVATIONS if activation.call and not activation.learnt}
)
"""The activations that have a formula in one number, by the name that equations call them."""
LOSS: Mapping[str, LossDefinition] = MappingProxyType({loss.name: loss for loss in LOSSES})
PENALTY: Mapping[str, Penalty] = MappingProxyType({penalty.name: penalty for penalty in PENALTIES})


@lru_cache(maxsize=ONE)
def named_functions() -> tuple[ScalarFunction, ...]:
    """The scalar functions that other formulas may apply: sigma, tanh, Phi."""
    return tuple(scalar_function(activation.call, activation.formula) for activation in NAMED)


@lru_cache(maxsize=ONE)
def parameter_names() -> frozenset[str]:
    """What parameters of the library's layers are called, in a layer alone and before a number in a network."""
    names = {name for activation in ACTIVATIONS for name in activation.learnt}
    for factory in LAYERS.values():
        needed = [option for option in signature(factory).parameters.values() if option.default is option.empty]
        definition = factory(*(symbols.size(f"n{place}") for place, _ in enumerate(needed)))
        names |= {*definition.parameters, *definition.parameters.values()}
    return frozenset(names)


def scalar_function(
    name: str, formula: str, constants: tuple[tuple[str, str], ...] = (), functions: Iterable[str] = ()
) -> ScalarFunction:
    """A scalar function from its formula in ``z``; constants are replaced by their values.

    It may apply the library's functions, and those named in ``functions``.

    Raises:
        DefinitionError: the formula cannot be read, or applies what is no function.
    """
    values = {key: parse_formula(value) for key, value in constants}
    known = {*CALLED, *functions}
    return ScalarFunction(name, symbols.scalar("z"), parse_formula(formula, constants=values, functions=known))


__all__ = [
    "ACTIVATION",
    "CALLED",
    "LAYERS",
    "LOSS",
    "PENALTY",
    "WORDS",
    "Activation",
    "LayerDefinition",
    "LossDefinition",
    "Penalty",
    "named_functions",
    "parameter_names",
    "scalar_function",
]
