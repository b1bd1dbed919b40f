from collections.abc import Callable
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import Layer, NetworkError, layer
from derive.calculus.ranges import exact_ranges
from numeric import check, evaluate
from tests.derive.layers.draws import Window, relative, windows
from tests.examples import examples

torch: Any = pytest.importorskip("torch", reason="convolutions are compared with PyTorch's")

FORWARD: dict[int, Callable[..., Any]] = {
    1: torch.nn.functional.conv1d,
    2: torch.nn.functional.conv2d,
    3: torch.nn.functional.conv3d,
}
TRANSPOSED: dict[int, Callable[..., Any]] = {
    1: torch.nn.functional.conv_transpose1d,
    2: torch.nn.functional.conv_transpose2d,
}


def same_as_torch(ours: Layer, theirs: Callable[..., Any], shapes: dict[str, tuple[int, ...]], seed: int) -> None:
    """The output and every gradient are PyTorch's to 1e-9."""
    draw = numpy.random.default_rng(seed)
    arrays = {name: draw.normal(size=shape) for name, shape in shapes.items()}
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}
    output = theirs(*tensors.values())
    arrays["dy"] = draw.normal(size=tuple(output.shape))
    output.backward(torch.tensor(arrays["dy"]))
    assert relative(evaluate(ours.forward()[-1], arrays), output.detach().numpy()) < 1e-9
    for name, tensor in tensors.items():
        derivation = ours.vjp(name)
        assert relative(evaluate(derivation, arrays), tensor.grad.numpy()) < 1e-9
        assert relative(evaluate(exact_ranges(derivation), arrays), tensor.grad.numpy()) < 1e-9


@examples(15)
@given(
    windows((1, 2, 3), dilated=True),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(1, 2),
    st.booleans(),
    st.integers(0, 99),
)
def test_convolutions_are_those_of_pytorch(
    window: Window, groups: int, inputs: int, outputs: int, bias: bool, seed: int
) -> None:
    options: dict[str, Any] = {"stride": window.stride, "padding": window.padding, "dilation": window.dilation}
    made = layer(f"Conv{window.rank}d", groups * outputs, window.kernel, **options, groups=groups, bias=bias)
    shapes = {
        "z": (groups * inputs, *window.size),
        "weight": (groups * outputs, inputs, *window.kernel),
        **({"bias": (groups * outputs,)} if bias else {}),
    }
    same_as_torch(
        made, lambda z, *rest: FORWARD[window.rank](z[None], *rest, **options, groups=groups)[0], shapes, seed
    )


@examples(12)
@given(
    windows((1, 2), dilated=True),
    st.integers(1, 2),
    st.integers(1, 2),
    st.integers(1, 3),
    st.integers(0, 2),
    st.booleans(),
    st.integers(0, 99),
)
def test_transposed_convolutions_are_those_of_pytorch(
    window: Window, inputs: int, outputs: int, groups: int, longer: int, bias: bool, seed: int
) -> None:
    axes = tuple(zip(window.padding, window.kernel, window.stride, window.dilation, strict=True))
    options: dict[str, Any] = {
        "stride": window.stride,
        "padding": tuple(min(p, (k - 1) // 2) for p, k, _, _ in axes),
        "dilation": window.dilation,
        "output_padding": tuple(min(longer, max(s, d) - 1) for _, _, s, d in axes),
        "groups": groups,
    }
    made = layer(f"ConvTranspose{window.rank}d", groups * outputs, window.kernel, **options, bias=bias)
    shapes = {
        "z": (groups * inputs, *window.size),
        "weight": (groups * inputs, outputs, *window.kernel),
        **({"bias": (groups * outputs,)} if bias else {}),
    }
    same_as_torch(made, lambda z, *rest: TRANSPOSED[window.rank](z[None], *rest, **options)[0], shapes, seed)


def option(symbol: str) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(symbol), st.integers(1, 3))


@examples(5)
@given(st.sampled_from(("Conv1d", "Conv2d", "ConvTranspose1d")), option("k"), option("s"), option("p"), st.booleans())
def test_every_derivation_and_jacobian_checks_by_number(
    name: str, kernel: object, stride: object, padding: object, bias: bool
) -> None:
    made = layer(name, "C_out", kernel, stride=stride, padding=padding, bias=bias)
    for parameter in made.differentiable:
        for derivation in (made.vjp(parameter), made.jacobian(parameter)):
            outcome = check(derivation, points=1)
            assert outcome.ok, [item for item in outcome.items if not item.ok]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("Conv3d", {"stride": "s", "padding": "p", "dilation": "d"}),
        ("Conv1d", {"groups": 2, "stride": 3}),
        ("Conv2d", {"groups": 2, "stride": 2, "padding": 1, "dilation": 2}),
    ],
)
def test_large_cases_check_by_number(name: str, options: dict[str, Any]) -> None:
    made = layer(name, "C_out", 2, **options)
    for parameter in made.differentiable:
        outcome = check(made.vjp(parameter), points=1)
        assert outcome.ok, [item for item in outcome.items if not item.ok]


STRIDED = layer("Conv1d", 6, 3, stride=2, padding=1)
GROUPED = layer("Conv1d", "C_out", "k", groups="G")


@pytest.mark.parametrize(
    ("made", "name", "base", "printed"),
    [
        (
            STRIDED,
            "z",
            0,
            "∂ℓ/∂z[k,p] = Σ_{j=0}^{5} Σ_{m=0}^{2} weight[j,k,m] · dy[j,(p−m+1)/2] · "
            "1[0 ≤ (p−m+1)/2 < L_out, 2 | p−m+1]",
        ),
        (STRIDED, "weight", 0, "∂ℓ/∂weight[j,k,m] = Σ_{t=0}^{L_out−1} dy[j,t] · z[k,2t+m−1]"),
        (STRIDED, "bias", 0, "∂ℓ/∂bias[j] = Σ_{t=0}^{L_out−1} dy[j,t]"),
        (
            layer("Conv1d", 6, 3, stride=2, padding=1, index_base=1),
            "z",
            1,
            "∂ℓ/∂z[k,p] = Σ_{j=1}^{6} Σ_{m=1}^{3} weight[j,k,m] · dy[j,(p−m+3)/2] · "
            "1[1 ≤ (p−m+3)/2 ≤ L_out, 2 | p−m+1]",
        ),
        (
            GROUPED,
            "z",
            0,
            "∂ℓ/∂z[p,q] = Σ_{m=0}^{k−1} Σ_{r=0}^{o−1} weight[o·⌊p/c⌋+r,p mod c,m] · dy[o·⌊p/c⌋+r,q−m] · "
            "1[0 ≤ q−m < L_out]",
        ),
        (layer("ConvTranspose1d", 6, "k", stride="s"), "z", 0,
         "∂ℓ/∂z[i,a] = Σ_{j=0}^{5} Σ_{m=0}^{k−1} weight[i,j,m] · dy[j,s·a+m]"),
    ],
)  # fmt: skip
def test_index_form(made: Layer, name: str, base: int, printed: str) -> None:
    assert made.vjp(name).unicode("index") == printed
    assert made.network.index_base == base


def test_remainders_and_floors_in_latex() -> None:
    printed = GROUPED.vjp("z").latex("index")
    assert r"\lfloor p/c \rfloor" in printed
    assert r"p \bmod c" in printed


def test_reading_outside_is_said_only_where_it_matters() -> None:
    assert STRIDED.vjp("weight").notes == ("{z} reads as 0 outside its range.",)
    assert STRIDED.vjp("z").notes == ()
    assert layer("Conv1d", 6, 3, stride=2).vjp("weight").notes == ()
    assert exact_ranges(STRIDED.vjp("weight")).unicode("index") == (
        "∂ℓ/∂weight[j,k,m] = Σ_{t=0}^{L_out−1} dy[j,t] · z[k,2t+m−1] · 1[0 ≤ 2t+m−1 < L]"
    )


def test_no_letter_is_both_a_size_and_an_index() -> None:
    for derivation in layer("Conv1d", "C_out", "k").forward():
        assert "Σ_{k=" not in derivation.unicode("index")


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(NetworkError, match="not an integer"):
        layer("Conv1d", 5, 3, groups=2)
    with pytest.raises(NetworkError, match="2 values were given where 1 axes need one each"):
        layer("Conv1d", 5, (3, 2))
