from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answers.readback.printed import Printed
from answers.readback.reader import Reader
from derive.errors import DefinitionError
from derive.layer import layer
from derive.layers import LayerDefinition
from derive.network import network
from derive.symbols import size
from numeric import check, compile, evaluate
from numeric.enclosed.elimination import determinant, eliminated, inverse

SQUARE = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.lists(st.integers(-4, 4), min_size=n, max_size=n), min_size=n, max_size=n)
)


def own(equations: str, **keys: object) -> LayerDefinition:
    return LayerDefinition(name="Own", equations=equations, **{"axes": ("n", "n"), "shapes": {"y": ()}, **keys})  # type: ignore[arg-type]


def with_matrix(equations: str) -> LayerDefinition:
    return own(equations, axes=("n",), shapes={"A": ("n", "n")}, parameters={"A": "A"})


CASES = [
    (own("y = det(z)"), "z", "∂ℓ/∂z = dy · det(z) z⁻ᵀ"),
    (own("y = log(det(z))"), "z", "∂ℓ/∂z = dy z⁻ᵀ"),
    (own("y = logdet(z)"), "z", "∂ℓ/∂z = dy z⁻ᵀ"),
    (own("y[i,j] = inv(z)[i,j]", shapes={"y": ("n", "n")}), "z", "∂ℓ/∂z = −z⁻ᵀ dy z⁻ᵀ"),
    (own("y = sum[i] inv(z)[i,i]"), "z", "∂ℓ/∂z = −dy z⁻ᵀ z⁻ᵀ"),
    (with_matrix("y[i] = sum[j] inv(A)[i,j]*z[j]"), "z", "∂ℓ/∂z = A⁻ᵀ dy"),
    (with_matrix("y[i] = sum[j] inv(A)[i,j]*z[j]"), "A", "∂ℓ/∂A = −A⁻ᵀ dy yᵀ"),
    (own("y = prod[i] z[i]", axes=("n",)), "z", "∂ℓ/∂z[i] = dy · Π_{j=0, i ≠ j}^{n−1} z[j]"),
    (own("y = prod[i if i > 0] z[i]", axes=("n",)), "z", ""),
    (own("y = prod[i,j] (1 + z[i,j]^2)"), "z", ""),
    (own("y[b] = log(det(z[b])^2)", axes=("B", "n", "n"), shapes={"y": ("B",)}), "z", ""),
    (own("C[i,j] = z[i]*z[j] + [i == j]; y = logdet(C)", axes=("n",)), "z", ""),
]


@pytest.mark.parametrize(("definition", "by", "shown"), CASES)
def test_gradients_are_right_and_read_as_in_books(definition: LayerDefinition, by: str, shown: str) -> None:
    derived = layer(definition).vjp(by)
    assert check(derived).ok
    if shown:
        assert derived.unicode() == shown


@pytest.mark.parametrize(("definition", "by", "shown"), CASES)
def test_what_is_printed_is_read_back(definition: LayerDefinition, by: str, shown: str) -> None:
    derived = layer(definition).vjp(by)
    reader = Reader(derived)
    for notation in ("matrix", "index"):
        printed = Printed(derived.latex(notation=notation), "the equation")
        assert reader.error(printed, reader.read(printed)) < 1e-7


def test_a_wrong_inverse_is_found_in_print() -> None:
    derived = layer(own("y = logdet(z)")).vjp("z")
    reader = Reader(derived)
    turned = Printed(derived.latex().replace(r"^{-\top}", r"^{-1}"), "the equation")
    with pytest.raises(Exception, match="differs by"):
        reader.error(turned, reader.read(turned))


@settings(max_examples=30, deadline=None)
@given(SQUARE)
def test_elimination_is_that_of_numpy(rows: list[list[int]]) -> None:
    exact = [[Fraction(number) for number in row] for row in rows]
    whole, inverted = eliminated(exact)
    assert float(whole) == pytest.approx(float(determinant(numpy.array(rows, float))), abs=1e-9)
    if whole != 0:
        assert numpy.allclose(numpy.array(inverted, float), inverse(numpy.array(rows, float)))


def test_what_has_no_inverse_has_no_number() -> None:
    singular = numpy.stack([numpy.ones((2, 2)), numpy.eye(2)])
    found = inverse(singular)
    assert numpy.isnan(found[0]).all()
    assert (found[1] == numpy.eye(2)).all()


def test_values_of_a_layer() -> None:
    matrix = numpy.array([[2.0, 1, 0], [1, 3, 1], [0, 1, 4]])
    alone = layer(own("y = logdet(z)"))
    assert float(evaluate(alone.forward()[-1], {"z": matrix})) == pytest.approx(numpy.linalg.slogdet(matrix)[1])
    assert numpy.allclose(evaluate(alone.vjp("z"), {"z": matrix, "dy": numpy.array(1.0)}), numpy.linalg.inv(matrix).T)


@pytest.mark.parametrize("target", ["numpy", "torch", "jax", "array_api"])
@pytest.mark.parametrize(
    "equations",
    [
        "y[i] = sum[j] inv(A)[i,j]*z[j]",
        "y[i] = (sum[j] A[i,j]*z[j])*det(A)",
        "C[i,j] = z[i]*z[j] + A[i,j]; y[i] = z[i]*log(det(C)^2) + inv(C)[i,0]",
        "y[i] = A[i,0]*(prod[k] (1 + z[k]^2))",
    ],
)
def test_programs_in_a_batch(equations: str, target: str) -> None:
    net = network("x:n -> Linear(n) -> Own -> Linear(2)", "1/2*MSE", batch="B", extra=[with_matrix(equations)])
    random = numpy.random.default_rng(1)
    shapes = {"W1": (3, 3), "b1": (3,), "A2": (3, 3), "W3": (2, 3), "b3": (2,)}
    params = {name: random.normal(size=shape) for name, shape in shapes.items()}
    x, y = random.normal(size=(4, 3)), random.normal(size=(4, 2))
    step = compile(net)
    if target == "numpy":
        _, gradients = step.loss_and_gradients(params, x, y)
        for name in ("W1", "A2"):
            way = random.normal(size=(3, 3))
            ends = [step.loss_and_gradients({**params, name: params[name] + h * way}, x, y)[0] for h in (1e-6, -1e-6)]
            assert (gradients[name] * way).sum() == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5)
        return
    library = pytest.importorskip({"array_api": "array_api_compat"}.get(target, target))
    if target == "jax":
        library.config.update("jax_enable_x64", True)
    make: Any = numpy.asarray
    if target != "array_api":
        make = library.tensor if target == "torch" else library.numpy.asarray
    there = step.on(target).loss_and_gradients({name: make(a) for name, a in params.items()}, make(x), make(y))[1]
    here = step.loss_and_gradients(params, x, y)[1]
    assert all(numpy.allclose(numpy.asarray(there[name]), here[name], rtol=1e-9) for name in params)


@pytest.mark.parametrize(
    ("equations", "saying"),
    [
        ("y = det(A)", "det takes a matrix, and A has nothing here"),
        ("y = det(w)", "det takes a square matrix, and w is m × n"),
        ("y = inv(z)", r"an inverse is read by its elements, inv\(A\)\[i,j\]"),
        ("y = det(z + z)", "give what it is applied to a row of its own"),
        ("y = inv(z)[0]", "an inverse has 2 axes, 1 subscripts were given"),
        ("y = sin(z)[0,0]", "sin has no subscripts"),
        ("y = prod(z)", r"a product is over an index, prod\[i\] z\[i\]"),
        ("y = slogdet(z)", r"log\(abs\(det\(A\)\)\)"),
    ],
)
def test_what_cannot_be_read(equations: str, saying: str) -> None:
    with pytest.raises(DefinitionError, match=saying):
        layer(own(equations, shapes={"y": (), "w": ("m", "n")}, parameters={"w": "w"}, sizes={"m": size("m")}))


@pytest.mark.parametrize(
    ("equations", "axes", "saying"),
    [
        ("y = prod[i] z[i]", ("n",), "Only one factor of the product in"),
        ("y = logdet(z)", ("n", "n"), "in the determinant beside its cofactor"),
        ("y = sum[i] z[i]^2", ("n",), "Only one term of the sum in"),
    ],
)
def test_the_cause_that_a_lecture_tells(equations: str, axes: tuple[str, ...], saying: str) -> None:
    told = layer(own(equations, axes=axes)).vjp("z", grain="lecture")
    assert any(saying in str(step.sentence) for step in told.steps)
