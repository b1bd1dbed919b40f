from __future__ import annotations

import numpy
import pytest

from derive import NetworkError, layer, network
from derive.expression import symbols
from derive.layers.definition import LayerDefinition
from numeric import check, evaluate


@pytest.mark.parametrize(("kernel", "dilation"), [(1, 1), (2, 1), (3, 1), (4, 1), (2, 3), (4, 3)])
def test_same_is_what_pytorch_pads(kernel: int, dilation: int) -> None:
    torch = pytest.importorskip("torch")
    random = numpy.random.default_rng(0)
    z, dy = random.normal(size=(2, 9)), random.normal(size=(3, 9))
    theirs = torch.nn.Conv1d(2, 3, kernel, dilation=dilation, padding="same", dtype=torch.float64)
    mine = layer(f"Conv1d(3, {kernel}, padding='same', dilation={dilation})")
    arrays = {
        "z": z, "dy": dy, "weight": theirs.weight.detach().numpy(), "bias": theirs.bias.detach().numpy(),
    }  # fmt: skip
    given = torch.tensor(z, requires_grad=True)
    theirs(given).backward(torch.tensor(dy))
    numpy.testing.assert_allclose(evaluate(mine.forward()[-1], arrays), theirs(given).detach().numpy())
    numpy.testing.assert_allclose(evaluate(mine.vjp("z"), arrays), given.grad.numpy())
    numpy.testing.assert_allclose(evaluate(mine.vjp("weight"), arrays), theirs.weight.grad.numpy())


@pytest.mark.parametrize("text", ["Conv2d(C_out, (2, 3), padding=same)", "Conv1d(C_out, k, padding=same, dilation=d)"])
def test_same_with_names_is_right_by_number(text: str) -> None:
    assert check(layer(text).vjp("weight")).ok
    assert check(layer(text).vjp("z")).ok


def test_valid_is_no_padding() -> None:
    assert layer("Conv1d(2, 3, padding=valid)").vjp("z").result == layer("Conv1d(2, 3)").vjp("z").result


@pytest.mark.parametrize(
    "text",
    ["Conv1d(2, 3, padding=same, stride=2)", "Conv1d(2, 3, padding=reflect)", "Conv1d(2, 3, padding=full)",
     "Conv1d(2, 3, stride=same)", "Conv1d(2, 3, groups=depthwise)", "Conv2d(2, 3, padding=(same, 1))",
     "MaxPool2d(2, padding=same)", "AvgPool1d(2, stride='valid')", "ConvTranspose1d(2, 3, padding=same)",
     "Linear(same)", "Conv1d(2, 3, dilation='two')"],
)  # fmt: skip
def test_other_words_are_no_sizes(text: str) -> None:
    with pytest.raises(NetworkError):
        layer(text)


def test_names_of_sizes_stay_what_they_are() -> None:
    kept = {
        "Conv1d(C_out, k, stride=s, padding=p)": {"C_out", "k"},
        "Linear(hidden)": {"hidden"},
        "Conv1d(width, kernel, stride=stride)": {"width", "kernel"},
    }
    for text, names in kept.items():
        weight = layer(text).network.forward.tensors["weight"]
        assert names <= {str(length) for length in weight.shape}
    shapes = network("x:d_model -> Linear(units) -> ReLU -> Linear(K)", "MSE").forward.tensors
    assert [str(length) for length in shapes["W1"].shape] == ["units", "d_model"]


@pytest.mark.parametrize(
    ("equation", "axes", "weight", "y"),
    [
        ("y[t,j] = sum[m,k] w[m,k,j]*z[t+m,k]", ("L", "C"), ("K", "C", "J"), ("L-K+1", "J")),
        ("y[j,t] = sum[m,k] w[j,m,k]*z[t+m,k]", ("L", "C"), ("J", "K", "C"), ("J", "L-K+1")),
        ("y[j,t] = sum[m,k] w[j,k,m]*z[t+m,k]", ("L", "C"), ("J", "C", "K"), ("J", "L-K+1")),
        ("y[t,j] = sum[m,k] w[j,k,m]*z[k,t+m]", ("C", "L"), ("J", "C", "K"), ("L-K+1", "J")),
    ],
)
def test_channels_last_have_a_right_convolution_form_or_none(
    equation: str, axes: tuple[str, ...], weight: tuple[str, ...], y: tuple[str, ...]
) -> None:
    own = LayerDefinition(
        "Own", equation, axes, sizes={name: symbols.size(name) for name in ("K", "J")},
        shapes={"w": weight, "y": y}, parameters={"w": "w"},
    )  # fmt: skip
    made = layer(own)
    for derivation in (*made.forward(), made.vjp("z"), made.vjp("w")):
        assert check(derivation).ok
