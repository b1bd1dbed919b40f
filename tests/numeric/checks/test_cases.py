"""Checks of derivations at large sizes: at small ones that stand in for them, and at the sizes as they stand."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from derive import layer, network
from derive.derivation import Derivation
from numeric import check, sizes_tried

CONVOLUTION = "x:(3,40,40) -> Conv2d(20,3,padding=1) -> ReLU -> MaxPool2d(2) -> Flatten -> Linear(10)"


@pytest.mark.parametrize(
    ("description", "loss"),
    [
        ("x:784 -> Linear(128) -> ReLU -> Linear(10)", "SoftmaxCrossEntropy"),
        (CONVOLUTION, "SoftmaxCrossEntropy"),
        ("x:40 -> Embedding(50000,64) -> Flatten -> Linear(10)", "SoftmaxCrossEntropy(class)"),
        ("x:60 -> Linear(30) -> Sigmoid -> Linear(60)", "MSE(mean)"),
    ],
)
def test_gradients_hold_at_both(description: str, loss: str) -> None:
    net = network(description, loss)
    for name in net.parameters:
        found = check(net.gradient(name))
        assert found.ok, [item for item in found.items if not item.ok]
        assert "at the sizes as they stand along random directions" in found.note


def test_what_does_not_fit_is_said() -> None:
    found = check(network("x:3 -> Linear(100000000)", "MSE").gradient("W1"))
    assert found.ok
    assert re.search(r"not at the sizes as they stand: the arrays take \d+\.\d GB", found.note)


def test_a_layer_whose_input_has_letters() -> None:
    found = check(layer("Linear(100000000)").vjp("weight"))
    assert found.ok
    assert "letters" in found.note


def _failures(derivation: Derivation) -> list[str]:
    return [item.what for item in check(derivation).items if not item.ok]


def test_a_spoilt_case_fails() -> None:
    sound = network("x:784 -> Linear(128) -> ReLU -> Linear(10)", "SoftmaxCrossEntropy").gradient("W1")
    assert not _failures(sound)
    assert any("result" in what for what in _failures(replace(sound, result=2 * sound.result)))
    last = sound.steps[-1]
    wrong = (*sound.steps[:-1], replace(last, expression=-last.expression))
    assert any(f"step {len(wrong)}" in what for what in _failures(replace(sound, steps=wrong)))
    turned = network("x:784 -> Linear(128) -> ReLU -> Linear(10)", "SoftmaxCrossEntropy").gradient("W2").matrix
    assert any("matrix form" in what for what in _failures(replace(sound, matrix=turned)))
    swapped = replace(last, matrix=turned)
    assert _failures(replace(sound, steps=(*sound.steps[:-1], swapped)))


def test_a_spoilt_convolution_form_fails() -> None:
    net = network(CONVOLUTION, "SoftmaxCrossEntropy")
    sound = net.gradient("W1", within=["x", "dl/dz1"])
    assert sound.convolution is not None
    assert not _failures(sound)
    other = net.gradient("b1", within=["dl/dz1"]).convolution
    assert any("convolution form" in what for what in _failures(replace(sound, convolution=other)))


def test_steps_left_out_are_not_missed() -> None:
    sound = network("x:784 -> Linear(128) -> ReLU -> Linear(10)", "SoftmaxCrossEntropy").gradient("W1")
    assert not _failures(replace(sound, steps=sound.steps[::2]))


def test_the_words_of_a_certificate_say_at_which_sizes() -> None:
    assert sizes_tried(network("x:n -> Linear(K)", "MSE").gradient("W1")) == ()
    assert sizes_tried(network("x:3 -> Linear(100000000)", "MSE").gradient("W1")) == ("stand-in",)
    at_both = network("x:784 -> Linear(10)", "MSE").gradient("W1")
    assert sizes_tried(at_both) == ("stand-in", "as they stand")
