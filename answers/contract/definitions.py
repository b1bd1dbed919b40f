"""What a homework defines for its answers: networks, and layers, activations and losses of its own."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from answers.contract.model import Strict
from answers.contract.names import (
    ActivationName,
    ConstantName,
    Dimension,
    FunctionName,
    LayerName,
    LossName,
    NetworkText,
    ObjectiveText,
    SizeName,
    TensorName,
)
from answers.errors import HomeworkContentError
from derive.errors import nearest
from derive.expression import symbols
from derive.forward import Domain
from derive.layers.checked import misfits
from derive.layers.definition import Activation, LayerDefinition, LossDefinition

Definition = LayerDefinition | Activation | LossDefinition


class NetworkModel(Strict):
    """A network in the little language, and its loss."""

    layers: NetworkText = Field(description="such as x:n -> Linear(d) -> ReLU -> Linear(K) -> y_hat")
    loss: ObjectiveText | None = Field(None, description="such as 1/2*MSE, BCE(mean), MSE + lambda/2*L2(W1)")
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
    outputs: tuple[TensorName, ...] = Field(("y",), description="rows that it hands on; the next layer reads the first")
    states: dict[TensorName, TensorName] = Field(
        default_factory=dict, description="for each input that is a row of the step before, that row: {h_prev: h}"
    )
    values: tuple[TensorName, ...] = Field((), description="rows that answers may name")
    constants: tuple[ConstantName, ...] = Field((), description="real hyper-parameters, as symbols")
    domains: dict[TensorName, Domain] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_fit_together(self) -> OwnLayer:
        given = {"parameters": self.parameters, "inputs": self.inputs}
        for name in self.states:
            if name not in self.inputs:
                near = nearest(name, self.inputs) if self.inputs else "inputs is empty"
                raise HomeworkContentError(f"the state {name} is not among the inputs; {near}", ("states", name))
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
            outputs=self.outputs,
            states=self.states,
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


class OwnLoss(Strict):
    """A loss of one sample by its equations from the prediction and the target to its value, the last row."""

    equations: str = Field(description="rows such as l = sum[k] (y_hat[k] - y[k])^2, the last one a number")
    axes: tuple[SizeName, ...] = Field(("K",), description="names of the dimensions of the prediction; [] for a number")
    prediction: TensorName = Field("y_hat", description="what the equations call the prediction")
    target: TensorName | None = Field("y", description="what they call the target; null where there is none")
    shapes: dict[TensorName, tuple[str, ...]] = Field(default_factory=dict, description="of inputs, buffers and rows")
    inputs: tuple[TensorName, ...] = Field((), description="given for each sample, or values of the network")
    buffers: tuple[TensorName, ...] = Field((), description="given once for all samples, such as weights of classes")
    values: tuple[TensorName, ...] = Field((), description="rows that answers may name")
    constants: tuple[ConstantName, ...] = Field((), description="real hyper-parameters, as symbols")
    functions: dict[FunctionName, str] = Field(default_factory=dict, description="functions by their formula in z")
    domains: dict[TensorName, Domain] = Field(default_factory=dict, description="what prediction and target hold")

    @model_validator(mode="after")
    def _names_fit_together(self) -> OwnLoss:
        given = {"inputs": self.inputs, "buffers": self.buffers}
        for misfit in misfits(self.shapes, given, self.axes, (*self.inputs, *self.buffers)):
            raise HomeworkContentError(misfit.message, misfit.place)
        return self

    def definition(self, name: str) -> LossDefinition:
        """The loss under its name."""
        return LossDefinition(
            name=name,
            equations=self.equations,
            target=None if self.target is None else self.domains.get(self.target, "real"),
            prediction=self.domains.get(self.prediction, "real"),
            functions=self.functions,
            constants={constant: constant for constant in self.constants},
            inputs=self.inputs,
            buffers=self.buffers,
            shapes=self.shapes,
            values=self.values,
            domains=self.domains,
            source=self.prediction,
            target_name=self.target or "y",
            axes=self.axes,
        )


class OwnDefinitions(Strict):
    """What a YAML file of definitions holds."""

    layers: dict[LayerName, OwnLayer] = Field(default_factory=dict)
    activations: dict[ActivationName, OwnActivation] = Field(default_factory=dict)
    losses: dict[LossName, OwnLoss] = Field(default_factory=dict)

    def definitions(self) -> tuple[Definition, ...]:
        """All of them, under their names."""
        layers = (layer.definition(name) for name, layer in self.layers.items())
        activations = (activation.definition(name) for name, activation in self.activations.items())
        losses = (loss.definition(name) for name, loss in self.losses.items())
        return (*layers, *activations, *losses)
