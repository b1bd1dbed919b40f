"""Long statements are broken, and stay the same statements."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as draw

from numeric.codegen.line_breaks import WIDTH, broken

NAMES = draw.sampled_from(["z", "dy_hat", "weight[:, None]", "2", "groups_y.transpose(1, 0, 2)"])


def _call(parts: list[str]) -> str:
    return f"np.einsum({', '.join(parts)})"


def _product(parts: list[str]) -> str:
    return f"({' * '.join(parts)}).reshape(B, -1)"


def _sum(parts: list[str]) -> str:
    return f"({' + '.join(parts)})"


VALUES = draw.recursive(
    NAMES,
    lambda inner: draw.builds(
        lambda make, parts: make(parts),
        draw.sampled_from([_call, _product, _sum]),
        draw.lists(inner, min_size=1, max_size=4),
    ),
    max_leaves=30,
)


@given(VALUES, VALUES, draw.sampled_from(["=", "+=", "*="]))
def test_it_means_the_same(first: str, second: str, sign: str) -> None:
    statement = f"dz {sign} {first} - {second}"
    lines = broken(statement)
    assert ast.dump(ast.parse("\n".join(lines))) == ast.dump(ast.parse(statement))
    assert (len(statement) <= WIDTH) == (len(lines) == 1)


def test_operands_that_have_room_on_one_line_share_it() -> None:
    assert broken("dz[:, a_long_place : b] += ((m == m_star) & d) * dy", 35) == [
        "dz[:, a_long_place : b] += (",
        "    ((m == m_star) & d) * dy",
        ")",
    ]


def test_operands_stand_one_below_the_other() -> None:
    assert broken("dz = a_long_name @ b + (c_long_name * d)", 30) == [
        "dz = (",
        "    a_long_name @ b",
        "    + (c_long_name * d)",
        ")",
    ]
