"""How many random networks pass the check of their own derivatives, at several seeds.

    python -m benchmarks.sweep --networks 500 --seeds 5
    python -m benchmarks.sweep --networks 100 --seeds 5 --of structured

The plain networks are chains of layers. The structured ones have attention with and without masks, cells of
recurrences that are applied twice, residual blocks, normalisations, images, and every loss with its reductions.
Every network is right as long as the engine is: what fails is a false alarm, or a fault of the engine; what has no
point at which it can be checked is unchecked. Both are counted, and named with the seed that finds them again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

from derive.errors import DeriveError
from derive.network import Network, network
from numeric import ArrayError, check

ACTIVATIONS = ("ReLU", "Sigmoid", "Tanh", "Softplus", "SiLU", "GELU", "ELU", "LeakyReLU", "5*ReLU", "f", "Identity")
BETWEEN = ("LayerNorm", "Dropout(0.5)", "Softmax")
HEADS = (
    ("", "MSE"),
    ("", "1/2*MSE"),
    ("", "MSE(mean)"),
    ("", "L1"),
    ("", "Huber"),
    ("", "SoftmaxCrossEntropy"),
    ("", "BCEWithLogits"),
    ("", "MultiClassHinge"),
    (" -> Softmax", "CrossEntropy"),
    (" -> Sigmoid", "BCE"),
    (" -> Sigmoid", "1/2*MSE"),
    (" -> Tanh", "MSE"),
)
WINDOWS = (
    "x:(C,H) -> Conv1d(M, 3, stride=2, padding=1)",
    "x:(C,H) -> Conv1d(M, 2)",
    "x:(C,H) -> MaxPool1d(2)",
    "x:(C,H) -> AvgPool1d(3, stride=2)",
)


SEQUENCES = (
    "x:(T,n) -> SelfAttention({d}) -> Flatten",
    "x:(T,n) -> SelfAttention({d}, mask=True) -> Flatten",
    "x:(T,n) -> SelfAttention({d}, causal=True) -> {f} -> Flatten",
    "x:(T,4) -> MultiHeadAttention(2) -> Flatten",
    "x:(T,4) -> MultiHeadAttention(2, mask=True) -> Flatten",
    "x:(T,n) -> Linear(d) -> q; m:(L,n) -> Linear(d) -> k; m -> Linear(w) -> v; (q, k, v) -> Attention -> Flatten",
    "x:(T,n) -> LayerNorm -> SelfAttention(n) -> a; a + x -> s; s -> {f} -> Flatten",
)
CELLS = (
    "x1:n; x2:n; h0:H; (x1, h0) -> RNNCell(H) as cell -> h1; (x2, h1) -> cell -> h2; h2",
    "x1:n; x2:n; h0:H; (x1, h0) -> GRUCell(H) as cell -> h1; (x2, h1) -> cell -> h2; h2",
    "x1:n; x2:n; h0:H; c0:H; (x1, h0, c0) -> LSTMCell(H) as cell -> h1; (x2, h1, c_h1) -> cell -> h2; h2",
)
OTHERS = (
    "x:n -> Linear({d}) -> {f} -> a; a -> Linear({d}) -> {f} -> b; a + b",
    "x:n -> Linear(d) -> a; y2:m -> Linear(w) -> b; [a, b] -> {f}",
    "x:n -> Linear({d}) -> BatchNorm1d -> {f}",
    "x:n -> Linear({d}) -> RMSNorm -> {f}",
    "x:n -> SwiGLU({d})",
    "x:n -> Maxout({d}, 3)",
    "x:(C,H,W) -> Conv2d(2, 3, padding=1) -> {f} -> GlobalAvgPool2d",
    "x:(C,H) -> ConvTranspose1d(2, 3, stride=2) -> {f} -> Flatten",
    "x:(C,H,W) -> MaxPool2d(2) -> Flatten",
    "x:(4,H) -> GroupNorm(2) -> {f} -> Flatten",
    "x:T -> Embedding(V, d) -> Flatten",
)
ENDS = (
    *HEADS,
    ("", "MSE(sum)"),
    ("", "SoftmaxCrossEntropy(class)"),
    ("", "SmoothedCrossEntropy"),
    ("", "WeightedCrossEntropy"),
    ("", "KLWithLogits"),
    ("", "Focal"),
    (" -> LogSoftmax", "NLL"),
    (" -> LogSoftmax", "NLL(class)"),
    (" -> Softmax", "KL"),
    (" -> Softmax", "CrossEntropy(class)"),
    (" -> Sigmoid", "BCE(mean)"),
)


@dataclass(frozen=True)
class Described:
    """A random network as it is written."""

    layers: str
    loss: str
    batch: str | None
    reduction: Literal["mean", "sum"] = "mean"

    def build(self) -> Network:
        return network(self.layers, loss=self.loss, batch=self.batch, reduction=self.reduction)


def described(number: int) -> Described:
    """The random network of a number: two to four layers with activations, a loss, with or without a batch."""
    random = Random(number)
    count = random.randint(2, 4)
    windows = random.random() < 0.15
    text = random.choice(WINDOWS) + f" -> {random.choice(ACTIVATIONS)} -> Flatten" if windows else "x:n"
    for layer in range(1, count):
        size = random.choice((f"d{layer}", f"d{layer}", str(random.randint(2, 6))))
        text += f" -> Linear({size}{', bias=False' if random.random() < 0.2 else ''})"
        if random.random() < 0.15:
            text += f" -> {random.choice(BETWEEN)}"
        text += f" -> {random.choice(ACTIVATIONS)}"
    head, loss = random.choice(HEADS)
    text += f" -> Linear(K){head} -> y_hat"
    return Described(text, loss, random.choice((None, "B", "B", "4")))


def structured(number: int) -> Described:
    """The random network of a number that is more than a chain of dense layers."""
    random = Random(number)
    body = random.choice(random.choice((SEQUENCES, CELLS, OTHERS)))
    text = body.format(d=random.choice(("d", "3")), f=random.choice(ACTIVATIONS))
    head, loss = random.choice(ENDS)
    batch = "B" if "BatchNorm" in text else random.choice((None, "B", "3"))
    reduction: Literal["mean", "sum"] = "sum" if batch and random.random() < 0.4 else "mean"
    return Described(f"{text} -> Linear(K){head} -> y_hat", loss, batch, reduction)


GENERATORS = {"plain": described, "structured": structured}


def outcomes(net: Network, seeds: range) -> Iterator[tuple[str, int, str]]:
    """For each gradient and seed whether it ``passed``, ``failed`` or is ``unchecked``, and why."""
    for name in net.parameters:
        derivation = net.gradient(name)
        for seed in seeds:
            try:
                result = check(derivation, seed)
            except ArrayError as reason:
                yield "unchecked", seed, f"{name}: {reason}"
                continue
            bad = next((item for item in result.items if not item.ok), None)
            if bad is None:
                yield "passed", seed, ""
            else:
                yield "failed", seed, f"{bad.what}: {bad.note or f'{bad.error:.1e} > {bad.tolerance:.0e}'}"


def main() -> None:
    """Print what does not pass, then the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--networks", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=0, help="the number of the first network")
    parser.add_argument("--of", choices=GENERATORS, default="plain", help="which networks are drawn")
    given = parser.parse_args()
    counts = {"passed": 0, "failed": 0, "unchecked": 0, "refused": 0}
    start = time.process_time()
    for number in range(given.first, given.first + given.networks):
        one = GENERATORS[given.of](number)
        try:
            net = one.build()
            for outcome, seed, why in outcomes(net, range(given.seeds)):
                counts[outcome] += 1
                if outcome != "passed":
                    print(f"{outcome}: network {number}, seed {seed}, {one}: {why}", flush=True)
        except DeriveError as error:
            counts["refused"] += 1
            print(f"refused: network {number}, {one}: {error}", flush=True)
    said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    print(f"{given.networks} networks at {given.seeds} seeds: {said}; {time.process_time() - start:.0f} s")


if __name__ == "__main__":
    main()
