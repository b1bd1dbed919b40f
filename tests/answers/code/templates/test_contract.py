"""Files of forms that a homework describes: what is right passes, what is wrong is told by its name and its sizes."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from answers.code import Assignment, CodeReport, check_file
from answers.code.templates.contract import Contract
from answers.code.templates.contract.calls import step_of
from answers.errors import HomeworkContentError
from derive.conventions import Conventions

LAYERS = """
import numpy as np

def fc_forward(x, W, b):
    return x @ W + b, (x, W)

def fc_backward(dout, cache):
    x, W = cache
    return dout @ W.T, x.T @ dout, dout.sum(0)

def softmax_loss(x, y):
    p = np.exp(x - x.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    rows = np.arange(len(x))
    loss = -np.log(p[rows, y]).mean()
    p[rows, y] -= 1
    return loss, p / len(x)
"""
TRIALS: tuple[dict[str, Any], ...] = (
    {
        "name": "fully connected",
        "layer": "Linear(M)",
        "given": {"x": "z", "W": "weight", "b": "bias", "dout": "dy"},
        "calls": ["out, cache = fc_forward(x, W, b)", "dx, dW, db = fc_backward(dout, cache)"],
        "gives": {"out": "y", "dx": "dl/dz", "dW": "dl/dweight", "db": "dl/dbias"},
    },
    {
        "name": "softmax loss",
        "network": "x:C -> Identity -> s",
        "loss": "SoftmaxCrossEntropy(class)",
        "calls": ["loss, dx = softmax_loss(x, y)"],
        "gives": {"loss": "l", "dx": "dl/dx"},
    },
)
CONVOLUTION = """
import numpy as np

class Conv2D:
    def __init__(self, kernel):
        self.kernel, self.grads = kernel, {}

    def _places(self):
        return [(i, j) for i in range(self.kernel.shape[0]) for j in range(self.kernel.shape[1])]

    def forward(self, x):
        (kh, kw), (self.H, self.W) = self.kernel.shape[:2], x.shape[1:3]
        self.top, self.left = (kh - 1) // 2, (kw - 1) // 2
        pads = (self.top, kh - 1 - self.top), (self.left, kw - 1 - self.left)
        self.x = np.pad(x, ((0, 0), *pads, (0, 0)))
        return sum(self.x[:, i:i + self.H, j:j + self.W] @ self.kernel[i, j] for i, j in self._places())

    def backward(self, dy):
        dx, self.grads["W"] = np.zeros_like(self.x), np.zeros_like(self.kernel)
        for i, j in self._places():
            part = slice(None), slice(i, i + self.H), slice(j, j + self.W)
            dx[part] += dy @ self.kernel[i, j].T
            self.grads["W"][i, j] = np.einsum("nhwc,nhwm->cm", self.x[part], dy)
        return dx[:, self.top:self.top + self.H, self.left:self.left + self.W]
"""


@cache
def layers() -> Assignment:
    return assignment({"file": "layers.py", "solution": LAYERS, "trials": TRIALS})


def assignment(data: dict[str, Any], weights: str = "(in, out)") -> Assignment:
    (found,) = Contract.model_validate({"template": "contract", **data}).assignments(Conventions(weights=weights))  # type: ignore[arg-type]
    return found


def wrong(report: CodeReport) -> set[str]:
    return {check.what for check in report.failures}


def test_what_is_right_is_right_at_every_shape() -> None:
    report = check_file(layers())
    assert report.ok
    assert {check.what for check in report.checks} >= {"out, fully connected", "loss, softmax loss"}
    sizes = [dict(check.sizes[0]) for check in report.each]
    assert any(1 in one.values() for one in sizes)
    assert any(len(set(one.values())) == len(one) > 1 for one in sizes)


@pytest.mark.parametrize(
    ("right", "mistaken", "quantities"),
    [
        ("x.T @ dout", "(x.T @ dout) / len(x)", {"dW, fully connected"}),
        ("dout @ W.T, x.T @ dout", "dout @ W.T, dout.T @ x", {"dW, fully connected"}),
        ("dout.sum(0)", "dout.sum(0, keepdims=True)", {"db, fully connected"}),
        (".mean()", ".sum()", {"loss, softmax loss"}),
        ("p / len(x)", "p", {"dx, softmax loss"}),
        ("W + b, (x, W)", "W + b", {f"{name}, fully connected" for name in ("out", "dx", "dW", "db")}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_its_name(right: str, mistaken: str, quantities: set[str]) -> None:
    assert wrong(check_file(layers(), LAYERS.replace(right, mistaken))) == quantities


def test_what_was_returned_stays_what_it_was_whatever_is_done_in_its_place() -> None:
    spoilt = LAYERS.replace("    x, W = cache\n", "    x, W = cache\n    x[:] = 7\n")
    assert wrong(check_file(layers(), spoilt)) == {"dW, fully connected"}


def test_pictures_may_have_their_channels_last_and_keep_their_size() -> None:
    one = {
        "name": "convolution",
        "layer": "Conv2d(M, (3, 2), padding=same, bias=False)",
        "conventions": {"channels": "last"},
        "sizes": {"H": 5, "W": 4},
        "given": {"x": "z", "kernel": "weight"},
        "calls": ["conv = Conv2D(kernel)", "y = conv.forward(x)", "dx = conv.backward(dy)", "dW = conv.grads['W']"],
        "gives": {"y": "y", "dx": "dl/dz", "dW": "dl/dweight"},
    }
    made = assignment({"file": "conv.py", "solution": CONVOLUTION, "trials": [one]})
    assert check_file(made).ok
    assert wrong(check_file(made, CONVOLUTION.replace("kh - 1) // 2", "kh - 1)"))) >= {"y, convolution"}


DIFFERENTIATING = """
import torch

class Net:
    def __init__(self, n, K):
        self.W = None

    def forward(self, x):
        self.x = x
        return x @ self.W.T

def slope(y_hat, y):
    return (y_hat - y) / len(y)

def by_hand(net, dy):
    return dy.T @ net.x

def by_a_tape(net, dy):
    W = net.W.clone().requires_grad_()
    ((net.x @ W.T) * dy).sum().backward()
    return W.grad

def by_a_function(net, dy):
    return torch.func.grad(lambda W: ((net.x @ W.T) * dy).sum())(net.W)

def forward_first(net, dy):
    with torch.autograd.forward_ad.dual_level():
        return torch.autograd.forward_ad.make_dual(net.W, net.W).tangent
"""


def differentiating(autograd: str) -> CodeReport:
    ways = ("by_hand", "by_a_tape", "by_a_function", "forward_first")
    calls = ["net = Net(n, K)", "net.W = W1", "y_hat = net.forward(x)"]
    trials = [
        {
            "name": way,
            "network": "x:n -> Linear(K, bias=False) -> y_hat",
            "loss": "1/2*MSE",
            "calls": [*calls, f"dW = {way}(net, slope(y_hat, y))"],
            "gives": {"dW": "dl/dW1"},
        }
        for way in ways
    ]
    data = {"file": "net.py", "library": "torch", "solution": DIFFERENTIATING, "trials": trials, "autograd": autograd}
    return check_file(assignment(data, "(out, in)"), DIFFERENTIATING, shapes=1)


def test_what_pytorch_differentiates_is_refused_where_it_may_not() -> None:
    pytest.importorskip("torch")
    report = differentiating("forbidden")
    assert wrong(report) == {f"dW, {way}" for way in ("by_a_tape", "by_a_function", "forward_first")}
    assert all("differentiate by itself, which is not allowed here (line" in one.note for one in report.failures)


@pytest.mark.slow
def test_what_pytorch_differentiates_is_right_where_it_may() -> None:
    pytest.importorskip("torch")
    assert wrong(differentiating("allowed")) == {"dW, forward_first"}


@pytest.mark.parametrize(
    "line",
    [
        "y = x @ W", "import os", "y = __import__('os')()()", "y = [a for a in x]", "y = f(*x)", "del x", "y += 1", "",
        "y = x if x else W", "y = f(x).__class__", "lambda: 0", "y = z = f(x)", "x", "f(x)\ng(x)", "(" * 400,
    ],
)  # fmt: skip
def test_lines_are_calls_and_assignments_alone(line: str) -> None:
    with pytest.raises(HomeworkContentError, match="no line of a contract"):
        step_of(line)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"gives": {"out": "z"}}, "is compared with z"),
        ({"gives": {"out": "dl/dweigth"}}, "did you mean dl/dweight"),
        ({"gives": {"oot": "y"}}, "no line gives oot a value; did you mean out"),
        ({"given": {"x": "zz"}}, "x is given as zz, which is no tensor"),
        ({"layer": None}, "give a layer or a network"),
        ({"loss": "MSE"}, "a loss belongs to a network"),
        ({"layer": "Linaer(M)"}, "did you mean Linear"),
    ],
)
def test_what_does_not_fit_is_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises((HomeworkContentError, ValidationError, ValueError), match=said):
        assignment({"file": "layers.py", "solution": LAYERS, "trials": [{**TRIALS[0], **change}]})
