from __future__ import annotations

import sympy
from sympy import Function, Symbol
from sympy.core.function import AppliedUndef

from derive.expression.functions import Bracket
from derive.expression.rules import Rules
from derive.matrix.nodes import Named, Node

z = Symbol("z")


def test_the_rule_is_that_of_the_nearest_class() -> None:
    rules = Rules({sympy.Expr: "expression", sympy.Function: "function", AppliedUndef: "unknown", Bracket: "bracket"})
    assert rules.of(z) == "expression"
    assert rules.of(sympy.tanh(z)) == "function"
    assert rules.of(Function("f")(z)) == "unknown"
    assert rules.of(Bracket(z > 0)) == "bracket"


def test_classes_in_a_union_have_one_rule() -> None:
    rules = Rules({sympy.Max | sympy.Min: max, sympy.Rational: min})
    assert rules.of(sympy.Max(z, 2)) is max is rules.of(sympy.Min(z, 2))
    assert rules.of(sympy.S.Half) is min is rules.of(sympy.S.Zero)


def test_what_has_no_rule_has_none_or_what_is_there_otherwise() -> None:
    rules = Rules({Node: 1})
    assert rules.of(Named("W", z, z)) == 1
    assert rules.of(z) is None
    assert rules.of(z, 2) == 2
