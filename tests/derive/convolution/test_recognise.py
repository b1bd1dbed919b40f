from dataclasses import replace
from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from derive import Derivation, layer
from derive.convolution import nodes
from derive.convolution.nodes import ConvolutionForm, SpaceNode
from derive.render.legends import legends
from numeric import check
from tests.examples import examples


def option(symbol: str, least: int = 1) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(symbol), st.integers(least, 3))


@examples(4)
@given(
    st.sampled_from((("Conv1d", 1), ("Conv1d", 2), ("Conv2d", 1))),
    option("k"),
    option("s"),
    option("p", 0),
    option("d"),
)
def test_every_convolution_has_a_form_that_checks(
    kind: tuple[str, int], kernel: object, stride: object, padding: object, dilation: object
) -> None:
    name, groups = kind
    made = layer(name, "C_out", kernel, stride=stride, padding=padding, dilation=dilation, groups=groups)
    for derivation in (*made.forward(), *map(made.vjp, made.differentiable)):
        assert derivation.convolution is not None
        outcome = check(derivation, points=1)
        assert any("convolution form" in item.what for item in outcome.items)
        assert outcome.ok, [item for item in outcome.items if not item.ok]


@pytest.mark.parametrize(
    ("name", "options", "tensor", "printed"),
    [
        ("Conv2d", {}, "weight", "∂ℓ/∂weight[j,i] = z[i] ⋆ dy[j]"),
        (
            "Conv2d",
            {},
            "z",
            "∂ℓ/∂z[i] = Σ_{j=0}^{3} pad_{k−1}(dy[j]) ⋆ rot180(weight[j,i]) = Σ_{j=0}^{3} dy[j] ∗ weight[j,i]",
        ),
        ("Conv2d", {}, "bias", "∂ℓ/∂bias[j] = sum(dy[j])"),
        ("Conv1d", {"stride": "s", "padding": "p"}, "weight", "∂ℓ/∂weight[j,i] = pad_p(z[i]) ⋆ dilate_s(dy[j])"),
        ("Conv1d", {"dilation": "d"}, "weight", "∂ℓ/∂weight[j,i] = stride_d(z[i] ⋆ dy[j])"),
        ("ConvTranspose1d", {"stride": 2}, "z", "∂ℓ/∂z[i] = Σ_{j=0}^{3} stride_2(dy[j] ⋆ weight[i,j])"),
    ],
)
def test_in_print(name: str, options: dict[str, Any], tensor: str, printed: str) -> None:
    assert layer(name, 4, "k", **options).vjp(tensor).unicode("convolution") == printed


def test_channels_count_from_one_in_print() -> None:
    printed = layer("Conv1d", 4, "k", index_base=1).vjp("z").unicode("convolution")
    assert printed.startswith("∂ℓ/∂z[i] = Σ_{j=1}^{4} pad_{k−1}(dy[j]) ⋆")


def test_in_latex() -> None:
    printed = layer("Conv1d", 4, "k", padding="p").vjp("z").latex("convolution")
    assert r"\operatorname{rot180}(\mathrm{weight}_{ji})" in printed
    assert r"\operatorname{crop}_p(\mathrm{d}y_j \ast \mathrm{weight}_{ji})" in printed


def test_the_signs_are_explained() -> None:
    form = layer("Conv1d", 4, "k").vjp("z").convolution
    assert form is not None
    assert [one.unicode for one in legends([form])] == [
        "(a ⋆ b)[i] = Σ_j a[i+j] · b[j]",
        "(a ∗ b)[i] = Σ_j a[i−j] · b[j]",
        "pad_p(a)[i] = a[i−p]",
        "rot180(a)[i] = a[n−i−1]",
    ]


@pytest.mark.parametrize(("name", "arguments"), [("MaxPool1d", (2,)), ("Linear", (3,)), ("Softmax", ())])
def test_what_is_no_convolution_has_none(name: str, arguments: Any) -> None:
    derivation = layer(name, *arguments).vjp("z")
    assert derivation.convolution is None
    assert derivation.unicode("convolution") == derivation.unicode("index")


def changed(node: SpaceNode, kind: type[SpaceNode], **values: Any) -> SpaceNode:
    """The node with values of its parts of one kind changed."""
    inner = {name: changed(value, kind, **values) for name, value in vars(node).items() if isinstance(value, SpaceNode)}
    return replace(node, **{**inner, **(values if isinstance(node, kind) else {})})


def planted(derivation: Derivation, node: SpaceNode) -> Derivation:
    form = derivation.convolution
    assert form is not None
    return replace(derivation, convolution=ConvolutionForm(form.indices, form.space, node))


def test_a_planted_error_is_caught() -> None:
    derivation = layer("Conv1d", 4, 3, padding=1, stride=2).vjp("z")
    form = derivation.convolution
    assert form is not None
    correlation = next(part for part in form.node.walk() if isinstance(part, nodes.Correlation))
    assert isinstance(correlation.kernel, nodes.Turned)
    wrong = [
        changed(form.node, nodes.Correlation, kernel=correlation.kernel.node),
        changed(form.node, nodes.Padded, before=(sympy.S.Zero,)),
        nodes.Times(correlation.stride[0] * 2, form.node),
    ]
    assert check(planted(derivation, form.node), points=1).ok
    for node in wrong:
        assert not check(planted(derivation, node), points=1).ok
