"""The box that says what letters and signs mean, read back: shapes, a step of descent, equations of signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy

from answers.latex.sheet import Block, Legend, Text
from answers.readback.called import is_called
from answers.readback.reader import TOLERANCE
from answers.readback.sentences import MATHS
from answers.reading import Partial, Point, Reading, ReadingError, Table, Tensor, read
from answers.reading.tables import table_of
from derive.conventions import Conventions
from derive.expression.matrices import taken_apart
from derive.forward import Forward
from derive.render.names import parse_name
from numeric.arrays.sizes import lengths
from numeric.checks.comparison import Comparison
from numeric.sampling.points import sample_sizes

MEMBER = re.compile(r"(?P<symbol>.+?) \\in \\mathbf\{R\}(?:\^\{(?P<shape>.*)\})?")
"""What says which shape a letter has."""
STEP = re.compile(r"\\theta \\leftarrow (?P<to>.+)")
"""What says how a gradient changes what it is by."""
COUNTED = re.compile(r"Indices count from (\d)\.")
STANDING = {
    "weights": ("(in, out)", "a row for each of its inputs and a column for each of its outputs"),
    "samples": ("columns", "samples of a batch are the columns"),
    "channels": ("last", "channels last"),
}
"""For each convention that is not usual what it is, and what says so."""
HOLDS = re.compile(r"(\d) where it holds, else (\d)")
SIGNS = (r"\odot", r"\oslash", r"\operatorname{diag}", r"\delta", r"\bm{I}")
"""Signs that are no letters of a homework's, which a key must explain where it has them."""
LETTERS = {r"\delta": "delta", r"\bm{I}": "I"}
"""Those that are letters where a tensor has that name."""
A, B = numpy.array([2.0, -3.0, 0.5]), numpy.array([1.25, 4.0, -2.0])
THETA, SLOPE, RATE = numpy.arange(6.0).reshape(2, 3), numpy.array([[1.0, -2.0, 4.0], [0.5, 3.0, -1.0]]), 0.25


@dataclass(frozen=True)
class Box:
    """A box as it is printed, beside the ``printed`` text of the key, whose networks are the ``models``."""

    blocks: Sequence[Block]
    printed: str
    models: Sequence[Forward]
    conventions: Conventions
    known: set[str] = field(default_factory=set)

    def comparison(self) -> Comparison:
        """Whether all that it says is so, and all that it must say is said."""
        try:
            wrong = list(self._wrong())
        except ReadingError as reason:
            wrong = [f"printed, but not read: {reason}"]
        return Comparison(float(bool(wrong)), TOLERANCE, len(self._formulas()), "; ".join(wrong[:3]))

    def _formulas(self) -> list[str]:
        return [formula for block in self.blocks if isinstance(block, Text) for formula in MATHS.findall(block.latex)]

    def _wrong(self) -> Iterator[str]:
        for formula in self._formulas():
            if (member := MEMBER.fullmatch(formula)) is not None:
                yield from self._of_shape(member["symbol"], member["shape"] or "1")
            elif (step := STEP.fullmatch(formula)) is not None:
                yield from self._of_step(step["to"])
            else:
                read(formula, self._signs)
        names = {name for model in self.models for name, t in model.tensors.items() if t.role != "hidden"}
        names -= {name for name in names if any(taken_apart(name)[0] in model.tensors for model in self.models)}
        yield from (f"nothing says what {name} is" for name in sorted(names - self.known))
        said = " ".join(block.latex for block in self.blocks if isinstance(block, Text))
        if COUNTED.findall(said) != [str(self.conventions.index_base)]:
            yield f"indices count from {self.conventions.index_base}"
        for name, (unusual, words) in STANDING.items():
            if (getattr(self.conventions, name) == unusual) != (words in said):
                yield f"the convention {name} is {getattr(self.conventions, name)}"
        entries = [entry for block in self.blocks if isinstance(block, Legend) for entry in block.entries]
        for formula, words in entries:
            yield from self._of_sign(formula, words)
        explained = " ".join(formula for formula, _ in entries)
        letters = {parse_name(name).stem for name in names}
        needed = (sign for sign in SIGNS if LETTERS.get(sign) not in letters)
        yield from (f"nothing says what {sign} is" for sign in needed if sign in self.printed and sign not in explained)

    def _of_shape(self, symbol: str, shape: str) -> Iterator[str]:
        """A letter has the shape of the first network that has it."""
        for model in self.models:
            visible = (one for one in model.tensors.values() if one.role != "hidden" and one.name not in self.known)
            tensor = next((one for one in visible if is_called(symbol, one.name)), None)
            if tensor is None:
                continue
            self.known.add(tensor.name)
            table = table_of(model, self.conventions.layout, self.conventions.index_base)
            numbers = sample_sizes(model, 0)
            point = Point(table, {}, {str(size): number for size, number in numbers.items()})
            parts = re.split(r"\\times", shape)
            said = [round(float(read(part, table).last.value(point))) for part in parts]
            true = list(lengths(tensor.shape, numbers))
            if [one for one in said if one != 1] != [one for one in true if one != 1]:
                yield f"{symbol} is said to be of {shape}"
            return
        yield f"{symbol} is no letter of a network, or said twice"

    @property
    def _signs(self) -> Table:
        theta = Tensor("theta", (r"\theta",), ("m", "n"))
        symbols = (Tensor("a", ("a",), ("n",)), Tensor("b", ("b",), ("n",)), theta)
        more = (Tensor("eta", (r"\eta",)), Tensor("l", (r"\ell",)))
        slope = Partial("dl/dtheta", "l", "theta", self.conventions.layout)
        return Table((*symbols, *more), (slope,), self.conventions.index_base)

    @property
    def _point(self) -> Point:
        arrays = {"a": A, "b": B, "theta": THETA, "dl/dtheta": SLOPE}
        return Point(self._signs, {**arrays, "eta": numpy.asarray(RATE), "l": numpy.asarray(1.0)}, {"n": 3, "m": 2})

    def _values(self, reading: Reading) -> list[Any]:
        letters = reading.sides[0].letters
        return [side.value(self._point, letters, dict.fromkeys(letters, "n")) for side in reading.sides]

    def _of_step(self, right: str) -> Iterator[str]:
        (value,) = self._values(read(right, self._signs))
        if not numpy.array_equal(value, THETA - RATE * SLOPE):
            yield f"{right} is no step of gradient descent"

    def _of_sign(self, formula: str, words: str) -> Iterator[str]:
        """An equation must hold, and what words say of a sign alone be so."""
        if "=" in formula:
            values = self._values(read(formula, self._signs))
            if len(values) != 2 or not numpy.allclose(values[0], values[1], rtol=1e-12):
                yield f"{formula} does not hold"
            return
        trials: Iterable[tuple[str, Any]] = ()
        if (holds := HOLDS.fullmatch(words)) is not None:
            trials = zip(("1 = 1", "1 = 2"), map(float, holds.groups()), strict=True)
            trials = [(formula.replace(r"\cdot", condition), value) for condition, value in trials]
        elif words == "a column of ones":
            trials = ((rf"{formula}^{{\top}} \bm{{a}}", A.sum()),)
        elif words == "the identity":
            trials = ((rf"{formula} \bm{{a}}", A),)
        else:
            yield f"{formula} is not explained"
        for text, expected in trials:
            if not numpy.array_equal(self._values(read(text, self._signs))[-1], expected):
                yield f"{formula} is not {words}"
