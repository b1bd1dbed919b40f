"""The box of letters and signs is read back: what is right passes, and whatever is spoilt is noticed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from answers.homework.context import HomeworkContext
from answers.homework.notation import SIGNS, notation_box
from answers.latex.sheet import Block, Equation, Legend, Text
from answers.readback.notation import Box
from tests.answers.sample import homework

PRINTED = (
    r"\frac{\partial \ell}{\partial \bm{z}} = \bm{a} \odot \bm{b} \oslash \bm{c} + \operatorname{diag}(\bm{a}) \bm{I}"
    r" \mathbf{1} \delta_{ij}"
)


def box(**conventions: Any) -> Box:
    context = HomeworkContext(homework(conventions=conventions))
    models = [context.network(name).forward for name in context.homework.networks]
    return Box(notation_box(context, [Equation(PRINTED)]), PRINTED, models, context.conventions)


def changed(block: Block, old: str, new: str) -> Block:
    if isinstance(block, Text):
        return replace(block, latex=block.latex.replace(old, new))
    assert isinstance(block, Legend)
    return replace(block, entries=tuple((f.replace(old, new), w.replace(old, new)) for f, w in block.entries))


@pytest.mark.parametrize("layout", ["numerator", "gradient"])
@pytest.mark.parametrize("base", [0, 1])
def test_the_box_as_it_is_printed_is_right(layout: str, base: int) -> None:
    right = box(layout=layout, index_base=base).comparison()
    assert right.ok, right.note


UNUSUAL = {"weights": "(in, out)", "samples": "columns", "channels": "last"}


@pytest.mark.parametrize("name", sorted(UNUSUAL))
def test_unusual_conventions_are_said_and_usual_ones_are_not(name: str) -> None:
    unusual, usual = box(**{name: UNUSUAL[name]}), box()
    for one, other in ((usual, unusual), (unusual, usual)):
        swapped = replace(one, conventions=other.conventions, known=set())
        assert f"the convention {name} is" in swapped.comparison().note
    right = unusual.comparison()
    assert right.ok, right.note


SPOILT = [
    (r"\mathbf{R}^{d \times n}", r"\mathbf{R}^{n \times d}"),
    (r"\bm{b}^{(1)} \in \mathbf{R}^{d}", r"\bm{b}^{(1)} \in \mathbf{R}^{n}"),
    (r"\bm{x} \in", r"\bm{q} \in"),
    (r"\bm{b}^{(1)} \in", r"\bm{x} \in"),
    (r"\ell \in \mathbf{R}$", r"\ell \in \mathbf{R}^{K}$"),
    (r"\theta - \eta", r"\theta + \eta"),
    (r")^{\top}$", ")$"),
    ("count from 1", "count from 0"),
    (r"\odot \bm{b})_i = a_i b_i", r"\odot \bm{b})_i = a_i + b_i"),
    (r"= a_i / b_i", r"= b_i / a_i"),
    (r"= a_i \, \delta_{ij}", r"= a_i"),
    (r"\mathbf{1}[i = j]", r"\mathbf{1}[i \ne j]"),
    ("1 where it holds, else 0", "0 where it holds, else 1"),
    ("a column of ones", "a row of ones"),
    (r"\bm{I}", r"\mathbf{1}"),
]


@pytest.mark.parametrize(("old", "new"), SPOILT)
def test_whatever_is_spoilt_is_noticed(old: str, new: str) -> None:
    right = box(layout="numerator")
    spoilt = replace(right, blocks=[changed(block, old, new) for block in right.blocks])
    assert list(spoilt.blocks) != list(right.blocks)
    assert not spoilt.comparison().ok


@pytest.mark.parametrize("sign", ["odot", "oslash", "diag", "delta", "{I}"])
def test_a_sign_that_is_not_explained_is_noticed(sign: str) -> None:
    right = box()
    text, legend = right.blocks
    assert isinstance(legend, Legend)
    without = replace(legend, entries=tuple(entry for entry in legend.entries if sign not in entry[0]))
    assert len(without.entries) < len(SIGNS)
    assert not replace(right, blocks=(text, without)).comparison().ok
