"""How many formulas a second are read: gradients of a network as they are printed.

python benchmarks/reading.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from answers.reading import Table, read
from answers.reading.tables import table_of
from derive import network

FORMULAS = 2000
"""As many a second should be read, after the first."""
ROUNDS = 20
NETWORK = "x:n -> Linear(d) -> Tanh -> Linear(K) -> Softmax -> y_hat"


def printed() -> tuple[Table, list[str]]:
    """What derive prints of a network, with its table."""
    net = network(NETWORK, loss="CrossEntropy")
    gradients = net.gradients().values()
    texts = [text for d in gradients for form in ("matrix", "index") for text in (d.latex(form), d.unicode(form))]
    return table_of(net.forward), texts


def seconds(table: Table, texts: Sequence[str]) -> float:
    """The least processor time that a formula takes, over some rounds."""
    for text in texts:
        read(text, table)
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for text in texts:
            read(text, table)
        best = min(best, time.process_time() - start)
    return best / len(texts)


def main() -> int:
    """Print the figure; 1 if it is less than it should be."""
    table, texts = printed()
    each = seconds(table, texts)
    characters = sum(map(len, texts)) / len(texts)
    print(f"{1 / each:.0f} formulas a second, of {characters:.0f} characters each; at least {FORMULAS} are wanted")
    return 0 if 1 / each >= FORMULAS else 1


if __name__ == "__main__":
    sys.exit(main())
