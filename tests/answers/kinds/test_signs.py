"""Pages of layers and losses: one sign has one meaning, and every gradient that is named is given or derived."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pytest

from answers.contract.item import Item
from answers.homework.bundled import bundled_files
from answers.homework.context import HomeworkContext
from answers.homework.load import load
from answers.kinds import layer as layer_page
from answers.kinds.layer import LayerPage
from answers.kinds.loss import LossPage
from answers.latex.sheet import Block, Equation, Steps, Text
from derive import layer, recurrence
from derive.layer import Layer
from derive.render.derivations import step_lines
from tests.answers.sample import homework
from tests.sweeps import layer_kind, loss_kind, sweep

ITEMS = {
    f"{part.id}-{place}": item
    for part in load("layers").homework.parts()
    for place, item in enumerate(part.answer)
    if isinstance(item, LayerPage | LossPage)
}


def page_kind(key: str) -> object:
    """What is of one kind on the pages of ``ITEMS``."""
    item = ITEMS[key]
    return layer_kind(item.layer) if isinstance(item, LayerPage) else loss_kind(item.loss)


HELD = re.compile(r"\\left\.(?:(?!\\right\|).)*\\right\|_\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
"""A partial with what is held, whose sign is another than that of the same without."""

GRADIENT = re.compile(r"\\(?:t?frac\{\\partial \\ell\}\{\\partial |partial \\ell/\\partial )")


@cache
def cached_layer(name: str, **options: Any) -> Layer:
    return layer(name, **options)


def page(item: Item) -> tuple[Block, ...]:
    """The blocks of an answer; a layer is derived once for all of its pages."""
    context = HomeworkContext(homework(conventions={"layout": "gradient", "index_base": 0}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layer_page, "layer", cached_layer)
        return item.answer(context).blocks


@cache
def page_of(key: str, *, steps: bool) -> tuple[Block, ...]:
    """The page of one of ``ITEMS`` with or without steps, made once for all tests."""
    return page(ITEMS[key].model_copy(update={"steps": steps}))


def recurrent(name: str, **keys: object) -> LayerPage:
    """The page of a cell with H units."""
    return LayerPage.model_validate({"kind": "layer", "layer": name, "options": {"hidden": "H"}, **keys})


def equations(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """The two sides of every equation on a page, those of steps too."""
    for block in blocks:
        if isinstance(block, Equation):
            left, _, right = block.latex.partition(" = ")
            yield left, right
        if isinstance(block, Steps):
            yield from ((step.left, step.right) for step in block.steps)


def gradients(formula: str) -> set[str]:
    """The tensors by which a formula has gradients of the loss, whole or by an element."""
    found = set()
    for match in GRADIENT.finditer(formula):
        name = re.match(r"(?:\\(?:bm|mathbf|mathrm|hat|bar|tilde)\{)*\\?[A-Za-z]+", formula[match.end() :])
        assert name is not None, formula
        found.add(re.sub(r"\\(?:bm|mathbf|mathrm)\{", "", name.group()))
    return found


@sweep(lambda key: page_kind(key))
@pytest.mark.parametrize("key", ITEMS)
def test_no_step_has_its_left_side_on_its_right(key: str) -> None:
    for left, right in equations(page_of(key, steps=True)):
        assert r"\partial" not in left or left not in HELD.sub("", right)


@pytest.mark.parametrize("identity", [identity for identity in bundled_files() if identity != "layers"])
def test_no_step_of_a_homeworks_networks_has_either(identity: str) -> None:
    context = HomeworkContext(load(identity).homework)
    networks = (context.network(name) for name in context.homework.networks)
    for network in (network for network in networks if network.loss is not None):
        for derivation in network.gradients().values():
            left = ""
            for line in step_lines(derivation):
                left = line.left or left
                assert left not in HELD.sub("", " ".join(line.right))


@sweep(lambda key, steps: (page_kind(key), steps))
@pytest.mark.parametrize("steps", [True, False])
@pytest.mark.parametrize("key", ITEMS)
def test_every_gradient_is_given_or_derived(key: str, steps: bool) -> None:
    blocks = page_of(key, steps=steps)
    texts = "".join(block.latex for block in blocks if isinstance(block, Text))
    sides = list(equations(blocks))
    defined = gradients(texts).union(*(gradients(left) for left, _ in sides))
    used = set().union(*(gradients(HELD.sub("", right)) for _, right in sides))
    assert used <= defined


@pytest.mark.parametrize("name", ["RNNCell", "LSTMCell", "GRUCell"])
def test_chained_pages_derive_what_they_name(name: str) -> None:
    blocks = page(recurrent(name, chained=True, steps=False))
    texts = "".join(block.latex for block in blocks if isinstance(block, Text))
    sides = list(equations(blocks))
    assert set().union(*(gradients(right) for _, right in sides)) <= gradients(texts).union(
        *(gradients(left) for left, _ in sides)
    )


@pytest.mark.parametrize("of", ["c_prev", "weight_hh", "bias_ih", "z"])
def test_one_gradient_alone_stands_on_those_it_needs(of: str) -> None:
    sides = list(equations(page(recurrent("LSTMCell", of=[of], steps=False))))
    defined = set().union(*(gradients(left) for left, _ in sides))
    assert defined == set().union(*(gradients(right) for _, right in sides)) | {re.sub("_.*", "", of)}


def test_jacobians_hold_what_else_a_row_reads() -> None:
    for name, direct in [("Softmax", "e"), ("LogSoftmax", "z"), ("L2Norm", "z")]:
        lines = step_lines(layer(name).jacobian("z"))
        barred = [line for line in lines if r"\right|" in "".join(line.right) + line.left]
        assert any(rf"\partial \bm{{{direct}}}}}\right|_" in "".join(line.right) for line in barred)
        told = [line for line in lines if "held" in line.sentence]
        assert told == barred[:1]


def test_a_recurrence_says_once_what_its_sign_means() -> None:
    lines = step_lines(recurrence("RNNCell", "H").gradient("h"))
    assert [r"\partial^{+}" in "".join(line.right) for line in lines if "held" in line.sentence] == [True]
