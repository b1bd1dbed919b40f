from __future__ import annotations

import pytest
import sympy
from sympy import Expr, Sum

from derive.building.equations import parse_equations
from derive.building.reader import Vocabulary, parse_formula
from derive.errors import DefinitionError
from derive.expression.functions import Bracket
from derive.expression.symbols import element, index, scalar, size

i, j, k = (index(letter) for letter in "ijk")
n, m = size("n"), size("m")
WORDS = Vocabulary({"z": (n,), "A": (m, n)}, {"n": n, "m": m}, {"eps": sympy.Rational(1, 10)}, frozenset({"sigma"}))
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
    assert parse_formula(text, functions=["sigma"]) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("y[i] = w[i]", "w is read but not defined; known here: A, z"),
        ("y[i] = A[i]", "A has 2 axes, 1 subscripts were given"),
        ("y = z", "z has 1 axes, 0 subscripts were given"),
        ("y = sum[q] 3*q", r"the range of index q is not known: write sum\[q<size\]"),
        ("y[i] = 2", "the index i of y does not occur on the right, so that its range is not known"),
        ("y[i] = exp(z[i]", "cannot read the equation at line 1, column"),
        ("y[i] == z[i]", "cannot read the equation at line 1, column 7"),
        ("y[2*i] = z[i]", "on the left, the subscripts of y are indices"),
        ("y[i,i] = A[i,i]", "on the left, the subscripts of y are indices, each another one"),
        ("y = z[-1]", "-1 is outside of z: the subscript runs from 0 to n - 1"),
        ("y = z[n]", "n is outside of z: the subscript runs from 0 to n - 1"),
        ("y[i] = 1e99999*z[i]", "1e99999 is too large or too small to be exact"),
        ("y = sum[i<q] z[i]", "no shape names the size q in the range of i; known: m, n"),
        ("y = t[i]", "t is read but not defined"),
        ("y = z[q]", r"the index q is bound by nothing in the subscripts of z: sum over it, sum\[q\]"),
        ("y[i] = z[j]", r"the index j is bound by nothing .* \(indices here: i; sizes: m, n\)"),
        ("y = sum[i] z[i] + i", "the index i is bound by nothing; sum.i. reaches to the end of its product"),
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


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("y = -sum[i] z[i]^2", "y = -(sum[i] z[i]^2)"),
        ("y = - -sum[i] z[i]", "y = sum[i] z[i]"),
        ("y = +sum[i] z[i] - sum[j] z[j]^2", "y = (sum[i] z[i]) - (sum[j] z[j]^2)"),
        ("y = 2 - sum[i] z[i] + 3", "y = 5 - (sum[i] z[i])"),
        ("y = eps*-sum[i] z[i]", "y = -eps*(sum[i] z[i])"),
        ("y = -max[k] -z[k]", "y = -(max[k] (-z[k]))"),
        ("y = 1/sum[i] exp(z[i])", "y = 1/(sum[i] exp(z[i]))"),
        ("y[i] = z[i]*-z[i] + +z[i]", "y[i] = -(z[i]^2) + z[i]"),
        ("y = sum[i] -z[i]*sum[j] z[j]", "y = sum[i] (-(z[i]*(sum[j] z[j])))"),
        ("y[i] = 1.5e-3*z[i] + .5", "y[i] = 0.0015*z[i] + 1/2"),
    ],
)
def test_signs_and_sums_mean_what_they_say(text: str, meant: str) -> None:
    read, expected = (parse_equations(line, WORDS)[-1].expression for line in (text, meant))
    assert read == expected


def test_a_sum_that_should_have_reached_further_says_so() -> None:
    with pytest.raises(DefinitionError) as error:
        parse_equations("u[i] = z[i]\ny = sum[k] exp(u[k]) - z[k]*u[k] + 1", WORDS)
    message, line, mark = str(error.value).split("\n")
    assert "sum[k] (exp(u[k]) - z[k]*u[k])" in message
    assert line == "y = sum[k] exp(u[k]) - z[k]*u[k] + 1"
    assert mark.index("^") == line.index("k]*u")


def test_an_index_is_its_own_inside_a_sum() -> None:
    (same, *_), (other, *_) = (parse_equations(f"y[i] = z[i]/(sum[{a}] z[{a}])", WORDS) for a in "ij")
    assert same == other


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Expo(z)", "there is no function Expo; did you mean exp"),
        ("sinc(z)", r"there is no function sinc: it is sin\(z\)/z in books"),
        ("max(z)", r"max takes two arguments or more; the maximum over an index is max\[k\] z\[k\]"),
        ("min(z)", "min takes two arguments or more; the minimum over an index"),
        ("maximum(z)", "max takes two arguments or more"),
        ("det(z)", "det takes a matrix, and z has 0 axes here"),
        ("phi(z)", "there is no function phi; .*f, g and h stand for functions that are left unknown"),
        ("z(2)", r"z is no function; did you mean z\*\(\.\.\.\)"),
        ("exp(z, 2)", "exp takes 1 argument, 2 were given"),
        ("mod(z)", "mod takes 2 arguments, 1 were given"),
    ],
)
def test_what_is_no_function_is_refused(text: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        parse_equations(f"y = {text}", Vocabulary({"z": ()}, {}, {}, frozenset({"sigma", "ReLU_"})))


@pytest.mark.parametrize(
    "text",
    [
        "z/0",
        "z/(1 - 1)",
        "log(0)*z",
        "sqrt(-1) + z",
        "z^(1/0)",
        "0^(-1)*z",
        "asin(2)*z",
        "(-8)^(1/3)*z",
        "mod(z, 0)",
        "z/(z - z)",
    ],
)
def test_what_has_no_real_value_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"is no real number|divides by 0"):
        parse_equations(f"y = {text}", Vocabulary({"z": ()}, {}, {}))
