"""The graph of a network: its layers, what they read, and shapes at its arrows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from answers.derivations.misdrawn import misdrawn_tensors
from answers.derivations.tensor_graphs import tensor_claims, tensor_picture
from answers.latex.sheet import Equation, Picture, Room
from derive import network
from derive.graph.tensors import TensorGraph
from tests.answers.sample import all_pass, answered, blank, homework, last

NETWORKS: dict[str, dict[str, Any]] = {
    "penalty": {"description": "x:n -> Linear(d) -> 5*ReLU -> Linear(K) -> y_hat", "loss": "MSE + lambda/2*L2(W1)"},
    "rows": {"description": "x:n -> Linear(d) -> ReLU -> Linear(K)", "loss": "SoftmaxCrossEntropy", "batch": "N"},
    "cells": {
        "description": "a:n; b:n; h0:H; c0:H; (a, h0, c0) -> LSTMCell(H) as cell -> h1; (b, h1, c_h1) -> cell -> h2;"
        "h2 -> Linear(K)",
        "loss": "SoftmaxCrossEntropy",
    },
    "gate": {
        "description": "x:n; z:n; x -> Linear(d) -> Sigmoid -> g; z -> Linear(d) -> u; g * u -> v; [v, x] -> q;"
        "q + q -> o"
    },
    "words": {"description": "x:T -> Embedding(V, n) -> Flatten -> Linear(K)", "loss": "SoftmaxCrossEntropy(class)"},
    "picture": {"description": "x:(3,32,32) -> Conv2d(16, 3) -> ReLU -> MaxPool2d(2) -> Flatten -> Linear(1000)"},
}


def graph(name: str, **options: Any) -> TensorGraph:
    return TensorGraph(network(**NETWORKS[name], **options))


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("layout", ["gradient", "numerator"])
def test_arrows_and_shapes_are_those_of_the_network(name: str, layout: Any) -> None:
    drawn = graph(name, layout=layout)
    assert [claim.check().note for claim in tensor_claims(tensor_picture(drawn, "both"), drawn, "both")] == ["", ""]


def test_what_layers_read_and_make() -> None:
    read = {operator.block.label: operator.reads for operator in graph("penalty").operators}
    assert read == {
        "Linear1": ("x", "W1", "b1"),
        "5*ReLU": ("z1",),
        "Linear2": ("W2", "b2", "z2"),
        "Loss": ("y", "W1", "y_hat"),
    }
    first, second, *_ = graph("cells").operators
    assert first.makes == ("c_h1", "h1")
    assert second.makes == ("h2",)
    assert {"c_h1", "h1", "b", "W1", "U1"} <= set(second.reads)


def test_a_gradient_flows_to_what_is_differentiable() -> None:
    back = {edge.tensor: edge.backward for edge in graph("words").edges}
    assert back["x"] is None
    assert back["y"] is None
    assert back["E1"] is not None
    assert {edge.backward for edge in graph("picture").edges} == {None}
    turned = {edge.tensor: str(edge.backward) for edge in graph("rows", layout="numerator").edges}
    assert (turned["W1"], turned["b1"], turned["z1"]) == ("(n, d)", "(1, d)", "(d, N)")


SPOILT = {
    "a shape": (r"\$d \\times n\$", r"$n \\times d$"),
    "a shape that is missing": (r"\\node\[forward,above=2pt\] at [^{]*\{[^$]*\$d\$\};\n", ""),
    "a layer": (r"\\text\{Linear1\}", r"\\text{Linear2}"),
    "a name": (r"\{\$\\bm\{z\}_1\$\}", r"{$\\bm{z}_2$}"),
    "an input": (r"\\node\[input", r"\\node[value"),
    "an arrow": (r"\\draw\[arrow\][^;]*;\n", ""),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_whatever_is_spoilt_is_noticed(spoilt: str) -> None:
    drawn = graph("penalty")
    picture = tensor_picture(drawn, "both")
    text, count = re.subn(*SPOILT[spoilt], picture.latex, count=1)
    assert count == 1
    assert list(misdrawn_tensors(Picture(text), drawn, "both"))


def test_arrows_that_are_not_there_are_noticed() -> None:
    drawn = graph("penalty")
    first, *rest = drawn.operators
    wrong = TensorGraph(drawn.network)
    vars(wrong)["operators"] = (replace(first, reads=("x", "W1")), *rest)
    claims = {claim.quantity: claim.check() for claim in tensor_claims(tensor_picture(wrong, "both"), wrong, "both")}
    assert claims["graph"].note == "Linear1 reads b1"
    vars(wrong)["operators"] = (first, replace(rest[0], reads=("z1", "x")), *rest[1:])
    assert not tensor_claims(tensor_picture(wrong, "both"), wrong, "both")[0].check().ok


def test_in_a_homework() -> None:
    item = {"kind": "graph", "network": "regression"}
    answer = answered(item)
    assert all_pass(answer)
    (drawn,) = [block for block in answer.blocks if isinstance(block, Picture)]
    assert "the shape of its tensor" in drawn.caption
    assert blank(item) == (Room(8, ruled=False),)
    (empty,) = blank({**item, "sheet": "blank"})
    assert isinstance(empty, Picture)
    assert r"\node[forward" not in empty.latex
    flat = {"flat": {"layers": "x:(C,H,W) -> Flatten -> Linear(2)"}}
    context, part = last(homework([{"kind": "graph", "network": "flat"}], networks=flat))
    (answer,) = context.answered(part)
    assert [block.latex for block in answer.blocks if isinstance(block, Equation)] == [r"\mathrm{length}_{z_1} = CHW"]


def test_wrong_options() -> None:
    with pytest.raises(ValidationError, match="give one of the two"):
        homework([{"kind": "graph"}])
    with pytest.raises(ValidationError, match="at is for equations"):
        homework([{"kind": "graph", "network": "regression", "at": {"x": 1}}])
