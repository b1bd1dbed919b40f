"""Equations in a text as a subject: shapes, sizes and domains are inferred, and what is derived passes its check."""

from __future__ import annotations

from typing import Any

import pytest

from derive import DefinitionError, Layer, Network, equations
from derive.stated import is_stated
from numeric import check


def network_of(text: str, **options: Any) -> Network:
    made = equations(text, **options)
    return made.network if isinstance(made, Layer) else made


def given(text: str, **options: Any) -> dict[str, str]:
    """The shapes of what is given, as text, but for upstream gradients."""
    net = network_of(text, **options)
    above = {f"d{name}" for name in net.forward.row}
    return {t.name: ",".join(map(str, t.shape)) for t in net.forward.given if t.name not in above}


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("y[i] = x[i]/sqrt(1/n*sum[j] x[j]^2 + eps)*g[i]", {"x": "n", "g": "n"}),
        ("y[b,i] = x[b,i]/sqrt(sum[j] x[b,j]^2/d + eps)*g[i]", {"x": "B,d", "g": "d"}),
        (
            "s[i,j] = 1/sqrt(d)*sum[k] q[i,k]*r[j,k]; o[i,p] = sum[j] s[i,j]*v[j,p]",
            {"q": "n,d", "r": "m,d", "v": "m,P"},
        ),
        ("y[i,j] = sum[k] A[i,k]*B[k,j]", {"A": "n,K", "B": "K,m"}),
        ("y[i] = exp(x[i]/T)/sum[j] exp(x[j]/T)", {"x": "n"}),
        ("y[i] = x[i]*1/lambda*sum[j] w[j]", {"x": "n", "w": "m"}),
        ("y[i] = sum[m] w[m]*x[i+m]", {"w": "M", "x": "n_in"}),
        ("y[i<floor((N+2*p-k)/s)+1] = sum[m<k] w[m]*x[s*i+m-p]", {"w": "k", "x": "N"}),
        ("y[c,h,w] = max[m<2,n<2] x[c,2*h+m,2*w+n]", {"x": "C,H_in,W_in"}),
        ("l = 1/(n*m)*sum[i,j] (x[i,j] - t[i,j])^2", {"x": "n,m", "t": "n,m"}),
        ("y[i] = x[i] + x[i-1]", {"x": "n"}),
        ("mu = 1/N*sum[b] x[b]; y[b] = x[b] - mu", {"x": "N"}),
    ],
)
def test_what_one_index_runs_along_has_one_length(text: str, shapes: dict[str, str]) -> None:
    assert given(text) == shapes


@pytest.mark.parametrize(
    "text",
    [
        "y[i] = x[i]/sqrt(1/n*sum[j] x[j]^2 + eps)*g[i]",
        "y[o,i] = sum[c,m] w[o,c,m]*x[c,s*i+m] + b[o]",
        "l = 1/B*sum[b] log(sum[k] exp(z[b,k])) - 1/B*sum[b] z[b,y[b]]",
        "l = 1/n*sum[i] (x[i] - t[i]*log(x[i]))",
    ],
)
def test_gradients_of_equations_pass_their_check(text: str) -> None:
    net = network_of(text)
    for name in net.differentiable or [tensor.name for tensor in net.forward.given if tensor.domain == "real"]:
        assert check(net.gradient(name)).ok


def test_sizes_that_follow_are_where_a_window_is_inside() -> None:
    (size,) = network_of("y[o,i] = sum[c,m] w[o,c,m]*x[c,s*i+d*m] + b[o]").forward.sizes
    assert str(size[1]) == "floor((-d*(M - 1) + n_in - 1)/s) + 1"


def test_shapes_domains_and_parameters_may_be_said() -> None:
    assert given("y[a] = x[a]*w[a]", shapes={"x": ("C",)}) == {"x": "C", "w": "C"}
    assert given("y[a] = sum[k] w[k]*x[a,k]", shapes={"w": (3,)}) == {"w": "3", "x": "n,3"}
    held = {t.name: t.domain for t in network_of("y[i] = log(x[i]) + log(1 - p[i])*q[c[i]]").forward.given}
    assert held == {"x": "positive", "p": "unit", "q": "real", "c": "class", "dy": "real"}
    net = network_of("y[i] = x[i]*a + b[i]", learnt=("a", "b"), domains={"x": "unit"})
    assert set(net.parameters) == {"a", "b"}
    assert net.forward.tensors["x"].domain == "unit"


def test_a_row_of_one_number_is_the_loss() -> None:
    loss = equations("e[i] = x[i] - t[i]; l = 1/2*sum[i] e[i]^2")
    assert isinstance(loss, Network)
    assert loss.differentiable == ("x", "t")
    assert loss.gradient("x").unicode() == "∂ℓ/∂x = e"


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("y[i] = sum[m] w[m]*x[i+m-p]", {}, r"range of index i is not known: say it on the left, y\[i<size\] = "),
        ("y[i] = q[j]", {}, "the range of index i is not known"),
        ("y[i] = x[i,j]", {}, "the index j is bound by nothing"),
        ("y[i] = y[i] + x[i]", {}, "y is read before its own equation"),
        ("y[i] = x[i] + x[i,i]", {}, "x has 1 axes, 2 subscripts"),
        ("y[i] = x[i]*dy[i]", {}, "dy stands for an upstream gradient"),
        ("y[i] = x[i] + ", {}, "cannot read the equation"),
        ("y[i] = x[i]", {"shapes": {"z": ("n",)}}, "shapes has z, which no equation reads"),
        ("y[i] = x[i]", {"learnt": ("w",)}, "learnt has w, which no equation reads"),
        ("y[i] = sum[j<n] x[j] + sum[k<m] x[k] + x[i]", {}, "both the length of one axis"),
    ],
)
def test_what_cannot_be_inferred_is_refused(text: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        equations(text, **options)


def test_which_texts_are_equations() -> None:
    assert all(map(is_stated, ("y = x", "y[i,j]=1", " y[i<n] = x[i]", "h'[i] = 1")))
    assert not any(map(is_stated, ("Linear(m, bias=False)", "x:n -> Linear(K)", "GELU")))
