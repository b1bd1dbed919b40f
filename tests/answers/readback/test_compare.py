"""The text of a derivation is read back: what is right passes, and every spoilt text is noticed."""

from __future__ import annotations

from typing import Any

import pytest

from answers.derivations.pages import gradient_blocks
from answers.readback.compare import read_back
from answers.readback.printed import Printed, in_blocks, in_latex, in_unicode
from derive import layer, network
from derive.derivation import Derivation
from derive.graph import scalar_graph
from derive.render.rows import equation_latex, together

NOTATIONS: tuple[Any, ...] = ("matrix", "index", "cases", "convolution")
NET = network("x:n -> Linear(d) -> 5*ReLU -> Linear(K) -> y_hat", loss="1/2*MSE", layout="numerator")
LAYERS: dict[str, dict[str, Any]] = {
    "Conv1d": {"outputs": "C_out", "kernel": "k", "padding": "p", "stride": "s"},
    "BatchNorm1d": {},
    "GELU": {},
}


def texts(derivation: Derivation) -> list[Printed]:
    found: list[Printed] = []
    for notation in NOTATIONS:
        for steps in (False, True):
            found += in_latex(derivation.latex(notation, steps=steps))
            found += in_unicode(derivation.unicode(notation, steps=steps))
    return found


@pytest.mark.parametrize("notation", NOTATIONS)
def test_sizes_of_an_output_with_an_accent_are_read(notation: Any) -> None:
    gradient = network("x:(C,L) -> Conv1d(3, 2) -> y_hat", loss="MSE").gradient("x")
    printed = [*in_latex(gradient.latex(notation)), *in_unicode(gradient.unicode(notation))]
    assert "L_out_ŷ" in gradient.unicode("index")
    assert read_back(gradient, printed).ok


@pytest.mark.parametrize("name", ["W1", "b1", "W2", "x", "z2"])
def test_what_is_printed_of_a_network_is_right(name: str) -> None:
    derivation = NET.gradient(name)
    result = read_back(derivation, texts(derivation))
    assert result.ok, result.differences
    assert derivation.quantity.name in result.quantities


@pytest.mark.parametrize("name", LAYERS)
def test_what_is_printed_of_a_layer_is_right(name: str) -> None:
    alone = layer(name, **LAYERS[name])
    for wrt in alone.differentiable[:1]:
        derivation = alone.vjp(wrt)
        blocks = gradient_blocks(derivation, frozenset(), steps=True)
        result = read_back(derivation, [*in_blocks(blocks), *texts(derivation)])
        assert result.ok, result.differences


W1 = NET.gradient("W1")
SPOILT = {
    "a transpose dropped": ("matrix", r"{(2)\top}", "{(2)}"),
    "a factor": ("matrix", "5", "6"),
    "a sign": ("matrix", r"\hat{\bm{y}} - \bm{y}", r"\hat{\bm{y}} + \bm{y}"),
    "another index": ("index", "x_j", "x_i"),
    "a bracket turned": ("index", "> 0", "< 0"),
    "another name": ("index", r"\hat{y}", "y"),
    "no such name": ("index", "x_j", "q_j"),
}


def test_the_places_among_which_a_maximum_is_taken_are_said() -> None:
    place = layer("AdaptiveMaxPool1d", "n").forward()[0]
    assert place.unicode() == "m*[c,t] = argmax_{m, L·t < n·(m+1), n·m < L·(t+1)} z[c,m]"
    assert read_back(place, texts(place)).ok
    assert not read_back(place, in_unicode(place.unicode().replace("L·t <", "L·(t+1) <"))).ok


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_text_is_noticed(name: str) -> None:
    notation, old, new = SPOILT[name]
    text = W1.latex(notation)  # type: ignore[arg-type]
    assert old in text, text
    assert read_back(W1, in_latex(text)).ok
    assert not read_back(W1, in_latex(text.replace(old, new, 1))).ok


@pytest.mark.parametrize(("shape", "right"), [("n \\times d", True), ("d \\times n", False), ("n", False)])
def test_the_shape_beside_an_equation_is_compared(shape: str, right: bool) -> None:
    assert read_back(W1, in_latex(W1.latex(), shape=shape)).ok is right


def test_a_cell_is_of_the_row_that_it_stands_in() -> None:
    cell = W1.latex().partition(" = ")[2]
    assert read_back(W1, [Printed(cell, "the table", cell=True, key=r"\bm{W}_1")]).ok
    assert not read_back(W1, [Printed(cell, "the table", cell=True, key=r"\bm{W}_2")]).ok
    assert not read_back(NET.gradient("W2"), [Printed(cell, "the table", cell=True, key=r"\bm{W}_2")]).ok


def test_nothing_that_is_read_is_no_success() -> None:
    assert not read_back(W1, []).ok


def test_a_letter_of_a_part_of_joined_values_has_the_range_of_the_left_side() -> None:
    net = network("x:n -> Linear(n) -> ReLU -> a; [a, x] -> Linear(K) -> y_hat", loss="MSE")
    derivation = net.gradient("b1")
    text = derivation.latex("index")
    assert "W^{(2)}_{ki}" in text, text
    assert read_back(derivation, texts(derivation)).ok
    spoilt = text.replace("W^{(2)}_{ki}", "W^{(2)}_{k,i+n}")
    assert not read_back(derivation, in_latex(spoilt)).ok


def test_an_equation_of_several_names_says_each_of_them() -> None:
    pool = layer("MaxPool2d((3, 2), stride=(2, s))", index_base=0)
    m_star, n_star, y = pool.forward()
    first, second = together(pool.network.forward.rows[:-1])
    assert [row.name for row in (*first, *second)] == ["m_star", "n_star", "y"]
    text = equation_latex(first, pool.network.forward, index_base=0)
    assert text.startswith(r"(m^{*}_{chw},\ n^{*}_{chw}) = \operatorname*{arg\,max}"), text
    swapped = text.replace("m^{*}", "?").replace("n^{*}", "m^{*}").replace("?", "n^{*}")
    beside = text.replace("+m", "+m+1")
    for number, value in enumerate((m_star, n_star)):
        assert read_back(value, [Printed(text, "the equation", component=number)]).ok
        for wrong in (swapped, beside):
            assert not read_back(value, [Printed(wrong, "the equation", component=1 - number, final=False)]).ok
    assert not read_back(y, [Printed(y.latex("index"), "the equation", component=0)]).ok


@pytest.mark.parametrize("notation", ["latex", "unicode"])
def test_what_cancels_is_compared_beside_its_rounding(notation: str) -> None:
    partial = scalar_graph("w = sigma(z - 30*y - x)", grain="functions").partial("dw/dz")
    read_text = in_latex if notation == "latex" else in_unicode
    text = partial.latex() if notation == "latex" else partial.unicode()
    assert read_back(partial.derivation, read_text(text)).ok
    left, _, right = text.partition(" = ")
    minus = "-" if notation == "latex" else "−"
    for wrong in (right.replace(f"1 {minus} w", "1 + w"), f"{minus}{right}", f"2{right}", f"({right})^2", "0"):
        assert not read_back(partial.derivation, read_text(f"{left} = {wrong}")).ok, wrong


def test_where_rounding_is_all_there_is_nothing_passes() -> None:
    partial = scalar_graph("w = sigma(z - 60*y - x)", grain="functions").partial("dw/dz")
    for right in (partial.latex().partition(" = ")[2], "0"):
        assert not read_back(partial.derivation, in_latex(rf"\frac{{\partial w}}{{\partial z}} = {right}")).ok
