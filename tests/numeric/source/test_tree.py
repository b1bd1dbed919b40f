"""Patterns with holes, and what is asked of trees."""

from __future__ import annotations

import ast

import pytest

from numeric.source import tree
from numeric.source.code import Code, added, named, negated
from numeric.source.printing import printed, statement_lines
from numeric.source.program import Program


@pytest.mark.parametrize(
    ("pattern", "parts", "expected"),
    [
        ("np.sum(a, axis=axis)", {"a": "x + y", "axis": "0"}, "np.sum(x + y, axis=0)"),
        ("np.sum(a, axis=axis)", {"a": "x", "axis": None}, "np.sum(x)"),
        ("np.clip(a, low, high)", {"a": "x", "low": None}, "np.clip(x, high)"),
        ("einsum(places, *arrays)", {"arrays": "(x, y)"}, "einsum(places, x, y)"),
        ("einsum(*arrays)", {"arrays": "z"}, "einsum(*z)"),
        ("a.reshape(shape)", {"a": "x + y"}, "(x + y).reshape(shape)"),
        ("a * b", {"a": "x - y", "b": "-z"}, "(x - y) * (-z)"),
    ],
)
def test_holes_are_filled(pattern: str, parts: dict[str, str | None], expected: str) -> None:
    before = printed(tree.quoted(pattern))
    given = {hole: None if part is None else tree.quoted(part) for hole, part in parts.items()}
    assert printed(tree.quoted(pattern, given)) == expected
    assert printed(tree.quoted(pattern)) == before


def test_places_are_filled_where_something_is_assigned() -> None:
    statement = tree.statement("array[place] += value", array=tree.name("z"), place=tree.cut(), value=tree.number(-2))
    assert list(statement_lines(statement)) == ["z[:] += -2"]
    assert list(statement_lines(tree.assigned("z", tree.name("x"), "/"))) == ["z /= x"]


def test_what_a_tree_holds() -> None:
    code = tree.statement("z[m] = x.shape[0] * f(y, axis=k)")
    assert tree.names_in(code) == {"z", "m", "x", "f", "y", "k"}
    assert tree.holds(code, tree.quoted("x.shape"))
    assert not tree.holds(code, tree.quoted("y.shape"))
    assert tree.names_in(tree.Comment("B is a size")) == frozenset()


def test_terms_with_a_plus_sign_come_first() -> None:
    assert added([negated(named("a")), named("b"), Code(tree.quoted("-c"))]).source == "b - a - c"


def test_a_program_is_read_as_it_is_written() -> None:
    helper = tree.definition("def half(z): return z / 2")
    main = tree.function("forward", ["x"], 'Half of "x"', [ast.Return(tree.call("half", tree.name("x")))])
    program = Program("Halves", ("import numpy as np",), (helper, main))
    assert program.defines("half")
    assert not program.defines("x")
    scope: dict[str, object] = {}
    exec(program.text, scope)
    assert scope["__doc__"] == "Halves"
    assert eval("forward(3), forward.__doc__", scope) == (1.5, 'Half of "x"')
