"""Sentences beside the lines of derivations: what they say is read, and compared with what is measured."""

from __future__ import annotations

from functools import cache

import pytest

from answers.readback.printed import Printed
from answers.readback.reader import Reader, Unequal
from answers.readback.sayings import Sayings
from answers.readback.sentences import FORMS, statements
from answers.reading import ReadingError
from derive import layer, network
from derive.derivation import Derivation
from derive.layers import LayerDefinition

INVERSE = LayerDefinition(
    "Form", "y = sum[i,j] a[i]*inv(z)[i,j]*b[j]", axes=("n", "n"), inputs=("a", "b"), shapes={"a": ("n",), "b": ("n",)}
)


@cache
def derivations() -> dict[str, Derivation]:
    net = network("x:n -> Linear(d) -> ReLU -> Linear(K) -> Softmax -> y_hat", loss="CrossEntropy")
    conv = layer("Conv1d", 2, 3, stride=2, padding=1, index_base=1)
    return {
        "W1": net.gradient("W1"),
        "conv": conv.vjp("z"),
        "weight": conv.vjp("weight"),
        "norm": layer("BatchNorm1d", batch="B").vjp("z"),
        "pool": layer("MaxPool1d", 3, index_base=1).vjp("z"),
        "relu": net.partial("dz2/dz1"),
        "bilinear": layer("Attention").vjp("Q"),
        "inverse": layer(INVERSE, index_base=1).vjp("z"),
    }


RIGHT = {
    "W1": [
        "$W^{(1)}_{ij}$ occurs in $z_{1,i}$ only, with slope $x_j$.",
        "W₁[i,j] occurs in z₁[i] only, with slope x[j].",
        "$z_{2,i}$ occurs in $z_{3,k}$ for every $k$, with slope $W^{(2)}_{ki}$: the contributions add up.",
        "z₂[i] depends on z₁[i] alone, with slope 1[z₁[i] > 0].",
        "$b^{(1)}_i$ shifts $z_{1,i}$ one for one: it receives that signal unchanged.",
        "A change of $z_{3,k}$ moves every $\\hat{y}_m$: what all of them send back adds up.",
        "Only one term of the sum in $\\ell$ holds $\\hat{y}_k$.",
        "$\\bm{z}_1$ acts through $\\bm{z}_2$ alone, and $\\partial \\bm{z}_2/\\partial \\bm{z}_1$ stays a symbol.",
        "$\\sum_{j=1}^{K} y_j$ is 1, as the targets sum to 1.",
        "$\\bm{z}_2$ reads $\\bm{z}_1$ in its forward equation.",
        "Here the shape of $\\bm{x}$ matters.",
    ],
    "conv": ["y[j,t] holds z[k,p] where p = 2t+m−3: what all of these send back adds up."],
    "weight": [
        "$\\mathrm{bias}_j$ is added to $y_{jt}$ for every $t$: these signals add up.",
        "Given from upstream: $\\bm{\\mathrm{d}}\\bm{y}$ = $\\partial \\ell/\\partial \\bm{y}$.",
    ],
    "norm": [
        "$z_{bi}$ acts through $\\mu_i$, $v_i$ and $\\hat{z}_{bi}$: what comes back on each way adds up.",
        "μ[i] acts through ẑ[b,i]; through v[i] comes nothing, as that slope is 0.",
        "v[i] occurs in ẑ[b,i] for every b, with slope −ẑ[b,i]/(2(v[i]+ε)): the contributions add up.",
    ],
    "pool": ["y[c,t] holds z[c,p] where p = 3t+m*[c,t]−3: what all of these send back adds up."],
    "relu": [
        "Where an element of $\\bm{z}_1$ is exactly 0, the function has a kink and no derivative; the convention, "
        "PyTorch's as well, is to take 0 there."
    ],
    "inverse": [
        "Only one term of the sum in $y$ holds $(\\bm{z}^{-1})_{ij}$.",
        "$z_{km}$ occurs in $(\\bm{z}^{-1})_{ij}$ for every $i$ and $j$, with slope "
        "$-(\\bm{z}^{-1})_{ik}(\\bm{z}^{-1})_{mj}$: the contributions add up.",
    ],
    "bilinear": ["A change of $S_{ts}$ moves every $A_{tm}$: what all of them send back adds up."],
}

WRONG = {
    "W1": [
        "$W^{(1)}_{ij}$ occurs in $z_{1,i}$ only, with slope $x_i$.",
        "$W^{(1)}_{ij}$ occurs in $z_{1,i}$ only, with slope $-x_j$.",
        "$W^{(1)}_{ij}$ occurs in $z_{1,j}$ only, with slope $x_i$.",
        "$W^{(1)}_{ij}$ occurs in $z_{1,i}$ only, with slope $2x_j$.",
        "W₁[i,j] occurs in z₁[k] for every k, with slope x[j].",
        "z₂[i] occurs in z₃[k] for every i, with slope W₂[k,i]: the contributions add up.",
        "$z_{2,i}$ occurs in $z_{3,k}$ for every $k$, with slope $W^{(2)}_{ik}$: the contributions add up.",
        "$z_{2,i}$ occurs in $z_{3,k}$ for every $k$, with slope $W^{(1)}_{ki}$: the contributions add up.",
        "z₂[i] depends on z₁[i] alone, with slope 1[z₁[i] < 0].",
        "z₂[i] depends on z₁[i] alone, with slope z₁[i].",
        "$z_{3,k}$ depends on $z_{2,i}$ alone, with slope $W^{(2)}_{ki}$.",
        "$W^{(1)}_{ij}$ shifts $z_{1,i}$ one for one: it receives that signal unchanged.",
        "A change of $z_{1,i}$ moves every $z_{2,k}$: what all of them send back adds up.",
        "Only one term of the sum in $\\ell$ holds $\\hat{z}_k$.",
        "$\\bm{x}$ acts through $\\bm{z}_3$ alone, and $\\partial \\bm{z}_7/\\partial \\bm{z}_1$ stays a symbol.",
        "$\\sum_{j=1}^{K} y_j$ is 2, as the targets sum to 2.",
        "$\\sum_{k=1}^{K} W^{(2)}_{ki}$ is 1, as the targets sum to 1.",
        "$\\bm{z}_3$ reads $\\bm{z}_1$ in its forward equation.",
        "Insert $\\partial \\ell/\\partial \\bm{z}_1$.",
        "It follows that $\\hat{\\bm{y}} = \\bm{z}_3$.",
        "It is $\\bm{q} \\star$ here.",
    ],
    "conv": [
        "y[j,t] holds z[k,p] where p = 2t+m−2: what all of these send back adds up.",
        "y[j,t] holds z[k,p] where p = m+t−3: what all of these send back adds up.",
        "y[j,t] holds z[k,p] where p = 2t−m+3: what all of these send back adds up.",
    ],
    "weight": [
        "$\\mathrm{bias}_j$ is added to $y_{jt}$ for every $j$: these signals add up.",
        "Given from upstream: $\\bm{\\mathrm{d}}\\bm{y}$ = $\\partial \\ell/\\partial \\bm{z}$.",
    ],
    "norm": [
        "$z_{bi}$ acts through $\\mu_i$ and $\\hat{z}_{bi}$: what comes back on each way adds up.",
        "$z_{bi}$ acts through $\\mu_i$, $v_i$ and $y_{bi}$: what comes back on each way adds up.",
        "μ[i] acts through v[i]; through ẑ[b,i] comes nothing, as that slope is 0.",
        "v[i] occurs in ẑ[b,i] for every b, with slope −ẑ[b,i]/(v[i]+ε): the contributions add up.",
    ],
    "pool": ["y[c,t] holds z[c,p] where p = 3t+m*[c,t]−2: what all of these send back adds up."],
    "relu": [
        "Where an element of $\\bm{z}_1$ is exactly 0, the function has a kink and no derivative; the convention, "
        "PyTorch's as well, is to take 1 there."
    ],
    "inverse": [
        "$z_{km}$ occurs in $(\\bm{z}^{-1})_{ij}$ for every $i$ and $j$, with slope "
        "$-(\\bm{z}^{-1})_{ki}(\\bm{z}^{-1})_{mj}$: the contributions add up.",
    ],
    "bilinear": ["A change of $S_{ts}$ moves every $A_{im}$: what all of them send back adds up."],
}


def said(name: str, text: str) -> float:
    return Sayings(Reader(derivations()[name])).error(Printed(text, "a sentence", said=True))


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in RIGHT.items() for text in texts])
def test_what_is_so_is_read(name: str, text: str) -> None:
    assert said(name, text) < 1e-7


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRONG.items() for text in texts])
def test_what_is_not_so_is_noticed(name: str, text: str) -> None:
    with pytest.raises((Unequal, ReadingError)):
        said(name, text)


def test_sentences_are_told_apart() -> None:
    text = "$W_{ij}$ occurs in $z_i$ only, with slope $0.5x_j$. Insert $\\partial \\ell/\\partial \\bm{z}$."
    first, second = statements(text)
    assert (first.kind, first.part("slope")) == ("occurs", "0.5x_j")
    assert (second.kind, second.part("partials")) == ("insert", r"\partial \ell/\partial \bm{z}")
    assert {first.kind, second.kind} <= set(FORMS)


def test_words_alone_say_nothing() -> None:
    assert list(statements("For all elements at once: Collect like terms.")) == []
