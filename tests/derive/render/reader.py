"""Reads printed Unicode back as a number, by the usual rules of precedence and by nothing else.

A product takes in what stands side by side; a sum sign takes in the product to its right.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

Read = Callable[[str, tuple[int, ...]], float]

TOKEN = re.compile(
    r"\s*(Σ_\{\w+=|\d+\.\d+|\d+|[½⅓⅔¼¾]|[⁰¹²³⁴⁵⁶⁷⁸⁹]+|𝟏|1(?=\[)|[^\W\d_](?:(?![⁰¹²³⁴⁵⁶⁷⁸⁹½⅓⅔¼¾])\w)*[\u0302\u0303\u0304′]*|\}\^\{|≤|≥|≠|.)"
)
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
VULGAR = {"½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4}
FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "exp": math.exp,
    "tanh": math.tanh,
    "σ": lambda u: 1 / (1 + math.exp(-u)),
    "f′": math.atan,
}
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "≥": lambda a, b: a >= b,
    "≤": lambda a, b: a <= b,
}


class Reader:
    """Evaluates one printed expression; ``read`` gives the elements, ``names`` the sizes and indices."""

    def __init__(self, text: str, read: Read, names: Mapping[str, float]) -> None:
        self.tokens = [token for token in TOKEN.findall(text) if token.strip()]
        self.place = 0
        self.read = read
        self.names = dict(names)

    def whole(self) -> float:
        value = self.sum()
        assert self.place == len(self.tokens), self.tokens[self.place :]
        return value

    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.next()
        assert not expected or token == expected, (token, expected, self.tokens)
        self.place += 1
        return token

    def sum(self) -> float:
        sign = -1.0 if self.next() == "−" and self.take() else 1.0
        value = sign * self.product()
        while self.next() in ("+", "−") and self.next():
            sign = -1.0 if self.take() == "−" else 1.0
            value += sign * self.product()
        return value

    def product(self) -> float:
        value = self.power()
        while self.next() and (self.next() in "·/(|√½⅓⅔¼¾" or re.match(r"[\wΣ]", self.next())):
            if self.next() == "/":
                self.take()
                value /= self.power()
            else:
                if self.next() == "·":
                    self.take()
                value *= self.power()
        return value

    def power(self) -> float:
        value = self.atom()
        while re.fullmatch("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", self.next()):
            value **= int(self.take().translate(RAISED))
        return value

    def atom(self) -> float:
        token = self.take()
        if token.startswith("Σ"):
            return self.total(token[3:-1])
        if token == "(":
            value = self.sum()
            self.take(")")
            return value
        if token in VULGAR:
            return VULGAR[token]
        if token == "1" and self.next() == "[":
            return self.bracket()
        if token == "√":
            return math.sqrt(self.atom())
        if token[0].isdigit():
            return float(token)
        return self.named(token)

    def named(self, name: str) -> float:
        raised = int(self.take().translate(RAISED)) if name in FUNCTIONS and self.next() != "(" else 1
        if name in FUNCTIONS:
            self.take("(")
            value = FUNCTIONS[name](self.sum())
            self.take(")")
            return float(value**raised)
        if self.next() != "[":
            return float(self.names[name])
        subscripts = self.subscripts()
        return float(subscripts[0] == subscripts[1]) if name == "δ" else self.read(name, subscripts)

    def subscripts(self) -> tuple[int, ...]:
        found = []
        while self.take() in ("[", ","):
            found.append(round(self.sum()))
        return tuple(found)

    def bracket(self) -> float:
        self.take("[")
        left = self.sum()
        holds = COMPARE[self.take()](left, self.sum())
        self.take("]")
        return float(holds)

    def total(self, letter: str) -> float:
        """The sum of the product to the right, which is read once for each value of the letter."""
        low = round(self.sum())
        self.take("}^{")
        high = round(self.sum())
        self.take("}")
        start, outer, value = self.place, self.names.get(letter), 0.0
        for number in range(low, high + 1):
            self.place = start
            self.names[letter] = number
            value += self.product()
        if outer is not None:
            self.names[letter] = outer
        return value
