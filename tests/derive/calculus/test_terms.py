from __future__ import annotations

import numpy as np
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Sum

from derive.calculus.terms import Term, alike, canonical, join, split
from derive.expression.symbols import element, index, size
from tests.derive.formulas import expressions, i, m, n, value
from tests.examples import examples

k, p, q = (index(letter) for letter in "kpq")


def total(body: Expr, letter: sympy.Symbol, length: Expr) -> Expr:
    return Sum(body, (letter, 0, length - 1))


@examples(50)
@given(expressions(), st.booleans())
def test_split_and_join_keep_the_value(expression: Expr, expand: bool) -> None:
    assert np.allclose(value(join(split(expression, expand=expand))), value(expression), rtol=1e-9, atol=1e-9)


@examples(50)
@given(expressions(), st.booleans())
def test_bound_indices_of_a_term_are_distinct_and_capture_nothing(expression: Expr, expand: bool) -> None:
    for term in split(expression, expand=expand):
        letters = [letter.name for letter, _ in term.bound]
        assert len(set(letters)) == len(letters)
        assert not set(letters) & {letter.name for letter in expression.free_symbols}
        closed = {letter.name for factor in term.factors for s in factor.atoms(Sum) for letter, _, _ in s.limits}
        assert not set(letters) & closed


def test_a_sum_inside_a_sum_does_not_take_the_letter_of_the_outer_one() -> None:
    inner = total(element("a", (k,)), k, n)
    (term,) = split(total(element("a", (i,)) * inner**2, i, n), expand=True)
    assert len({letter for letter, _ in term.bound}) == len(term.bound) == 3


def test_a_product_of_equal_sums_runs_over_two_indices() -> None:
    inner = total(element("a", (k,)), k, n)
    (term,) = split(inner * sympy.log(inner))
    assert [letter for letter, _ in term.bound] != [k]
    positive = {"a": np.array([1.0, 2.0, 4.0])}
    assert np.allclose(value(term.expression(), positive), 7 * np.log(7))


def test_sums_of_terms_stay_whole_unless_they_are_expanded() -> None:
    difference = element("a", (i,)) - element("W", (i, index("j")))
    scaled = element("c", (index("j"),)) * difference
    assert len(split(scaled)) == 1
    assert len(split(scaled, expand=True)) == 2


@examples(30)
@given(expressions(), st.permutations(["r", "s", "t", "u", "v", "w"]))
def test_terms_that_differ_in_bound_letters_have_one_canonical_key(expression: Expr, names: list[str]) -> None:
    for term in split(expression):
        renaming = {letter: index(name) for (letter, _), name in zip(term.bound, names, strict=False)}
        factors = tuple(factor.xreplace(renaming) for factor in term.factors)
        renamed = Term(factors, tuple((renaming.get(letter, letter), length) for letter, length in term.bound))
        assert canonical(renamed)[0] == canonical(term)[0]
        assert np.allclose(value(canonical(term)[1].expression()), value(term.expression()))


@examples(50)
@given(expressions(), st.permutations(["r", "s", "t", "u"]))
def test_sums_in_functions_that_differ_in_letters_are_alike(expression: Expr, names: list[str]) -> None:
    root = sympy.sqrt(1 + expression**2)
    renamed = root.replace(
        lambda part: isinstance(part, Sum),
        lambda part: part.xreplace({limit[0]: index(names[0]) for limit in part.limits[:1]}),
    )
    assert np.allclose(value(alike(root)), value(root))
    assert np.allclose(value(renamed), value(root))
    if len(root.atoms(Sum)) == 1:
        assert alike(renamed) == alike(root)


def test_a_sum_in_a_root_has_no_letter_that_is_free_beside_it() -> None:
    hidden = element("a", (i,)) * sympy.sqrt(total(element("a", (i,)) ** 2, i, n))
    (inner,) = alike(hidden).atoms(Sum)
    assert inner.limits[0][0] != i
    assert alike(hidden) == element("a", (i,)) * alike(sympy.sqrt(total(element("a", (q,)) ** 2, q, n)), [i.name])


def test_a_letter_that_no_factor_reads_counts_its_range() -> None:
    assert Term((element("a", (i,)),), ((k, n), (p, m))).expression() == n * m * element("a", (i,))
    assert size("n") in split(total(sympy.Integer(1), q, n))[0].expression().free_symbols
