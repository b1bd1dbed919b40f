"""Files for PyTorch: their gradients pass PyTorch's own check."""

from __future__ import annotations

from typing import Any

import pytest

from derive import LayerDefinition, layer, network
from derive.layer import Layer
from derive.network import Network
from numeric.export.torch import OF_MODULES, attribute
from numeric.source.naming import python_name
from tests.numeric.codegen.libraries import TOGETHER
from tests.numeric.codegen.subjects import (
    LAYERS,
    SOME_ACTIVATIONS,
    SOME_LOSSES,
    activation_subject,
    layer_subject,
    loss_subject,
)
from tests.numeric.export.files import arrays_of, subject_and_file
from tests.sweeps import layer_kind, sweep

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
pytestmark = TOGETHER


def module_of(given: Network | Layer) -> tuple[Any, dict[str, Any]]:
    """The module of a file with random parameters, and tensors for everything that is given."""
    subject, names = subject_and_file(given, "torch")
    tensors = {name: torch.tensor(array) for name, array in arrays_of(subject).items()}
    stored = (*subject.parameters, *subject.buffers)
    lengths = {
        str(size): length
        for tensor in (*subject.inputs, *stored)
        for size, length in zip(tensor.shape, tensors[python_name(tensor.name)].shape, strict=True)
    }
    constants = {python_name(name): float(tensors[python_name(name)]) for name in subject.constants}
    sizes = {size: lengths.get(size, 1) for size in subject.sizes}
    module = names[subject.name](**sizes, **constants).double()
    for tensor in stored:
        getattr(module, attribute(tensor.name)).data = tensors[python_name(tensor.name)]
    return module, tensors


def assert_gradients_right(given: Network | Layer) -> None:
    subject, _ = subject_and_file(given, "torch")
    module, tensors = module_of(given)
    named = [tensor.name for tensor in (*subject.inputs, *subject.targets)]
    inputs = [tensors[python_name(name)] for name in named]
    for name, tensor in zip(named, inputs, strict=True):
        tensor.requires_grad_(name in subject.gradients)
    parameters = list(module.parameters())

    def function(*_: Any) -> Any:
        return module(*inputs)

    leaves = [tensor for tensor in (*inputs, *parameters) if tensor.requires_grad]
    assert leaves
    assert torch.autograd.gradcheck(function, leaves, fast_mode=True, atol=1e-5)


@sweep(lambda name: layer_kind(name))
@pytest.mark.parametrize("name", LAYERS)
def test_layers(name: str) -> None:
    assert_gradients_right(layer_subject(name))


@pytest.mark.parametrize("name", SOME_ACTIVATIONS)
def test_activations(name: str) -> None:
    assert_gradients_right(activation_subject(name))


@pytest.mark.parametrize("name", SOME_LOSSES)
def test_losses(name: str) -> None:
    assert_gradients_right(loss_subject(name))


WITHOUT_LOSS = network("x:n -> Linear(d) -> Tanh -> Linear(K)", batch="B")


def test_a_network_without_a_loss_has_an_upstream_gradient() -> None:
    assert_gradients_right(WITHOUT_LOSS)


def test_a_module_trains_beside_others() -> None:
    _, names = subject_and_file(WITHOUT_LOSS, "torch")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), names["Network"](n=4, d=16, K=1))
    x = torch.randn(64, 3)
    y = torch.sin(x.sum(dim=1, keepdim=True))
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    losses = []
    for _ in range(60):
        optimiser.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]


def test_the_module_of_a_loss_predicts() -> None:
    given = loss_subject("SoftmaxCrossEntropy(class)")
    module, tensors = module_of(given)
    predicted = module.predict(tensors["x"])
    expected = torch.nn.functional.cross_entropy(predicted, tensors["y"])
    torch.testing.assert_close(module(tensors["x"], tensors["y"]), expected)
    assert not predicted.requires_grad


def test_initial_parameters_are_random_weights_scales_of_one_and_shifts_of_zero() -> None:
    _, names = subject_and_file(layer("LayerNorm", batch="B"), "torch")
    made = names["LayerNorm"](5, eps=1e-5)
    assert made.weight.tolist() == [1] * 5
    assert made.bias.tolist() == [0] * 5
    _, names = subject_and_file(WITHOUT_LOSS, "torch")
    made = names["Network"](n=100, d=50, K=2)
    assert made.W1.shape == (50, 100)
    assert 0.05 < made.W1.abs().max() <= 0.1


def test_wrong_tensors_are_named() -> None:
    module, tensors = module_of(loss_subject("SoftmaxCrossEntropy(class)"))
    x, y = tensors["x"], tensors["y"]
    with pytest.raises(ValueError, match=r"W1 \(of Linear1\) has shape .*, expected \(d, n\) with n = "):
        module(x[:, :1], y)
    with pytest.raises(ValueError, match=r"y has shape .*, expected \(B\) with B = "):
        module(x, y[:1])
    with pytest.raises(ValueError, match="y holds class numbers; expected integers, got float64"):
        module(x, y.double())
    with pytest.raises(ValueError, match="y holds the class -1, expected 0 to "):
        module(x, y - y.min() - 1)
    with pytest.raises(ValueError, match=r"W1 \(of Linear1\) is float64, but x \(of Linear1\) is float32"):
        module(x.float(), y)


def test_gradients_of_data_are_computed_only_if_they_are_asked_for() -> None:
    subject, names = subject_and_file(loss_subject("MSE"), "torch")
    module, tensors = module_of(loss_subject("MSE"))
    x, y = tensors["x"], tensors["y"]
    params = {name: parameter.detach() for name, parameter in module.named_parameters()}
    with torch.no_grad():
        _, cache = names["forward"](params, x)
        names["loss"](params, cache, y)
        everything, some = (names["backward"](params, cache, y, **more) for more in ({}, {"needed": ["y"]}))
    assert set(everything) == set(subject.gradients)
    assert some["x"] is None
    for name, gradient in everything.items():
        if name != "x":
            torch.testing.assert_close(some[name], gradient)
    module(x, y).backward()
    torch.testing.assert_close(module.W1.grad, everything["W1"])
    assert x.grad is None


def test_second_derivatives_are_refused() -> None:
    module, tensors = module_of(WITHOUT_LOSS)
    x = tensors["x"].requires_grad_()
    with pytest.raises(RuntimeError, match="leave out create_graph=True"):
        torch.autograd.grad(module(x).sum(), x, create_graph=True)


def test_all_attributes_of_modules_are_known() -> None:
    assert {name for name in dir(torch.nn.Module()) if not name.startswith("_")} <= OF_MODULES


@pytest.mark.parametrize(
    "name", ["training", "forward", "parameters", "train", "T_destination", "zero_grad", "predict"]
)
def test_parameters_called_as_attributes_of_modules(name: str) -> None:
    """The parameter, a buffer and a constant of such names."""
    equations = f"y[i] = {name}[i]*z[i]^2 + half[i]*eval*z[i]"
    shapes = {name: ("n",), "half": ("n",)}
    own = LayerDefinition("Own", equations, axes=("n",), shapes=shapes, parameters={name: name}, buffers=("half",))
    assert_gradients_right(layer(own, batch="B"))
    net = network("x:n -> Own -> Linear(K)", "MSE", batch="B", extra=[own])
    assert_gradients_right(net)


def test_no_two_names_become_one() -> None:
    for name in ("train", "half", "requires_grad_", "w"):
        names = [f"{name}{'_' * count}" for count in range(4)]
        assert len({attribute(one) for one in names}) == len(names)
        assert not {attribute(one) for one in names} & OF_MODULES
