"""The evidence ``depth``: how gradients fare on their way through many layers, measured on random networks."""

from __future__ import annotations

from typing import Literal

import numpy
from numpy.typing import NDArray
from pydantic import Field, model_validator

from answers.contract.evidence import Evidence, Found, quoted_claim
from answers.contract.item import Claim, Context
from answers.contract.methods import QUOTIENT as QUOTIENT_ALONG
from answers.formulas.called import activation_in
from answers.latex.numbers import scientific
from answers.latex.plotting import curve, plot
from answers.latex.sheet import Plots
from derive.layers import Activation
from derive.network import Network, network
from numeric import Compiled, compile, evaluate
from numeric.checks.comparison import Comparison, relative_error
from numeric.checks.tolerances import QUOTIENT

Arrays = dict[str, NDArray[numpy.float64]]


class Depth(Evidence):
    """For each activation ``NAME_ratio``: the gradient at the first layer over that at the last.

    Every network is a stack of ``depth`` linear layers of one width with the activation behind each. The
    weights are normal with variance gain²/width (``gains``), as usual for the activation; the ratio of the
    norms is the geometric mean over ``networks`` networks.
    """

    kind: Literal["depth"]
    functions: tuple[str, ...] = Field(min_length=1)
    gains: tuple[float, ...] = Field((), description="one for each function; 1 if left out")
    depth: int = Field(10, ge=2)
    width: int = Field(16, ge=1)
    networks: int = Field(5, ge=1)
    seed: int = 0

    @model_validator(mode="after")
    def _a_gain_for_each(self) -> Depth:
        if self.gains and len(self.gains) != len(self.functions):
            raise ValueError(f"{len(self.gains)} gains were given for {len(self.functions)} functions")
        return self

    def find(self, context: Context) -> Found:
        gains = self.gains or (1.0,) * len(self.functions)
        values = {
            "depth": str(self.depth),
            "width": str(self.width),
            "networks": str(self.networks),
            "seed": str(self.seed),
        }
        curves, claims = [], []
        for name, gain in zip(self.functions, gains, strict=True):
            stack = _stack(activation_in(name, context), self.depth, self.width)
            step = compile(stack, by=[name for name in stack.parameters if name.startswith("b")])
            weights = [_weights(stack, gain, self.seed + k) for k in range(self.networks)]
            norms = numpy.array([_norms(step, arrays) for arrays in weights])
            mean = numpy.log10(norms / norms[:, -1:]).mean(axis=0)
            values[f"{name}_ratio"] = scientific(float(10 ** mean[0]))
            curves.append(curve(numpy.arange(1.0, self.depth + 1), mean, name))
            ratio = float(numpy.prod(norms[:, 0] / norms[:, -1]) ** (1 / self.networks))
            claims.append(self._claim(name, stack, step, weights[0]))
            claims.append(quoted_claim(f"ratio quoted for {name}", values, {f"{name}_ratio": ratio}))
        caption = "Norm of the gradient at each layer, relative to the last layer (geometric mean)."
        figure = Plots((plot(curves, "layer", width=9.0, height=4.2, logarithmic=True),), caption)
        return Found(values, (figure,), tuple(claims))

    def _claim(self, name: str, stack: Network, step: Compiled, arrays: Arrays) -> Claim:
        """The gradient at the first layer against a difference quotient of the forward pass."""

        def verdict() -> Comparison:
            gradient = _gradients(step, arrays)[0]
            direction = numpy.random.default_rng(self.seed).standard_normal(self.width)
            reach = 1e-6
            sides = [
                evaluate(stack.value("l", written_out=False), arrays | {"b1": arrays["b1"] + s * direction})
                for s in (reach, -reach)
            ]
            slope, along = float(sides[0] - sides[1]) / (2 * reach), float(gradient @ direction)
            return Comparison(relative_error(slope, along), QUOTIENT)

        what = f"gradient through {self.depth} layers of {name}"
        return Claim(what, what, (QUOTIENT_ALONG,), verdict)


def _stack(activation: Activation, depth: int, width: int) -> Network:
    layers = " -> ".join([f"x:{width}", *[f"Linear({width}) -> {activation.name}"] * depth])
    return network(layers, "1/2*MSE", extra=[activation])


def _weights(stack: Network, gain: float, seed: int) -> Arrays:
    random = numpy.random.default_rng(seed)
    arrays = {}
    for tensor in stack.forward.given:
        shape = tuple(int(length) for length in tensor.shape)
        scale = gain / numpy.sqrt(shape[1]) if len(shape) == 2 else 0.0 if tensor.role == "parameter" else 1.0
        arrays[tensor.name] = scale * random.standard_normal(shape)
    return arrays


def _norms(step: Compiled, arrays: Arrays) -> list[float]:
    return [float(numpy.linalg.norm(gradient)) for gradient in _gradients(step, arrays)]


def _gradients(step: Compiled, arrays: Arrays) -> list[NDArray[numpy.float64]]:
    """The gradient with respect to every linear layer's output, which is that of its bias, at a batch of one."""
    data = [arrays[tensor.name][None] for tensor in (*step.plan.inputs, *step.plan.beside)]
    _, gradients = step.loss_and_gradients(arrays, *data)
    return list(gradients.values())
