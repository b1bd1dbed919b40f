from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest

from derive.derivation import Derivation
from derive.network import Network
from derive.steps import Grain
from tests.answers.command.runner import run

NETWORK = "x:n -> Linear(d) -> 5*ReLU -> Linear(K) -> Identity -> y_hat"


def test_all_parameters_are_derived_and_checked() -> None:
    outcome = run("derive", NETWORK, "--loss", "1/2*MSE")
    assert outcome.code == 0
    blocks = outcome.out.strip().split("\n\n")
    assert [block.split(" = ")[0] for block in blocks] == ["∂ℓ/∂W₁", "∂ℓ/∂b₁", "∂ℓ/∂W₂", "∂ℓ/∂b₂"]
    assert "∂ℓ/∂W₂ = (ŷ − y) z₂ᵀ" in outcome.out
    for block, shape in zip(blocks, ["d × n", "d", "K × d", "K"], strict=True):
        assert f"shape: {shape}" in block
        found = re.search(r"checked: (\d+) points, worst relative error (\S+)", block)
        assert found is not None
        assert int(found[1]) >= 3
        assert float(found[2]) < 1e-5


def test_names_may_be_repeated_or_listed() -> None:
    repeated = run("derive", NETWORK, "--loss", "MSE", "--wrt", "b2", "--wrt", "dz2/dz1")
    listed = run("derive", NETWORK, "--loss", "MSE", "--wrt", "b2,dz2/dz1")
    assert repeated.out == listed.out
    assert "∂z₂/∂z₁ = 5 diag(1[z₁ > 0])" in repeated.out.replace("5diag", "5 diag")


def test_a_partial_needs_no_loss() -> None:
    assert run("derive", NETWORK, "--wrt", "dz2/dz1").code == 0
    run("derive", NETWORK).refused("--loss", "--wrt dz2/dz1")
    run("derive", NETWORK, "--wrt", "W1").refused("no loss")


def test_notations_layouts_and_bases() -> None:
    index = run("derive", NETWORK, "--loss", "MSE", "--wrt", "z2", "--notation", "index", "--index-base", "0").out
    assert "∂ℓ/∂z₂[i]" in index
    assert "k=0" in index
    row = run("derive", NETWORK, "--loss", "1/2*MSE", "--wrt", "y_hat", "--layout", "numerator").out
    assert "∂ℓ/∂ŷ = (ŷ − y)ᵀ" in row
    assert "shape: 1 × K" in row


def test_a_vocabulary_keeps_partials_and_refuses_what_it_cannot_say() -> None:
    outcome = run("derive", NETWORK, "--loss", "MSE", "--wrt", "b2", "--within", "x,W2,dl/dy_hat")
    assert "∂ℓ/∂b₂ = ∂ℓ/∂ŷ" in outcome.out
    run("derive", NETWORK, "--loss", "MSE", "--wrt", "b2", "--within", "x,W2").refused("not among the allowed symbols")


def test_a_batch_and_its_reduction() -> None:
    mean = run("derive", NETWORK, "--loss", "1/2*MSE", "--wrt", "W2", "--batch", "B").out
    total = run("derive", NETWORK, "--loss", "1/2*MSE", "--wrt", "W2", "--batch", "B", "--reduction", "sum").out
    assert "1/B" in mean
    assert "1/B" not in total


def test_latex_can_be_pasted() -> None:
    plain = run("derive", NETWORK, "--loss", "1/2*MSE", "--wrt", "b2", "--latex").out
    formulas = [line for line in plain.splitlines() if not line.startswith("%")]
    assert formulas == [
        r"\frac{\partial \ell}{\partial \bm{b}^{(2)}} = \hat{\bm{y}} - \bm{y}",
    ]
    steps = run("derive", NETWORK, "--loss", "1/2*MSE", "--wrt", "W1", "--latex", "--steps").out
    assert steps.count(r"\begin{align*}") == steps.count(r"\end{align*}") == 1


def test_steps_come_before_the_result() -> None:
    arguments = ("derive", NETWORK, "--loss", "MSE", "--wrt", "W1", "--no-check")
    short = run(*arguments).out
    told, full = (run(*arguments, *options).out for options in (("--steps",), ("--grain", "full")))
    assert told.endswith(short)
    assert "W₁[i,j] occurs in z₁[i] only, with slope x[j]." in told
    assert "∂z₂/∂z₁" not in told
    assert full.endswith(short)
    assert "∂z₂/∂z₁" in full.removesuffix(short)


def test_a_wrong_result_ends_with_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient = Network.gradient

    def doubled(net: Network, name: str, within: Iterable[str] | None = None, grain: Grain = "full") -> Derivation:
        right = gradient(net, name, within, grain)
        return replace(right, result=2 * right.result)

    monkeypatch.setattr(Network, "gradient", doubled)
    arguments = ("derive", NETWORK, "--loss", "MSE", "--wrt", "b2")
    unchecked = run(*arguments, "--no-check")
    assert unchecked.code == 0
    for given in ((), ("--steps",), ("--latex",), ("--notation", "index")):
        outcome = run(*arguments, *given)
        assert outcome.code == 1
        assert "FAILED: result, dl/db2: against central differences" in outcome.out
        assert "no answer for ∂ℓ/∂b₂" in outcome.out
        assert unchecked.out.splitlines()[0] not in outcome.out
        assert " = " not in outcome.out


def test_exact_ranges_elements_matrices_and_second_derivatives() -> None:
    conv = "Conv1d(1, 2, bias=False)"
    limits = run("derive", conv, "--wrt", "z", "--ranges", "limits", "--no-check").out
    assert "Σ_{m=max(1, p−L_out+1)}^{min(2, p)}" in limits
    lines = run("derive", conv, "--wrt", "z", "--written-out", "C=1,L=3", "--no-check").out.splitlines()
    assert lines[1] == "∂ℓ/∂z[2] = weight[1] · dy[2] + weight[2] · dy[1]"
    matrix = run("derive", conv, "--wrt", "z", "--toeplitz", "C=1,L=3", "--no-check").out.splitlines()
    assert matrix[1].split() == ["0", "weight[1,1,1]", "weight[1,1,2]"]
    hessian = run("derive", "x:K -> Identity", "--loss", "SoftmaxCrossEntropy", "--wrt", "x", "--hessian").out
    assert hessian.startswith("∂²ℓ/∂x∂xᵀ = diag(p) − p pᵀ")
    run("derive", conv, "--toeplitz", "C=1,L").refused("a size is given as H=3, not L")


def test_a_cell_at_every_time() -> None:
    shown = run("derive", "LSTM", "--forward").out
    assert "f[t] = σ(a[t][H+1:2H])" in shown
    assert "∂ℓ/∂h[t] = weight_hhᵀ ∂ℓ/∂a[t+1] + dh[t]" in shown
    assert "∂ℓ/∂weight_hh = Σ_{t=1}^{T} ∂ℓ/∂a[t] h[t−1]ᵀ" in shown
    assert "FAILED" not in shown
    latex = run("derive", "GRU(4)", "--wrt", "r", "--latex", "--no-check").out
    assert r"(\bm{v}_t)_{9:12}" in latex
    run("derive", "RNN", "--wrt", "weight").refused("the backward pass has no dl/dweight; did you mean")
    run("derive", "LSTM(H, 3, 4)").refused("LSTMCell")


def test_attention_gradient_by_gradient() -> None:
    shown = run("derive", "Attention", "--chained", "--forward", "--no-check").out
    assert "∂ℓ/∂S = A ⊙ (∂ℓ/∂A − (∂ℓ/∂A ⊙ A) 𝟏 𝟏ᵀ)" in shown
    assert "∂ℓ/∂V = Aᵀ ∂ℓ/∂y" in shown


def test_sizes_of_outputs_are_said() -> None:
    shown = run("derive", "Conv1d(C_out, k, stride=s, padding=p)", "--forward", "--wrt", "bias", "--no-check").out
    assert "L_out = ⌊(L+2p−k)/s⌋ + 1" in shown


@pytest.mark.parametrize("layers", ["x:x -> Linear(d)", "x:(x,n) -> Linear(d) -> GlobalAvgPool1d"])
def test_a_length_with_the_name_of_a_tensor_fails_its_check_with_the_reason(layers: str) -> None:
    outcome = run("derive", layers, "--loss", "MSE", "--wrt", "x")
    assert outcome.code == 1
    assert "the name of a tensor stands for a length" in outcome.out + outcome.err
