"""Batched arrays in ``evaluate``: every layer, activation and loss as PyTorch's autograd has them."""

from __future__ import annotations

import ast
import builtins
from typing import Any

import numpy
import pytest

from derive import layer, network
from derive.forward import Forward
from derive.layers import ACTIVATION, LOSS
from derive.network import Network
from numeric import ArrayError, compile, evaluate
from numeric.arrays.axes import Array
from numeric.codegen import Compiled
from numeric.sampling.points import sample, sample_sizes
from tests.numeric.codegen.libraries import as_numpy, converter
from tests.numeric.codegen.points import arguments
from tests.numeric.codegen.subjects import compiled_for_numpy
from tests.numeric.codegen.test_every_layer import FIRST, ONCE_QUICKLY, TOGETHER, on_a_batch
from tests.sweeps import layer_kind, loss_kind, sweep

BEHIND = {"unit": "Sigmoid", "simplex": "Softmax", "log_simplex": "LogSoftmax", "real": "Identity"}
pytestmark = TOGETHER

LOSSES = [name + kind for name in LOSS for kind in ("", "(class)") if not kind or LOSS[name].class_equations]


def same(found: Any, right: Any) -> None:
    numpy.testing.assert_allclose(found, numpy.asarray(right), rtol=1e-9, atol=1e-9)


def batched(model: Forward, seed: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The arrays of a batch at a random point of a model with a batch axis, and those of each of its samples."""
    sizes = sample_sizes(model, seed)
    arrays: dict[str, Any] = {**sample(model, seed), **{size.name: number for size, number in sizes.items()}}
    count = arrays.pop("B")
    split = [tensor.name for tensor in model.given if "B" in map(str, tensor.shape[:1])]
    return arrays, [arrays | {name: arrays[name][number] for name in split} for number in range(count)]


@pytest.mark.parametrize("text", ONCE_QUICKLY)
def test_layers(text: str) -> None:
    name = text.removesuffix("()")
    one, whole = layer(name), on_a_batch(text)
    arrays, samples = batched(whole.network.forward, 1)
    shared = {tensor.name for tensor in one.network.forward.given if tensor.role == "parameter"}
    for output in one.outputs:
        found = evaluate(one.network.value(output), arrays)
        same(found, evaluate(whole.network.value(output), arrays))
    for by in one.differentiable:
        found = evaluate(one.vjp(by), arrays)
        same(found, evaluate(whole.vjp(by), arrays))
        if one.network.forward.given[0].shape != whole.network.forward.given[0].shape:
            each = [evaluate(one.vjp(by), sample) for sample in samples]
            same(found, numpy.sum(each, axis=0) if by in shared else each)
            assert found.shape == arrays[by].shape


@sweep(lambda text: layer_kind(text))
@pytest.mark.parametrize("text", FIRST)
def test_layers_by_autograd(text: str) -> None:
    torch = pytest.importorskip("torch")
    name = text.removesuffix("()")
    one, compiled = layer(name), compiled_for_numpy(on_a_batch(text)).on("torch")
    functions = differentiable_by_torch(compiled)
    arrays = batched(compiled.plan.model, 1)[0]
    convert = converter("torch", "torch")
    params, others = arguments(compiled, arrays, numpy.float64, seed=1)
    leaves = {key: convert(array) if isinstance(array, numpy.ndarray) else array for key, array in params.items()}
    inputs = {tensor.name: convert(array) for tensor, array in zip(compiled.plan.inputs, others, strict=False)}
    leaves |= inputs
    wanted = [leaves[by].requires_grad_() for by in one.differentiable]
    *outputs, _ = functions["forward"](leaves, *inputs.values())
    total = sum(
        (output * torch.tensor(arrays[f"d{key}"])).sum() for key, output in zip(one.outputs, outputs, strict=True)
    )
    for by, gradient in zip(one.differentiable, torch.autograd.grad(total, wanted, allow_unused=True), strict=True):
        right = numpy.zeros_like(arrays[by]) if gradient is None else as_numpy(gradient)
        same(evaluate(one.vjp(by), arrays), right)


SOME = ("GELU", "PReLU", "ReLU")
"""Activations in networks that are tried with every change; each is tried alone as a layer."""
NETWORKS = [
    pytest.param(
        number,
        f"x:n -> Linear(d) -> {name} -> Linear(K)",
        "1/2*MSE",
        marks=() if name in SOME else pytest.mark.slow,
    )
    for number, name in enumerate(sorted(ACTIVATION))
] + [
    pytest.param(
        number,
        f"x:n -> Linear(K) -> {BEHIND.get(LOSS[name.removesuffix('(class)')].prediction, 'Identity')}",
        name,
    )
    for number, name in enumerate(LOSSES)
]


@sweep(lambda description, loss: description if "Linear(d)" in description else loss_kind(loss))
@pytest.mark.parametrize(("number", "description", "loss"), NETWORKS)
def test_networks(number: int, description: str, loss: str) -> None:
    reduction: Any = "sum" if number % 5 == 0 else "mean"
    one = network(description, loss, reduction=reduction)
    whole = network(description, loss, batch="B", reduction=reduction)
    arrays, samples = batched(whole.forward, 2)
    right = by_autograd(whole, arrays)
    combined = numpy.mean if reduction == "mean" else numpy.sum
    values = [evaluate(one.value("l"), sample) for sample in samples]
    same(evaluate(one.value("l"), arrays), combined(values))
    for name in (*one.parameters, "x"):
        found = evaluate(one.gradient(name), arrays)
        each = numpy.array([evaluate(one.gradient(name), sample) for sample in samples])
        if name == "x":
            same(found, each / (len(samples) if reduction == "mean" else 1))
        else:
            same(found, combined(each, axis=0))
        same(found, evaluate(whole.gradient(name), arrays))
        if name in right:
            same(found, right[name])


class Anew(ast.NodeTransformer):
    """Makes a new array where a statement overwrites one, which autograd does not follow."""

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        if not isinstance(node.target, ast.Name):
            return node
        made = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, self.visit(node.value))
        return ast.Assign([node.target], made)

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        node.keywords = [one for one in node.keywords if one.arg != "out"]
        return node


def differentiable_by_torch(compiled: Compiled) -> dict[str, Any]:
    """The generated functions without the statements that overwrite an array."""
    tree = ast.fix_missing_locations(Anew().visit(ast.parse(compiled.source)))
    namespace: dict[str, Any] = {}
    exec(builtins.compile(tree, "<differentiable>", "exec"), namespace)
    return namespace


def by_autograd(whole: Network, arrays: dict[str, Any]) -> dict[str, Array]:
    """The gradients of the loss by the parameters, by PyTorch; nothing where it is not installed."""
    try:
        import torch
    except ImportError:
        return {}
    compiled = compile(whole, target="torch")
    params, others = arguments(compiled, arrays, numpy.float64)
    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in params.items()}
    inputs = [torch.tensor(array) for array in others]
    count = len(compiled.plan.inputs)
    functions = differentiable_by_torch(compiled)
    *_, cache = functions["forward"](leaves, *inputs[:count])
    loss = functions["loss"](leaves, cache, *inputs[count:])
    found = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)
    return {name: gradient.numpy() for name, gradient in zip(leaves, found, strict=True) if gradient is not None}


def test_upstream_gradients_that_are_given_are_those_of_the_whole_loss() -> None:
    for reduction in ("mean", "sum"):
        net = network("x:n -> Linear(d) -> Tanh -> Linear(K)", "MSE", reduction=reduction)
        arrays = batched(network(net.description, "MSE", batch="B").forward, 0)[0]
        upstream = evaluate(net.gradient("y_hat"), arrays)
        for name in ("W1", "b2", "x"):
            short = net.gradient(name, within=["x", "W1", "b1", "W2", "b2", "z2", "dl/dy_hat"])
            same(evaluate(short, arrays | {"dl/dy_hat": upstream}), evaluate(net.gradient(name), arrays))


def test_second_derivatives_of_a_batch() -> None:
    for reduction in ("mean", "sum"):
        net = network("x:n -> Linear(K)", "1/2*MSE", reduction=reduction)
        arrays, samples = batched(network(net.description, "MSE", batch="B").forward, 0)
        each = numpy.array([evaluate(net.hessian("W1"), sample) for sample in samples])
        combined = numpy.mean if reduction == "mean" else numpy.sum
        same(evaluate(net.hessian("W1"), arrays), combined(each, axis=0))


def test_a_value_of_rank_zero_is_stacked_unless_it_is_the_loss() -> None:
    net = network("x:n -> Linear(K)", "MultiClassHinge")
    arrays, samples = batched(network(net.description, "MultiClassHinge", batch="B").forward, 0)
    each = [evaluate(net.value("t"), sample) for sample in samples]
    same(evaluate(net.value("t"), arrays), each)


def test_computed_tensors_may_be_batched_alone() -> None:
    net = network("x:n -> Linear(d) -> Tanh -> Linear(K)", "MSE")
    y_hat, y = numpy.arange(6.0).reshape(3, 2), numpy.ones((3, 2))
    found = evaluate(net.gradient("y_hat"), {"y_hat": y_hat, "y": y})
    same(found, 2 * (y_hat - y) / 3)
    slope = net.jacobian("z2", "z1", within=["z2"])
    z2 = numpy.linspace(-0.5, 0.5, 6).reshape(3, 2)
    same(evaluate(slope, {"z2": z2}), [numpy.diag(1 - row**2) for row in z2])


def test_sizes_that_no_array_shows_are_given_by_name() -> None:
    pooled = layer("AvgPool1d", "k", stride="s")
    z = numpy.arange(7.0).reshape(1, 7)
    same(evaluate(pooled.network.value("y"), {"z": z, "k": 3, "s": 2}), [[1.0, 3.0, 5.0]])
    with pytest.raises(ArrayError, match=r"no array gives the size s .*give it beside the arrays, such as s=3"):
        evaluate(pooled.network.value("y"), {"z": z, "k": 3})
    for wrong in (1.5, -1, "2", [2]):
        with pytest.raises(ArrayError, match="k is a size, a natural number"):
            evaluate(pooled.network.value("y"), {"z": z, "k": wrong, "s": 2})
    with pytest.raises(ArrayError, match=r"z has shape \(1, 7\), expected \(C, L\) with L = 6"):
        evaluate(pooled.network.value("y"), {"z": z, "k": 3, "s": 2, "L": 6})
