"""Random formulas with their values, written by a small printer of the tests in spellings that are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy
from hypothesis import strategies as st

from tests.answers.reading.samples import SIZES, VALUES

Draw = Callable[[st.SearchStrategy[Any]], Any]

ATOM, PRODUCT, SUM = 3, 2, 1


@dataclass(frozen=True)
class Written:
    """A formula as text with its value and how strongly it binds; a row has a row's value of one axis."""

    text: str
    value: Any
    binding: int = ATOM


LEAVES: dict[str, list[tuple[str, str]]] = {
    "d": [("z1", "z"), ("z2", "z"), ("b1", "b")], "n": [("x", "x")], "K": [("y", "y"), ("z3", "z")],
    "dn": [("W1", "W")], "Kd": [("W2", "W")], "dd": [("A", "A")], "": [("c", "c"), ("v", "v")],
}  # fmt: skip
FONTS = ["{}", r"\bm{{{}}}", r"\mathbf{{{}}}", r"\boldsymbol{{{}}}", r"\mathrm{{{}}}", "{{{}}}", r"\vec{{{}}}"]
TRANSPOSES = ["^T", r"^\top", r"^{\top}", r"^{T}", r"^{\intercal}", r"^{\mathsf{T}}", r"^{\mathrm T}"]
SPACES = ["", " ", r"\,", r"\;", r"\!", "~", r"\quad "]
BRACKETS = [("(", ")"), (r"\left(", r"\right)"), (r"\bigl(", r"\bigr)"), ("[", "]"), (r"\big[", r"\big]"), ("{(", ")}")]


def name(draw: Draw, symbol: str, letter: str) -> str:
    """A symbol in one of its spellings."""
    font = draw(st.sampled_from(FONTS if letter.isalpha() else FONTS[:1]))
    number = symbol[1:] if symbol[1:].isdigit() else ""
    base = font.format(letter)
    if not number:
        return base
    forms = [f"_{number}", f"_{{{number}}}", f"^{{({number})}}"]
    if letter in "Wz":
        forms.append(f"^{{[{number}]}}")
    form = draw(st.sampled_from(forms))
    inside = draw(st.booleans()) and font.startswith(r"\bm") and form.startswith("_")
    return font.format(letter + form) if inside else base + form


def leaf(draw: Draw, axes: str) -> Written:
    """A symbol of these axes."""
    symbol, letter = draw(st.sampled_from(LEAVES[axes]))
    return Written(name(draw, symbol, letter), VALUES[symbol])


def enclosed(draw: Draw, inside: Written, least: int) -> str:
    """The text, in brackets if it binds too weakly."""
    if inside.binding > least or (inside.binding == least == ATOM):
        return inside.text
    left, right = draw(st.sampled_from(BRACKETS))
    return f"{left}{inside.text}{right}"


def space(draw: Draw) -> str:
    """Some spacing that says nothing."""
    return str(draw(st.sampled_from(SPACES)))


def number(draw: Draw, depth: int) -> Written:
    """A formula for a number."""
    kinds = (
        ["leaf", "digit"] if depth <= 0 else ["leaf", "inner", "fraction", "norm", "sum", "index", "power", "function"]
    )
    kind = draw(st.sampled_from(kinds))
    if kind == "digit":
        value = draw(st.integers(2, 9))
        return Written(str(value), float(value))
    if kind == "leaf":
        return leaf(draw, "")
    if kind == "inner":
        a, b = (column(draw, depth - 1, "d") for _ in range(2))
        left, right = enclosed(draw, a, ATOM), enclosed(draw, b, ATOM)
        form = draw(st.sampled_from(["transpose", "dot", "angle"]))
        if form == "angle":
            return Written(rf"\langle {a.text}, {b.text} \rangle", a.value @ b.value)
        if form == "dot":
            return Written(rf"({left} \cdot {right})", a.value @ b.value)
        turn = draw(st.sampled_from(TRANSPOSES))
        return Written(f"{{{left}}}{turn}{space(draw)}{right}", a.value @ b.value, PRODUCT)
    if kind == "fraction":
        top, value = number(draw, depth - 1), draw(st.integers(2, 9))
        command = draw(st.sampled_from([r"\frac", r"\dfrac", r"\tfrac"]))
        return Written(f"{command}{{{top.text}}}{{{value}}}", top.value / value, PRODUCT)
    if kind == "norm":
        inside = column(draw, depth - 1, "K")
        left, right = draw(st.sampled_from([(r"\lVert", r"\rVert"), (r"\|", r"\|"), (r"\left\|", r"\right\|")]))
        power = draw(st.sampled_from(["^2", "^{2}", "_2^2"]))
        return Written(f"{left} {inside.text} {right}{power}", (inside.value**2).sum())
    if kind == "sum":
        a, b = number(draw, depth - 1), number(draw, depth - 1)
        sign = draw(st.sampled_from("+-"))
        right = enclosed(draw, b, SUM) if sign == "-" or b.text.startswith("-") else b.text
        return Written(f"{a.text} {sign} {right}", a.value + b.value if sign == "+" else a.value - b.value, SUM)
    if kind == "index":
        inside = column(draw, depth - 1, "d")
        letter = draw(st.sampled_from("ijkr"))
        limits = draw(
            st.sampled_from([f"_{letter}", f"_{{{letter}}}", rf"\limits_{{{letter}=1}}^d", f"_{{{letter}=1}}^{{d}}"])
        )
        element = f"{enclosed(draw, inside, ATOM) if inside.binding < ATOM else '(' + inside.text + ')'}_{letter}"
        return Written(rf"\sum{limits} {element}", inside.value.sum(), PRODUCT)
    if kind == "power":
        inside = number(draw, depth - 1)
        return Written(f"({inside.text})^2", inside.value**2)
    inside = number(draw, depth - 1)
    command = draw(st.sampled_from([r"\tanh", "tanh", r"\operatorname{tanh}", r"\mathrm{tanh}"]))
    return Written(rf"{command}\left({inside.text}\right)", numpy.tanh(inside.value))


def column(draw: Draw, depth: int, axis: str) -> Written:
    """A formula for a column."""
    kinds = (
        ["leaf"] if depth <= 0 else ["leaf", "sum", "hadamard", "scaled", "matrix", "function", "indicator", "quotient"]
    )
    kind = draw(st.sampled_from(kinds))
    if kind == "leaf":
        return leaf(draw, axis)
    a = column(draw, depth - 1, axis)
    if kind == "sum":
        b = column(draw, depth - 1, axis)
        sign = draw(st.sampled_from("+-"))
        return Written(
            f"{a.text} {sign} {enclosed(draw, b, SUM)}", a.value + b.value if sign == "+" else a.value - b.value, SUM
        )
    if kind == "hadamard":
        b = column(draw, depth - 1, axis)
        sign = draw(st.sampled_from([r"\odot", r"\circ", "⊙", "∘"]))
        return Written(f"{enclosed(draw, a, ATOM)} {sign} {enclosed(draw, b, ATOM)}", a.value * b.value, PRODUCT)
    if kind == "quotient":
        value = draw(st.integers(2, 9))
        text = draw(
            st.sampled_from([rf"\frac{{{a.text}}}{{{value}}}", rf"\frac1{value}({a.text})", f"({a.text})/{value}"])
        )
        return Written(text, a.value / value, PRODUCT)
    if kind == "scaled":
        factor = number(draw, depth - 1)
        sign = draw(st.sampled_from([" ", r"\,", r" \cdot ", r" \times "]))
        left, right = enclosed(draw, factor, ATOM), enclosed(draw, a, ATOM)
        if right[0].isdigit():
            sign = r" \cdot "
        return Written(f"{left}{sign}{right}", factor.value * a.value, PRODUCT)
    if kind == "function":
        command, function = draw(
            st.sampled_from(
                [(r"\sigma", sigmoid), (r"\exp", numpy.exp), ("exp", numpy.exp), (r"\text{ReLU}", relu), ("f", cube)]
            )
        )
        return Written(rf"{command}({a.text})", function(a.value))
    if kind == "indicator":
        form = draw(st.sampled_from([r"\mathbf{{1}}[{} > 0]", r"\mathbb{{1}}_{{{} > 0}}", r"\mathbbm 1\{{{} > 0\}}"]))
        return Written(form.format(a.text), (a.value > 0) * 1.0)
    return product(draw, depth, axis)


def product(draw: Draw, depth: int, axis: str) -> Written:
    """A matrix times a column."""
    if axis == "d":
        matrix, inner, turned = draw(st.sampled_from([("dn", "n", False), ("Kd", "K", True), ("dd", "d", False)]))
    elif axis == "n":
        matrix, inner, turned = "dn", "d", True
    else:
        matrix, inner, turned = "Kd", "d", False
    left, right = leaf(draw, matrix), column(draw, depth - 1, inner)
    turn = draw(st.sampled_from(TRANSPOSES)) if turned else ""
    text = left.text
    if turned and "^" in text:
        text = f"{{{text}}}"
    sign = draw(st.sampled_from([" ", r"\,", r" \cdot "]))
    value = (left.value.T if turned else left.value) @ right.value
    return Written(f"{text}{turn}{sign}{enclosed(draw, right, ATOM)}", value, PRODUCT)


def sigmoid(u: Any) -> Any:
    return 1 / (1 + numpy.exp(-u))


def relu(u: Any) -> Any:
    return numpy.maximum(u, 0)


def cube(u: Any) -> Any:
    return u**3


@st.composite
def formulas(draw: Any) -> Written:
    """A random formula for a column of d, of K, or a number."""
    kind = draw(st.sampled_from(["d", "K", "n", ""]))
    return number(draw, 3) if kind == "" else column(draw, 3, kind)


assert set(SIZES) >= {"d", "n", "K"}
