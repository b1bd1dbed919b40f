"""What reading back costs: the processor time of verifying each bundled homework with it, and without.

python benchmarks/read_back.py [HOMEWORK ...]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import answers.derivations.claims
import answers.derivations.pages
import answers.homework.notation
import answers.kinds.graph
import answers.kinds.layer
import answers.kinds.linear_maps
from answers.formulas.reader import FormulaReader
from answers.formulas.told import Told
from answers.homework.bundled import bundled_files
from answers.homework.load import load
from answers.homework.verify import verify
from answers.readback.notation import Box
from gradsheet import clear_caches
from numeric.checks.comparison import Comparison

MOST = 1.5
"""How many times as long it may take."""
NOTHING = Comparison(0.0, 0.0, 1)
LEFT_OUT: tuple[tuple[Any, str, Any], ...] = (
    (answers.derivations.claims, "misprinted", lambda *given: None),
    (answers.derivations.pages, "signs_mean", lambda *given: NOTHING),
    (answers.kinds.layer, "read_back_elements", lambda *given: None),
    (answers.kinds.layer, "complaint", lambda *given: None),
    (answers.kinds.graph, "misdrawn", lambda *given, **options: ()),
    (answers.kinds.linear_maps, "_misread", lambda plot: ()),
    (FormulaReader, "misread", lambda *given: ()),
    (Told, "wrong", lambda *given: ()),
    (Box, "comparison", lambda self: NOTHING),
)
"""What reads back, where it is called, and what stands in its place where it is left out."""


@contextmanager
def without_reading() -> Iterator[None]:
    """Nothing is read back."""
    kept = [(owner, name, getattr(owner, name)) for owner, name, _ in LEFT_OUT]
    for owner, name, nothing in LEFT_OUT:
        setattr(owner, name, nothing)
    try:
        yield
    finally:
        for owner, name, right in kept:
            setattr(owner, name, right)


def seconds(name: str) -> float:
    """The processor time of verifying a homework, with nothing known from before."""
    clear_caches()
    start = time.process_time()
    for _ in verify(load(name).homework):
        pass
    return time.process_time() - start


def ratio(name: str) -> Mapping[str, float]:
    """The seconds of a homework without and with reading: the better of two rounds each, taken in turns."""
    rounds = []
    for _ in range(2):
        with without_reading():
            plain = seconds(name)
        rounds.append({"without": plain, "with": seconds(name)})
    return {key: min(found[key] for found in rounds) for key in rounds[0]}


def main(names: list[str]) -> int:
    """Print the ratios; 1 if that of all together is more than it may be."""
    total = {"without": 0.0, "with": 0.0}
    for name in names or bundled_files():
        found = ratio(name)
        total = {key: total[key] + found[key] for key in total}
        print(f"{name:16} {found['without']:7.1f} s without, {found['with']:7.1f} s with: {_times(found)}", flush=True)
    print(f"{'together':16} {total['without']:7.1f} s without, {total['with']:7.1f} s with: {_times(total)}")
    return 0 if total["with"] <= MOST * total["without"] else 1


def _times(found: Mapping[str, float]) -> str:
    return f"{found['with'] / found['without']:.2f} times, at most {MOST} are wanted"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
