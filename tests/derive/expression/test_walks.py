from __future__ import annotations

import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Indexed, Sum, Symbol

from derive.expression import walks
from derive.expression.functions import Bracket
from derive.expression.symbols import element, index
from tests.derive.formulas import LETTERS, expressions, i, j, n
from tests.examples import examples

EXPRESSIONS = expressions(depth=3)


@examples(40)
@given(EXPRESSIONS, st.dictionaries(st.sampled_from([i, j, element("a", (i,))]), st.sampled_from([*LETTERS, i + j])))
def test_replaced_is_what_sympy_replaces(expression: Expr, values: dict[Expr, Expr]) -> None:
    if any(isinstance(value, sympy.Add) for value in values.values()):
        values = {key: value for key, value in values.items() if key not in expression.atoms(Sum)}
    assert walks.replaced(expression, values) == expression.xreplace(values)


def test_keys_without_symbols_are_replaced_wherever_they_stand() -> None:
    two, read = sympy.Integer(2), element("a", (i + 2,))
    assert walks.replaced(read * 2 + j, {two: n}) == element("a", (i + n,)) * n + j
    assert walks.replaced(read + j, {two: n, j: i}) == element("a", (i + n,)) + i


@examples(40)
@given(EXPRESSIONS)
def test_walks_find_what_sympy_finds(expression: Expr) -> None:
    assert walks.free_symbols(expression) == {s for s in expression.free_symbols if isinstance(s, Symbol)}
    assert walks.all_symbols(expression) == expression.atoms(Symbol)
    assert walks.parts(expression, Indexed, Bracket) == expression.atoms(Indexed, Bracket)
    for kind in (Sum, Bracket, sympy.KroneckerDelta, sympy.Add):
        assert walks.holds(expression, kind) == expression.has(kind)


def test_a_total_is_a_sum() -> None:
    k, m = index("k"), index("m")
    body = element("a", (k,)) * element("b", (m,))
    single, double = walks.total(body, [(k, 0, n - 1)]), Sum(body, (k, 0, n - 1), (m, 0, n - 1))
    assert single == Sum(body, (k, 0, n - 1))
    assert hash(single) == hash(Sum(body, (k, 0, n - 1)))
    assert walks.total(single, [(m, 0, n - 1)]) == double == walks.total(body, [(k, 0, n - 1), (m, 0, n - 1)])
    assert walks.total(body, []) == body
    assert single.is_commutative


def test_a_total_over_a_letter_that_is_bound_inside_counts_its_terms() -> None:
    i = index("i")
    inner = walks.total(element("x", (i,)), [(i, 0, 2)])
    outer = walks.total(inner, [(i, 0, 4)])
    assert outer.doit() == 5 * inner.doit()


def test_equal_elements_are_one_object() -> None:
    assert element("a", (i, j)) is element("a", (i, j))
    assert walks.replaced(element("a", (i, i)), {i: j}) is element("a", (j, j))


def test_remainders_are_what_sympy_makes_of_them() -> None:
    s, p = Symbol("s", integer=True, positive=True), Symbol("p", integer=True, nonnegative=True)
    for number in (i + j - 2 * p, i, s * i + j, i + 3, sympy.Mod(i, s) + j):
        for divisor in (s, sympy.Integer(2), s * n):
            assert walks.modulo(number, divisor) == sympy.Mod(number, divisor)


@examples(40)
@given(EXPRESSIONS)
def test_mapping_nothing_gives_the_node_itself(expression: Expr) -> None:
    def same(node: sympy.Basic) -> sympy.Basic:
        return walks.mapped(node, same)

    assert same(expression) is expression


@examples(40)
@given(EXPRESSIONS)
def test_a_mapped_walk_renames_free_and_not_bound_letters(expression: Expr) -> None:
    def renamed(node: sympy.Basic) -> sympy.Basic:
        return element("c", node.indices) if isinstance(node, Indexed) else walks.mapped(node, renamed)

    result = renamed(expression)
    bases = expression.atoms(sympy.IndexedBase)
    assert result == expression.xreplace({base: element("c", (i,)).base for base in bases})


def test_what_is_of_another_kind_is_left_alone() -> None:
    inside = Bracket(i > j) * (i + 1)
    doubled = walks.mapped(inside, lambda part: 2 * part if part == i + 1 else part, Expr)
    assert doubled == 2 * (i + 1) * Bracket(i > j)
