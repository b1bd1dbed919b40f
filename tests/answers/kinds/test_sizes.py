from __future__ import annotations

from typing import Any

import pytest

from answers.contract.item import Answered
from answers.latex.sheet import Equation
from tests.answers.sample import all_pass, cells, homework, last, the_table, verdicts

SHOW = ["shape", "parameters", "connections", "receptive_field"]
NETWORKS: dict[str, Any] = {
    "picture": {"layers": "x:(3,64,64) -> Conv2d(8, 3, padding=1) -> ReLU -> MaxPool2d(3, stride=2, padding=1)"},
    "letters": {"layers": "x:(C,H,W) -> Conv2d(M, k, stride=s, bias=False) -> Conv2d(N, 3) -> Flatten -> Linear(K)"},
    "whole": {
        "layers": "x:(1,28,28) -> Conv2d(6,5,padding=2) -> Tanh -> AvgPool2d(2) -> Conv2d(16,5) -> Tanh -> AvgPool2d(2)"
        " -> Flatten -> Linear(120) -> Tanh -> Linear(84) -> Tanh -> Linear(10)",
        "loss": "SoftmaxCrossEntropy",
    },
    "shared": {"layers": "x:5 -> Linear(5) as step -> Tanh -> a; a -> step -> b; b -> Linear(2)"},
    "batches": {
        "layers": "x:(2,8) -> Conv1d(4, 3) -> BatchNorm1d -> ReLU -> u; u -> Conv1d(4, 2, dilation=2)",
        "batch": "B",
    },
    "up": {"layers": "x:(2,3,3) -> ConvTranspose2d(4, 2, stride=2)"},
}


def answered(network: str, **keys: Any) -> Answered:
    """The table of a network."""
    context, part = last(homework([{"kind": "sizes", "network": network, "show": SHOW, **keys}], networks=NETWORKS))
    (answer,) = context.answered(part)
    return answer


def test_shapes_parameters_connections_and_what_an_element_sees() -> None:
    answer = answered("picture")
    rows = list(cells(the_table(answer.blocks)))
    assert rows[0][1] == r"$3 \times 64 \times 64$"
    assert rows[1] == ("Conv2d1", r"$8 \times 64 \times 64$", "$224$", r"$884\,736$", r"$3 \times 3$")
    assert rows[3] == ("MaxPool2d", r"$8 \times 32 \times 32$", "$0$", "$0$", r"$5 \times 5$")
    assert rows[-1] == ("Total", "", "$224$", r"$884\,736$", "")
    assert all_pass(answer)


def test_formulas_where_sizes_are_letters() -> None:
    answer = answered("letters")
    rows = list(cells(the_table(answer.blocks)))
    assert rows[1][2] == r"C \, M \, k^{2}"
    assert rows[2][4] == r"(k+2s) \times (k+2s)"
    assert any(r"\lfloor" in block.latex for block in answer.blocks if isinstance(block, Equation))
    assert all_pass(answer)


@pytest.mark.parametrize("network", sorted(NETWORKS))
def test_every_network_is_counted(network: str) -> None:
    assert all_pass(answered(network))


def test_the_parameters_of_a_known_network_are_those_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    nn = torch.nn
    stack = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    )  # fmt: skip
    rows = list(cells(the_table(answered("whole").blocks)))[1:]
    value = torch.zeros(1, 1, 28, 28)
    for layer, row in zip(stack, rows, strict=False):
        value = layer(value)
        shape = r" \times ".join(map(str, value.shape[1:]))
        count = sum(parameter.numel() for parameter in layer.parameters())
        assert row[1] == f"${shape}$"
        assert row[2].replace(r"\,", "") == f"${count}$"
    total = sum(parameter.numel() for parameter in stack.parameters())
    assert rows[-1][2].replace(r"\,", "") == f"${total}$"


def test_what_is_shared_counts_once_and_a_batch_not_at_all() -> None:
    shared = list(cells(the_table(answered("shared").blocks)))
    assert [row[2] for row in shared[1:]] == ["$30$", "$0$", "$0$", "$12$", "$42$"]
    batches = list(cells(the_table(answered("batches").blocks)))
    assert batches[1][1:] == (r"$4 \times 6$", "$28$", "$144$", "$3$")
    assert batches[4][1:] == (r"$4 \times 4$", "$36$", "$128$", "$5$")


def test_a_wrong_size_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answered("picture")
    monkeypatch.setattr("numeric.checks.layer_sizes.layer_sizes", lambda network, batched: ())
    assert not verdicts(answer)[0].ok
    monkeypatch.undo()
    monkeypatch.setattr("answers.derivations.sizes._number", lambda value, in_latex: "7")
    assert not verdicts(answered("picture"))[0].ok
