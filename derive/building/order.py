"""Arguments of layers in the order, or by the names, of another library: refused with what is meant here."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import MappingProxyType

from derive.building.foreign import ARGUMENTS, FOLLOWING
from derive.building.language import Argument, Stage
from derive.errors import NetworkError

KEPT: Mapping[str, slice] = MappingProxyType({"GroupNorm": slice(0, 1), "Bilinear": slice(-1, None)})
"""Which of PyTorch's arguments stay, where it is not all but the first."""

WINDOWS = ("Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d")


def check_arguments(stage: Stage, signature: inspect.Signature) -> None:
    """See to it that the arguments of a layer are not in the order, or by the names, of another library.

    Raises:
        NetworkError: they are; the message says how the layer is written here.
    """
    for name, _ in stage.named:
        if name in signature.parameters:
            continue
        if name in FOLLOWING:
            raise NetworkError(f"{stage.name} has no {name}: the size of its input follows from what stands before it")
        if ARGUMENTS.get(name) in signature.parameters:
            raise NetworkError(f"{stage.name} has no {name}; here it is called {ARGUMENTS[name]}")
    for name, argument in zip(signature.parameters, stage.positional, strict=False):
        if isinstance(signature.parameters[name].default, bool) and not _is_truth(argument):
            kept = stage.positional[KEPT.get(stage.name, slice(1, None))]
            meant = f"{stage.name}({', '.join(map(str, kept))})" if kept else stage.name
            raise NetworkError(
                f"{stage.name}: {name} is True or False, not {argument}. The size of the input follows "
                f"from what stands before it; did you mean {meant}?"
            )


def check_order(stage: Stage) -> None:
    """See to it that a convolution in a text says which of its numbers is what, where that is no matter of course.

    Raises:
        NetworkError: it has more than two arguments without names, as PyTorch's have, whose first is another one.
    """
    if stage.name not in WINDOWS or len(stage.positional) < 3:
        return
    first, second, third, *_ = map(str, stage.positional)
    name, given = stage.name, ", ".join(map(str, stage.positional))
    raise NetworkError(
        f"{name}({given}) can be read in two ways. The number of input channels follows from what stands before it: "
        f"PyTorch's {name}({first}, {second}, {third}) is {name}({second}, {third}) here, "
        f"and with {third} as the stride it is {name}({first}, {second}, stride={third})"
    )


def _is_truth(argument: Argument) -> bool:
    return isinstance(argument, str) and argument.lower() in ("true", "false")
