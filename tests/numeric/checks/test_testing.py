"""A backward function with an error planted in it: the message names the gradient, the element and the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import LayerDefinition, layer, network
from derive.conventions import Layout
from numeric import ArrayError, assert_gradients, compile
from numeric.arrays.axes import Array
from numeric.checks.judge import where_finite
from tests.examples import examples

NET = network("x:n -> Linear(d) -> Tanh -> Linear(K)", loss="MSE", batch="B")
Arrays = dict[str, Array]
Change = Callable[[Array, int], Any]


def own(x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Arrays:
    z2 = numpy.tanh(x @ W1.T + b1)
    dy_hat = 2 * (z2 @ W2.T + b2 - y) / len(x)
    dz1 = dy_hat @ W2 * (1 - z2**2)
    return {"W1": dz1.T @ x, "b1": dz1.sum(axis=0), "W2": dy_hat.T @ z2, "b2": dy_hat.sum(axis=0)}


def in_order(**arrays: Array) -> tuple[Array, ...]:
    return tuple(own(**arrays).values())


def changed(**changes: Change) -> Callable[..., dict[str, Any]]:
    """The right function with some gradients changed; a change takes the gradient and the size of the batch."""

    def backward(**arrays: Array) -> dict[str, Any]:
        gradients = own(**arrays)
        return gradients | {name: change(gradients[name], len(arrays["x"])) for name, change in changes.items()}

    return backward


def fails(backward: Callable[..., Any], *words: str, **options: Any) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_gradients(backward, NET, **options)
    for word in words:
        assert word in str(caught.value)


def test_a_right_function_passes_however_it_returns_its_gradients() -> None:
    assert_gradients(own, NET)
    assert_gradients(in_order, NET)
    assert_gradients(lambda **arrays: {f"d{name}": array for name, array in own(**arrays).items()}, NET, points=1)
    assert_gradients(lambda **arrays: own(**arrays)["W2"], NET, of=["W2"], points=1)


FACTORS: list[tuple[Change, str]] = [
    (lambda g, B: -g, "-1 times what it should be in every element: the sign is wrong"),
    (lambda g, B: 2 * g, "2 times what it should be in every element: there is a factor of 2 too many"),
    (lambda g, B: g / 2, "0.5 times what it should be in every element: a factor of 2 is missing"),
    (lambda g, B: B * g, "a division by B is missing"),
    (lambda g, B: g / B, "there is a division by B too many"),
    (lambda g, B: g * B / 2, "a factor of 2/B is missing"),
    (lambda g, B: 1.7 * g, "1.7 times what it should be in every element"),
]


@pytest.mark.parametrize(("change", "words"), FACTORS)
def test_a_factor_is_named_by_what_holds_at_every_point(change: Change, words: str) -> None:
    fails(changed(W2=change), "the gradient of W2 (of Linear2) is ", words, "(at a random point with B = ")


def test_gradients_that_are_wrong_alike_are_one_sentence() -> None:
    everything = dict.fromkeys(("W1", "b1", "W2", "b2"), lambda g, B: B * g)
    fails(
        changed(**everything), "gradients of W1 (of Linear1), b1 (of Linear1), W2 (of Linear2), b2 (of Linear2): each"
    )


def test_shapes() -> None:
    fails(changed(W2=lambda g, B: g.T), "W2 (of Linear2) has shape (2, 5), expected (5, 2): it is transposed\n")
    fails(changed(W2=lambda g, B: B * g.T), "it is transposed, and is 4 times", "a division by B is missing")
    fails(changed(W2=lambda g, B: g.T**2), "it is transposed, and the elements are wrong too")
    fails(changed(b2=lambda g, B: g[None]), "(1, 5), expected (5,): there is an axis of length 1 too many")
    fails(changed(b2=lambda g, B: numpy.tile(g / B, (B, 1))), "the sum over the first axis, of length B, is missing")
    fails(changed(b2=lambda g, B: numpy.tile(g, (B, 1))), "the mean over the first axis, of length B, is missing")
    fails(changed(b2=lambda g, B: g[:1]), "has shape (1,), expected (5,)\n")


def test_a_square_gradient_may_be_transposed() -> None:
    square = network("x:2 -> Linear(2)", loss="MSE", batch="B")
    assert_gradients(lambda x, y, W1, b1: 2 * (x @ W1.T + b1 - y).T @ x / len(x), square, of=["W1"])
    with pytest.raises(AssertionError, match="W1 is transposed"):
        assert_gradients(lambda x, y, W1, b1: 2 * x.T @ (x @ W1.T + b1 - y) / len(x), square, of=["W1"])


@given(st.integers(0, 4), st.integers(0, 1), st.floats(1.01, 50) | st.floats(-50, 0.9))
@examples(15)
def test_a_wrong_element_is_found(row: int, column: int, factor: float) -> None:
    def change(gradient: Array, _: int) -> Array:
        gradient[row : row + 1, column : column + 1] *= factor
        return gradient

    fails(changed(W2=change), f"W2 (of Linear2) at [{row}, {column}] is ", "; 1 of 10 elements is wrong", points=1)


def test_rows_columns_and_signs() -> None:
    def second(array: Array, axis: int, factor: float) -> Array:
        """The array with its second row or column multiplied by a factor."""
        places = numpy.arange(array.shape[axis]).reshape((-1, 1) if axis == 0 else (1, -1))
        return array * numpy.where(places == 1, factor, 1.0)

    fails(changed(W2=lambda g, B: second(g, 0, 3)), "3 times as much; row 1 is wrong")
    fails(changed(W2=lambda g, B: second(second(g, 0, 3).T[:, ::-1], 1, 3)[:, ::-1].T), "; rows 1, 3 are wrong")
    fails(changed(W2=lambda g, B: second(g, 1, -1)), "; column 1 is wrong: their signs are")


def test_what_is_no_gradient() -> None:
    fails(changed(b2=lambda g, B: g * numpy.nan), "b2 (of Linear2) at [0] is nan", "5 of 5 elements are not finite")
    fails(changed(b2=lambda g, B: 0 * g), "b2 (of Linear2) is 0 everywhere")
    fails(changed(b2=lambda g, B: None), "the gradient of b2 (of Linear2) is None, expected an array of real numbers")
    fails(changed(b2=lambda g, B: "b2"), "the gradient of b2 (of Linear2) is a str")
    fails(lambda **a: {"W9": own(**a)["W1"]}, "returned W9, expected some of W1, b1, W2, b2")
    fails(lambda **a: {}, "returned no gradient")
    fails(lambda **a: None, "returned nothing")
    fails(lambda **a: in_order(**a)[:2], "returned 2 values", "W1, b1, W2, b2 in this order", "of=[...]")


def test_the_gradient_of_another_tensor() -> None:
    same = network("x:n -> Linear(n) -> Tanh -> Linear(n)", loss="MSE", batch="B")

    def swapped(x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Arrays:
        gradients = own(x, y, W1, b1, W2, b2)
        return gradients | {"b1": gradients["b2"]}

    with pytest.raises(AssertionError, match=r"b1 \(of Linear1\) is the gradient of b2"):
        assert_gradients(swapped, same)


def test_the_function_must_fit_what_there_is() -> None:
    with pytest.raises(ArrayError, match=r"takes x, t, and is called by name; there is no t: known: B, K, W1, .*, y"):
        assert_gradients(lambda x, t: {}, NET)
    assert_gradients(lambda x, y, W1, b1, W2, b2, /: own(x, y, W1, b1, W2, b2), NET, points=1)
    with pytest.raises(ArrayError, match="there is no tensor W3; did you mean W"):
        assert_gradients(own, NET, of=["W3"])
    with pytest.raises(ValueError, match="matmul") as caught:
        assert_gradients(lambda x, W1: x @ W1, NET)
    assert caught.value.__notes__ == [
        "assert_gradients called it with x (4, 3), W1 (2, 3) (B = 4, K = 5, d = 2, n = 3)"
    ]


def test_what_is_given_belongs_to_the_caller() -> None:
    def centred(x: Array, **others: Array) -> Arrays:
        x -= x.mean()
        return own(x, **others)

    fails(centred, "the function overwrote x")


def test_the_layer_norm_of_a_user() -> None:
    def backward(z: Array, weight: Array, dy: Array, eps: float) -> tuple[Array, ...]:
        centred = z - z.mean(axis=-1, keepdims=True)
        scale = 1 / numpy.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps)
        scaled = centred * scale
        dx = weight * dy
        dz = scale * (dx - dx.mean(axis=-1, keepdims=True) - scaled * (dx * scaled).mean(axis=-1, keepdims=True))
        return dz, (dy * scaled).sum(axis=0), dy.sum(axis=0)

    made = layer("LayerNorm", batch="B")
    assert_gradients(backward, made, points=2)
    with pytest.raises(AssertionError, match=r"gradient of bias is 0\.5 times"):
        assert_gradients(lambda **a: {"bias": a["dy"].sum(axis=0) / 2}, made, points=1)


def test_class_numbers_are_integers() -> None:
    scores = network("x:n -> Linear(K)", loss="SoftmaxCrossEntropy(class)", batch="B")

    def backward(x: Array, y: Array, W1: Array, b1: Array) -> Array:
        powers = numpy.exp(x @ W1.T + b1)
        return (powers / powers.sum(axis=1, keepdims=True) - numpy.eye(len(b1))[y]).mean(axis=0)

    assert_gradients(backward, scores, of=["b1"])


def test_a_network_without_a_loss_has_an_upstream_gradient() -> None:
    plain = network("x:n -> Linear(K)", batch="B")
    assert_gradients(lambda x, W1, dy_hat: (dy_hat @ W1, dy_hat.T @ x, dy_hat.sum(axis=0)), plain)


def test_functions_of_pytorch_in_both_types() -> None:
    torch = pytest.importorskip("torch")

    def backward(x: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> list[Any]:
        params = [tensor.requires_grad_() for tensor in (W1, b1, W2, b2)]
        y_hat = torch.tanh(x @ W1.T + b1) @ W2.T + b2
        return list(torch.autograd.grad(((y_hat - y) ** 2).sum(dim=1).mean(), params))

    assert_gradients(backward, NET, convert=torch.tensor)
    assert_gradients(backward, NET, convert=lambda array: torch.tensor(array, dtype=torch.float32))
    fails(lambda **a: [2 * g for g in backward(**a)], "a factor of 2 too many", convert=torch.tensor)


@pytest.mark.parametrize("layout", ["gradient", pytest.param("numerator", marks=pytest.mark.slow)])
def test_networks_at_real_sizes(layout: Layout) -> None:
    description = (
        "x:(1,28,28) -> Conv2d(6,5,padding=2) -> ReLU -> MaxPool2d(2) -> Conv2d(16,5) -> ReLU -> MaxPool2d(2)"
        " -> Flatten -> Linear(120) -> ReLU -> Linear(10)"
    )
    net = network(description, loss="SoftmaxCrossEntropy", batch="B", layout=layout)
    step = compile(net)

    def backward(x: Array, y: Array, **params: Array) -> Arrays:
        found = step.loss_and_gradients(params, x, y)[1]
        turned = layout == "numerator"
        return {name: array.T if turned and array.ndim == 2 else array for name, array in found.items()}

    assert_gradients(backward, net, points=1)
    with pytest.raises(AssertionError, match="gradient of W2"):
        assert_gradients(lambda **a: {**(found := backward(**a)), "W2": found["W2"][..., ::-1]}, net, points=1)


def where(condition: Callable[[Array], Array]) -> Callable[..., dict[str, Array]]:
    """The backward pass of an activation with the slope 1 where a condition holds, and 0 elsewhere."""
    return lambda z, dy: {"z": dy * condition(z)}


RELU6 = LayerDefinition("ReLU6", "y[i] = z[i]*[z[i] > 0]*[z[i] < 6] + 6*[z[i] >= 6]", ("n",))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("described", "right", "wrong"),
    [
        ("ReLU", lambda z: z > 0, [lambda z: z >= 0]),
        (RELU6, lambda z: (z > 0) & (z < 6), [lambda z: (z >= 0) & (z < 6), lambda z: (z > 0) & (z <= 6)]),
    ],
)
def test_a_slope_of_the_other_side_of_a_kink_is_found(
    described: Any, right: Callable[[Array], Array], wrong: list[Callable[[Array], Array]], seed: int
) -> None:
    subject = layer(described, batch="B")
    assert_gradients(where(right), subject, seed=seed)
    for condition in wrong:
        with pytest.raises(AssertionError, match="a value is exactly at a kink"):
            assert_gradients(where(condition), subject, seed=seed)


@pytest.mark.parametrize("seed", range(5))
def test_of_equal_values_in_a_window_the_first_one_counts(seed: int) -> None:
    def pool_backward(last: bool) -> Callable[[Array, Array], dict[str, Array]]:
        def backward(z: Array, dy: Array) -> dict[str, Array]:
            dz = numpy.zeros_like(z)
            for n, c, t in numpy.ndindex(dy.shape):
                window = z[n, c, 2 * t : 2 * t + 3]
                dz[n, c, 2 * t + (2 - window[::-1].argmax() if last else window.argmax())] += dy[n, c, t]
            return {"z": dz}

        return backward

    subject = layer("MaxPool1d(3, stride=2)", batch="B")
    assert_gradients(pool_backward(last=False), subject, seed=seed)
    with pytest.raises(AssertionError, match="a value is exactly at a kink"):
        assert_gradients(pool_backward(last=True), subject, seed=seed)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_left_of_a_zero_by_rounding_is_right(seed: int) -> None:
    """Along an axis of one element all of a normalised value cancels, in another way in another program."""

    def backward(z: Array, weight: Array, bias: Array, eps: float, dy: Array) -> dict[str, Array]:
        n, mean = z.shape[1], (z * 3).mean(axis=1, keepdims=True) / 3
        normal = (z - mean) / numpy.sqrt(((z - mean) ** 2).mean(axis=1, keepdims=True) + eps)
        inside = dy * weight
        dz = inside - inside.sum(axis=1, keepdims=True) / n - normal * (inside * normal).mean(axis=1, keepdims=True)
        spread = numpy.sqrt(((z - mean) ** 2).mean(axis=1, keepdims=True) + eps)
        return {"z": dz / spread, "weight": (dy * normal).sum(axis=0), "bias": dy.sum(axis=0)}

    assert_gradients(backward, layer("LayerNorm", batch="B"), seed=seed)


def test_beside_what_is_not_finite_the_rest_is_compared() -> None:
    """At a kink a slope is infinite for some elements: the others, and the shape, must be right all the same."""
    array = numpy.array([1.0, 2.0, 3.0])
    derived = numpy.array([1.0, numpy.inf, 3.0])
    for one, other, same in ((array, derived, True), (array + 1, derived, False), (array[:2], derived, False)):
        left, right = where_finite(one, other)
        assert (left.shape == right.shape and numpy.array_equal(left, right)) == same
    root = LayerDefinition("Root", "y[i] = sqrt(abs(z[i]))", ("n",))

    def backward(z: Array, dy: Array) -> dict[str, Array]:
        with numpy.errstate(divide="ignore", invalid="ignore"):
            return {"z": dy * numpy.sign(z) / (2 * numpy.sqrt(numpy.abs(z)))}

    assert_gradients(backward, layer(root, batch="B"))
    with pytest.raises(AssertionError):
        assert_gradients(lambda z, dy: {"z": numpy.nan_to_num(backward(z, dy)["z"][:, :1])}, layer(root, batch="B"))
