"""Syntax trees as text: what is read back is the tree, and long statements stay the same statements."""

from __future__ import annotations

import ast
import copy

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from numeric.source import tree
from numeric.source.code import constant, multiplied, named, negated
from numeric.source.printing import BODY, Page, function_text, printed, statement_lines

LEAVES = draw.sampled_from(
    ["z", "dy_hat", "weight[:, None]", "2", "0.5", "groups_y.transpose(1, 0, 2)", "x[..., 0 : n - 1]"]
)
OPERATORS = draw.sampled_from(
    [ast.Add, ast.Sub, ast.Mult, ast.Div, ast.MatMult, ast.FloorDiv, ast.Mod, ast.Pow, ast.BitAnd]
)


@draw.composite
def expressions(take: draw.DrawFn, depth: int = 4) -> ast.expr:
    """A random expression."""
    kind = take(draw.integers(0, 8)) if depth else 0
    if kind == 0:
        return tree.quoted(take(LEAVES))
    first, second = (take(expressions(depth - 1)) for _ in range(2))
    match kind:
        case 1 | 2:
            return tree.binary(first, take(OPERATORS)(), second)
        case 3:
            return tree.call("np.einsum", first, second, first)
        case 4:
            return tree.tuple_of([first, second][: take(draw.integers(0, 2))])
        case 5:
            return ast.Compare(first, [ast.GtE()], [second])
        case 6:
            return ast.UnaryOp(ast.Invert(), first)
        case 7:
            return tree.quoted("value if x in y else None", value=first)
    return tree.method(first, "sum", axis=second)


@draw.composite
def numbers(take: draw.DrawFn, depth: int = 5) -> ast.expr:
    """A random expression of numbers, with signs."""
    kind = take(draw.integers(0, 4)) if depth else 0
    if kind == 0:
        return tree.number(take(draw.integers(1, 9)))
    if kind == 1:
        return tree.negative(take(numbers(depth - 1)))
    arithmetic = [ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod]
    return tree.binary(take(numbers(depth - 1)), take(draw.sampled_from(arithmetic))(), take(numbers(depth - 1)))


@given(numbers())
def test_brackets_and_signs_leave_the_value_as_it_is(node: ast.expr) -> None:
    whole = ast.fix_missing_locations(ast.Expression(copy.deepcopy(node)))
    try:
        value = eval(compile(whole, "numbers", "eval"))
    except ZeroDivisionError:
        return
    assert eval(printed(node)) == value, printed(node)


@given(expressions())
def test_what_is_printed_is_read_as_the_same_tree(node: ast.expr) -> None:
    assert ast.dump(ast.parse(printed(node), mode="eval").body) == ast.dump(node)


@given(expressions(), draw.sampled_from(["", "+", "-", "*"]), draw.sampled_from(["", "    "]))
def test_a_statement_on_several_lines_is_the_same(node: ast.expr, sign: str, indent: str) -> None:
    lines = list(statement_lines(tree.assigned("dz", node, sign), indent))
    whole = f"dz {sign}= {printed(node)}"
    assert ast.dump(ast.parse("if z:\n    " + "\n    ".join(lines))) == ast.dump(ast.parse(f"if z:\n    {whole}"))
    assert len(lines) > 1 or lines == [indent + whole] or not isinstance(node, ast.BinOp)
    assert len(indent + whole) > BODY.width or len(lines) == 1


def _lines(statement: str) -> list[str]:
    return list(statement_lines(ast.parse(statement).body[0]))


LONG = "a_name_that_is_so_long_that_two_of_them_do_not_fit_on_one_line_of_a_function"


def test_operands_that_have_room_on_one_line_share_it() -> None:
    place = f"dz[:, {LONG[:40]}:b]"
    value = f"((m == {LONG[:30]}) & d) * {LONG[:24]}"
    assert _lines(f"{place} += {value}") == [f"{place} += (", f"    {value}", ")"]


def test_operands_stand_one_below_the_other() -> None:
    assert _lines(f"dz = {LONG} @ b + ({LONG} * d)") == ["dz = (", f"    {LONG} @ b", f"    + {LONG} * d", ")"]


def test_choices_stand_one_below_the_other() -> None:
    assert _lines(f'dz = {LONG} + {LONG} if "z" in needed else None') == [
        "dz = (",
        f"    {LONG} + {LONG}",
        '    if "z" in needed',
        "    else None",
        ")",
    ]


def test_arguments_stand_one_below_the_other() -> None:
    assert _lines(f"return f({LONG}, {LONG})") == ["return f(", f"    {LONG},", f"    {LONG},", ")"]


def test_arguments_that_have_room_on_one_line_may_share_it() -> None:
    statement = tree.statement("y = np.einsum(letters, windows, weight)")
    assert list(statement_lines(statement, "  ", Page(34, together=True))) == [
        "  y = np.einsum(",
        "      letters, windows, weight",
        "  )",
    ]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (tree.negative(tree.quoted("a * b")), "-a * b"),
        (tree.negative(tree.quoted("a // b")), "-(a // b)"),
        (tree.negative(tree.quoted("a + b")), "-(a + b)"),
        (tree.quoted("-a // b"), "-a // b"),
        (tree.quoted("(a * b) @ c @ d * e"), "((a * b) @ c @ d) * e"),
        (tree.quoted("x[0:n, 1 : n + 1, ::2, :]"), "x[0:n, 1 : n + 1, ::2, :]"),
        (tree.quoted("f((x for x in y if x), -1e-5)"), "f((x for x in y if x), -1e-05)"),
        (tree.quoted("z**2 + (z - 1)**2"), "z**2 + (z - 1) ** 2"),
    ],
)
def test_signs_and_brackets(node: ast.expr, expected: str) -> None:
    assert printed(node) == expected


def test_a_function_with_comments() -> None:
    body = [tree.Comment("a\ncomment"), tree.loop("m", tree.quoted("range(3)"), [tree.statement("z[m] += x")])]
    assert function_text(tree.function("f", ["x"], 'A "title"', body)) == "\n".join(
        [
            "def f(x):",
            '    """A "title\\""""',
            "    # a comment",
            "    for m in range(3):",
            "        z[m] += x",
        ]
    )


def test_factors_of_factors_need_no_brackets_and_signs_are_taken_out() -> None:
    a, b = named("a"), named("b")
    quotient = multiplied([a], [b])
    assert multiplied([a, negated(quotient)]).source == "-a * a / b"
    assert multiplied([constant(1), a], [quotient]).source == "a / (a / b)"
