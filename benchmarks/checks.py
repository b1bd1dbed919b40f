"""What it takes to derive and check networks at real sizes: CPU seconds and peak memory, each in a process of its own.

Modules are compiled once before that, as they are where they are installed.

python benchmarks/checks.py            # all of them
python benchmarks/checks.py LeNet      # those whose name begins so
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from derive import Derivation, layer, network, scalar_graph

SECONDS, MEGABYTES = 5.0, 500
"""What each of them may take."""

SOFTMAX = "SoftmaxCrossEntropy"
CONVOLUTIONS = (
    "Conv2d(32,3,padding=1) -> ReLU -> MaxPool2d(2) -> Conv2d(64,3,padding=1) -> ReLU -> MaxPool2d(2) -> Flatten"
)
NETWORKS = {
    "784-128-10": "x:784 -> Linear(128) -> ReLU -> Linear(10)",
    "3072-1024-10": "x:3072 -> Linear(1024) -> ReLU -> Linear(10)",
    "LeNet, 1x28x28": "x:(1,28,28) -> Conv2d(6,5,padding=2) -> ReLU -> MaxPool2d(2) -> Conv2d(16,5) -> ReLU"
    " -> MaxPool2d(2) -> Flatten -> Linear(120) -> ReLU -> Linear(84) -> ReLU -> Linear(10)",
    "convolutions, 3x32x32": f"x:(3,32,32) -> {CONVOLUTIONS} -> Linear(10)",
    "residual block, 64x56x56": "x:(64,56,56) -> Conv2d(64,3,padding=1) -> ReLU -> Conv2d(64,3,padding=1) -> u;"
    "u + x -> s; s -> ReLU -> GlobalAvgPool2d -> Linear(10)",
    "first VGG layers, 3x224x224": "x:(3,224,224) -> Conv2d(64,3,padding=1) -> ReLU -> Conv2d(64,3,padding=1) -> ReLU"
    " -> MaxPool2d(2) -> Flatten -> Linear(10)",
    "transformer block, width 768": "x:(128,768) -> LayerNorm -> MultiHeadAttention(12) -> a; a + x -> s;"
    "s -> LayerNorm -> Linear(3072) -> GELU -> Linear(768) -> u; u + s -> r; r -> Flatten -> Linear(10)",
    "embedding, 50000x64": "x:100 -> Embedding(50000,64) -> Flatten -> Linear(10)",
}
LAYERS = ("Linear(100000000)", "Conv2d(4,(5,6),dilation=2)", "Conv3d(4,(5,6,7))")
TABLE = "forward table, 3x64x64"
CHAIN = "chain of 200 sigmoids"


def derivations(name: str) -> Iterator[Derivation]:
    """The gradients of all parameters of a network or a layer, the cells of a forward table, or that of a chain."""
    if name == TABLE:
        for row in network(
            "x:(3,64,64) -> Conv2d(5,3) -> ReLU -> MaxPool2d(2) -> Flatten -> Linear(10)"
        ).forward_table():
            yield from (row.input, row.output)
    elif name == CHAIN:
        equations = (f"a{number} = sigma({f'a{number - 1}' if number else 'x'})" for number in range(200))
        yield scalar_graph("; ".join(equations), grain="functions").partial("da199/dx").derivation
    elif name in LAYERS:
        alone = layer(name)
        yield from map(alone.vjp, alone.differentiable)
    else:
        net = network(NETWORKS[name], SOFTMAX)
        yield from map(net.gradient, net.parameters)


def measured(name: str) -> str:
    """A line of the table: what this process takes to derive and check one of them."""
    from numeric import check

    outcomes = [check(derivation) for derivation in derivations(name)]
    taken = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    within = taken <= SECONDS and peak <= MEGABYTES
    notes = list(dict.fromkeys(outcome.note for outcome in outcomes if outcome.note))
    where = f"; {notes[-1]}" if notes else ""
    failed = sum(not outcome.ok for outcome in outcomes)
    verdict = f"{failed} FAILED" if failed else "passed"
    mark = "" if within else "  (too much)"
    return f"{name:30} {taken:6.1f} s {peak:6.0f} MB{mark}  {len(outcomes)} {verdict}{where}"


def main() -> None:
    """Print a line for each; a child process, which is given a name whole, measures that one."""
    names = [*NETWORKS, *LAYERS, TABLE, CHAIN]
    if sys.argv[1:2] == ["--one"]:
        print(measured(sys.argv[2]))
        return
    with TemporaryDirectory() as compiled:
        _line(names[0], compiled)
        for name in (name for name in names if name.startswith(sys.argv[1] if sys.argv[1:] else "")):
            print(_line(name, compiled), flush=True)


def _line(name: str, compiled: str) -> str:
    """The line of one of them, from a process that finds compiled modules in a folder, or puts them there."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, __file__, "--one", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    return done.stdout.rstrip() or f"{name:30} ended with {done.returncode}: {done.stderr.strip()[-200:]}"


if __name__ == "__main__":
    main()
