"""Random inputs for the command line, most of them wrong: what people type, with slips of every kind in it."""

from __future__ import annotations

import pickle
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from textwrap import indent
from typing import Literal

import numpy

from numeric.training import save_arrays

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
COOKBOOK = Path(__file__).parents[2] / "docs" / "cookbook.md"
HOMEWORK = """\
title: "Homework 3: Backpropagation"
course: Deep Learning
due: "2026-12-01"
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


Reader = Literal["pickle", "arrays"]
PARTS_OF_PICKLES = (
    *(b"(", b"]", b"}", b"q\x00", b"h\x00", b"\x94", b"0", b"2", b"R", b"b", b"a", b"e", b"u"),
    b"cos\nsystem\n",
)


Kind = Literal["network", "loss", "equations", "options", "homework", "pickle", "arrays"]


@dataclass(frozen=True)
class Input:
    """The arguments of a command, or what reads a file of data.

    ``kind`` says what is spoilt of it. ``homework`` is the text of the file ``hw.yaml``, if there is one; ``data`` are
    the bytes that ``reader`` reads.
    """

    kind: Kind
    arguments: tuple[str, ...]
    homework: str = ""
    reader: Reader | None = None
    data: bytes = field(default=b"", repr=False)


def drawn(seed: int) -> Input:
    """The input of that number: always the same."""
    random = Random(seed)
    kind = random.randrange(7)
    if kind == 6:
        reader: Reader = random.choice(("pickle", "arrays"))
        return Input(reader, (reader,), reader=reader, data=_spoilt_data(random, random.choice(_data(reader))))
    if kind == 0:
        given = spoilt(random, random.choice(NETWORKS))
        return Input("network", ("derive", given, "--loss", random.choice(LOSSES), *_option(random)))
    if kind == 1:
        given = random.choice(NETWORKS)
        return Input("loss", ("derive", given, "--loss", spoilt(random, random.choice(LOSSES)), "--wrt", "W1"))
    if kind == 2:
        return Input("equations", ("derive", spoilt(random, random.choice(EQUATIONS)), *_option(random)))
    if kind == 3:
        name, *values = _option(random)
        loss = ("--loss", "MSE") if random.random() < 0.6 else ()
        given = random.choice((*NETWORKS, *EQUATIONS))
        return Input("options", ("derive", given, *loss, name, *(spoilt(random, value) for value in values)))
    command = random.choice((("verify",), ("build", "--format", "tex", "--out", "out")))
    whole = HOMEWORK if random.random() < 0.4 else random.choice(homeworks())
    return Input("homework", (*command, "hw.yaml"), _spoilt_file(random, whole))


@cache
def homeworks() -> tuple[str, ...]:
    """A homework for each question of the cookbook that trains nothing."""
    page = COOKBOOK.read_text(encoding="utf-8")
    return tuple(map(_homework, re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)))


def _homework(block: str) -> str:
    definitions, _, answer = block.partition("answer:\n")
    part = f"      - id: 1a\n        question: Find it.\n        answer:\n{indent(answer, ' ' * 8)}"
    return f'title: Homework\n{definitions}questions:\n  - id: "1"\n    title: Question\n    parts:\n{part}'


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


def _spoilt_data(random: Random, data: bytes) -> bytes:
    """The bytes with one or more that are lost, changed, doubled or put in between, or without their end."""
    spoilt = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 4, 20))):
        place, kind = random.randrange(len(spoilt) + 1), random.randrange(6)
        if kind == 0:
            spoilt[place : place + 1] = random.randbytes(1)
        elif kind == 1:
            del spoilt[place : place + random.randrange(1, 40)]
        elif kind == 2:
            spoilt[place:place] = random.randbytes(random.randrange(1, 9))
        elif kind == 3:
            spoilt[place : place + 4] = random.choice((b"\xff" * 4, bytes(4), b"\xff\xff\xff\x7f"))
        elif kind == 4:
            spoilt[place:place] = random.choice(PARTS_OF_PICKLES) * random.choice((1, 1, 3, 500))
        else:
            del spoilt[place:]
    return bytes(spoilt)


@cache
def _data(reader: Reader) -> tuple[bytes, ...]:
    """Files that are right: batches of images as pickles, results of trainings as arrays."""
    images = numpy.arange(60, dtype=numpy.uint8).reshape(3, 20)
    if reader == "pickle":
        values: tuple[object, ...] = (
            {b"data": images, b"labels": [1, 2, 3]},
            [images.astype(">i8"), 1.5, None, 10**40, "é"],
            {"a": {}},
        )
        return tuple(pickle.dumps(value, protocol) for value in values for protocol in range(6))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kept.npz"
        save_arrays(
            path, {"parameters/W1": images / 3, "history/train_loss": images[0] / 7, "stopped": numpy.array("")}
        )
        return (path.read_bytes(),)


def _option(random: Random) -> Sequence[str]:
    return random.choice(OPTIONS)
