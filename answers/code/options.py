"""What a homework's programming part asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from answers.errors import HomeworkContentError
from derive.errors import nearest

NETWORK = "x:n -> Linear(d) -> {f} -> Linear(K) -> {g} -> y_hat"
"""The network of the class MLP; f and g are its activations."""

BATCH = "B"

TAKEN = frozenset({"MLP", "activation", "activation_backward", "safe_log", "safe_divisor", "torch", "nn", "np"})
"""Names that the files define or import themselves."""


@dataclass(frozen=True)
class CodeOptions:
    """The programming part of a homework: a class ``MLP`` and its losses, forward and backward by hand.

    Attributes:
        title: the first line of the files.
        library: the array library that the files use.
        activations: the names that ``f_function`` and ``g_function`` may have, and the layer of each.
        losses: the names of the loss functions, and the loss of each: ``MSE(mean)``, ``1/2*MSE``, ``BCE``.
        reduction: whether the loss of a batch is the mean or the sum of its samples' losses.
        example: the activations f and g and the loss of the example test.
    """

    title: str = "A two-layer network, forward and backward by hand"
    library: Literal["torch", "numpy"] = "torch"
    activations: Mapping[str, str] = field(
        default_factory=lambda: {"relu": "ReLU", "sigmoid": "Sigmoid", "identity": "Identity"}
    )
    losses: Mapping[str, str] = field(default_factory=lambda: {"mse_loss": "MSE(mean)", "bce_loss": "BCE(mean)"})
    reduction: Literal["mean", "sum"] = "mean"
    example: tuple[str, str, str] = ("relu", "identity", "mse_loss")

    def __post_init__(self) -> None:
        f, g, loss = self.example
        for given, known in ((f, self.activations), (g, self.activations), (loss, self.losses)):
            if given not in known:
                raise HomeworkContentError(f"the example uses {given}, which is not defined; {nearest(given, known)}")
        for name in self.losses:
            if name in TAKEN:
                raise HomeworkContentError(f"a loss cannot be called {name}: that is another name in the file")
        for name in (*self.activations, *self.losses):
            if not name.isidentifier():
                raise HomeworkContentError(
                    f"{name!r} cannot be the name of a function; use letters, digits and underscores"
                )
