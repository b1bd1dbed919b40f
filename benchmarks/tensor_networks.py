"""The gradients of a softmax cross-entropy perceptron in textbook form, beside tensorgrad's ``full_simplify``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version

import sympy

from benchmarks.measuring import Line, in_turns, seconds
from derive import network

DESCRIPTION = "x:n -> Linear(d) -> ReLU -> Linear(K) -> y_hat"
TARGET = 5.0


def lines(repeats: int, full: bool) -> Iterator[Line]:
    """A line for each way to write the loss in tensorgrad; the target is for the rows that we differentiate too."""
    what = "4 gradients, softmax cross-entropy; beside tensorgrad"
    try:
        found = version("tensorgrad")
    except PackageNotFoundError:
        yield Line(what, seconds(in_turns({"ours": ours}, repeats)["ours"]), "not installed: pip install .[benchmark]")
        return
    theirs = {"softmax, then log": gradients(written_out=True), "its log_softmax": gradients(written_out=False)}
    best = in_turns({"ours": ours, **theirs}, repeats)
    for form in theirs:
        ratio = best[form] / best["ours"]
        with_target = form == "softmax, then log"
        yield Line(
            f"{what} {found} ({form})",
            seconds(best["ours"]),
            seconds(best[form]),
            f"{ratio:.1f} times faster",
            f"at least {TARGET:g}" if with_target else "",
            ratio >= TARGET if with_target else None,
        )


def ours() -> object:
    """Our gradients, each with its steps and matrix forms."""
    return network(DESCRIPTION, "SoftmaxCrossEntropy").gradients()


def gradients(*, written_out: bool) -> Callable[[], object]:
    """The same four by tensorgrad; ``written_out`` gives the loss as log(exp(z)/Σ exp(z)), as our rows do."""
    import tensorgrad
    from tensorgrad import functions

    def run() -> object:
        n, d, k = sympy.symbols("n d K")
        x, y = tensorgrad.Variable("x", n), tensorgrad.Variable("y", k)
        w1, b1 = tensorgrad.Variable("W1", n, d), tensorgrad.Variable("b1", d)
        w2, b2 = tensorgrad.Variable("W2", d, k), tensorgrad.Variable("b2", k)
        scores = functions.relu(x @ w1 + b1) @ w2 + b2
        if written_out:
            loss = -functions.sum(y * functions.log(functions.softmax(scores, dim="K")), dim="K")
        else:
            loss = functions.cross_entropy(scores, y, dim="K")
        return [loss.grad(parameter).full_simplify() for parameter in (w1, b1, w2, b2)]

    return run
