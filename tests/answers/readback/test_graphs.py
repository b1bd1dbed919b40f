"""Drawings of graphs are read back: what is right passes, and whatever is spoilt is noticed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from answers.graphs.scalar import ArrowNumbers, graph_drawing
from answers.kinds.graph import Graph
from answers.latex.sheet import Picture
from answers.readback.drawings import Undrawn, drawing_in
from answers.readback.graphs import misdrawn
from derive.graph import Backward, ScalarGraph, scalar_graph
from tests.answers.sample import all_pass, homework, last

EQUATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "arithmetic": ("a = x*y - 3*z; b = sigma(a)/y; w = a*b + 1/x - 2^z", {"x": 2, "y": -3, "z": "1/7"}),
    "functions": ("h = tanh(w*x - b); y = exp(-h)/(2 - h)^2 + max(h, x) + log(x + 3)", {"x": 1, "w": 2, "b": "0.5"}),
    "twice": ("q = x*x + (x + x)/y - x^y", {"x": 3, "y": 2}),
    "tiny": ("w = sigma(z - 30*y - x)", {"x": 2, "y": -3, "z": 1}),
    "unknown": ("a = f(x*y); w = g(a) - a/3", {}),
    "several": ("a = min(x, y); w = 5 - a; v = 2/a", {"x": 1, "y": 2}),
}
GRAINS: tuple[Any, ...] = ("primitives", "functions")


def drawn(name: str, numbers: ArrowNumbers = "both", **options: Any) -> tuple[Picture, ScalarGraph, Backward | None]:
    equations, at = EQUATIONS[name]
    graph = scalar_graph(equations, **options)
    backward = graph.backward(at, graph.outputs[0]) if at else None
    return Picture(graph_drawing(graph, backward, numbers if at else "drawing")), graph, backward


def wrong(picture: Picture, graph: ScalarGraph, backward: Backward | None, numbers: ArrowNumbers = "both") -> list[str]:
    return list(misdrawn(picture, graph, backward if numbers != "drawing" else None, gradients=numbers == "both"))


@pytest.mark.parametrize("name", EQUATIONS)
@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("constants", ["inside", "nodes"])
@pytest.mark.parametrize("numbers", ["drawing", "forward", "both"])
def test_what_is_drawn_is_read(name: str, grain: Any, constants: Any, numbers: ArrowNumbers) -> None:
    shown = numbers if EQUATIONS[name][1] else "drawing"
    if name == "unknown" and grain == "primitives" and shown != "drawing":
        return
    assert wrong(*drawn(name, numbers, grain=grain, constants=constants), shown) == []


SPOILT = {
    "a digit": (r"\$619\.3\$", "$619.8$"),
    "a sign": (r"\$-0\.00873\$", "$0.00873$"),
    "a power of ten": (r"10\^\{-6\}", "10^{-5}"),
    "an operator": (r"\{\$\\times\$\}", "{$+$}"),
    "a constant": (r"\\times 3", r"\\times 4"),
    "another constant": (r"\+ 1", "- 1"),
    "a function": (r"\{\$\\exp\$\}", r"{$\\log$}"),
    "a base": (r"2\^\{\\cdot\}", r"3^{\\cdot}"),
    "a reciprocal": (r"\{\$1/x\$\}", "{$-$}"),
    "a name": (r"\{\$b\$\}", "{$c$}"),
    "a division": (r"\\div", r"\\times"),
    "what is an input": (r"\\node\[input", r"\\node[value"),
    "the output": (r"\\node\[output", r"\\node[value"),
    "the sides of a number": (r"\[forward,above", "[backward,above"),
    "an arrow that ends nowhere": (r"-- \(12\.591,-13\.300\)", "-- (12.091,-13.300)"),
    "a number away from its arrow": (r"at \(2\.429,-1\.310\)", "at (2.429,-1.560)"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_whatever_is_spoilt_is_noticed(spoilt: str) -> None:
    picture, graph, backward = drawn("arithmetic")
    old, new = SPOILT[spoilt]
    text, count = re.subn(old, new, picture.latex, count=1)
    assert count == 1
    assert wrong(Picture(text), graph, backward)


def test_exchanged_numbers_arguments_and_directions_are_noticed() -> None:
    picture, graph, backward = drawn("arithmetic")
    swapped = picture.latex.replace("forward,above", "?").replace("backward,below=2pt] at", "forward,above=2pt] at")
    assert wrong(Picture(swapped.replace("?", "backward,below")), graph, backward)
    lines = picture.latex.splitlines()
    arrow = next(line for line in lines if line.startswith(r"\draw"))
    points = re.findall(r"\(-?[\d.]+,-?[\d.]+\)", arrow)
    reversed_line = rf"\draw[arrow] {points[-1]} -- {points[0]};"
    assert wrong(Picture(picture.latex.replace(arrow, reversed_line)), graph, backward)
    other = scalar_graph("a = x*y - 3*z; b = y/sigma(a); w = a*b + 1/x - 2^z")
    assert wrong(Picture(graph_drawing(other)), graph, None, "drawing")


def test_what_is_no_drawing_is_refused() -> None:
    with pytest.raises(Undrawn):
        drawing_in(r"\draw[arrow] (0,0) -- (1,0);")


def test_the_claim_is_that_of_the_page() -> None:
    item = {"kind": "graph", "equations": EQUATIONS["arithmetic"][0], "at": EQUATIONS["arithmetic"][1]}
    assert Graph.model_validate(item).kind == "graph"
    context, part = last(homework([item]))
    (answer,) = context.answered(part)
    assert "drawing" in [claim.quantity for claim in answer.claims]
    assert all_pass(answer)
