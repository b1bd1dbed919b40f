"""What a homework defines for its answers: networks, and layers and activations of its own."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from answers.contract.model import Strict
from answers.contract.names import (
    ActivationName,
    ConstantName,
    Dimension,
    LayerName,
    NetworkText,
    SizeName,
    StageText,
    TensorName,
)
from answers.errors import HomeworkContentError
from derive.expression import symbols
from derive.forward import Domain
from derive.layers.checked import misfits
from derive.layers.definition import Activation, LayerDefinition

Definition = LayerDefinition | Activation


class NetworkModel(Strict):
    """A network in the little language, and its loss."""

    layers: NetworkText = Field(description="such as x:n -> Linear(d) -> ReLU -> Linear(K) -> y_hat")
    loss: StageText | None = Field(None, description="such as 1/2*MSE, BCE, BCE(mean)")
    batch: Dimension | None = Field(None, description="the size of a batch; one sample if left out")
    reduction: Literal["mean", "sum"] = Field("mean", description="over a batch")


class OwnLayer(Strict):
    """A layer by its forward equations, from the input z to the output y."""

    equations: str = Field(description="rows such as y[i] = sum[j] weight[i,j]*z[j], the last one for y")
    axes: tuple[SizeName, ...] = Field(description="names of the dimensions of z")
    sizes: tuple[SizeName, ...] = Field((), description="names of further dimensions")
    derived: dict[SizeName, str] = Field(default_factory=dict, description="dimensions that follow, by their formula")
    shapes: dict[TensorName, tuple[str, ...]] = Field(
        default_factory=dict, description="of parameters, inputs and rows"
    )
    parameters: tuple[TensorName, ...] = Field((), description="the names among shapes that are learnt")
    inputs: tuple[TensorName, ...] = Field((), description="the names among shapes that are given beside z")
    values: tuple[TensorName, ...] = Field((), description="rows that answers may name")
    constants: tuple[ConstantName, ...] = Field((), description="real hyper-parameters, as symbols")
    domains: dict[TensorName, Domain] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_fit_together(self) -> OwnLayer:
        given = {"parameters": self.parameters, "inputs": self.inputs}
        for misfit in misfits(self.shapes, given, (*self.axes, *self.sizes, *self.derived), self.inputs):
            raise HomeworkContentError(misfit.message, misfit.place)
        return self

    def definition(self, name: str) -> LayerDefinition:
        """The layer under its name."""
        return LayerDefinition(
            name=name,
            equations=self.equations,
            axes=self.axes,
            sizes={size: symbols.size(size) for size in self.sizes},
            derived=self.derived,
            shapes=self.shapes,
            parameters={parameter: parameter for parameter in self.parameters},
            inputs=self.inputs,
            values=self.values,
            constants={constant: symbols.scalar(constant) for constant in self.constants},
            domains=self.domains,
        )


class OwnActivation(Strict):
    """An activation by its formula in z, such as z*tanh(log(1 + exp(z)))."""

    formula: str
    constants: dict[ConstantName, str] = Field(default_factory=dict, description="hyper-parameters with their values")

    def definition(self, name: str) -> Activation:
        """The activation under its name."""
        return Activation(name, self.formula, call=name, constants=self.constants)


class OwnDefinitions(Strict):
    """What a YAML file of definitions holds."""

    layers: dict[LayerName, OwnLayer] = Field(default_factory=dict)
    activations: dict[ActivationName, OwnActivation] = Field(default_factory=dict)

    def definitions(self) -> tuple[Definition, ...]:
        """All of them, under their names."""
        layers = (layer.definition(name) for name, layer in self.layers.items())
        activations = (activation.definition(name) for name, activation in self.activations.items())
        return (*layers, *activations)
