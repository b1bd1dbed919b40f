from __future__ import annotations

import numpy as np
import pytest

from derive import layer
from derive.network import network
from derive.render.derivations import derivation_unicode
from numeric import check, evaluate
from tests.sweeps import sweep

STAGES = (
    "Identity ReLU 5*ReLU LeakyReLU LeakyReLU(0.2) LeakyReLU(slope) PReLU ELU ELU(2) ELU(alpha) Softplus Softplus(2) "
    "Softplus(beta) GELU GELUTanh SiLU Mish Softsign Hardtanh Hardtanh(low,high) ReLU6 Hardsigmoid Hardswish SELU CELU "
    "CELU(alpha) LogSigmoid Softshrink Softshrink(lambda) Hardshrink Tanhshrink SquaredReLU Threshold(0.1,20) "
    "Sigmoid Tanh c*Tanh Softmax 1/2*Softmax LogSoftmax f 2*f"
).split()


@sweep(lambda stage, layout: stage if layout == "gradient" else layout)
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("layout", ["gradient", "numerator"])
def test_gradients_and_jacobians_of_every_activation(stage: str, layout: str) -> None:
    net = network(f"x:n -> Linear(d) -> {stage}", "1/2*MSE", layout=layout)  # type: ignore[arg-type]
    for answer in (*net.gradients().values(), net.jacobian("y_hat", "z1"), net.value("y_hat")):
        report = check(answer, points=1)
        assert report.ok, [item for item in report.items if not item.ok]
        assert derivation_unicode(answer)


def test_the_parameter_of_prelu_is_learnt() -> None:
    net = network("x:n -> PReLU -> Linear(K)", "MSE")
    assert net.parameters == ("a1", "W2", "b2")
    assert net.gradient("a1").shape == ()


def test_the_gelu_by_tanh_names_its_tanh() -> None:
    slope = layer("GELUTanh").vjp("z").unicode("index").split(" = ", 1)[1]
    assert slope == "dy[i] · Φ_tanh(z[i])(1 + 2√(2/π) · z[i] · (1 − Φ_tanh(z[i]))(1 + 0.134145 · z[i]²))"


def test_mish_is_that_of_pytorch_at_the_ends_too() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed (pip install '.[check]')")
    points = np.array([-800.0, -30.0, -1.0, 0.0, 0.5, 30.0, 800.0])
    z = torch.tensor(points, requires_grad=True)
    value = torch.nn.functional.mish(z)
    value.backward(torch.ones_like(z))
    made = layer("Mish")
    assert np.allclose(evaluate(made.network.value("y"), {"z": points}), value.detach().numpy(), rtol=1e-12)
    slopes = evaluate(made.vjp("z"), {"z": points, "dy": np.ones_like(points)})
    assert np.allclose(slopes, z.grad.numpy(), rtol=1e-11, atol=1e-300)
