"""What a homework may choose about a training."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from answers.code.programming import Programming
from answers.errors import HomeworkContentError
from derive.errors import nearest
from derive.layers import ACTIVATION
from numeric.training import MetricName

Library = Literal["numpy", "torch", "keras"]

DATA = {"classification": ("breast_cancer", "wine", "digits", "iris"), "regression": ("diabetes",)}
"""The sets that come with scikit-learn, by task."""

IN_LIBRARIES = {"ReLU": ("ReLU", "relu"), "Tanh": ("Tanh", "tanh"), "Sigmoid": ("Sigmoid", "sigmoid"),
                "SiLU": ("SiLU", "silu"), "Softplus": ("Softplus", "softplus")}  # fmt: skip
"""Activations, what PyTorch's modules of them are called, and what Keras calls them."""


class TrainingOptions(Programming):
    """A programming part: train a network of one hidden layer on a bundled set and report how good it is."""

    template: Literal["training"] = Field(default="training", description="a training on a set of scikit-learn")
    task: Literal["classification", "regression"] = Field(
        default="classification", description="what is learnt; a classification has a rare class"
    )
    title: str = Field(default="", description="the first line of the files; the task if left out")
    data: str = Field(
        default="", description="a set of scikit-learn: breast_cancer, wine, digits, iris, or diabetes for a regression"
    )
    libraries: tuple[Library, ...] = Field(
        default=("numpy", "torch", "keras"), description="NumPy is solved only; the others are handed out too"
    )
    rare: float = Field(default=0.2, gt=0, le=1, description="the share of class 0 that is kept")
    hidden: int = Field(default=32, ge=1, description="units of the hidden layer")
    activation: str = Field(default="ReLU", description="of the hidden layer")
    epochs: int = Field(default=40, ge=1)
    batch_size: int = Field(default=32, ge=1)
    learning_rate: float = Field(default=0.05, gt=0)
    seed: int = 0
    at_least: float | None = Field(
        default=None, description="the weighted accuracy that must be reached (0.8), or R^2 of a regression (0.3)"
    )

    @model_validator(mode="after")
    def _fit_together(self) -> TrainingOptions:
        if self.data_set not in DATA[self.task]:
            known = DATA[self.task]
            raise HomeworkContentError(f"{self.data_set} is no set for a {self.task}; {nearest(self.data_set, known)}")
        if self.activation not in IN_LIBRARIES:
            kind = "has no counterpart in the libraries" if self.activation in ACTIVATION else "does not exist"
            near = nearest(self.activation, IN_LIBRARIES)
            raise HomeworkContentError(f"the activation {self.activation} {kind}; {near}")
        if not self.libraries or len(set(self.libraries)) < len(self.libraries):
            raise HomeworkContentError(f"libraries must differ; got {', '.join(self.libraries) or 'none'}")
        return self

    @property
    def data_set(self) -> str:
        """The set, that of the task if none is named."""
        return self.data or DATA[self.task][0]

    @property
    def threshold(self) -> float:
        """The weighted accuracy, or R^2 of a regression, that the trained network must reach."""
        if self.at_least is not None:
            return self.at_least
        return 0.8 if self.task == "classification" else 0.3

    @property
    def metric(self) -> str:
        """The name of the function that says how good the network is."""
        return "weighted_accuracy" if self.task == "classification" else "r_squared"

    @property
    def results(self) -> tuple[MetricName, ...]:
        """What the files report of themselves."""
        return ("accuracy", "weighted_accuracy") if self.task == "classification" else ("r_squared", "rmse")

    @property
    def heading(self) -> str:
        """The first line of the files."""
        if self.title:
            return self.title
        return "Classification with a rare class" if self.task == "classification" else "Regression"
