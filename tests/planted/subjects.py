"""Right derivations to plant errors in, and how a homework comes to each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from derive.derivation import Derivation
from derive.layer import layer
from derive.layers import Activation
from derive.network import Network, network
from derive.recurrent.recurrence import recurrence
from derive.with_ranges import Ranges, with_ranges
from tests.numeric.derivations import CORRECT


@dataclass(frozen=True)
class Subject:
    """A right derivation, and the item of a homework that asks for it.

    ``networks`` is what the homework says besides. Where no homework can ask for it, ``only`` says why.
    """

    derived: Callable[[], Derivation]
    networks: str = ""
    item: str = ""
    only: str = ""


@cache
def right(name: str) -> Derivation:
    """The right derivation of a subject."""
    return SUBJECTS[name].derived()


@cache
def _network(layers: str, loss: str, batch: str | None, numerator: bool) -> Network:
    return network(layers, loss=loss, batch=batch, layout="numerator" if numerator else "gradient")


def of_network(layers: str, loss: str, quantity: str, *, batch: str | None = None, numerator: bool = False) -> Subject:
    """A gradient, a Jacobian or a forward value of a network."""

    def derived() -> Derivation:
        net = _network(layers, loss, batch, numerator)
        if quantity in net.values:
            return net.value(quantity)
        return net.partial(quantity) if "/" in quantity else net.gradient(quantity)

    forward = quantity[0] in "zly" and "/" not in quantity
    said = "" if batch is None else f", batch: {batch}"
    layout = "numerator" if numerator else "gradient"
    kind = "forward_table" if forward else "elements" if "/" in quantity else "gradients"
    of = "" if forward else f", of: [{quantity}]"
    return Subject(
        derived,
        f'{{layers: "{layers}", loss: {loss}{said}}}\nconventions: {{layout: {layout}}}',
        f"{{kind: {kind}, network: net{of}}}",
    )


def of_layer(text: str, name: str, options: str, batch: str | None = None, ranges: Ranges | None = None) -> Subject:
    """The gradient of a layer, which a homework names by its ``options``."""

    def derived() -> Derivation:
        found = layer(text, batch=batch).vjp(name)
        return with_ranges(found, ranges) if ranges else found

    said = "" if batch is None else f", batch: {batch}"
    told = f", ranges: {ranges}" if ranges else ""
    return Subject(
        derived,
        "",
        f"{{kind: layer, layer: {text.partition('(')[0]}, options: {{{options}}}, of: [{name}]{said}{told}}}",
    )


def of_hessian(layers: str, loss: str, name: str) -> Subject:
    """The second derivatives of a loss by a parameter."""
    return Subject(
        lambda: _network(layers, loss, None, False).hessian(name), only="a homework asks for those by scores alone"
    )


def of_scores(loss: str) -> Subject:
    """The second derivatives of a loss by the scores that it reads."""
    return Subject(
        lambda: _network("y_hat:K", loss, None, False).hessian("y_hat"),
        item=f"{{kind: loss, loss: {loss}, hessian: true}}",
    )


def of_own(name: str, formula: str) -> Subject:
    """The slopes of an activation of one's own in a network."""

    layers = f"x:n -> Linear(d) -> {name} -> y_hat"

    def derived() -> Derivation:
        own = Activation(name, formula, call=name)
        return network(layers, loss="1/2*MSE", extra=(own,)).gradient("b1")

    return Subject(
        derived,
        f'{{layers: "{layers}", loss: 1/2*MSE}}\nactivations:\n  {name}: {{formula: "{formula}"}}',
        "{kind: gradients, network: net, of: [b1]}",
    )


def of_recurrence(name: str, cell: str = "RNNCell(H)") -> Subject:
    """A gradient of a recurrence, at all times."""

    def derived() -> Derivation:
        return next(one for one in recurrence(cell).backward() if one.quantity.name == f"dl/d{name}")

    return Subject(derived, only="no kind of answer asks for a recurrence at all times")


def by_hand(name: str) -> Subject:
    """A derivation that was made by hand."""
    return Subject(lambda: CORRECT[name], only="it was made by hand: no network or layer has it")


RELU = "x:n -> Linear(d) -> ReLU -> Linear(K) -> y_hat"
SQUARE = "x:n -> Linear(n) -> ReLU -> Linear(n) -> y_hat"
SOFTMAX = "x:n -> Linear(d) -> ReLU -> Linear(K) -> Softmax -> y_hat"
SIGMOID = "x:n -> Linear(d) -> Sigmoid -> Linear(K) -> Sigmoid -> y_hat"
CONV = "outputs: C_out, kernel: k, stride: s, padding: p"
LIMITS = "outputs: C_out, kernel: k, padding: p"
LETTERS = "Conv1d(C_out, k, stride=s, padding=p)"

SUBJECTS: dict[str, Subject] = {
    **{name: of_network(RELU, "1/2*MSE", name) for name in ("W1", "b1", "W2", "b2", "z1", "z2", "l", "dz2/dz1")},
    **{f"{name} row": of_network(RELU, "1/2*MSE", name, numerator=True) for name in ("W1", "b1", "W2")},
    **{f"{name} square": of_network(SQUARE, "1/2*MSE", name) for name in ("W1", "W2", "b1")},
    **{f"{name} batch": of_network(RELU, "1/2*MSE", name, batch="B") for name in ("W1", "b1", "W2", "x")},
    **{f"{name} softmax": of_network(SOFTMAX, "CrossEntropy", name) for name in ("b2", "z3", "dy_hat/dz3")},
    **{f"{name} sigmoid": of_network(SIGMOID, "1/2*MSE", name) for name in ("b2", "dy_hat/dz3", "W1")},
    "b1 unknown": of_network("x:n -> Linear(d) -> f -> Linear(K) -> y_hat", "1/2*MSE", "b1"),
    "dz2/dz1 leaky": of_network("x:n -> Linear(d) -> LeakyReLU -> Linear(K) -> y_hat", "1/2*MSE", "dz2/dz1"),
    "dz2/dz1 elu": of_network("x:n -> Linear(d) -> ELU -> Linear(K) -> y_hat", "1/2*MSE", "dz2/dz1"),
    "dl/dy_hat huber": of_network("x:n -> Linear(K) -> y_hat", "Huber", "dl/dy_hat"),
    "dl/dy_hat L1": of_network("x:n -> Linear(K) -> y_hat", "L1", "dl/dy_hat"),
    "dl/dy_hat hinge": of_network("x:n -> Linear(K) -> y_hat", "MultiClassHinge", "dl/dy_hat"),
    "W2 behind tanh": of_network(
        "x:n -> Linear(d) -> Tanh -> Linear(m) -> ReLU -> Linear(K) -> y_hat", "1/2*MSE", "W2"
    ),
    "beta2 normalised": of_network("x:n -> Linear(d) -> LayerNorm -> ReLU -> Linear(K) -> y_hat", "1/2*MSE", "beta2"),
    "b2 hinge": of_network("x:n -> Linear(d) -> Softplus -> Linear(K) -> y_hat", "MultiClassHinge", "b2"),
    "W_O1 heads": of_network("x:(T,4) -> MultiHeadAttention(2) -> Flatten -> Linear(K) -> y_hat", "1/2*MSE", "W_O1"),
    "hardtanh": of_own("Hardtanh", "-[z < -1] + z*[z >= -1]*[z <= 1] + [z > 1]"),
    "ReLU6": of_own("ReLU6", "z*[z > 0]*[z < 6] + 6*[z >= 6]"),
    "abs": of_own("Absolute", "abs(z)"),
    "conv z": of_layer(LETTERS, "z", CONV),
    "conv weight": of_layer(LETTERS, "weight", CONV),
    "conv bias": of_layer(LETTERS, "bias", CONV),
    "conv 3/2/1 z": of_layer(
        "Conv1d(C_out, 3, stride=2, padding=1)", "z", "outputs: C_out, kernel: 3, stride: 2, padding: 1"
    ),
    "conv 2/3 z": of_layer("Conv1d(C_out, 2, stride=3)", "z", "outputs: C_out, kernel: 2, stride: 3"),
    "conv dilated z": of_layer("Conv1d(C_out, k, dilation=r)", "z", "outputs: C_out, kernel: k, dilation: r"),
    "mean-pool 2d z": of_layer("AvgPool2d(k)", "z", "kernel: k"),
    "conv limits z": of_layer("Conv1d(C_out, k, padding=p)", "z", LIMITS, ranges="limits"),
    "conv brackets z": of_layer(LETTERS, "z", CONV, ranges="brackets"),
    "max-pool z": of_layer("MaxPool1d(k, stride=s)", "z", "kernel: k, stride: s"),
    "max-pool 3/2 z": of_layer("MaxPool1d(3, stride=2)", "z", "kernel: 3, stride: 2"),
    "mean-pool z": of_layer("AvgPool1d(k, stride=s)", "z", "kernel: k, stride: s"),
    "conv 2d z": of_layer(
        "Conv2d(C_out, 3, stride=2, padding=1)", "z", "outputs: C_out, kernel: 3, stride: 2, padding: 1"
    ),
    "transposed conv z": of_layer("ConvTranspose1d(C_out, 3, stride=2)", "z", "outputs: C_out, kernel: 3, stride: 2"),
    "layer norm z": of_layer("LayerNorm()", "z", ""),
    "group norm z": of_layer("GroupNorm(2)", "z", "groups: 2"),
    "embedding weight": of_layer("Embedding(V, d)", "weight", "rows: V, dimension: d"),
    "max-pool 2d z": of_layer("MaxPool2d(2)", "z", "kernel: 2"),
    "b1 dropout": of_network("x:n -> Linear(d) -> Dropout(0.5) -> Linear(K) -> y_hat", "MSE", "b1"),
    "x residual": of_network("x:n -> Linear(n) -> a; a + x -> s; s -> Linear(K) -> y_hat", "MSE", "x"),
    "b2 joined": of_network("x:n -> Linear(d) -> a; u:m -> Linear(w) -> b; [a, b] -> Linear(K) -> y_hat", "MSE", "b2"),
    "W_V1 attention": of_network("x:(T,n) -> SelfAttention(d) -> Flatten -> Linear(K) -> y_hat", "MSE", "W_V1"),
    "b1 smoothed": of_network("x:n -> Linear(K) -> y_hat", "SmoothedCrossEntropy", "b1"),
    "batch-norm z": of_layer("BatchNorm1d()", "z", ""),
    "hessian b1": of_hessian("x:n -> Linear(d) -> Tanh -> Linear(K) -> y_hat", "1/2*MSE", "b1"),
    "hessian scores": of_scores("SoftmaxCrossEntropy"),
    "hessian product": Subject(
        lambda: _network("x:n -> Linear(K) -> Tanh -> y_hat", "1/2*MSE", None, False).hessian_vector_product("b1"),
        only="no kind of answer asks for products with second derivatives",
    ),
    **{name: by_hand(name) for name in ("held", "no path", "softmax with labels")},
    **{f"lstm {name}": of_recurrence(name, "LSTMCell(H)") for name in ("f", "g")},
    **{f"rnn {name}": of_recurrence(name) for name in ("weight_ih", "weight_hh", "h", "h0", "z")},
}
"""Every subject by its name."""
