"""Answers for one element, written at random: products of elements with a sum, right ones and ones with a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import numpy

from answers.marking.points import points_of
from benchmarks.at_random import FONTS, SPACES, Answer, Question, plain_questions

Array = Any


@dataclass(frozen=True)
class Factor:
    """An element: of a tensor, of ŷ − y (``residual``), or a slope, at ``letters``."""

    form: str
    name: str
    letters: str

    def value(self, values: Any) -> Array:
        """The whole array that it is an element of."""
        if self.form in ("residual", "sum"):
            return values("y_hat") - values("y") if self.form == "residual" else values("y_hat") + values("y")
        found = values(self.name)
        return {"": found, "one minus": 1 - found, "one minus square": 1 - found**2, "step": (found > 0) + 0.0}[
            self.form
        ]

    def text(self, draw: Random) -> str:
        """The element in LaTeX."""
        if self.form in ("residual", "sum"):
            sign = "-" if self.form == "residual" else "+"
            return rf"(\hat{{y}}_{self.letters} {sign} y_{self.letters})"
        element = _element(self.name, self.letters, draw)
        if self.form == "step":
            return rf"\mathbf{{1}}[{element} > 0]"
        power = "^2" if self.form == "one minus square" else ""
        if self.form:
            return f"(1 - {f'({element})' if power else element}{power})"
        return element


def _element(name: str, letters: str, draw: Random) -> str:
    font = draw.choice(FONTS)
    if not name[-1].isdigit():
        return f"{font.format(name)}_{letters}" if name != "y_hat" else rf"\hat{{y}}_{letters}"
    stem, number = font.format(name[:-1]), name[-1]
    if len(letters) == 1:
        return draw.choice((
            f"{stem}_{{{number}{letters}}}", f"({stem}_{number})_{letters}", f"{stem}_{{{number},{letters}}}",
            f"{stem}^{{({number})}}_{letters}", f"{stem}_{letters}^{{({number})}}",
        ))  # fmt: skip
    return draw.choice((f"{stem}^{{({number})}}_{{{letters}}}", f"{stem}_{{{letters}}}^{{({number})}}",
                        f"{stem}^{{[{number}]}}_{{{letters}}}", f"({stem}_{number})_{{{letters}}}"))  # fmt: skip


@dataclass(frozen=True)
class Element:
    """A number times factors, added up over the letters that the quantity has not."""

    number: int
    factors: tuple[Factor, ...]
    letters: str

    def value(self, values: Any) -> Array:
        """The elements, in the order of the quantity's axes.

        Raises:
            ValueError: a letter runs over two lengths, or the quantity's own letters do not occur.
        """
        terms = ",".join(factor.letters for factor in self.factors)
        return self.number * numpy.einsum(f"{terms}->{self.letters}", *(f.value(values) for f in self.factors))

    def text(self, draw: Random) -> str:
        """The element in LaTeX."""
        summed = sorted({letter for factor in self.factors for letter in factor.letters} - set(self.letters))
        sums = "".join(
            draw.choice((rf"\sum_{letter} ", rf"\sum_{{{letter}=1}}^{{{RANGES[letter]}}} ")) for letter in summed
        )
        factors = list(self.factors)
        draw.shuffle(factors)
        product = f"{draw.choice(SPACES)} ".join(factor.text(draw) for factor in factors)
        return f"{'' if self.number == 1 else self.number} {sums}{product}"


RANGES = {"k": "K", "i": "d", "j": "n"}


def elements() -> Iterator[tuple[Question, Element]]:
    """Every question with the element that is right for it."""
    for question in plain_questions():
        hidden = question.network.split(" -> ")[2]
        slopes = {
            "Sigmoid": (Factor("", "z2", "i"), Factor("one minus", "z2", "i")),
            "Tanh": (Factor("one minus square", "z2", "i"),),
            "ReLU": (Factor("step", "z1", "i"),),
        }[hidden]
        outer = Factor("residual", "", "k")
        back = (outer, Factor("", "W2", "ki"), *slopes)
        factor = 2 if question.loss == "MSE" else 1
        yield from (
            (replace(question, quantity=quantity), Element(factor, factors, letters))
            for quantity, factors, letters in (
                ("dl/db2", (outer,), "k"), ("dl/dW2", (outer, Factor("", "z2", "i")), "ki"), ("dl/db1", back, "i"),
                ("dl/dW1", (*back, Factor("", "x", "j")), "ij"), ("dl/dx", (*back, Factor("", "W1", "ij")), "j"),
            )
        )  # fmt: skip


def _mutants(element: Element) -> Iterator[tuple[str, Element]]:
    yield "sign", replace(element, number=-element.number)
    yield "factor", replace(element, number=element.number * 2)
    for at, factor in enumerate(element.factors):
        rest = (*element.factors[:at], *element.factors[at + 1 :])
        if rest:
            yield "factor left out", replace(element, factors=rest)
        for what, other in _changed(factor):
            yield what, replace(element, factors=(*element.factors[:at], other, *element.factors[at + 1 :]))


def _changed(factor: Factor) -> Iterator[tuple[str, Factor]]:
    if factor.form == "residual":
        yield "sign", replace(factor, form="sum")
    elif factor.form.startswith("one minus"):
        yield "one minus left out", replace(factor, form="")
    if factor.form == "one minus square":
        yield "square left out", replace(factor, form="one minus")
    if len(factor.letters) == 2:
        yield "swapped indices", replace(factor, letters=factor.letters[::-1])
    for letter in "ijk":
        if letter not in factor.letters:
            yield "another index", replace(factor, letters=letter + factor.letters[1:])
    for name in ("z1", "z2", "b1"):
        if factor.name in ("z1", "z2") and name != factor.name:
            yield "another tensor", replace(factor, name=name)


def right_elements(draw: Random, count: int) -> Iterator[Answer]:
    """Right answers for an element, in spellings that are drawn."""
    every = list(elements())
    for _ in range(count):
        question, element = draw.choice(every)
        yield _answer(question, "", element, draw)


def wrong_elements(draw: Random, count: int) -> Iterator[Answer]:
    """Answers for an element with one mistake each, which a number shows."""
    every = list(elements())
    made = 0
    while made < count:
        question, element = draw.choice(every)
        what, mutant = draw.choice(list(_mutants(element)))
        if _differs(question, mutant):
            made += 1
            yield _answer(question, what, mutant, draw)


def _answer(question: Question, what: str, element: Element, draw: Random) -> Answer:
    name = question.quantity.partition("/d")[2]
    left = rf"\frac{{\partial \ell}}{{\partial {_element(name, element.letters, draw)}}}"
    return Answer(question, what, f"{left} = {element.text(draw)}")


def _differs(question: Question, mutant: Element) -> bool:
    """Whether the elements have values at every point, which are not the quantity's in either layout."""
    for point in points_of(question.derivation.forward)[:2]:
        truth = numpy.asarray(point.value(question.quantity))
        try:
            found = mutant.value(point.value)
        except ValueError:
            return False
        if found.shape in (truth.shape, truth.T.shape) and any(
            one.shape == found.shape and numpy.allclose(one, found, 1e-6) for one in (truth, truth.T)
        ):
            return False
    return True
