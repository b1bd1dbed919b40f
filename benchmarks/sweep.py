"""How many random networks pass the check of their own derivatives, at several seeds.

    python -m benchmarks.sweep --networks 500 --seeds 5

Every network is right as long as the engine is: what fails is a false alarm, or a fault of the engine; what has no
point at which it can be checked is unchecked. Both are counted, and named with the seed that finds them again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

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


@dataclass(frozen=True)
class Described:
    """A random network as it is written."""

    layers: str
    loss: str
    batch: str | None

    def build(self) -> Network:
        return network(self.layers, loss=self.loss, batch=self.batch)


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
    given = parser.parse_args()
    counts = {"passed": 0, "failed": 0, "unchecked": 0, "refused": 0}
    start = time.process_time()
    for number in range(given.first, given.first + given.networks):
        one = described(number)
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
