"""``python -m tests.fuzz COUNT [FIRST] [WORKERS]`` runs inputs, and prints what is wrong with one with its number."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict

from tests.fuzz.inputs import drawn
from tests.fuzz.workers import cores, ran

SHOWN = 40
"""Inputs that are listed by number because a check fails in them."""


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run the inputs; 1 if something is wrong with one."""
    numbers = [int(argument) for argument in sys.argv[1:]]
    inputs, first, workers = (*numbers, *(1000, 0, cores())[len(numbers) :])
    codes: dict[str, Counter[str]] = defaultdict(Counter)
    wrong, slowest, largest = 0, (0.0, 0), (0, 0)
    failed = []
    for one in ran(first, inputs, workers):
        codes[one.kind][f"code {one.code}"] += 1
        slowest = max(slowest, (one.seconds, one.number))
        largest = max(largest, (one.megabytes, one.number))
        if one.code == 1:
            failed.append(one.number)
        if one.complaint:
            wrong += 1
            say(f"{one.number} {drawn(one.number).arguments} {one.complaint}")
    for kind, counted in sorted(codes.items()):
        say(f"{kind}: {sum(counted.values())} ({', '.join(f'{n} {code}' for code, n in sorted(counted.items()))})")
    say(f"failed checks: {', '.join(map(str, failed[:SHOWN])) or 'none'}{', ...' if len(failed) > SHOWN else ''}")
    say(f"slowest: {slowest[0]:.1f} s of computing (input {slowest[1]}); largest: {largest[0]} MB (input {largest[1]})")
    say(f"{sum(counted.total() for counted in codes.values())} inputs, {wrong} wrong")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
