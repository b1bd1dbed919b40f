from collections.abc import Callable
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import NetworkError, layer
from numeric import check, evaluate
from tests.derive.layers.draws import Window, relative, windows
from tests.examples import examples

torch: Any = pytest.importorskip("torch", reason="pooling is compared with PyTorch's")

MAXIMUM: dict[int, Callable[..., Any]] = {1: torch.nn.functional.max_pool1d, 2: torch.nn.functional.max_pool2d}
MEAN: dict[int, Callable[..., Any]] = {1: torch.nn.functional.avg_pool1d, 2: torch.nn.functional.avg_pool2d}


def same_as_torch(name: str, window: Window, z: Any, theirs: Callable[..., Any]) -> None:
    made = layer(name, window.kernel, stride=window.stride, padding=window.padding)
    source = torch.tensor(z, requires_grad=True)
    output = theirs(source[None], window.kernel, window.stride, window.padding)[0]
    upstream = numpy.random.default_rng(3).normal(size=tuple(output.shape))
    output.backward(torch.tensor(upstream))
    arrays = {"z": z, "dy": upstream}
    assert relative(evaluate(made.forward()[-1], arrays), output.detach().numpy()) < 1e-9
    assert relative(evaluate(made.vjp("z"), arrays), source.grad.numpy()) < 1e-9


@examples(12)
@given(windows((1, 2), dilated=False, pooling=True), st.integers(1, 2), st.booleans(), st.integers(0, 99))
def test_max_pooling_is_that_of_pytorch_with_ties_too(window: Window, channels: int, ties: bool, seed: int) -> None:
    draw = numpy.random.default_rng(seed)
    shape = (channels, *window.size)
    z = draw.integers(0, 2, size=shape).astype(float) if ties else draw.normal(size=shape)
    same_as_torch(f"MaxPool{window.rank}d", window, z, MAXIMUM[window.rank])


@examples(8)
@given(windows((1, 2), dilated=False, pooling=True), st.integers(1, 2), st.integers(0, 99))
def test_average_pooling_is_that_of_pytorch(window: Window, channels: int, seed: int) -> None:
    z = numpy.random.default_rng(seed).normal(size=(channels, *window.size))
    same_as_torch(f"AvgPool{window.rank}d", window, z, MEAN[window.rank])


def test_of_equal_values_the_first_counts() -> None:
    ours = evaluate(layer("MaxPool1d", 3).vjp("z"), {"z": numpy.zeros((1, 3)), "dy": numpy.array([[5.0]])})
    assert ours.tolist() == [[5.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("name", "arguments", "options"),
    [
        ("MaxPool1d", ("k",), {"stride": "s"}),
        ("MaxPool2d", ((2, 3),), {"stride": 2, "padding": 1}),
        ("MaxPool2d", ("k",), {}),
        ("AvgPool1d", ("k",), {"stride": "s", "padding": "p"}),
        ("AvgPool2d", ("k",), {}),
        ("AvgPool2d", (3,), {"stride": 2, "padding": 1}),
        ("GlobalAvgPool1d", (), {}),
        ("GlobalAvgPool2d", (), {}),
    ],
)
def test_gradient_and_jacobian_check_by_number(name: str, arguments: Any, options: dict[str, Any]) -> None:
    made = layer(name, *arguments, **options)
    for derivation in (*made.forward(), made.vjp("z"), made.jacobian("z")):
        outcome = check(derivation, points=2)
        assert outcome.ok, [item for item in outcome.items if not item.ok]


def test_index_form() -> None:
    pooled = layer("MaxPool2d", (2, 3), stride=2, padding=1)
    where, _, value = pooled.forward()
    assert where.unicode("index") == "m*[c,h,w] = (argmax_{0 ≤ m < 2, 0 ≤ n < 3} z[c,2h+m−1,2w+n−1])_m"
    assert value.unicode("index") == "y[c,h,w] = z[c,2h+m*[c,h,w]−1,2w+n*[c,h,w]−1]"
    assert pooled.vjp("z").unicode("index") == (
        "∂ℓ/∂z[c,p,q] = Σ_{h=0}^{H_out−1} Σ_{w=0}^{W_out−1} dy[c,h,w] · 1[p = 2h+m*[c,h,w]−1, q = 2w+n*[c,h,w]−1]"
    )
    assert pooled.vjp("z").notes == ("Of several largest values the first in reading order counts.",)


def test_windows_side_by_side_need_no_sum() -> None:
    pooled = layer("AvgPool1d", "k")
    assert pooled.vjp("z").unicode("index") == "∂ℓ/∂z[c,p] = (1/k) · dy[c,⌊p/k⌋] · 1[p < L_out·k]"
    assert layer("AvgPool1d", "k", index_base=1).vjp("z").unicode("index") == (
        "∂ℓ/∂z[c,p] = (1/k) · dy[c,⌊(p−1)/k⌋+1] · 1[p ≤ L_out·k]"
    )
    assert layer("GlobalAvgPool1d").vjp("z").unicode("index") == "∂ℓ/∂z[c,m] = (1/L) · dy[c]"


@pytest.mark.parametrize(("kernel", "padding"), [("3", "2"), ("(4, 1)", "(2, 1)"), ("2", "5")])
def test_a_window_holds_something(kernel: str, padding: str) -> None:
    with pytest.raises(NetworkError, match="at most half of it fits"):
        layer(f"MaxPool2d({kernel}, padding={padding})")
