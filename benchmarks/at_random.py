"""Answers written at random: right ones in spellings that are drawn, and ones with a mistake that a number shows.

A formula is a small tree that is written by one function here and computed by another with NumPy alone, so that what an
answer is worth is known without the reader that is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any

import numpy

from answers.marking.points import points_of
from derive import Derivation, Network, network

Array = Any
Values = Callable[[str], Array]

FONTS = ("{}", "{}", r"\bm{{{}}}", r"\mathbf{{{}}}", r"\boldsymbol{{{}}}", r"\vec{{{}}}", "{{{}}}")
TURNS = ("^T", r"^\top", r"^{\top}", r"^{\mathsf{T}}", r"^\intercal", "'", r"^{\mathrm{T}}")
HADAMARDS = (r" \odot ", r" \circ ", " * ", r" \ast ")
BRACKETS = (("(", ")"), (r"\left(", r"\right)"), ("[", "]"), (r"\bigl(", r"\bigr)"))
NUMBERS = ("{0}_{1}", "{0}_{{{1}}}", "{0}^{{({1})}}", "{0}^{{[{1}]}}")
SPACES = ("", "", " ", r"\,", r"\;", r"\!")


@dataclass(frozen=True)
class Node:
    """A tensor or a partial by its ``name``, or an operation on ``parts``: T, times, had, plus, minus, scale, ..."""

    kind: str
    parts: tuple[Node, ...] = ()
    name: str = ""
    number: int = 1


def tensor(name: str) -> Node:
    """A tensor, or a partial such as dl/dz3, by its name."""
    return Node("name", name=name)


def value(node: Node, values: Values) -> Array:
    """The value of a formula: columns are n × 1, rows 1 × n.

    Raises:
        ValueError: its parts do not fit.
    """
    if node.kind == "name":
        return values(node.name)
    parts = [value(part, values) for part in node.parts]
    if node.kind == "T":
        return parts[0].T
    if node.kind == "times":
        return parts[0] @ parts[1]
    if node.kind == "scale":
        return node.number * parts[0]
    if node.kind == "diag":
        if 1 not in parts[0].shape:
            raise ValueError("diag of a matrix")
        return numpy.diag(parts[0].reshape(-1))
    if node.kind == "square":
        return parts[0] ** 2
    if node.kind == "one minus":
        return 1 - parts[0]
    if node.kind in SLOPES:
        return SLOPES[node.kind](parts[0])
    if parts[0].shape != parts[1].shape:
        raise ValueError("the shapes differ")
    return {"had": parts[0] * parts[1], "plus": parts[0] + parts[1], "minus": parts[0] - parts[1]}[node.kind]


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + numpy.exp(-x))


SLOPES: dict[str, Callable[[Array], Array]] = {
    r"\sigma": _sigmoid,
    r"\sigma'": lambda x: _sigmoid(x) * (1 - _sigmoid(x)),
    r"\tanh": numpy.tanh,
    r"\tanh'": lambda x: 1 - numpy.tanh(x) ** 2,
    r"\mathbf{1}": lambda x: (x > 0).astype(float),
}
TIGHT = frozenset(["name", "T", "diag", "square", *SLOPES])
"""What needs no brackets as a factor."""


def written(node: Node, draw: Random) -> str:
    """A formula in LaTeX, in one of the ways in which people write it."""
    if node.kind == "name":
        return _name(node.name, draw)
    if node.kind == "T":
        return _factor(node.parts[0], draw, whole=True) + draw.choice(TURNS)
    if node.kind == "times":
        left, right = (_factor(part, draw) for part in node.parts)
        return f"{left}{draw.choice(SPACES)} {right}"
    if node.kind == "had":
        left, right = (_factor(part, draw) for part in node.parts)
        return f"{left}{draw.choice(HADAMARDS)}{right}"
    if node.kind == "scale":
        sign = "-" if node.number == -1 else str(node.number)
        return f"{sign}{draw.choice(SPACES)} {_factor(node.parts[0], draw)}"
    if node.kind == "square":
        return f"{_factor(node.parts[0], draw, whole=True)}^2"
    if node.kind == "one minus":
        return f"1 - {_factor(node.parts[0], draw)}"
    if node.kind == "diag":
        name = draw.choice((r"\operatorname{diag}", r"\mathrm{diag}", r"\text{diag}", r"\text{Diag}"))
        return f"{name}({written(node.parts[0], draw)})"
    if node.kind == r"\mathbf{1}":
        one = draw.choice((r"\mathbf{1}", r"\mathbb{1}", "1", r"\bm{1}"))
        left, right = draw.choice((("[", "]"), (r"\{", r"\}"), ("(", ")")))
        return f"{one}{left}{written(node.parts[0], draw)} > 0{right}"
    if node.kind in SLOPES:
        return f"{node.kind}({written(node.parts[0], draw)})"
    sign = {"plus": "+", "minus": "-"}[node.kind]
    last = node.parts[1]
    behind = _factor(last, draw) if last.kind in ("plus", "minus", "one minus") else written(last, draw)
    return f"{written(node.parts[0], draw)} {sign} {behind}"


def _factor(node: Node, draw: Random, *, whole: bool = False) -> str:
    """A part of a product; ``whole`` if a sign stands behind it that must belong to all of it."""
    text = written(node, draw)
    plain = node.kind == "name" and "/" not in node.name
    if plain or (node.kind in TIGHT and not whole):
        return text
    left, right = draw.choice(BRACKETS)
    return f"{left}{text}{right}"


def _name(name: str, draw: Random) -> str:
    top, slash, bottom = name.partition("/")
    if slash:
        frac = draw.choice((r"\frac", r"\dfrac", r"\tfrac"))
        return rf"{frac}{{\partial {_name(top[1:], draw)}}}{{\partial {_name(bottom[1:], draw)}}}"
    if name == "l":
        return draw.choice((r"\ell", "L", r"\mathcal{L}", r"\ell"))
    font = draw.choice(FONTS)
    if name == "y_hat":
        inside = draw.choice((r"\hat{{{}}}", r"\hat {}"))
        return inside.format(font.format("y")) if font != "{{{}}}" else r"\hat{y}"
    if name[-1].isdigit():
        return draw.choice(NUMBERS).format(font.format(name[:-1]), name[-1])
    return font.format(name)


@dataclass(frozen=True)
class Question:
    """A quantity of a network, with formulas that are right for it, in the parameter's shape."""

    network: str
    loss: str
    quantity: str
    right: tuple[Node, ...]

    @property
    def derivation(self) -> Derivation:
        """The derivation of it."""
        return _network(self.network, self.loss).partial(self.quantity)


@cache
def _network(spec: str, loss: str) -> Network:
    return network(spec, loss=loss)


def _times(*parts: Node) -> Node:
    made = parts[0]
    for part in parts[1:]:
        made = Node("times", (made, part))
    return made


def _turned(node: Node) -> Node:
    return Node("T", (node,))


def questions() -> Iterator[Question]:
    """Gradients of networks of two layers with several activations, each in several forms."""
    x, y, y_hat, z1, z2 = map(tensor, ("x", "y", "y_hat", "z1", "z2"))
    w1, w2, z3 = tensor("W1"), tensor("W2"), tensor("dl/dz3")
    slopes = {
        "Sigmoid": (Node("had", (z2, Node("one minus", (z2,)))), Node(r"\sigma'", (z1,))),
        "Tanh": (Node("one minus", (Node("square", (z2,)),)), Node(r"\tanh'", (z1,))),
        "ReLU": (Node(r"\mathbf{1}", (z1,)),),
    }
    residual = Node("minus", (y_hat, y))
    for hidden, forms in slopes.items():
        for end, loss, factor in (("Identity", "MSE", 2), ("Softmax", "CrossEntropy", 1), ("Identity", "1/2*MSE", 1)):
            spec = f"x:n -> Linear(d) -> {hidden} -> Linear(K) -> {end} -> y_hat"
            outer = Node("scale", (residual,), number=factor) if factor != 1 else residual
            tops = (outer, _turned(z3))
            back = [_times(_turned(w2), top) for top in tops] + [_turned(_times(_turned(outer), w2))]
            hiddens = [Node("had", (one, slope)) for one in back for slope in forms]
            hiddens += [_times(Node("diag", (slope,)), one) for one in back[:1] for slope in forms]
            yield Question(spec, loss, "dl/db2", (outer,))
            yield Question(spec, loss, "dl/dW2", tuple(_times(top, _turned(z2)) for top in tops))
            yield Question(spec, loss, "dl/db1", tuple(hiddens))
            yield Question(spec, loss, "dl/dW1", tuple(_times(one, _turned(x)) for one in hiddens))
            yield Question(spec, loss, "dl/dx", tuple(_times(_turned(w1), one) for one in hiddens))


def plain_questions() -> Iterator[Question]:
    """A question of each network."""
    yield from (question for question in questions() if question.quantity == "dl/db2")


def mutants_of(node: Node) -> Iterator[tuple[str, Node]]:
    """Every formula with one mistake: what is changed, and the formula."""
    yield from _changes(node)
    for at, part in enumerate(node.parts):
        for what, other in mutants_of(part):
            yield what, replace(node, parts=(*node.parts[:at], other, *node.parts[at + 1 :]))


def _changes(node: Node) -> Iterator[tuple[str, Node]]:
    if node.kind == "T":
        yield "dropped transpose", node.parts[0]
    elif node.kind in ("name", "times", "had", "minus"):
        yield "transpose too many", _turned(node)
    if node.kind in ("times", "had"):
        yield "factor left out", node.parts[0]
        yield "factor left out", node.parts[1]
        yield "order", replace(node, parts=node.parts[::-1])
        yield "another product", replace(node, kind="had" if node.kind == "times" else "times")
    if node.kind in ("plus", "minus"):
        yield "sign", replace(node, kind="plus" if node.kind == "minus" else "minus")
        yield "order", replace(node, parts=node.parts[::-1])
        yield "term left out", node.parts[0]
    if node.kind == "scale":
        yield "factor", node.parts[0]
        yield "factor", replace(node, number=node.number + 1)
    elif node.kind in ("name", "had", "times"):
        yield "sign", Node("scale", (node,), number=-1)
        yield "factor", Node("scale", (node,), number=2)
    if node.kind == "one minus":
        yield "one minus left out", node.parts[0]
    if node.kind in ("square", "diag", *SLOPES):
        yield "function left out", node.parts[0]
    if node.kind.endswith("'"):
        yield "prime left out", replace(node, kind=node.kind[:-1])
    if node.kind == "name":
        yield "square", Node("square", (node,))
        for other in ("x", "y", "y_hat", "z1", "z2", "z3", "W1", "W2", "b1", "b2"):
            if other != node.name:
                yield "another tensor", replace(node, name=other)


@dataclass(frozen=True)
class Answer:
    """An answer to a question: what was changed in a right one, nothing for one that is right, and the text."""

    question: Question
    change: str
    latex: str


def values_at(question: Question, number: int) -> Values:
    """Measured values at one of the points: vectors as columns, the loss by a vector as a row."""
    point = points_of(question.derivation.forward)[number]

    def measured(name: str) -> Array:
        found = numpy.asarray(point.value(name), float)
        if found.ndim == 1:
            return found[None, :] if name.startswith("dl/") else found[:, None]
        return found

    return measured


def right_answers(draw: Random, count: int) -> Iterator[Answer]:
    """Right answers, each formula in a spelling that is drawn."""
    every = [(question, node) for question in questions() for node in question.right]
    for _ in range(count):
        question, node = draw.choice(every)
        yield Answer(question, "", written(node, draw))


def wrong_answers(draw: Random, count: int) -> Iterator[Answer]:
    """Answers with one mistake each, whose value differs at a point from what is right and from its transpose."""
    every = [(question, node) for question in questions() for node in question.right]
    made = 0
    while made < count:
        question, node = draw.choice(every)
        what, mutant = draw.choice(list(mutants_of(node)))
        if _differs(question, mutant):
            made += 1
            yield Answer(question, what, written(mutant, draw))


def _differs(question: Question, mutant: Node) -> bool:
    """Whether the formula has a value at every point, which is not the quantity's in either layout."""
    far = []
    for number in range(2):
        values = values_at(question, number)
        truth = values(question.quantity)
        truth = truth.T if question.quantity in ("dl/db1", "dl/db2", "dl/dx") else truth
        try:
            found = value(mutant, values)
        except ValueError:
            return False
        far.append(not any(one.shape == found.shape and numpy.allclose(one, found, 1e-6) for one in (truth, truth.T)))
    return all(far)
