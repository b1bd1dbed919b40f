"""How fast Gradsheet derives and builds, beside what else could be used, as ratios measured in one run.

    python benchmarks/derive.py [--full] [--repeats 3] [--only tensorgrad sympy depth build]

What runs in this process is measured in CPU seconds, with SymPy's cache emptied before every run; whole
processes are measured in seconds that pass. Contenders run in turns, and of each the best run counts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from rich.console import Console
from rich.table import Table

from benchmarks import depth, explicit_sympy, tensor_networks, whole_build
from benchmarks.measuring import Line

WIDTH = 140
"""Letters on a line where there is no terminal."""

PARTS: dict[str, Callable[[int, bool], Iterator[Line]]] = {
    "tensorgrad": tensor_networks.lines,
    "sympy": explicit_sympy.lines,
    "depth": depth.lines,
    "build": whole_build.lines,
}


def main() -> None:
    """Measure, print the table, and exit with 1 if a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="explicit SymPy at (16, 20, 12) too: some minutes")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each contender (3)")
    parser.add_argument("--only", nargs="+", choices=tuple(PARTS), default=tuple(PARTS), help="parts to measure")
    options = parser.parse_args()
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    table = Table(
        "Measured", "Gradsheet", "Beside", "Ratio", "Target", title="Speed, in seconds (best of several runs)"
    )
    missed = False
    for name in options.only:
        table.add_section()
        with console.status(f"measuring: {name}"):
            for line in PARTS[name](options.repeats, options.full):
                table.add_row(*line.cells())
                missed = missed or line.met is False
    console.print(table)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
