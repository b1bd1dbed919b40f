"""Runs in turns, and lines of the table."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sympy.core.cache import clear_cache


@dataclass(frozen=True)
class Line:
    """A line of the table: our seconds, the seconds of what stands beside it, and their ratio with its target."""

    measured: str
    ours: str
    beside: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """The cells, with the target marked as met or missed."""
        mark = {None: "", True: " [green]met[/]", False: " [red]missed[/]"}[self.met]
        return self.measured, self.ours, self.beside, self.ratio, self.target + mark


def seconds(value: float) -> str:
    """Seconds with three digits."""
    return f"{value:#.3g}"


def forget_derivations() -> None:
    """Empty all that `derive` remembers of expressions; what it has parsed of its own grammars stays."""
    for name, module in list(sys.modules.items()):
        if name.startswith("derive."):
            for called, kept in vars(module).items():
                if hasattr(kept, "cache_clear") and called != "_parser":
                    kept.cache_clear()


def cpu_seconds(run: Callable[[], object]) -> float:
    """The CPU seconds of one run, with nothing left in caches by the run before."""
    clear_cache()
    forget_derivations()
    start = time.process_time()
    run()
    return time.process_time() - start


def passing_seconds(run: Callable[[], object]) -> float:
    """The seconds that pass during one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def in_turns(
    contenders: Mapping[str, Callable[[], object]],
    repeats: int,
    measure: Callable[[Callable[[], object]], float] = cpu_seconds,
) -> dict[str, float]:
    """The best run of each contender; they run in turns, so that a busy moment does not fall on one alone."""
    runs = [{name: measure(run) for name, run in contenders.items()} for _ in range(repeats)]
    return {name: min(times[name] for times in runs) for name in contenders}
