"""A training as a homework file describes it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from answers.contract.model import Strict
from answers.contract.names import SizeName, StageText
from answers.trainings.data import AnyData
from numeric.training import SGD, Adam, MetricName, Optimiser, Settings

MetricNames = tuple[MetricName, ...]


class Stack(Strict):
    """A network of equal hidden layers: ``depth`` times a linear layer of ``width`` and an activation."""

    width: int = Field(ge=1, description="units of each hidden layer")
    depth: int = Field(1, ge=0, description="how many hidden layers")
    activation: StageText = "ReLU"
    loss: StageText = Field(description="such as BCEWithLogits, SoftmaxCrossEntropy, MSE")
    output: str = Field("", description="an activation behind the last layer, such as Sigmoid; none if left out")

    def layers(self) -> str:
        """The network in the little language; the data say how many inputs and outputs it has."""
        hidden = f"Linear({self.width}) -> {self.activation} -> " * self.depth
        return f"x:n -> {hidden}Linear(K){f' -> {self.output}' if self.output else ''} -> y_hat"


class SGDModel(Strict):
    """Stochastic gradient descent, with momentum if that is given."""

    kind: Literal["SGD"]
    learning_rate: float = Field(gt=0)
    momentum: float = Field(0, ge=0, lt=1)
    weight_decay: float = Field(0, ge=0, description="L2 regularisation of the weights")

    def optimiser(self) -> Optimiser:
        return SGD(self.learning_rate, self.momentum, self.weight_decay)


class AdamModel(Strict):
    """Adam."""

    kind: Literal["Adam"]
    learning_rate: float = Field(0.001, gt=0)
    beta1: float = Field(0.9, ge=0, lt=1)
    beta2: float = Field(0.999, ge=0, lt=1)
    epsilon: float = Field(1e-8, gt=0)
    weight_decay: float = Field(0, ge=0, description="L2 regularisation of the weights")

    def optimiser(self) -> Optimiser:
        return Adam(self.learning_rate, self.beta1, self.beta2, self.epsilon, self.weight_decay)


class TrainingModel(Strict):
    """A network, data, and how the one learns from the other."""

    network: str | None = Field(None, description="the name of a network of the file")
    stack: Stack | None = Field(None, description="or a network of equal hidden layers")
    data: AnyData
    optimiser: Annotated[SGDModel | AdamModel, Field(discriminator="kind")]
    epochs: int = Field(ge=1)
    batch_size: int = Field(32, ge=1)
    decay: float = Field(1.0, gt=0, le=1, description="the factor of the learning rate after each epoch")
    decay_every: int = Field(1, ge=1, description="or after so many epochs")
    metrics: MetricNames = Field((), description="accuracy, weighted_accuracy, mse, rmse, r_squared")
    seed: int = Field(0, ge=0, description="of the first weights, and of the order of the samples")
    initialisation: Literal["auto", "he", "xavier"] = "auto"
    precision: Literal["float32", "float64"] = "float64"
    sizes: dict[SizeName, int] = Field(
        default_factory=dict, description="sizes of the network that the data do not give"
    )
    class_weights: tuple[float, ...] | Literal["balanced"] = Field("balanced", description="for a loss that has them")

    @model_validator(mode="after")
    def _one_network(self) -> TrainingModel:
        if (self.network is None) == (self.stack is None):
            raise ValueError("give either network, the name of one, or stack")
        return self

    def settings(self) -> Settings:
        """The same as the trainings of ``numeric`` take it."""
        return Settings(
            optimiser=self.optimiser.optimiser(),
            epochs=self.epochs,
            batch_size=self.batch_size,
            decay=self.decay,
            decay_every=self.decay_every,
            seed=self.seed,
            metrics=self.metrics,
            initialisation=self.initialisation,
            precision=self.precision,
            sizes=dict(self.sizes),
            class_weights=self.class_weights,
        )

    def hyperparameter_paths(self) -> dict[str, tuple[str, ...]]:
        """Where each hyper-parameter that can be varied stands: ``width`` in ``stack``."""
        plain = ("batch_size", "epochs", "decay", "decay_every", "seed", "initialisation")
        found: dict[str, tuple[str, ...]] = {name: (name,) for name in plain}
        for part in ("optimiser", "stack"):
            model = getattr(self, part)
            names = type(model).model_fields if model is not None else ()
            found |= {name: (part, name) for name in names if name not in ("kind", "loss")}
        found |= {name: ("sizes", name) for name in self.sizes}
        return found | {name: ("data", name) for name in ("noise", "samples", "keep") if hasattr(self.data, name)}

    def varied(self, name: str, value: Any) -> TrainingModel:
        """This training with another value of one hyper-parameter.

        Raises:
            KeyError: it has no such hyper-parameter.
            ValidationError: the value cannot be one of it.
        """
        content = self.model_dump()
        *path, last = self.hyperparameter_paths()[name]
        inside = content
        for key in path:
            inside = inside[key]
        inside[last] = value
        return TrainingModel.model_validate(content)

    def value_of(self, name: str) -> Any:
        """The value of a hyper-parameter.

        Raises:
            KeyError: it has no such hyper-parameter.
        """
        found: Any = self.model_dump()
        for key in self.hyperparameter_paths()[name]:
            found = found[key]
        return found
