"""Wrong answers of many kinds, planted in what the engine returns: ``gradsheet verify`` must fail each of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sympy
from sympy import Expr, Function, Rational

from derive import symbols
from derive.derivation import Derivation
from derive.functions import Bracket
from derive.matrix.nodes import Hadamard, Identity, Named, Plus, Product, Scale, Transpose
from derive.network import Network
from tests.answers.command.runner import run, written

ROW, COLUMN = symbols.index("i"), symbols.index("j")
D, K, B = (symbols.size(name) for name in "dKB")

NETWORKS = {
    "relu": ("x:n -> Linear(d) -> ReLU -> Linear(K) -> Identity -> y_hat", "1/2*MSE", ""),
    "sigmoid": ("x:n -> Linear(d) -> Sigmoid -> Linear(K) -> Sigmoid -> y_hat", "1/2*MSE", ""),
    "softmax": ("x:n -> Linear(d) -> ReLU -> Linear(K) -> Softmax -> y_hat", "CrossEntropy", ""),
    "batch": ("x:n -> Linear(d) -> ReLU -> Linear(K) -> Identity -> y_hat", "1/2*MSE", "batch: B"),
    "unknown": ("x:n -> Linear(d) -> f -> Linear(K) -> Identity -> y_hat", "1/2*MSE", ""),
}

HOMEWORK = """\
title: A homework
networks:
  net:
    layers: "{layers}"
    loss: {loss}
    {batch}
questions:
  - id: "1"
    title: A question
    parts:
      - {{id: 1a, question: "?", answer: [{{kind: {kind}, network: net{of}}}]}}
"""


@dataclass(frozen=True)
class Plant:
    """A wrong answer: the network, the quantity that is asked for, and how its right derivation is spoilt."""

    network: str
    quantity: str
    spoil: Callable[[Derivation], Derivation]


def element(name: str, *subscripts: Expr) -> Expr:
    return symbols.element(name, subscripts)


def wrong(change: Callable[[Expr], Expr]) -> Callable[[Derivation], Derivation]:
    """The result and the last step changed alike, so that they agree with each other."""

    def spoil(right: Derivation) -> Derivation:
        result = change(right.result)
        assert result != right.result
        last = replace(right.steps[-1], expression=result, matrix=None)
        return replace(right, result=result, matrix=None, steps=(*right.steps[:-1], last))

    return spoil


def swapped(old: Expr, new: Expr) -> Callable[[Derivation], Derivation]:
    """One piece of the result in the place of another."""
    return wrong(lambda result: result.xreplace({old: new}))


def renamed(old: str, new: str) -> Callable[[Derivation], Derivation]:
    """One tensor in the place of another."""
    return wrong(lambda result: result.xreplace({symbols.base(old): symbols.base(new)}))


def without_brackets(result: Expr) -> Expr:
    return result.replace(lambda node: isinstance(node, Bracket), lambda node: sympy.Integer(1))


def other_branch(result: Expr) -> Expr:
    return result.replace(lambda node: isinstance(node, Bracket), lambda node: 1 - node)


def shortened(result: Expr) -> Expr:
    """Every sum without its last term."""
    return result.replace(
        lambda node: isinstance(node, sympy.Sum),
        lambda node: sympy.Sum(node.function, *((index, low, high - 1) for index, low, high in node.limits)),
    )


def in_matrix(node: Any) -> Callable[[Derivation], Derivation]:
    """A wrong matrix form beside a right result."""

    def spoil(right: Derivation) -> Derivation:
        assert right.matrix is not None
        planted = node(right.matrix) if callable(node) else node
        assert planted != right.matrix
        return replace(right, matrix=planted)

    return spoil


def in_step(position: int) -> Callable[[Derivation], Derivation]:
    """A step on the way that is wrong, although what follows is right."""

    def spoil(right: Derivation) -> Derivation:
        steps = list(right.steps)
        steps[position] = replace(steps[position], expression=-steps[position].expression, matrix=None)
        return replace(right, steps=tuple(steps))

    return spoil


def column(name: str, size: Expr) -> Named:
    return Named(name, size, sympy.Integer(1))


DIFFERENCE = Plus((column("y_hat", K), Scale(sympy.Integer(-1), column("y", K))))

PLANTS = {
    "sign": Plant("relu", "W1", wrong(lambda result: -result)),
    "factor 2": Plant("relu", "b1", wrong(lambda result: 2 * result)),
    "factor 1/K": Plant("relu", "W2", wrong(lambda result: result / K)),
    "zero": Plant("relu", "b2", wrong(lambda result: sympy.Integer(0))),
    "a small constant too many": Plant("relu", "b2", wrong(lambda result: result + Rational(1, 10**6))),
    "missing derivative of ReLU": Plant("relu", "W1", wrong(without_brackets)),
    "wrong branch of ReLU": Plant("relu", "W1", wrong(other_branch)),
    "bracket on another tensor": Plant("relu", "b1", renamed("z1", "b1")),
    "transposed weight": Plant("relu", "b1", swapped(element("W2", COLUMN, ROW), element("W2", ROW, COLUMN))),
    "wrong index": Plant("relu", "W1", swapped(element("x", COLUMN), element("x", sympy.Integer(0)))),
    "hidden value for the input": Plant("relu", "W1", renamed("x", "z1")),
    "input for the hidden value": Plant("relu", "W2", renamed("z2", "x")),
    "value before the activation": Plant("relu", "W2", renamed("z2", "z1")),
    "missing target": Plant("relu", "b2", swapped(element("y", ROW), sympy.Integer(0))),
    "sum without its last term": Plant("relu", "b1", wrong(shortened)),
    "sum for mean": Plant("batch", "W2", wrong(lambda result: B * result)),
    "missing derivative of the sigmoid": Plant(
        "sigmoid", "b2", wrong(lambda result: element("y_hat", ROW) - element("y", ROW))
    ),
    "sigmoid' without its second factor": Plant(
        "sigmoid", "b2", wrong(lambda result: (element("y_hat", ROW) - element("y", ROW)) * element("y_hat", ROW))
    ),
    "scores for probabilities": Plant("softmax", "b2", renamed("y_hat", "z3")),
    "cross-entropy turned round": Plant("softmax", "b2", wrong(lambda result: -result)),
    "f for f'": Plant("unknown", "b1", wrong(lambda result: result.replace(Function("f'"), Function("f")))),
    "f'' for f'": Plant("unknown", "b1", wrong(lambda result: result.replace(Function("f'"), Function("f''")))),
    "f' at the wrong place": Plant("unknown", "b1", renamed("z1", "z2")),
    "Jacobian without its delta": Plant(
        "sigmoid", "dy_hat/dz3", wrong(lambda result: result.replace(sympy.KroneckerDelta, lambda *_: sympy.Integer(1)))
    ),
    "softmax as if elementwise": Plant(
        "softmax",
        "dy_hat/dz3",
        wrong(lambda result: element("y_hat", ROW) * (1 - element("y_hat", ROW)) * sympy.KroneckerDelta(ROW, COLUMN)),
    ),
    "softmax without its diagonal": Plant(
        "softmax", "dy_hat/dz3", wrong(lambda result: -element("y_hat", ROW) * element("y_hat", COLUMN))
    ),
    "wrong layout": Plant("relu", "W2", in_matrix(Transpose)),
    "wrong layout of a vector": Plant("relu", "b2", in_matrix(Transpose)),
    "matrix of the wrong sign": Plant("relu", "W1", in_matrix(lambda node: Scale(sympy.Integer(-1), node))),
    "target transposed and added": Plant("relu", "b2", in_matrix(Plus((column("y", K), column("y_hat", K))))),
    "Hadamard square for a product": Plant("relu", "b2", in_matrix(Hadamard((DIFFERENCE, DIFFERENCE)))),
    "outer product with the wrong input": Plant(
        "relu", "W2", in_matrix(Product((DIFFERENCE, Transpose(column("z1", D)))))
    ),
    "identity for a diagonal": Plant("relu", "dz2/dz1", in_matrix(Identity(D))),
    "first step": Plant("relu", "W1", in_step(0)),
    "step in the middle": Plant("relu", "W1", in_step(6)),
    "step before the last": Plant("relu", "W1", in_step(-2)),
    "forward value without its bias": Plant("relu", "z1", swapped(element("b1", ROW), sympy.Integer(0))),
    "activation left out of the table": Plant("relu", "z2", wrong(lambda result: result.args[0])),
    "loss without its half": Plant("relu", "l", wrong(lambda result: 2 * result)),
}


def homework(plant: Plant) -> str:
    layers, loss, batch = NETWORKS[plant.network]
    if "/" in plant.quantity:
        kind, of = "elements", f", of: [{plant.quantity}]"
    elif plant.quantity[0] in "zl":
        kind, of = "forward_table", ""
    else:
        kind, of = "gradients", f", of: [{plant.quantity}]"
    return HOMEWORK.format(layers=layers, loss=loss, batch=batch, kind=kind, of=of)


def spoilt(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine return the wrong answer in the place of the right one."""
    gradient, partial, value = Network.gradient, Network.partial, Network.value

    def wrong_gradient(net: Network, name: str, within: Iterable[str] | None = None) -> Derivation:
        right = gradient(net, name, within)
        return plant.spoil(right) if name == plant.quantity else right

    def wrong_partial(net: Network, name: str, within: Iterable[str] | None = None) -> Derivation:
        right = partial(net, name, within)
        return plant.spoil(right) if name == plant.quantity else right

    def wrong_value(net: Network, name: str, *given: Any, written_out: bool = True) -> Derivation:
        right = value(net, name, *given, written_out=written_out)
        return plant.spoil(right) if name == plant.quantity and written_out else right

    monkeypatch.setattr(Network, "gradient", wrong_gradient)
    monkeypatch.setattr(Network, "partial", wrong_partial)
    monkeypatch.setattr(Network, "value", wrong_value)


@pytest.mark.parametrize("text", sorted({homework(plant) for plant in PLANTS.values()}))
def test_without_a_planted_error_all_is_well(text: str, tmp_path: Path) -> None:
    assert run("verify", written(tmp_path, text)).code == 0


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_error_is_caught(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plant = PLANTS[name]
    spoilt(plant, monkeypatch)
    outcome = run("verify", written(tmp_path, homework(plant)), "--json")
    assert outcome.code == 1
    failed = [check for check in json.loads(outcome.out)["checks"] if not check["ok"]]
    assert len(failed) == 1
    assert failed[0]["note"]


def test_a_key_with_a_wrong_answer_is_written_but_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plant = next(iter(PLANTS.values()))
    spoilt(plant, monkeypatch)
    outcome = run("build", written(tmp_path, homework(plant)), "--format", "tex", "--out", tmp_path / "out")
    assert outcome.code == 1
    assert "FAILED 1a" in outcome.out
    assert r"\failed" in (tmp_path / "out" / "key.tex").read_text(encoding="utf-8")
