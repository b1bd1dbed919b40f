from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import network
from derive.errors import DeriveError
from numeric.arrays.sizes import sizes_from
from numeric.enclosed.number import Arithmetic, Number
from numeric.expression.forward import forward
from numeric.values.exact import ExactValues, in_enough_digits

WORDS = {"MaxPool1d(2, padding=1)", "AvgPool1d(2)", "Tanh", "GELU", "Softplus", "ELU", "Softmax"}


def exactly(values: Any) -> Any:
    return numpy.vectorize(Fraction, otypes=[object])(numpy.asarray(values, dtype=object))


@pytest.mark.parametrize("layer", sorted(WORDS))
def test_rows_and_derivatives_are_those_of_floating_point(layer: str) -> None:
    shape = "(2,5)" if "Pool" in layer else "4"
    net = network(f"x:{shape} -> {layer} -> z; z -> {'Flatten -> ' if 'Pool' in layer else ''}Linear(2)", loss="MSE")
    generator = numpy.random.default_rng(0)
    sizes = sizes_from(net.forward, {})
    arrays = {
        tensor.name: exactly(generator.integers(-8, 9, [int(n) for n in tensor.shape]).tolist()) / 4
        for tensor in net.forward.given
    }
    plain = {name: array.astype(float) for name, array in arrays.items()}
    expected = forward(net.forward, plain)

    def compute(arithmetic: Arithmetic) -> tuple[Any, Any]:
        values = ExactValues(net.forward, arrays, sizes, arithmetic)
        return values.tensor("y_hat"), values.derivation(net.gradient("x"))

    from numeric import evaluate

    prediction, slope = in_enough_digits(compute)
    numpy.testing.assert_allclose(numpy.vectorize(float)(prediction), expected["y_hat"], rtol=1e-12)
    numpy.testing.assert_allclose(numpy.vectorize(float)(slope), evaluate(net.gradient("x"), plain), rtol=1e-10)


@given(st.lists(st.integers(-3, 3), min_size=2, max_size=2))
def test_equal_scores_have_the_probability_one_half(x: list[int]) -> None:
    net = network("x:n -> Linear(2, bias=False)", loss="SoftmaxCrossEntropy")
    arrays = {"x": exactly(x), "W1": exactly([[1, 2], [1, 2]]), "y": exactly([1, 0])}
    sizes = sizes_from(net.forward, arrays)
    found = in_enough_digits(lambda arithmetic: ExactValues(net.forward, arrays, sizes, arithmetic).tensor("p"))
    assert list(found) == [Fraction(1, 2)] * 2


def test_what_is_near_a_fraction_and_is_none_stays_a_number() -> None:
    net = network("x:1 -> Sigmoid")
    arrays = {"x": exactly([400])}
    found = in_enough_digits(lambda a: ExactValues(net.forward, arrays, {}, a).tensor("y_hat"))[0]
    assert isinstance(found, Number)
    assert found < 1


def test_a_derivative_that_reads_another_one_needs_it_first() -> None:
    net = network("x:n -> Tanh -> z; z -> Linear(1)", loss="MSE")
    one = net.partial("dl/dx", within=["x", "z", "dl/dz"])
    arrays = {"x": exactly([1]), "W1": exactly([[1]]), "b1": exactly([0]), "y": exactly([0])}
    values = ExactValues(net.forward, arrays, sizes_from(net.forward, arrays), Arithmetic(256))
    with pytest.raises(DeriveError, match="dl/dz"):
        values.derivation(one)
