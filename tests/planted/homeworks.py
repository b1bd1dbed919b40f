"""What ``gradsheet verify`` and ``gradsheet derive`` are asked where a rule of the program is wrong."""

from __future__ import annotations

from tests.planted import (
    mutants_of_answers,
    mutants_of_calculus,
    mutants_of_figures,
    mutants_of_graphs,
    mutants_of_pages,
    mutants_of_printers,
    mutants_of_prints,
)
from tests.planted.planting import Mutant

MUTANTS: dict[str, Mutant] = {
    **mutants_of_calculus.MUTANTS,
    **mutants_of_answers.MUTANTS,
    **mutants_of_figures.MUTANTS,
    **mutants_of_graphs.MUTANTS,
    **mutants_of_prints.MUTANTS,
    **mutants_of_printers.MUTANTS,
    **mutants_of_pages.MUTANTS,
}

ONE_PART = """\
title: A homework
conventions: {{layout: {layout}}}
networks:
  net: {{layers: "{layers}", loss: {loss}{batch}}}
questions:
  - id: "1"
    title: A question
    parts:
      - {{id: 1a, question: "?", answer: [{answer}]}}
"""

PLAIN = {"layers": "x:2 -> Linear(4) -> ReLU -> Linear(2) -> y_hat", "loss": "MSE", "batch": "", "layout": "gradient"}

HOMEWORKS = {
    "square": ONE_PART.format(
        layers="x:n -> Linear(n) -> ReLU -> Linear(n) -> y_hat",
        loss="1/2*MSE",
        batch="",
        layout="numerator",
        answer="{kind: gradients, network: net}",
    ),
    "batch": ONE_PART.format(
        layers="x:n -> Linear(d) -> Tanh -> Linear(K) -> y_hat",
        loss="MSE",
        batch=", batch: B",
        layout="gradient",
        answer="{kind: gradients, network: net, of: [W2, b2]}",
    ),
    "softmax": ONE_PART.format(
        layers="x:n -> Linear(d) -> ReLU -> Linear(K) -> Softmax -> y_hat",
        loss="CrossEntropy",
        batch="",
        layout="gradient",
        answer="{kind: elements, network: net, of: [dl/dy_hat, dy_hat/dz3, dl/dz3]}",
    ),
    "entropy": ONE_PART.format(
        layers="x:n -> Linear(K) -> Softmax -> y_hat",
        loss="CrossEntropy",
        batch="",
        layout="gradient",
        answer="{kind: gradients, network: net, of: [W1]}",
    ),
    "mean": ONE_PART.format(
        layers="x:n -> Linear(d) -> ReLU -> Linear(K) -> y_hat",
        loss="MSE(mean)",
        batch="",
        layout="gradient",
        answer="{kind: gradients, network: net}",
    ),
    "silu": ONE_PART.format(
        layers="x:n -> Linear(K) -> y_hat",
        loss="MSE",
        batch="",
        layout="gradient",
        answer="{kind: derivative, slope_of: SiLU}",
    ),
    **{name: ONE_PART.format(**PLAIN, answer=answer) for name, answer in mutants_of_figures.ANSWERS.items()},
    **{part: part for part in ("1.1a", "1.1b", "1.1c", "1.1d", "1.2c", "2.1")},
    **{name: ONE_PART.format(**PLAIN, answer=answer) for name, answer in mutants_of_graphs.ANSWERS.items()},
    **{name: ONE_PART.format(**PLAIN, answer=answer) for name, answer in mutants_of_prints.ANSWERS.items()},
    **{name: ONE_PART.format(**PLAIN, answer=answer) for name, answer in mutants_of_printers.ANSWERS.items()},
    **{name: ONE_PART.format(**PLAIN, answer=answer) for name, answer in mutants_of_pages.ANSWERS.items()},
    "entropy told": ONE_PART.format(
        layers="x:n -> Linear(K) -> Softmax -> y_hat",
        loss="CrossEntropy",
        batch="",
        layout="gradient",
        answer="{kind: gradients, network: net, of: [W1], steps: lecture}",
    ),
    **{
        name: ONE_PART.format(
            layers=mutants_of_pages.LARGE[0], loss="MSE", batch="", layout="gradient", answer=f"{{{answer}}}"
        )
        for name, answer in {
            "large": "kind: gradients, network: net, of: [W1]",
            "large elements": "kind: elements, network: net, of: [dl/dW1]",
        }.items()
    },
    "seen": ONE_PART.format(
        layers="x:(2,9,9) -> Conv2d(3, 3) -> ReLU -> MaxPool2d(2) -> y_hat",
        loss="MSE",
        batch="",
        layout="gradient",
        answer="{kind: sizes, network: net, show: [shape, parameters, receptive_field]}",
    ),
    "1.2a": "1.1b 1.1c 1.1d 1.2a",
    "1.2b": "1.1b 1.1c 1.1d 1.2b",
}
"""What is verified: a homework of its own, or parts of nyu-2020."""


NYU = ("x:n -> Linear(d) -> 5*ReLU -> Linear(K) -> Identity -> y_hat", "--loss", "MSE", "--layout", "numerator")
CROSS_ENTROPY = ("x:n -> Linear(d) -> ReLU -> Linear(K) -> Softmax -> y_hat", "--loss", "CrossEntropy")
SQUARE = ("x:n -> Linear(n) -> ReLU -> Linear(n) -> y_hat", "--loss", "1/2*MSE", "--layout", "numerator")
BATCH = ("x:n -> Linear(d) -> Tanh -> Linear(K) -> y_hat", "--loss", "MSE", "--batch", "B")
SIGMOIDS = ("x:n -> Linear(d) -> Tanh -> Linear(K) -> Sigmoid -> y_hat", "--loss", "BCE")

MODELS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("1.1b", "1.1c", "1.1d"), NYU),
    **dict.fromkeys(("1.2a", "1.2b"), SIGMOIDS),
    "square": SQUARE,
    "batch": BATCH,
    "softmax": CROSS_ENTROPY,
    "silu": ("x:n -> Linear(K) -> SiLU -> y_hat", "--loss", "MSE"),
}
"""What ``gradsheet derive`` is called with, beside what it is asked for, where a homework asks for the same."""

ASKED = {
    "∂ℓ/∂ŷ": ("--wrt", "y_hat"),
    "∂ŷ/∂z₃": ("--wrt", "dy_hat/dz3"),
    "∂z₂/∂z₁": ("--wrt", "dz2/dz1"),
    "∂ℓ/∂z₃": ("--wrt", "z3"),
    "∂ℓ/∂W₁": ("--wrt", "W1"),
    "∂ℓ/∂b₁": ("--wrt", "b1"),
    "∂ℓ/∂W₂": ("--wrt", "W2"),
    "∂ℓ/∂b₂": ("--wrt", "b2"),
    "∂SiLU/∂z": ("--wrt", "dy_hat/dz1"),
    "∂σ/∂z": ("--wrt", "dy_hat/dz3"),
    **dict.fromkeys(("z₁", "z₂", "z₃"), ("--wrt", "b2", "--forward")),
}
"""How ``gradsheet derive`` is asked for the quantity of a line of ``verify``."""


def arguments(mutant: Mutant) -> tuple[str, ...]:
    """What ``gradsheet derive`` is called with; nothing where it does not show what is wrong."""
    if mutant.derive or mutant.only:
        return mutant.derive
    return MODELS[mutant.homework] + ASKED[mutant.quantity]
