from __future__ import annotations

import re

import pytest

from derive.errors import DeriveError, NetworkError
from derive.expression.symbols import size
from derive.layer import layer
from derive.layers.definition import LayerDefinition
from derive.network import network
from numeric import check


def test_tensors_are_named_as_homeworks_name_them() -> None:
    net = network("x:n -> Linear(d) -> ReLU -> Linear(K) -> Softmax -> y_hat", "CrossEntropy")
    assert net.parameters == ("W1", "b1", "W2", "b2")
    assert net.values == ("z1", "z2", "z3", "y_hat", "l")
    assert [row.label for row in net.forward_table()] == ["Linear1", "ReLU", "Linear2", "Softmax", "Loss"]


def test_shapes_of_parameters_are_those_of_pytorch() -> None:
    net = network("x:n -> Linear(d) -> PReLU -> Linear(3, bias=False)")
    shapes = {name: net.forward.tensors[name].shape for name in net.parameters}
    d, n = size("d"), size("n")
    assert list(shapes.values()) == [(d, n), (d,), (), (3, d)]


def test_a_batch_adds_an_axis_to_activations_only() -> None:
    net = network("x:n -> Linear(d) -> Softmax", "CrossEntropy(class)", batch="B")
    batch = size("B")
    for name in ("x", "z1", "y_hat", "y"):
        assert net.forward.tensors[name].shape[0] == batch
    assert net.forward.tensors["W1"].shape == (size("d"), size("n"))
    assert net.forward.tensors["l"].shape == ()


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ("x:n -> Lineer(d)", "there is no layer Lineer; did you mean Linear"),
        ("x:n -> relu -> Linear(d)", "there is no layer relu; did you mean ReLU"),
        ("x:n -> Linear(d) -> Softmx", "did you mean Softmax"),
        ("x:n -> LeakyReLU(slop=2)", "LeakyReLU takes slope; got slop"),
        ("x:n -> ReLU(3)", "ReLU takes no arguments; got 3"),
        ("x:n -> Softplus(1, 2)", "Softplus takes beta; got 1, 2"),
        ("x:n -> Linear()", "missing a required argument: 'outputs'; it takes Linear"),
        ("x:n -> Linear(d, biass=False)", "biass"),
        ("x:n -> Conv1d(m, 3)", r"Conv1d takes an input with 2 axes .* but x has shape \(n\)"),
        ("x:n -> y_hat -> ReLU", "there is no layer y_hat"),
        ("x:n -> D -> Linear(d)", "there is no layer D"),
        ("x:n -> Linear(d) -> Sigmoyd", "there is no layer Sigmoyd; did you mean Sigmoid"),
        ("x:n -> Linear(d) -> softmx", "softmx is no layer; did you mean Softmax"),
        ("x:n -> Linear(d) -> lstm", r"lstm is no layer; here that is LSTMCell\(hidden\)"),
        ("x:n -> Linear(d) -> swish", "swish is no layer; here that is SiLU"),
        ("x:n -> Linear(d) -> mse", "mse is no layer: a loss stands apart"),
        ("x:n -> Linear(d) -> cross_entropy", "a loss stands apart from the layers, as --loss or loss="),
    ],
)
def test_what_does_not_compose_is_said(description: str, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        network(description)


@pytest.mark.parametrize("name", ["relu", "softmax", "tanh"])
def test_a_misspelt_last_layer_is_not_dropped(name: str) -> None:
    with pytest.raises(NetworkError, match="did you mean"):
        network(f"x:n -> Linear(d) -> {name}", "MSE")


@pytest.mark.parametrize("name", ["y", "l", "z1", "y_hat", "W1"])
def test_the_name_of_the_input_may_not_be_that_of_another_tensor(name: str) -> None:
    with pytest.raises(NetworkError, match=name):
        network(f"{name}:n -> Linear(d) -> ReLU", "MSE")


@pytest.mark.parametrize("outputs", ["0", "2.5", "-1"])
def test_a_size_is_a_positive_integer(outputs: str) -> None:
    with pytest.raises(DeriveError, match="Linear"):
        network(f"x:n -> Linear({outputs})", "MSE")


@pytest.mark.parametrize("layers", ["LeakyReLU(a) -> LeakyReLU(c)", "LeakyReLU -> LeakyReLU(c)", "GELU -> GELUTanh"])
def test_two_functions_of_one_name_stay_two(layers: str) -> None:
    first, second = layers.split(" -> ")
    together = network(f"x:n -> {layers}").forward
    for position, stage in enumerate((first, second)):
        alone = network(f"x:n -> {stage}").forward
        (applied,) = together.rows[position].expression.atoms(type(together.rows[position].expression))
        (expected,) = alone.rows[0].expression.atoms(type(alone.rows[0].expression))
        formula = together.function[applied.func.__name__].formula
        assert formula == alone.function[expected.func.__name__].formula


def test_a_definition_takes_no_arguments() -> None:
    own = LayerDefinition("Own", "y[i] = 2*z[i]", axes=("m",))
    with pytest.raises(NetworkError, match="Own"):
        network("x:n -> Own(7)", extra=[own])


SQUARES = LayerDefinition(
    "Squares",
    "y[i] = (sum[j] U[i,j]*z[j])^2",
    axes=("n",),
    sizes={"m": size("m")},
    shapes={"U": ("m", "n"), "y": ("m",)},
    parameters={"U": "U"},
)


def test_sizes_of_a_layer_of_ones_own_are_arguments() -> None:
    wide = network("x:3 -> Squares(4) -> Squares(m=k) -> Squares", extra=[SQUARES])
    shapes = [tuple(map(str, tensor.shape)) for tensor in wide.forward.given if tensor.role == "parameter"]
    assert shapes == [("4", "3"), ("k", "4"), ("m", "k")]
    assert layer(SQUARES, m=7).network.forward.tensors["y"].shape == (7,)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("(4, 5)", "Squares takes 1 arguments, got 2; its sizes are m"),
        ("(q=4)", "Squares has no size q; its sizes are m"),
        ("(4, m=5)", "Squares got its size m twice"),
        ("((4, 5))", "the size m of Squares is a number or a letter"),
    ],
)
def test_arguments_that_are_no_sizes(arguments: str, said: str) -> None:
    with pytest.raises(NetworkError, match=re.escape(said)):
        network(f"x:3 -> Squares{arguments}", extra=[SQUARES])


def test_a_word_that_a_later_chain_reads_is_a_name() -> None:
    net = network("x:n -> Linear(d) -> dense; dense -> ReLU -> Linear(K) -> logits")
    assert {"dense", "logits"} <= set(net.forward.tensors)


def test_a_hyper_parameter_is_not_called_as_a_value() -> None:
    with pytest.raises(NetworkError, match=r"p is a hyper-parameter and a value .* such as Dropout\(q\)"):
        network("x:n -> Dropout(p) -> Linear(K)", "SoftmaxCrossEntropy")
    assert network("x:n -> Dropout(q) -> Linear(K)", "SoftmaxCrossEntropy").parameters == ("W1", "b1")


@pytest.mark.parametrize(
    ("description", "loss", "letter"),
    [
        ("x:n -> Dropout -> Linear(K)", "SoftmaxCrossEntropy", "p_drop"),
        ("x:n -> Linear(K) -> p; p -> Dropout -> y_hat", "MSE", "p_drop"),
        ("x:n -> Dropout -> Linear(K)", "MSE", "p"),
    ],
)
def test_a_share_that_nobody_names_has_a_letter_that_is_free(description: str, loss: str, letter: str) -> None:
    net = network(description, loss)
    letters = {str(one) for row in net.forward.rows for one in row.expression.free_symbols}
    assert letter in letters
    assert check(net.gradient("W1")).ok
