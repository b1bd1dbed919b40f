"""Random inputs for the command line, most of them wrong: what people type, with slips of every kind in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

NETWORKS = (
    "x:n -> Linear(d) -> ReLU -> Linear(K)",
    "x:(2,8) -> Conv1d(3, 3, stride=2, padding=1) -> ReLU -> Flatten -> Linear(4)",
    "x:n -> Linear(d) -> Tanh -> h; [h, x] -> s; s -> Linear(K)",
    "x:(T,n) -> SelfAttention(d) -> GlobalAvgPool1d",
    "x:(C,H,W) -> MaxPool2d((3,1), padding=(1,0))",
    "x:n -> 5*LeakyReLU(alpha) -> LayerNorm -> Linear(1)",
)
LOSSES = (
    "MSE",
    "1/2*MSE",
    "SoftmaxCrossEntropy",
    "BCE(mean)",
    "MSE + lambda/2*L2(W1)",
    "Focal(gamma=2)",
    "MSE(y_hat, t)",
)
EQUATIONS = (
    "q = x + y; f = q*z",
    "f = 1/(1 + exp(-(w*x + b)))",
    "a = max(x, y); f = log(a)^2",
    "f = sqrt(x^2 + y^2)*tanh(x)",
)
OPTIONS = (
    ("--wrt", "W1"), ("--wrt", "x"), ("--batch", "B"), ("--layout", "numerator"), ("--steps",), ("--notation", "index"),
    ("--ranges", "limits"), ("--written-out", "n=2,d=3,K=2"), ("--hessian",), ("--within", "x,y,W1"),
    ("--at", "x=-2,y=5,z=-4"), ("--latex",), ("--index-base", "0"), ("--toeplitz", "n=3"),
)  # fmt: skip
HOMEWORK = """\
title: "Homework 3: Backpropagation"
course: Deep Learning
due: 2026-12-01
conventions: {layout: numerator, index_base: 1}
networks:
  regression:
    layers: "x:n -> Linear(d) -> Tanh -> Linear(K) -> y_hat"
    loss: 1/2*MSE
questions:
  - id: "1"
    title: A small network
    text: Let $\\hat{\\bm{y}} = \\bm{W}^{(2)} \\tanh(\\bm{W}^{(1)} \\bm{x})$.
    parts:
      - id: 1a
        points: 4
        question: Write down the forward pass.
        rubric:
          - {points: 4, text: the weights}
        answer:
          - {kind: forward_table, network: regression, labels: [Linear_1, f, Linear_2, Loss]}
          - {kind: gradients, network: regression, of: [b2], within: [x, y, W1, b1, W2, b2, dl/dy_hat]}
          - {kind: graph, equations: "f = max(x*y, z)", at: {x: 1, y: 2, z: 0.5}}
          - kind: prose
            text: At $x = 1$ it is {{a.g}}.
            evidence:
              a: {kind: values, at: {x: 1}, formulas: {g: x^2 + 1}}
          - {kind: proof, start: "exp(a)*exp(b)", steps: [{step: "= exp(a + b)", reason: why}]}
"""
ODD = (
    "", "-1", "0", "1.5", "1e400", "true", "null", "'", '"', "(", ")", "[", "]", "{", "}", "->", ":", ";", "=", "*",
    "^", "²", "½", "é", "中", "😀", "\x00", "\t", "\n", "lambda", "None", "9" * 50, "a" * 70, "..", "--", "#", "%", "$",
    "\\", "&", "|", "<", "!", "@", "~", "sum[i]", "z[i]", "nan", "inf", "∞", "{{a.g}}", "\\input{x}", "__import__",
)  # fmt: skip
VALUES = (*ODD, "[1, 2]", "{a: b}", "[]", "{}", "!!int x", "2020-13-45", "yes", "*a", "&a", "<<: x", "|", "? x")


@dataclass(frozen=True)
class Input:
    """The arguments of a command; ``homework`` is the text of the file ``hw.yaml``, if there is one."""

    arguments: tuple[str, ...]
    homework: str = ""


def drawn(seed: int) -> Input:
    """The input of that number: always the same."""
    random = Random(seed)
    kind = random.randrange(6)
    if kind == 0:
        return Input(
            ("derive", spoilt(random, random.choice(NETWORKS)), "--loss", random.choice(LOSSES), *_option(random))
        )
    if kind == 1:
        return Input(
            ("derive", random.choice(NETWORKS), "--loss", spoilt(random, random.choice(LOSSES)), "--wrt", "W1")
        )
    if kind == 2:
        return Input(("derive", spoilt(random, random.choice(EQUATIONS)), *_option(random)))
    if kind == 3:
        name, *values = _option(random)
        loss = ("--loss", "MSE") if random.random() < 0.6 else ()
        given = random.choice((*NETWORKS, *EQUATIONS))
        return Input(("derive", given, *loss, name, *(spoilt(random, value) for value in values)))
    command = random.choice((("verify",), ("build", "--format", "tex", "--out", "out")))
    return Input((*command, "hw.yaml"), _spoilt_file(random, HOMEWORK))


def spoilt(random: Random, text: str) -> str:
    """The text with one to three slips: a word that is lost, doubled, exchanged, moved, or replaced by an odd one."""
    words = re.findall(r"\w+|\s+|.", text, re.DOTALL)
    for _ in range(random.choice((1, 1, 2, 3))):
        if not words:
            break
        place, kind = random.randrange(len(words)), random.randrange(6)
        if kind == 0:
            del words[place]
        elif kind == 1:
            words.insert(place, random.choice(ODD))
        elif kind == 2:
            words[place] = random.choice(ODD)
        elif kind == 3:
            other = random.randrange(len(words))
            words[place], words[other] = words[other], words[place]
        elif kind == 4:
            words[place:place] = words[place : place + random.randrange(1, 6)]
        else:
            words[place] = random.choice(words)
    return "".join(words)


def _spoilt_file(random: Random, text: str) -> str:
    """A file with one or two lines that are spoilt, lost, doubled, or have another value."""
    lines = text.splitlines()
    for _ in range(random.choice((1, 1, 2))):
        place, kind = random.randrange(len(lines)), random.randrange(4)
        if kind == 0:
            lines[place] = spoilt(random, lines[place])
        elif kind == 1:
            del lines[place]
        elif kind == 2:
            lines.insert(place, random.choice(lines))
        else:
            key, colon, _ = lines[place].partition(":")
            lines[place] = f"{key}{colon} {random.choice(VALUES)}"
    return "\n".join(lines) + "\n"


def _option(random: Random) -> Sequence[str]:
    return random.choice(OPTIONS)
