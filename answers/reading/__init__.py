"""A reader of formulas: LaTeX as people and templates write it, and Unicode, typed by a table of symbols."""

from answers.reading.errors import Ambiguous, Misshapen, NoValue, OutsideRange, ReadingError, Unreadable
from answers.reading.macros import Macro, macros_in
from answers.reading.point import Point
from answers.reading.reading import Reading, Side, read
from answers.reading.shapes import Shape
from answers.reading.symbols import Function, Index, Partial, Size, Table, Tensor

__all__ = [
    "Ambiguous",
    "Function",
    "Index",
    "Macro",
    "Misshapen",
    "NoValue",
    "OutsideRange",
    "Partial",
    "Point",
    "Reading",
    "ReadingError",
    "Shape",
    "Side",
    "Size",
    "Table",
    "Tensor",
    "Unreadable",
    "macros_in",
    "read",
]
