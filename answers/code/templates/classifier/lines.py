"""The lines of ``classifier.py`` that follow from derivations."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

import sympy
from sympy import Expr, Indexed, KroneckerDelta

from answers.code.lines import DerivedLine, Naming, equation
from answers.code.softmax import SoftmaxLines, softmax
from derive.conventions import USUAL, Weights
from derive.expression import symbols
from derive.network import Network, network
from derive.remembering import ONE, TRIALS
from numeric.source import SourceError, tree

BATCH = "N"
NETWORK = "x:D -> Linear(H) -> ReLU -> Linear(C) -> scores"
LOSS = "SoftmaxCrossEntropy(class)"


@dataclass(frozen=True)
class ClassifierLines:
    """The loss, its logarithms of probabilities, and the gradient by the scores, term by term."""

    softmax: SoftmaxLines
    loss: DerivedLine
    start: DerivedLine
    labels: ast.stmt
    mean: ast.stmt


NAMING = Naming({"b": "n", "y": "labels"})
"""What the file calls things: n counts the batch, and targets are labels."""


@lru_cache(maxsize=TRIALS)
def model(weights: Weights = USUAL.weights) -> Network:
    """The classifier with its loss, over a batch; targets are class numbers."""
    return network(NETWORK, LOSS, batch=BATCH, conventions={"weights": weights})


@lru_cache(maxsize=ONE)
def classifier_lines() -> ClassifierLines:
    """The lines of the classifier.

    Raises:
        SourceError: the gradient by the scores is not that of probabilities at one-hot targets.
    """
    slope = model().partial("dl/dscores")
    sample = model().forward.row["l_sample"].expression
    size = symbols.size(BATCH)
    numerator, divisor = sympy.fraction(sympy.together(slope.result))
    (delta,) = numerator.atoms(KroneckerDelta)
    probabilities = sympy.expand(numerator - numerator.coeff(delta) * delta)
    if not isinstance(probabilities, Indexed) or divisor != size:
        raise SourceError(f"{slope.result} is not a difference of probabilities and classes, over the batch")
    weight = numerator.coeff(delta)
    chosen = tree.quoted("dscores[np.arange(N), self.labels]")
    start = tree.quoted(f"self.{symbols.name_of(probabilities)}.copy()")
    return ClassifierLines(
        softmax=softmax(Naming()),
        loss=DerivedLine(tree.name("loss"), _mean_at_labels(sample), equation(model().value("l"), size, NAMING)),
        start=DerivedLine(tree.name("dscores"), start, equation(slope, size, NAMING)),
        labels=tree.assigned(chosen, tree.number(int(abs(weight))), "-" if weight < 0 else "+"),
        mean=tree.assigned("dscores", tree.name(divisor.name), "/"),
    )


def _mean_at_labels(sample: Expr) -> ast.expr:
    """The mean over the batch of minus the logarithm of the probability of the right class."""
    (logarithm,) = sample.atoms(sympy.log)
    sign = sample.coeff(logarithm)
    if sign not in (1, -1) or sample != sign * logarithm:
        raise SourceError(f"{sample} is not a logarithm of a probability")
    mean = tree.quoted("log_p[np.arange(N), labels].mean()")
    return tree.negative(mean) if sign < 0 else mean
