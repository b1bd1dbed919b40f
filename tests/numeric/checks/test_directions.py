"""Generated gradients at the sizes as they stand, against derivatives of the loss along directions."""

from __future__ import annotations

import tracemalloc

import numpy
import pytest

from derive import network
from derive.remembering import forget
from numeric.checks import directions
from numeric.checks.directions import along_directions, bytes_needed
from numeric.codegen.writing import Module
from numeric.measuring.complex_arrays import ComplexArrays
from tests.sweeps import sweep

STACK = "x:(3,40,40) -> Conv2d(20,3,stride=2,padding=1) -> ReLU -> MaxPool2d(3,stride=2) -> Flatten -> Linear(30)"
BLOCK = "x:(24,48) -> LayerNorm -> MultiHeadAttention(4) -> a; a + x -> s; s -> Flatten -> Linear(10)"
ACTIVATIONS = ("GELU", "SiLU", "ELU", "Softplus", "PReLU", "LeakyReLU(0.2)", "Sigmoid", "Tanh", "LogSoftmax")


@sweep(lambda description, loss: loss if loss != "1/2*MSE" else "PReLU" in description)
@pytest.mark.parametrize(
    ("description", "loss"),
    [
        ("x:784 -> Linear(128) -> ReLU -> Linear(10)", "SoftmaxCrossEntropy"),
        ("x:200 -> Linear(100) -> Tanh -> Linear(30)", "L1"),
        ("x:200 -> Linear(100) -> Tanh -> Linear(30)", "Huber"),
        ("x:200 -> Linear(100) -> Tanh -> Linear(30)", "BCEWithLogits"),
        (STACK, "SmoothedCrossEntropy"),
        (BLOCK, "SoftmaxCrossEntropy(class)"),
        ("x:50 -> Embedding(3000,8) -> Flatten -> Linear(20)", "MSE"),
        *((f"x:90 -> Linear(60) -> {name} -> Linear(30)", "1/2*MSE") for name in ACTIVATIONS),
    ],
)
def test_sound_code_agrees(description: str, loss: str) -> None:
    net = network(description, loss)
    found = along_directions(net.forward)
    assert set(net.parameters) <= found.names, found.note
    assert found.error < 1e-12


def test_a_gradient_that_is_rounding_alone_says_nothing() -> None:
    # What a normalisation takes off again has no slope: the gradient by the bias of the convolution is 0.
    description = "x:(3,16,16) -> Conv2d(8,3,stride=2,padding=1) -> BatchNorm2d -> ReLU -> Flatten -> Linear(5)"
    found = along_directions(network(description, "MSE", batch=6).forward)
    assert "b1" in found.names
    assert found.ok, found.error


@pytest.mark.parametrize(
    ("description", "sound", "spoilt"),
    [
        ("x:784 -> Linear(128) -> ReLU -> Linear(10)", '"W1": dl_dW1', '"W1": 1.0001 * dl_dW1'),
        ("x:784 -> Linear(128) -> ReLU -> Linear(10)", '"b1": dl_db1', '"b1": np.append(dl_db1[:-1], 0)'),
        # A gradient of a millionth of the others' size has a smaller share, which still tells.
        ("x:50 -> Linear(40) -> 1/1000000*Tanh -> Linear(9)", '"W1": dl_dW1', '"W1": 1.0001 * dl_dW1'),
        (STACK, '"W1": dl_dW1', '"W1": dl_dW1[..., ::-1]'),
        (BLOCK, '"W_Q2": dl_dW_Q2', '"W_Q2": dl_dW_K2'),
    ],
)
def test_a_planted_error_is_caught(monkeypatch: pytest.MonkeyPatch, description: str, sound: str, spoilt: str) -> None:
    def planted(module: Module) -> str:
        text = module.program(formulas=False).text
        name = sound.split('"')[1]
        before, _, after = text.rpartition(f'"{name}": ')
        value = after.split(",")[0].split("}")[0]
        wrong = spoilt.split(": ", 1)[1].replace(f"dl_d{name}", value).replace("dl_dW_K2", "np.flip(" + value + ")")
        return f'{before}"{name}": {wrong}{after[len(value) :]}'

    monkeypatch.setattr(directions, "source_of", planted)
    forget()
    found = along_directions(network(description, "SoftmaxCrossEntropy").forward)
    forget()
    assert found.names
    assert not found.ok


@sweep(lambda description: "Linear" not in description[:30])
@pytest.mark.parametrize("description", ["x:3072 -> Linear(512) -> ReLU -> Linear(10)", STACK, BLOCK])
def test_memory_is_foreseen(description: str) -> None:
    net = network(description, "SoftmaxCrossEntropy")
    foreseen = bytes_needed(directions._code(net.forward).plan)
    forget()
    tracemalloc.start()
    along_directions(net.forward)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.6 * foreseen + 20_000_000


def test_what_is_too_large_is_not_drawn() -> None:
    found = along_directions(
        network(
            "x:(3,224,224) -> Conv2d(64,3,padding=1) -> ReLU -> Conv2d(64,3,padding=1) -> ReLU "
            "-> Flatten -> Linear(10)",
            "MSE",
        ).forward
    )
    assert not found.names
    assert "the arrays take" in found.note


def test_steps_go_by_real_parts() -> None:
    steps = ComplexArrays()
    values = numpy.array([-2.0 + 1e-30j, 3.0 + 1e-30j])
    assert numpy.allclose(steps.abs(values).imag * 1e30, [-1, 1])
    assert numpy.allclose(steps.sign(values), [-1, 1])
    assert numpy.allclose(steps.copysign(values, [1.0, -1.0]).real, [2, -3])
    assert steps.vdot(values, values).real == pytest.approx(13)
    assert steps.vdot(values, values).imag * 1e30 == pytest.approx(2)
    assert steps.logaddexp(values[0], values[1]).real == pytest.approx(numpy.logaddexp(-2, 3))
