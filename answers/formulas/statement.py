"""A statement that is true or false: two formulas with a relation, compared at points and by algebra."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from answers.contract.item import Context
from answers.errors import HomeworkContentError
from answers.formulas.chain import RELATIONS, Chain, compare, decided, read_chain
from answers.formulas.reader import FormulaReader, Written
from answers.formulas.setting import About
from answers.latex.escape import escape
from answers.latex.numbers import scientific
from derive.conventions import IndexBase
from derive.render.written import formula_latex, formula_unicode
from numeric.checks.comparison import Comparison

RELATION = re.compile(r"(<=|>=|<|>|(?<![<>=!])=(?!=))")
WHOLE = re.compile(r"(\d)\.(?!\d)")
"""A whole number as NumPy prints it."""
SIDES = re.compile(r"its sides are (?P<left>\S+) and (?P<right>\S+) at (?P<point>.+)\Z", re.DOTALL)


@dataclass(frozen=True)
class Statement:
    """A chain of two formulas, and what they are about."""

    chain: Chain
    about: About
    index_base: IndexBase

    @property
    def latex(self) -> str:
        """The statement as a formula."""
        left, right = self.chain.lines
        return (
            f"{formula_latex(left.formula, self.index_base)} {RELATIONS[right.relation]} "
            f"{formula_latex(right.formula, self.index_base)}"
        )

    @property
    def unicode(self) -> str:
        """The statement for a terminal."""
        left, right = self.chain.lines
        said = (formula_unicode(side.formula, self.index_base) for side in (left, right))
        return f" {right.relation} ".join(said)

    def misread(self) -> Iterator[str]:
        """What of the statement as it is printed cannot be read, or says something else, in words."""
        chain = self.chain
        formulas = tuple(line.formula for line in chain.lines)
        reader = FormulaReader(self.about, chain.setting, formulas, chain.ranges, self.index_base)
        return reader.misread([Written(self.latex, "the statement", formulas, (chain.lines[1].relation,))])

    def compared(self, seed: int = 0) -> Comparison:
        """The two sides at points over the domains."""
        return compare(self.chain, self.about, seed, self.index_base)

    def reason(self) -> str:
        """Why it is true or false: by algebra, by the points that were tried, or by one at which it does not hold."""
        if decided(self.chain):
            return "Algebra shows it."
        found = self.compared()
        if found.ok:
            return f"It holds at all {found.points} points that were tried, some of them of small whole numbers."
        small = compare(self.chain, self.about, index_base=self.index_base, small=True)
        sides = SIDES.search(small.note) or SIDES.search(found.note)
        if sides is None:
            return f"It does not hold: {escape(found.note)}."
        left, right = (_number(sides[side]) for side in ("left", "right"))
        return f"At ${_point(sides['point'])}$ its sides are ${left}$ and ${right}$."


def read_statement(about: About, text: str, context: Context) -> Statement:
    """A statement such as ``sigma'(z) <= 1/4``.

    Raises:
        HomeworkContentError: it has no relation, or a side cannot be read.
    """
    found = [match for match in RELATION.finditer(text) if _outside(text, match.start())]
    if len(found) != 1:
        raise HomeworkContentError(f"the statement {text}: expected two formulas with one of {' '.join(RELATIONS)}")
    (relation,) = found
    setting = about.setting(context)
    chain = read_chain(setting, text[: relation.start()], [text[relation.start() :]])
    about.require_names(setting, [line.formula for line in chain.lines], ())
    return Statement(chain, about, context.conventions.index_base)


def _outside(text: str, place: int) -> bool:
    """Whether a place is outside of all brackets, in which conditions have relations of their own."""
    return sum(text[:place].count(sign) for sign in "([") == sum(text[:place].count(sign) for sign in ")]")


def _number(text: str) -> str:
    value = float(text)
    return f"{value:g}" if isfinite(value) and value == int(value) and abs(value) < 1e6 else scientific(value, 4)


def _point(text: str) -> str:
    """Values at a point as a formula."""
    return WHOLE.sub(r"\1", escape(text).replace("[", "(").replace("]", ")"))
