from __future__ import annotations

import pytest
import sympy
from sympy import Expr, Sum

from derive.building.equations import Vocabulary, parse_equations, parse_formula
from derive.errors import DefinitionError
from derive.functions import Bracket
from derive.symbols import element, index, scalar, size

i, j, k = (index(letter) for letter in "ijk")
n, m = size("n"), size("m")
WORDS = Vocabulary({"z": (n,), "A": (m, n)}, {"n": n, "m": m}, {"eps": sympy.Rational(1, 10)})
z = scalar("z")


def test_rows_read_the_rows_before_them() -> None:
    first, second = parse_equations("e[i] = exp(z[i]); s = sum[k] e[k]  # a total", WORDS)
    assert (first.name, first.indices, first.expression) == ("e", (i,), sympy.exp(element("z", (i,))))
    assert second.expression == Sum(element("e", (k,)), (k, 0, n - 1))


def test_ranges_come_from_the_axis_that_an_index_reads() -> None:
    (row,) = parse_equations("y[i] = sum[j] A[i,j]*z[j] + sum[k<m] eps*k", WORDS)
    ranges = {letter: upper + 1 for total in row.expression.atoms(Sum) for letter, _, upper in total.limits}
    assert ranges == {j: n, k: m}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("z*[z > 0]", z * Bracket(z > 0)),
        ("-z^2", -(z**2)),
        ("2^-z", 2**-z),
        ("1 - z - 2", -1 - z),
        ("8/4/2*z", z),
        ("[z > 0 and z < 1 or z == 3]", Bracket(sympy.Or(sympy.And(z > 0, z < 1), sympy.Eq(z, 3)))),
        ("sqrt(pi)*abs(z)", sympy.sqrt(sympy.pi) * sympy.Abs(z)),
        ("f(z) + sigma(2*z)", sympy.Function("f")(z) + sympy.Function("sigma")(2 * z)),
        ("0.25*z", z / 4),
    ],
)
def test_formulas(text: str, expected: Expr) -> None:
    assert parse_formula(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("y[i] = w[i]", "w is read but not defined; known here: A, z"),
        ("y[i] = A[i]", "A has 2 axes, 1 subscripts were given"),
        ("y = z", "z has 1 axes, 0 subscripts were given"),
        ("y = sum[q] 3*q", r"the range of index q is not known: write sum\[q<size\]"),
        ("y[i] = 2", "the range of index i is not known: declare the shape"),
        ("y[i] = exp(z[i]", "cannot read the equation at line 1, column"),
        ("y[i] == z[i]", "cannot read the equation at line 1, column 6"),
    ],
)
def test_errors_say_what_and_where(text: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        parse_equations(text, WORDS)


def test_errors_show_the_line() -> None:
    with pytest.raises(DefinitionError) as error:
        parse_equations("e[i] = exp(z[i])\ny[i] = e[i] +* 2", WORDS)
    assert "line 2" in str(error.value)
    assert "y[i] = e[i] +* 2" in str(error.value)
