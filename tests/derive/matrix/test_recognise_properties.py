"""Random contractions: whatever is recognised has the value of the index form, and every chain is recognised."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import assume, event, given
from hypothesis import strategies as st
from sympy import Add, Expr, Function, Integer, KroneckerDelta, Mul, S, Sum, Symbol, exp, tanh

from derive.expression.functions import Bracket
from derive.expression.symbols import element, index, scalar
from derive.matrix.recognise import recognise
from tests.derive.matrix.evaluate import agree, index_value, node_value
from tests.derive.matrix.examples import LENGTHS, SHAPES, d, n, numbers

VALUES = numbers(1)
INDICES = [index(name) for name in ("i1", "i2", "i3", "j1", "j2")]
SIZES: dict[Symbol, Expr] = {k: n if k.name.startswith("i") else d for k in INDICES}
VECTORS = {n: ["x"], d: ["z1", "z2", "b1", "dl/dz2"]}
MATRICES: dict[tuple[Expr, ...], list[str]] = {(d, n): ["W1"], (n, n): ["A", "C"], (d, d): ["dz2/dz1"]}
NUMBERS = st.sampled_from([Integer(2), -S.One, S.Half, 1 / n, scalar("l")])


@st.composite
def accesses(draw: st.DrawFn, scope: tuple[Symbol, ...]) -> Expr:
    """An element of a vector or a matrix at indices of the scope."""
    first, second = draw(st.sampled_from(scope)), draw(st.sampled_from(scope))
    pairs = [(first, second), (second, first)]
    matrices = [(name, pair) for pair in pairs for name in MATRICES.get(tuple(SIZES[k] for k in pair), [])]
    wants_matrix = draw(st.booleans())
    if matrices and wants_matrix:
        name, pair = draw(st.sampled_from(matrices))
        return element(name, pair)
    return element(draw(st.sampled_from(VECTORS[SIZES[first]])), (first,))


@st.composite
def factors(draw: st.DrawFn, scope: tuple[Symbol, ...], depth: int) -> Expr:
    """A factor of a term: an element, or something pointwise, or a delta, or a sum."""
    access = draw(accesses(scope))
    match draw(st.integers(0, 9 if depth else 6)):
        case 5:
            first, second = draw(st.sampled_from(scope)), draw(st.sampled_from(scope))
            return KroneckerDelta(first, second) if SIZES[first] == SIZES[second] else access
        case 6:
            return draw(
                st.sampled_from([Bracket(access > 0), 1 - access, exp(-access), 1 / (1 + access**2), access**2])
            )
        case 7:
            return access - draw(expressions(scope, depth - 1))
        case 8:
            return Function("sigma")(access + draw(expressions(scope, depth - 1)))
        case 9:
            return tanh(draw(expressions(scope, depth - 1)))
    return access


@st.composite
def terms(draw: st.DrawFn, scope: tuple[Symbol, ...], depth: int) -> Expr:
    """A coefficient times factors, summed over some indices."""
    bound = draw(st.lists(st.sampled_from(INDICES), max_size=2, unique=True))
    inner = tuple(dict.fromkeys((*scope, *bound)))
    if not inner:
        return draw(NUMBERS)
    body = Mul(draw(NUMBERS), *draw(st.lists(factors(inner, depth), min_size=1, max_size=4)))
    return Sum(body, *((k, 0, SIZES[k] - 1) for k in bound)) if bound else body


def expressions(scope: tuple[Symbol, ...], depth: int) -> st.SearchStrategy[Expr]:
    return st.lists(terms(scope, depth), min_size=1, max_size=2).map(lambda parts: Add(*parts))


SCOPES = st.lists(st.sampled_from(INDICES), max_size=2, unique=True).map(tuple)


@given(SCOPES.flatmap(lambda scope: st.tuples(st.just(scope), expressions(scope, 1))))
def test_what_is_recognised_has_the_value_of_the_index_form(given_: tuple[tuple[Symbol, ...], Expr]) -> None:
    indices, expression = given_
    node = recognise(expression, indices, SHAPES, SIZES, frozenset({"dl/dz2"}))
    event(f"recognised: {node is not None}")
    assume(node is not None)
    assert node is not None
    lengths = [SIZES[k] for k in indices]
    assert node.shape == (*lengths, S.One, S.One)[:2]
    assert agree(node_value(node, VALUES), index_value(expression, indices, SIZES, VALUES))


@st.composite
def chains(draw: st.DrawFn) -> tuple[tuple[Symbol, ...], Expr]:
    """Sum over all inner indices of a path of matrices, with vectors on any index, both ends free or summed."""
    path = draw(st.lists(st.sampled_from(INDICES), min_size=1, max_size=5, unique=True))
    links: list[Expr] = []
    for left, right in pairwise(path):
        pair = (left, right) if (SIZES[left], SIZES[right]) in MATRICES else (right, left)
        links.append(element(draw(st.sampled_from(MATRICES[SIZES[pair[0]], SIZES[pair[1]]])), pair))
    for k in path:
        names = draw(st.lists(st.sampled_from(VECTORS[SIZES[k]]), max_size=2))
        links.extend(element(name, (k,)) for name in names)
    free = tuple(dict.fromkeys(k for k in (path[0], path[-1]) if draw(st.booleans())))
    bound = [k for k in path if k not in free]
    body = Mul(*links)
    return free, Sum(body, *((k, 0, SIZES[k] - 1) for k in bound)) if bound else body


@given(chains())
def test_every_chain_is_recognised(chain: tuple[tuple[Symbol, ...], Expr]) -> None:
    indices, expression = chain
    node = recognise(expression, indices, SHAPES, SIZES)
    assert node is not None
    assert agree(node_value(node, VALUES), index_value(expression, indices, SIZES, VALUES))


def test_no_two_sizes_are_equal() -> None:
    assert len(set(LENGTHS.values())) == len(LENGTHS)
