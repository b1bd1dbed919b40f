"""The lines of ``classifier.py`` that follow from derivations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sympy
from sympy import Expr, Indexed, KroneckerDelta

from answers.code.lines import DerivedLine, equation
from answers.code.softmax import SoftmaxLines, softmax
from answers.code.templates.layers.lines import renamed
from derive.expression import symbols
from derive.network import Network, network
from numeric.source import SourceError

BATCH = "N"
NETWORK = "x:D -> Linear(H) -> ReLU -> Linear(C) -> scores"
LOSS = "SoftmaxCrossEntropy(class)"


@dataclass(frozen=True)
class ClassifierLines:
    """The loss, its logarithms of probabilities, and the gradient by the scores, term by term."""

    softmax: SoftmaxLines
    loss: DerivedLine
    start: DerivedLine
    labels: str
    divisor: str


@cache
def model() -> Network:
    """The classifier with its loss, over a batch; targets are class numbers."""
    return network(NETWORK, LOSS, batch=BATCH)


@cache
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
    return ClassifierLines(
        softmax=softmax(),
        loss=DerivedLine("loss", _mean_at_labels(sample), _named(equation(model().value("l"), size))),
        start=DerivedLine("dscores", f"self.{symbols.name_of(probabilities)}.copy()", _named(equation(slope, size))),
        labels=f"{'-' if numerator.coeff(delta) < 0 else '+'}= {abs(numerator.coeff(delta))}",
        divisor=str(divisor),
    )


def _mean_at_labels(sample: Expr) -> str:
    """The mean over the batch of minus the logarithm of the probability of the right class."""
    (logarithm,) = sample.atoms(sympy.log)
    sign = sample.coeff(logarithm)
    if sign not in (1, -1) or sample != sign * logarithm:
        raise SourceError(f"{sample} is not a logarithm of a probability")
    return f"{'-' if sign < 0 else ''}log_p[np.arange(N), labels].mean()"


def _named(text: str) -> str:
    """The formula with the file's names: n counts the batch, and targets are labels."""
    return renamed(text).replace("y[n]", "labels[n]").replace("δ[i,labels[n]]", "[i = labels[n]]")
