"""What a homework may choose about its ``mlp.py``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from answers.code.programming import Programming
from answers.contract.names import FunctionName, StageText
from answers.errors import HomeworkContentError
from derive.errors import nearest

NETWORK = "x:n -> Linear(d) -> {f} -> Linear(K) -> {g} -> y_hat"
"""The network of the class MLP; f and g are its activations."""

BATCH = "B"

TAKEN = frozenset({"MLP", "activation", "activation_backward", "safe_log", "safe_divisor", "torch", "nn", "np"})
"""Names that the files define or import themselves."""


class MlpOptions(Programming):
    """The programming part of a homework: a class ``MLP`` and its losses, forward and backward by hand."""

    template: Literal["mlp"] = Field(default="mlp", description="mlp.py: a class MLP of two linear layers")
    library: Literal["torch", "numpy"] = Field(default="torch", description="the array library that the files use")
    title: str = Field(
        default="A two-layer network, forward and backward by hand", description="the first line of the files"
    )
    activations: dict[FunctionName, StageText] = Field(
        default_factory=lambda: {"relu": "ReLU", "sigmoid": "Sigmoid", "identity": "Identity"},
        description="the names that f_function and g_function may have, and the activation of each",
    )
    losses: dict[FunctionName, StageText] = Field(
        default_factory=lambda: {"mse_loss": "MSE(mean)", "bce_loss": "BCE(mean)"},
        description="the names of the loss functions, and the loss of each",
    )
    reduction: Literal["mean", "sum"] = Field(default="mean", description="of the losses of a batch")
    example: tuple[str, str, str] = Field(
        default=("relu", "identity", "mse_loss"), description="the activations f and g and the loss of the example test"
    )

    test: FunctionName = Field(default="test_mlp", description="what the example test's file is called, without .py")

    @model_validator(mode="after")
    def _fits_together(self) -> MlpOptions:
        f, g, loss = self.example
        for given, known in ((f, self.activations), (g, self.activations), (loss, self.losses)):
            if given not in known:
                raise HomeworkContentError(f"the example uses {given}, which is not defined; {nearest(given, known)}")
        for name in self.losses:
            if name in TAKEN or name.startswith("test_"):
                raise HomeworkContentError(f"a loss cannot be called {name}: that is another name in the file")
        return self
