"""The kind ``linear_maps``: what matrices do to the unit square, with their determinants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy
import sympy
from numpy.typing import NDArray
from pydantic import Field
from sympy import Matrix

from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import DRAWN_CORNERS, READ_BACK
from answers.contract.written import Lined, Noted
from answers.errors import HomeworkContentError
from answers.latex.escape import escape
from answers.latex.plotting import axis
from answers.latex.sheet import Area, Curve, Dot, Plot, Plots
from answers.reading import Point, ReadingError, Table, read
from derive.building.reader import parse_formula
from derive.errors import nearest
from derive.render import latex
from numeric.checks.comparison import Comparison
from numeric.checks.tolerances import DRAWN

Values = NDArray[numpy.float64]

CORNERS = numpy.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
SIDE = 3.8
CAPTION = (
    r"Dotted: the unit square. Filled: its image. Solid and dashed: the images of $\bm{e}_1$ and $\bm{e}_2$, which are "
    "the columns of the matrix."
)
SAID = re.compile(
    r"\\text\{(?:(?P<none>no area is left: not invertible)|"
    r"areas (?:kept|times \$(?P<times>[^$]*)\$), orientation (?P<way>kept|reversed))\}"
)
"""How it is worded what a determinant says."""


class LinearMaps(Lined, Noted):
    """A picture for each matrix, and for each product of two of them."""

    kind: Literal["linear_maps"]
    maps: dict[str, tuple[tuple[str | float, str | float], tuple[str | float, str | float]]] = Field(
        min_length=1, description="two rows of two numbers or formulas, by name: {shear: [[1, 1], [0, 1]]}"
    )
    products: tuple[tuple[str, str], ...] = Field(
        (), description="pairs of names: [shear, rotation] is the shear, then the rotation"
    )

    def answer(self, context: Context) -> Answered:
        maps = {name: Map(name, _matrix(name, rows)) for name, rows in self.maps.items()}
        drawn = [*maps.values(), *self._products(maps)]
        reach = max(1.0, *(float(numpy.abs(one.image).max()) for one in drawn))
        blocks = self.note_blocks()
        plots = tuple(one.plot(1.1 * reach) for one in drawn)
        blocks.append(Plots(plots, CAPTION))
        return Answered(tuple(blocks), tuple(one.claim(plot) for one, plot in zip(drawn, plots, strict=True)))

    def _products(self, maps: dict[str, Map]) -> Iterator[Map]:
        for first, second in self.products:
            for name in (first, second):
                if name not in maps:
                    raise HomeworkContentError(f"there is no map {name}; {nearest(name, maps)}")
            yield Map(f"{first}, then {second}", maps[second].matrix * maps[first].matrix, (maps[first], maps[second]))


def _matrix(name: str, rows: tuple[tuple[str | float, ...], ...]) -> Matrix:
    entries = [[sympy.nsimplify(parse_formula(str(entry)), rational=False) for entry in row] for row in rows]
    matrix = Matrix(entries)
    if matrix.free_symbols:
        raise HomeworkContentError(f"the matrix of {name} holds {min(map(str, matrix.free_symbols))}, expected numbers")
    return matrix


@dataclass(frozen=True)
class Map:
    """A matrix with its name; ``after`` are the two maps of a product, the first one first."""

    name: str
    matrix: Matrix
    after: tuple[Map, Map] | None = None

    @property
    def numbers(self) -> Values:
        """The matrix in floating point."""
        return numpy.array(self.matrix.evalf().tolist(), dtype=numpy.float64)

    @property
    def image(self) -> Values:
        """The images of the corners of the unit square, one a row, as they are drawn."""
        return (CORNERS @ self.numbers.T).round(6)

    @property
    def determinant(self) -> sympy.Expr:
        """The determinant, exactly."""
        return sympy.simplify(self.matrix.det())

    def plot(self, reach: float) -> Plot:
        """The picture, with the matrix and its determinant below."""
        image = [(float(x), float(y)) for x, y in self.image]
        square = [(float(x), float(y)) for x, y in CORNERS]
        columns = tuple(Curve((((0.0, 0.0), image[corner]),)) for corner in (1, 3))
        determinant = latex(self.determinant)
        ends = tuple(Dot(*image[corner], True, number) for number, corner in enumerate((1, 3)))
        return Plot(
            axis(-reach, reach, ""),
            axis(-reach, reach, ""),
            (*columns, Curve(((*square, square[0]),))),
            ends,
            title=escape(self.name[:1].upper() + self.name[1:]),
            width=SIDE,
            height=SIDE,
            areas=(Area(tuple(image), 0.25),),
            notes=(rf"{_matrix_latex(self.matrix)}, \quad \det = {determinant}", rf"\text{{{self.words()}}}"),
        )

    def words(self) -> str:
        """What the determinant says."""
        determinant = self.determinant
        if determinant == 0:
            return "no area is left: not invertible"
        size = "kept" if abs(determinant) == 1 else f"times ${latex(abs(determinant))}$"
        return f"areas {size}, orientation {'kept' if determinant.is_positive else 'reversed'}"

    def claim(self, plot: Plot) -> Claim:
        """The area that is drawn, with its sign, is the determinant; a product is one map after the other.

        What stands below the picture is read, and is what is drawn.
        """
        what = f"{self.name}: area and determinant"

        def verdict() -> Comparison:
            found = self.verdict()
            wrong = list(_misread(plot)) if found.ok else []
            return Comparison.failed("; ".join(wrong), DRAWN, found.points) if wrong else found

        return Claim(what, escape(what), (DRAWN_CORNERS, READ_BACK), verdict)

    def verdict(self) -> Comparison:
        """Compare the corners that are drawn with the determinant, with linearity, and with one map after the other."""
        corners = self.image
        area = _area(corners)
        determinant = float(self.determinant)
        uneven = float(numpy.abs(corners[2] - corners[1] - corners[3]).max())
        errors = {
            f"the area drawn is {area:.6g}, the determinant {determinant:.6g}": abs(area - determinant),
            "the far corner is not the sum of its neighbours": uneven,
        }
        if self.after is not None:
            first, second = self.after
            apart = float(numpy.abs(first.image @ second.numbers.T - corners).max())
            errors["the product is not one map after the other"] = apart
        note = max(errors, key=lambda text: errors[text])
        worst = errors[note] if numpy.isfinite(area) else inf
        return Comparison(worst, DRAWN, len(corners), note if worst > DRAWN else "")


def _area(corners: Values) -> float:
    """The area of a polygon, negative if its corners run clockwise."""
    x, y = corners.T
    return float(x @ numpy.roll(y, -1) - y @ numpy.roll(x, -1)) / 2


def _misread(plot: Plot) -> Iterator[str]:
    """What stands below a picture and is not what is drawn in it."""
    formula, words = plot.notes
    (area,) = plot.areas
    columns = numpy.array([curve.pieces[0][-1] for curve in plot.curves[:2]]).T
    drawn = _area(numpy.array(area.corners))
    matrix, _, determinant = formula.partition(r", \quad \det = ")
    try:
        if not numpy.allclose(read(matrix, Table(())).last.value(Point(Table(()), {})), columns, rtol=0, atol=DRAWN):
            yield f"{matrix} is printed, and its columns are not what is drawn"
        if abs(_number(determinant) - drawn) > DRAWN:
            yield f"the determinant is printed as {determinant}, the area drawn is {drawn:.6g}"
        if not _says(words, drawn):
            yield f"{words} is printed, and the area drawn is {drawn:.6g}"
    except ReadingError as reason:
        yield f"printed, but not read: {reason}"


def _says(words: str, area: float) -> bool:
    """Whether words say what a map does that makes this area, with its sign, of the unit square."""
    found = SAID.fullmatch(words)
    if found is None:
        return False
    if found["none"]:
        return abs(area) <= DRAWN
    size = _number(found["times"]) if found["times"] else 1.0
    return abs(size - abs(area)) <= DRAWN and (found["way"] == "kept") == (area > 0) and abs(area) > DRAWN


def _number(text: str) -> float:
    return float(read(text, Table(())).last.value(Point(Table(()), {})))


def _matrix_latex(matrix: Matrix) -> str:
    rows = r" \\[2pt] ".join(" & ".join(latex(entry) for entry in matrix.row(number)) for number in range(2))
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"
