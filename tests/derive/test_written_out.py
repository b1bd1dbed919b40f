from typing import Any

import numpy
import pytest
import sympy
from sympy import Expr

from derive import DeriveError, layer
from derive.expression.symbols import accesses, element, name_of, subscripts_of
from derive.render.written_out import matrix_latex, matrix_unicode
from derive.written_out import toeplitz, written_out
from numeric import evaluate

SMALL = layer("Conv2d", 1, 2, bias=False)
SIZES = {"C": 1, "H": 3, "W": 3}


def weight(*place: int) -> Expr:
    return element("weight", [sympy.Integer(number) for number in place])


def value(expression: Expr, arrays: dict[str, numpy.ndarray]) -> float:
    return float(
        expression.xreplace(
            {
                access: sympy.Float(arrays[name_of(access)][tuple(map(int, subscripts_of(access)))])
                for access in accesses(expression)
            }
        )
    )


def test_a_convolution_of_three_by_three_with_two_by_two() -> None:
    lines = written_out(SMALL.vjp("z"), SIZES).unicode().splitlines()
    assert len(lines) == 9
    assert lines[0] == "∂ℓ/∂z[0,0] = weight[0,0] · dy[0,0]"
    assert lines[1] == "∂ℓ/∂z[0,1] = weight[0,0] · dy[0,1] + weight[0,1] · dy[0,0]"
    latex = written_out(SMALL.vjp("weight"), SIZES).latex().splitlines()
    assert len(latex) == 4
    assert latex[3] == (
        r"\frac{\partial \ell}{\partial \mathrm{weight}_{1,1}} &= \mathrm{d}y_{0,0} \, z_{1,1} + "
        r"\mathrm{d}y_{0,1} \, z_{1,2} + \mathrm{d}y_{1,0} \, z_{2,1} + \mathrm{d}y_{1,1} \, z_{2,2}"
    )


@pytest.mark.parametrize("options", [{"padding": 1}, {"stride": 2, "padding": 1}, {"dilation": 2}, {"groups": 2}])
def test_elements_have_the_value_of_the_index_form(options: dict[str, Any]) -> None:
    made = layer("Conv1d", 2, 2, **options)
    sizes = {"C": 2, "L": 5}
    draw = numpy.random.default_rng(0)
    arrays = {tensor.name: draw.normal(size=written_out(made.network.value(tensor.name), sizes).shape)
              for tensor in made.network.forward.given}  # fmt: skip
    for derivation in (*made.forward(), *map(made.vjp, made.differentiable)):
        found = written_out(derivation, sizes)
        numbers = numpy.array([value(entry, arrays) for entry in found.elements]).reshape(found.shape)
        assert numpy.allclose(numbers, evaluate(derivation, arrays), rtol=1e-12)


def test_the_toeplitz_form() -> None:
    matrix = toeplitz(SMALL.jacobian("z"), SIZES)
    assert matrix.shape == (4, 9)
    a, b, c, d = (weight(0, 0, m, n) for m in (0, 1) for n in (0, 1))
    assert list(matrix.row(0)) == [a, b, 0, c, d, 0, 0, 0, 0]
    assert list(matrix.row(3)) == [0, 0, 0, 0, a, b, 0, c, d]
    z = sympy.Matrix([element("z", place) for place in numpy.ndindex(1, 3, 3)])
    assert list(matrix * z) == list(written_out(SMALL.forward()[-1], SIZES).elements)
    upstream = sympy.Matrix([element("dy", place) for place in numpy.ndindex(1, 2, 2)])
    assert list(matrix.T * upstream) == list(written_out(SMALL.vjp("z"), SIZES).elements)


def test_matrices_in_print() -> None:
    matrix = toeplitz(layer("Conv1d", 1, 2, padding=1).jacobian("z"), {"C": 1, "L": 2})
    assert matrix_unicode(matrix, 1).splitlines() == [
        "weight[1,1,2]  0",
        "weight[1,1,1]  weight[1,1,2]",
        "0              weight[1,1,1]",
    ]
    assert matrix_latex(matrix).startswith(r"\left(\begin{array}{cc} \mathrm{weight}_{0,0,1} & 0 \\")


def test_places() -> None:
    found = written_out(SMALL.vjp("z"), SIZES)
    assert found[0, 2, 2] == weight(0, 0, 1, 1) * element("dy", [sympy.Integer(n) for n in (0, 1, 1)])
    with pytest.raises(IndexError, match="no element"):
        found[0, 3, 0]


def test_bad_sizes() -> None:
    with pytest.raises(DeriveError, match="no value is given for W; the sizes are C, H, W"):
        written_out(SMALL.vjp("z"), {"C": 1, "H": 3})
    with pytest.raises(DeriveError, match="there is no size K"):
        written_out(SMALL.vjp("z"), {**SIZES, "K": 1})
    with pytest.raises(DeriveError, match="not a positive integer"):
        written_out(SMALL.vjp("z"), {"C": 1, "H": 1, "W": 3})
    with pytest.raises(DeriveError, match="is no partial"):
        toeplitz(SMALL.forward()[0], SIZES)
