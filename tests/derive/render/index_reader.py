"""Reads printed index formulas back: the whole notation of layers, in indices that count from 0 or from 1.

It knows nothing of how formulas are printed or shifted: an element is read at the subscripts that stand there, from
arrays whose first element has the number ``base``, and what is outside of an array reads as 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy

from tests.derive.render.reader import VULGAR, Reader

TOKEN = re.compile(
    r"\s*(Σ_\{\w+=|argmax_\{|max_\{|\d+\.\d+|\d+|[½⅓⅔¼¾]|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|[^\W\d_](?:(?![⁰¹²³⁴⁵⁶⁷⁸⁹½⅓⅔¼¾])\w)*[\u0300-\u036f′]*"
    r"(?:\*(?=[\[_⌋ )<≤=≠·]))?(?:(?<=\*)_\w+[\u0300-\u036f]*)?|\}\^\{|.)"
)
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "≥": lambda a, b: a >= b - 1e-12,
    "≤": lambda a, b: a <= b + 1e-12,
    "=": lambda a, b: abs(a - b) < 1e-9,
    "≠": lambda a, b: abs(a - b) >= 1e-9,
    "|": lambda a, b: abs(b / a - round(b / a)) < 1e-9,
}
STARTS = re.compile(r"[\w(⌊⌈|√Σ{½⅓⅔¼¾−]")
WORDS = ("mod", "if", "otherwise", "and", "or", "not")


class IndexReader(Reader):
    """Evaluates a printed formula; ``names`` are sizes, indices and numbers, ``arrays`` the tensors as printed.

    ``letters`` says from where to where the letters run below a maximum, which is not printed there.
    """

    def __init__(
        self,
        text: str,
        base: int,
        arrays: Mapping[str, Any],
        names: Mapping[str, float],
        functions: Mapping[str, Callable[[float], float]],
        letters: Sequence[tuple[str, int, int]] = (),
    ) -> None:
        super().__init__(text, self._element, names)
        self.tokens = [token for token in TOKEN.findall(text) if token.strip()]
        self.base, self.arrays, self.functions = base, arrays, functions
        self.letters = letters
        self.outside = 0.0

    def _element(self, name: str, subscripts: tuple[int, ...]) -> float:
        array = numpy.asarray(self.arrays[name])
        if len(subscripts) < array.ndim:  # axes of one place need no subscript
            array = array.squeeze()
        assert len(subscripts) == array.ndim, (name, subscripts, array.shape)
        places = [subscript - self.base for subscript in subscripts]
        inside = all(0 <= place < length for place, length in zip(places, array.shape, strict=True))
        return float(array[tuple(places)]) if inside else self.outside

    def product(self) -> float:
        value = self.power()
        while self.next() and self._goes_on():
            if self.next() in ("/", "mod"):
                value = value / self.power() if self.take() == "/" else value % self.power()
            else:
                if self.next() == "·":
                    self.take()
                value = value * self.power()
        return value

    def _goes_on(self) -> bool:
        token = self.next()
        if token in ("·", "/", "mod"):
            return True
        return (token not in ("−", "|", "1") and token not in WORDS and bool(STARTS.match(token))) or self._is_bracket()

    def _is_bracket(self) -> bool:
        return self.next() == "1" and self.tokens[self.place + 1 : self.place + 2] == ["["]

    def power(self) -> float:
        value = self.atom()
        while re.fullmatch("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", self.next()) or self.next() == "^":
            token = self.take()
            value = value ** (self.atom() if token == "^" else int(token.translate(RAISED)))
        return value

    def atom(self) -> float:
        token = self.take()
        for left, right, function in (("⌊", "⌋", math.floor), ("⌈", "⌉", math.ceil), ("|", "|", abs)):
            if token == left:
                value = self.sum()
                self.take(right)
                # What is to be rounded is an integer or far from one: nothing hangs on the last digit.
                return float(function(round(value, 9)))
        if token == "−":
            return -self.product()
        if token == "{":
            return self.cases()
        if token in ("argmax_{", "max_{"):
            return self.largest(token.startswith("arg"))
        if token in VULGAR or token[0] in "Σ(√" or token[0].isdigit():
            self.place -= 1
            return super().atom()
        return self.named(token)

    def named(self, name: str) -> float:
        if name in ("max", "min"):
            values = self.arguments()
            return max(values) if name == "max" else min(values)
        if name in self.functions and name not in self.arrays:
            raised = int(self.take().translate(RAISED)) if self.next() != "(" else 1
            (value,) = self.arguments()
            return float(self.functions[name](value) ** raised)
        if self.next() == "[":
            subscripts = self.subscripts()
            return float(subscripts[0] == subscripts[1]) if name == "δ" else self._element(name, subscripts)
        return float(self.names[name]) if name in self.names else self._element(name, ())

    def subscripts(self) -> tuple[int, ...]:
        found = []
        while self.take() in ("[", ","):
            value = self.sum()
            # A subscript that is no integer stands beside a condition that says so, and reads nothing.
            found.append(round(value) if abs(value - round(value)) < 1e-9 else -(10**6))
        return tuple(found)

    def arguments(self) -> list[float]:
        self.take("(")
        found = [self.sum()]
        while self.next() == ",":
            self.take()
            found.append(self.sum())
        self.take(")")
        return found

    def bracket(self) -> float:
        self.take("[")
        holds = self.condition()
        self.take("]")
        return float(holds)

    def condition(self) -> bool:
        """Comparisons, chained or joined."""
        value = self.clause()
        while self.next() in (",", "and", "or"):
            joint = self.take()
            other = self.clause()
            value = (value or other) if joint == "or" else (value and other)
        return value

    def clause(self) -> bool:
        if self.next() == "not":
            self.take()
            self.take("(")
            inside = self.condition()
            self.take(")")
            return not inside
        left, value = self.sum(), True
        while self.next() in COMPARE:
            compare = COMPARE[self.take()]
            right = self.sum()
            value = value and compare(left, right)
            left = right
        return value

    def cases(self) -> float:
        found: float | None = None
        while self.next() != "}":
            value = self.sum()
            holds = self.take() == "otherwise" or self.condition()
            if holds and found is None:
                found = value
            if self.next() == ";":
                self.take()
        self.take("}")
        assert found is not None
        return found

    def total(self, letter: str) -> float:
        """A sum; of one without terms only the tokens are taken."""
        start = self.place
        low = round(self.sum())
        self.take("}^{")
        high = round(self.sum())
        if low > high:
            self.take("}")
            outer = dict(self.names)
            self.names[letter] = low
            self.product()
            self.names = outer
            return 0.0
        self.place = start
        return super().total(letter)

    def largest(self, where: bool) -> float:
        """A maximum over the letters below it, or the place in reading order where it stands."""
        while self.take() != "}":
            pass  # the ranges are known
        start, best, at = self.place, -math.inf, 0.0
        self.outside = -math.inf  # what is outside never is the largest
        ranges = [range(low, high + 1) for _, low, high in self.letters]
        outer = dict(self.names)
        for number, values in enumerate(numpy.ndindex(*map(len, ranges))):
            self.place = start
            self.names.update(
                {letter: span[v] for (letter, _, _), span, v in zip(self.letters, ranges, values, strict=True)}
            )
            value = self.product()
            if value > best:
                best, at = value, float(number + self.base)
        self.names, self.outside = outer, 0.0
        return at if where else best
