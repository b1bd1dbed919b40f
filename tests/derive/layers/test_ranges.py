"""Every hyper-parameter of the library has a range, and what lies outside of it is refused in one way."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import pytest
from sympy import Integer, Rational

from derive import NetworkError, layer, network
from derive.layers import ACTIVATION, LAYERS, LOSS
from derive.layers.ranges import ANY, RANGES, Range
from tests.needed import needed

NEEDED = {"kernel": 3, "rows": 5, "width": 4, "size": 3, "padding": 1}
"""What arguments without a default are given while another one is tried, where it is not 2."""


def hyper_parameters() -> Iterator[tuple[str, str]]:
    """Every layer, activation and loss with the name of each of its arguments that is a number."""
    for name, factory in LAYERS.items():
        for key, parameter in inspect.signature(factory).parameters.items():
            if not isinstance(parameter.default, bool):
                yield name, key
    for name, activation in ACTIVATION.items():
        yield from ((name, key) for key in activation.constants)
    for name, loss in LOSS.items():
        yield from ((name, key) for key in loss.constants)


def written(name: str, key: str, value: object) -> str:
    """The layer or loss with one argument at a value."""
    others = needed(name, NEEDED) if name in LAYERS else {}
    given = ", ".join(f"{k}={v}" for k, v in {**others, key: value}.items())
    return f"{name}({given})"


def outside(numbers: Range) -> Iterator[object]:
    """Numbers beside the range."""
    if numbers.low is not None:
        yield Integer(numbers.low) - (0 if numbers.above else 1)
    if numbers.high is not None:
        yield Integer(numbers.high) + (0 if numbers.below else 1)
    if numbers.whole:
        yield Rational(3, 2)


@pytest.mark.parametrize(("name", "key"), list(hyper_parameters()))
def test_what_is_outside_is_refused(name: str, key: str) -> None:
    assert key in RANGES, f"{key} of {name} has no range"
    for number in outside(RANGES[key]):
        text = written(name, key, number)
        message = re.escape(f"{name}: {key} is {RANGES[key]}, not {number}")
        with pytest.raises(NetworkError, match=message):
            network("x:K -> Identity", text) if name in LOSS else layer(text)


@pytest.mark.parametrize(
    "text",
    ["Dropout(p=0)", "Dropout(p=0.999)", "Conv2d(2, (3, 1), padding=(1, 0))", "LeakyReLU(slope=-1)", "ELU(alpha=0)"]
    + ["MaxPool1d(k, stride=s)", "Softmax(axis=-1)", "Softplus(beta=1/2)", "Reshape((2, -1))"],
)
def test_what_is_inside_is_taken(text: str) -> None:
    assert layer(text).name == text.partition("(")[0]


@pytest.mark.parametrize("text", ["Conv2d(2, (3, 0))", "Conv2d(2, 3, stride=(1, -1))", "AvgPool2d((2, 1/2))"])
def test_each_of_several_values_counts(text: str) -> None:
    with pytest.raises(NetworkError, match="is a whole number from 1 on"):
        layer(text)


def test_ranges_are_said_in_words() -> None:
    assert str(ANY) == "a number"
    assert str(Range(low=0, above=True)) == "a number above 0"
    assert str(Range(low=0, high=1, below=True)) == "a number from 0 to below 1"
    assert str(Range(low=1, whole=True)) == "a whole number from 1 on"


@pytest.mark.parametrize(
    "written",
    ["Flatten(r)", "Reshape(p, q)", "Linear(3, rank=r)", "GLU(rank=a)", "Softmax(axis=a)", "LogSoftmax(rank=r)"],
)
def test_numbers_of_axes_are_no_letters(written: str) -> None:
    with pytest.raises(NetworkError, match=r"(rank|axis) is a whole number( from 1 on)?, not [a-z]$"):
        layer(written)
