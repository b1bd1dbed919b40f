from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from sympy import KroneckerDelta

from derive import layer, network
from derive.derivation import Derivation
from derive.lecture.links import Linker
from derive.render.derivations import step_lines
from derive.render.printing import UNICODE
from numeric import check
from tests.derive.test_network import networks
from tests.examples import examples
from tests.sweeps import layer_kind, sweep

MANY_ROWS = [
    "Softmax",
    "LogSoftmax(axis=0, rank=2)",
    "BatchNorm1d",
    "GroupNorm(2)",
    "CosineSimilarity",
    "Attention(causal=True)",
    "LSTMCell(H)",
    "GRUCell(H)",
    "Conv2d(J, (3, 2), stride=2, padding=1)",
    "MaxPool2d(3, stride=2)",
    "SwiGLU(d)",
]


def lines(derivation: Derivation) -> list[tuple[str, str, str]]:
    """The sentence, the left side and the right side of each printed step."""
    return [(line.sentence, line.left, " ".join(line.right)) for line in step_lines(derivation, style=UNICODE)]


@examples(10, derandomize=True)
@given(networks())
def test_every_line_is_right_and_the_last_one_is_the_result(given_network: dict[str, Any]) -> None:
    net = network(**given_network)
    for name in net.parameters:
        told, full = net.gradient(name, grain="lecture"), net.gradient(name)
        assert told.result == full.result
        assert told.matrix == full.matrix
        assert told.steps[-1].expression == told.result
        assert check(told).ok, check(told)


@sweep(lambda name: layer_kind(name))
@pytest.mark.parametrize("name", MANY_ROWS)
def test_layers_are_told_rightly_in_fewer_lines(name: str) -> None:
    alone = layer(name)
    for tensor in alone.differentiable:
        told = alone.vjp(tensor, grain="lecture")
        assert check(told).ok, check(told)
        assert told.steps[-1].expression == told.result
        assert len(told.steps) <= len(alone.vjp(tensor).steps)


def test_the_softmax_is_met_by_its_jacobian() -> None:
    told = lines(layer("Softmax").vjp("z", grain="lecture"))
    assert ("", "", "y[i] · (δ[i,j] − y[j])") in told
    assert ("A change of z[i] moves every y[j]: what all of them send back adds up.") in [said for said, _, _ in told]
    assert told[-1] == ("For all elements at once:", "∂ℓ/∂z", "y ⊙ (dy − (yᵀ dy) 𝟏)")
    assert not any("s" in right or "e[" in right for _, _, right in told)


def test_targets_that_sum_to_1_are_said_to() -> None:
    told = lines(network("x:n -> Linear(K) -> Softmax", "CrossEntropy").gradient("z1", grain="lecture"))
    (line,) = (right for said, _, right in told if "targets sum to 1" in said)
    assert line == "ŷ[i] − y[i]"


def test_nothing_comes_back_on_a_closed_way() -> None:
    told = lines(layer("BatchNorm1d").vjp("z", grain="lecture"))
    assert "μ[i] acts through ẑ[b,i]; through v[i] comes nothing, as that slope is 0." in [said for said, _, _ in told]
    assert [left for _, left, _ in told if left] == ["∂ℓ/∂ẑ", "∂ℓ/∂v[i]", "∂ℓ/∂μ[i]", "∂ℓ/∂z[b,i]", "∂ℓ/∂z"]


def test_causes_are_those_of_the_forward_pass() -> None:
    net = network("x:n -> Linear(d) -> Tanh -> Linear(K)", "1/2*MSE", batch="B")
    told = {left: said for name in ("W1", "b1") for said, left, _ in lines(net.gradient(name, grain="lecture"))}
    assert told["∂ℓ/∂W₁"] == "W₁[i,j] occurs in z₁[b,i] for every b, with slope x[b,j]: the contributions add up."
    assert told["∂ℓ/∂b₁"] == "b₁[i] is added to z₁[b,i] for every b: these signals add up."
    assert told["∂ℓ/∂z₁"] == "z₂[b,i] depends on z₁[b,i] alone, with slope 1−z₂[b,i]²."


def test_nothing_adds_up_in_a_jacobian() -> None:
    net = network("x:n -> Linear(d) -> ReLU -> Linear(K)", "MSE")
    (said, *_) = (said for said, _, _ in lines(net.jacobian("y_hat", "z2", grain="lecture")))
    assert said == "z₂[i] occurs in ŷ[k] for every k, with slope W₂[k,i]."


def test_what_a_question_keeps_stays_a_symbol() -> None:
    within = ["x", "W1", "b1", "W2", "b2", "dl/dy_hat", "dz2/dz1", "dy_hat/dz3"]
    net = network("x:n -> Linear(d) -> f -> Linear(K) -> g -> y_hat", "MSE", layout="numerator")
    told = lines(net.gradient("W1", within, "lecture"))
    assert [right for _, _, right in told] == [
        "∂ℓ/∂ŷ ∂ŷ/∂z₃", "∂ℓ/∂z₃ W₂", "∂ℓ/∂z₂ ∂z₂/∂z₁", "x ∂ℓ/∂z₁", "x ∂ℓ/∂ŷ ∂ŷ/∂z₃ W₂ ∂z₂/∂z₁",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Softmax", "BatchNorm1d", "Attention", "RMSNorm"])
def test_a_passage_stays_in_one_form_until_it_says_so(name: str) -> None:
    for tensor in layer(name).differentiable:
        steps = layer(name).vjp(tensor, grain="lecture").steps
        for _, passage in groupby(steps, lambda step: step.quantity.name):
            forms = [step.matrix is None for step in passage if step.rule != "matrix form"]
            assert len(set(forms)) == 1


def test_deltas_are_written_in_elements() -> None:
    steps = layer("Softmax").vjp("z", grain="lecture").steps
    assert all(
        step.matrix is None for step in steps if step.expression.has(KroneckerDelta) and step.rule != "matrix form"
    )


def test_a_passage_that_forgets_a_factor_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    links = Linker.links

    def doubled(linker: Linker, *given: Any) -> list[Any]:
        return [replace(link, local=2 * link.local) for link in links(linker, *given)]

    assert check(layer("Sigmoid").vjp("z", grain="lecture")).ok
    monkeypatch.setattr(Linker, "links", doubled)
    assert not check(layer("Softplus").vjp("z", grain="lecture")).ok


@pytest.mark.parametrize(("outputs", "said"), [("1", "Differentiate"), ("K", "Only one term of the sum")])
def test_a_sum_is_spoken_of_where_there_is_one(outputs: str, said: str) -> None:
    net = network(f"x:n -> Linear({outputs}) -> Sigmoid -> y_hat", loss="BCE")
    (first, *_) = lines(net.partial("dl/dy_hat", grain="lecture"))
    assert first[0].startswith(said)


def test_a_letter_of_a_window_that_the_line_does_not_have_is_said_to_run() -> None:
    (alone,) = lines(layer("AvgPool1d(k)").vjp("z", grain="lecture"))
    assert "where p = k·t+m and 0 ≤ m < k:" in alone[0].replace("q", "m"), alone
    (summed,) = lines(layer("AvgPool1d(k, stride=s)").vjp("z", grain="lecture"))
    assert "≤" not in summed[0]


def test_a_number_that_a_number_is_made_of_depends_on_nothing_alone() -> None:
    net = network("x:n -> Linear(K) -> y_hat", loss="CosineEmbedding")
    said = [sentence for sentence, *_ in lines(net.partial("dl/dy_hat", grain="lecture"))]
    assert "a occurs in c only, with slope −t/(a²·b)." in said
    assert not any("alone" in sentence for sentence in said)
